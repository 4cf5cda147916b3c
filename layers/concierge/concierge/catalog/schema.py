"""The shape of studio.yaml as JSON Schema: what editors complete, and what the first check goes by."""

from __future__ import annotations

from concierge.catalog.schema_night import CALENDAR, DOMAIN_IDLE, IDLE, NIGHT, PRICES
from concierge.catalog.schema_parts import (
    ACCOUNT,
    IN_ARN,
    NAME,
    Schema,
    choice,
    list_of,
    name,
    object_of,
    tags,
    text,
    whole,
)
from concierge.model import AppType

_REGION = "[a-z]{2,4}(-[a-z]+)+-[0-9]+"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"  # of a host name
_RDN = r"[A-Za-z][A-Za-z0-9-]*=(\\.|[^\\,=+])+"  # a part of a distinguished name
_HEX = "[0-9a-f]"
APP_TYPES = [each.value for each in AppType]

_INSTANCE = text("Instance type, such as ml.t3.medium, or system.", r"^(ml\.[a-z0-9-]+\.[a-z0-9-]+|system)$")
_APP_TYPE = choice("Kind of app.", *APP_TYPES)

_AWS_REGION = text("AWS region, such as eu-west-1.", f"^{_REGION}$")
_LDAP = object_of(
    "How an Active Directory is read over LDAPS.",
    ("servers", "base_dn", "secret", "ca_file"),
    servers=list_of(
        "Domain controllers, asked in this order.",
        text(
            "Host name as the server's certificate spells it, such as dc1.corp.example.com: without ldaps:// and port.",
            rf"^{_LABEL}(\.{_LABEL})*$",
            253,
        ),
        minItems=1,
        uniqueItems=True,
    ),
    port=whole("Port for LDAP over TLS", 1, 65535),
    base_dn=text(
        "Distinguished name that people and groups are under, such as DC=corp,DC=example,DC=com.",
        f"^{_RDN}(, *{_RDN})*$",
    ),
    secret=text(
        'ARN of the secret that holds {"username": "...", "password": "..."} of the account that reads: '
        "arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>.",
        rf"^arn:aws[a-z-]*:secretsmanager:{_REGION}:{ACCOUNT}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{{6}}$",
    ),
    ca_file=text("File with the PEM certificates of the authorities that sign the servers', relative to this file."),
)
_IDENTITY_STORE = object_of(
    "The store of IAM Identity Center.",
    ("id", "region"),
    id=text(
        "Id of the identity store, such as d-9067d4e5f6.",
        f"^(d-{_HEX}{{10}}|{_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}})$",
    ),
    region=_AWS_REGION,
)
_DIRECTORY = object_of(
    "A directory that people come from. Events of any other directory are not believed.",
    ("name",),
    name=text("The directory's one name here, such as corp.example.com."),
    ids=list_of("Other names of it in events, such as d-9067a1b2c3.", text("An id.")),
    login_id=choice("Which name is the login id: the account name, or the user principal name.", "sam", "upn"),
    ldap=_LDAP,
    identity_store=_IDENTITY_STORE,
    canary=text("Login id of an account that is in every managed group, and that nobody uses.", longest=256),
)
_DOMAIN = object_of(
    "A Studio domain that exists already, with IAM authentication.",
    ("name", "account", "region", "domain_id"),
    name=name("domain"),
    account=text("Account id: 12 digits, in quotes.", f"^{ACCOUNT}$"),
    region=_AWS_REGION,
    domain_id=text("Id of the domain, such as d-abcdefghijkl.", r"^d-(-*[a-z0-9]){1,61}$", 63),
    spoke_role=text(
        "ARN of the role to assume in another account: arn:aws:iam::<account>:role/<name>.",
        rf"^arn:aws[a-z-]*:iam::{ACCOUNT}:role/{IN_ARN}$",
    ),
    external_id=text(
        "External id that the spoke role asks for: 2 to 1224 letters, digits and + = , . @ : / - _",
        r"^[A-Za-z0-9_+=,.@:/-]{2,1224}$",
        1224,
    ),
    tags=tags("Tags of everything that is made in this domain."),
    idle=DOMAIN_IDLE,
)
_LIFECYCLE = object_of(
    "A script that Studio runs when an app starts.",
    ("name", "app_type"),
    name=text("Name: lower-case letters, digits and hyphens, at most 39.", NAME, 39),
    app_type=_APP_TYPE,
    script_file=text("File with the script, relative to this file; or script_files."),
    script_files=list_of(
        "Files with scripts that run one after the other, each in a subshell of its own; or script_file.",
        text("File with a script of bash or sh, relative to this file."),
        minItems=1,
        uniqueItems=True,
    ),
)
_SPACE = object_of(
    "A private space that everybody of the persona gets.",
    ("name", "app_type", "instance_type"),
    name=name("space"),
    app_type=choice("Kind of app that the space runs.", "JupyterLab", "CodeEditor"),
    instance_type=_INSTANCE,
    storage_gb=whole("Size of the space's disk in GB", 5, 16384),
)
_LANDING = object_of(
    "Where in Studio a login leads; of several, people choose.",
    ("name",),
    name=name("landing"),
    app=choice(
        "The app that opens; without one, Studio's own start page.",
        "JupyterLab",
        "CodeEditor",
        "JupyterServer",
        "RStudioServerPro",
        "Canvas",
    ),
    space=text("One of the persona's spaces, by its name here; the app must be the one that it runs."),
)
_PERSONA = object_of(
    "A job: what its people may do, and what they find in Studio.",
    ("name",),
    name=name("persona"),
    role_scope=choice("Who shares an execution role.", "user", "team", "persona"),
    managed_policies=list_of(
        "ARNs of managed policies; {partition}, {account}, {region} and {domain_id} are filled in.",
        text(
            "ARN of a managed policy, such as arn:{partition}:iam::aws:policy/AmazonAthenaFullAccess.",
            rf"^arn:(aws[a-z-]*|\{{partition\}}):iam::(aws|{ACCOUNT}|\{{account\}})"
            rf":policy/({IN_ARN}|\{{(account|region|domain_id)\}})+$",
        ),
        maxItems=10,
        uniqueItems=True,
    ),
    policy_file=text("File with an IAM policy (JSON), relative to this file; same placeholders."),
    lifecycle_configs=list_of(
        "Names of lifecycle configurations.", text("Name of a lifecycle configuration."), uniqueItems=True
    ),
    spaces=list_of("Private spaces.", _SPACE),
    idle=IDLE,
    instance_types=list_of("Instance types, the default first.", _INSTANCE, uniqueItems=True),
    tags=tags("Tags of everything that people of this persona have."),
    session_minutes=whole("Minutes that a login lasts", 30, 720),
    landings=list_of("Where in Studio logins lead; Studio's own start page if there is none.", _LANDING, maxItems=12),
)
_BINDING = object_of(
    "What membership of a group gives. Where several give the same domain, the first in this file wins.",
    group=text("Name of the group, compared without case."),
    pattern=text("Name with placeholders: {account}, {domain}, {persona}, {team}."),
    group_id=text("GUID or SID of the group, for sources that send no names."),
    domain=text("Name of the domain."),
    persona=text("Name of the persona."),
    tags=tags("Tags, such as team and cost-centre."),
)
_OFFBOARDING = object_of(
    "What happens to people who leave.",
    grace_days=whole("Days between closing somebody's door and deleting what they have", 0, 3650),
)
_REMOVALS = object_of(
    "How many people may lose access at once before an administrator is asked.",
    floor=whole("So many people are always believed", 0, 100_000),
    share_percent=whole("Or so many of a hundred managed people, if that is more", 0, 100),
    most=whole("Never more people than this", 0, 100_000),
    window_minutes=whole("Minutes within which people are counted", 1, 1440),
)
_LOGIN = object_of(
    "How people log in.",
    while_held=choice("Whether somebody may log in whose removal waits for an administrator.", "refuse", "allow"),
    just_in_time=object_of(
        "Groups that the identity provider may give and take at every login, and no other.",
        ("directory", "groups"),
        directory=text("The directory, by its one name here, whose people and groups these are."),
        groups=list_of(
            "Names of groups, as the identity provider sends them.",
            text("Name of a group that a binding names."),
            minItems=1,
            uniqueItems=True,
        ),
    ),
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "studio.yaml of Studio Concierge",
    **object_of(
        "Who gets what in Amazon SageMaker Studio.",
        ("version", "directories", "domains", "personas", "bindings"),
        version={"type": "integer", "const": 1, "description": "Version of this format."},
        directories=list_of("Directories that people come from.", _DIRECTORY, minItems=1),
        calendars=list_of("Working hours.", CALENDAR),
        domains=list_of("Studio domains, which exist already.", _DOMAIN, minItems=1),
        lifecycle_configs=list_of("Scripts that run when an app starts.", _LIFECYCLE),
        personas=list_of("Jobs: what people may do, and what they find in Studio.", _PERSONA, minItems=1),
        bindings=list_of("Which group gives what; the first that fits wins.", _BINDING, minItems=1),
        offboarding=_OFFBOARDING,
        removals=_REMOVALS,
        login=_LOGIN,
        night=NIGHT,
        prices=PRICES,
    ),
}
