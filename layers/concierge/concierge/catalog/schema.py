"""The shape of studio.yaml as JSON Schema: what editors complete, and what the first check goes by."""

from __future__ import annotations

from typing import Any

from concierge.model import AppType

Schema = dict[str, Any]

# These expressions mean the same to Python and to the editors' JavaScript: [0-9] instead of \d, ASCII instead of \w.
NAME = r"^[a-z0-9](-*[a-z0-9]){0,62}$"  # Studio's own pattern, in lower case only
_NO_TAG_CHARACTER = r"\x00-\x1f!-*,;<>?\[-^`{-\x7f"  # AWS takes letters, digits, spaces and _ . : / = + - @
TAG_KEY = rf"^(?![aA][wW][sS]:)[^{_NO_TAG_CHARACTER}]{{1,128}}$"
TAG_VALUE = rf"^[^{_NO_TAG_CHARACTER}]{{0,256}}$"
TAG_MEANING = "letters, digits, spaces and _ . : / = + - @"
MOST_TAGS = 15  # in each of three places: with the four that are set by themselves below the 50 that Studio takes
ACCOUNT = "[0-9]{12}"
IN_ARN = "[A-Za-z0-9_+=,.@/-]+"
_REGION = "[a-z]{2,4}(-[a-z]+)+-[0-9]+"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"  # of a host name
_RDN = r"[A-Za-z][A-Za-z0-9-]*=(\\.|[^\\,=+])+"  # a part of a distinguished name
_HEX = "[0-9a-f]"
APP_TYPES = [each.value for each in AppType]


def _object(description: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(description: str, items: Schema, **limits: int | bool) -> Schema:
    return {"type": "array", "description": description, "items": items, **limits}


def _text(description: str, pattern: str = r"\S", longest: int = 1024) -> Schema:
    return {"type": "string", "description": description, "pattern": pattern, "maxLength": longest}


def _whole(description: str, least: int, most: int) -> Schema:
    return {
        "type": "integer",
        "description": f"{description}, {least} to {most}.",
        "minimum": least,
        "maximum": most,
    }


def _choice(description: str, *values: str) -> Schema:
    return {"type": "string", "description": description, "enum": list(values)}


def _name(what: str) -> Schema:
    return _text(f"Name of the {what}: lower-case letters, digits and hyphens, at most 63.", NAME, 63)


def _tags(description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "propertyNames": {
            "pattern": TAG_KEY,
            "description": f"A tag's key: at most 128 {TAG_MEANING}; not beginning with aws:.",
        },
        "additionalProperties": {
            "type": "string",
            "pattern": TAG_VALUE,
            "description": f"A tag's value: at most 256 {TAG_MEANING}.",
        },
        "maxProperties": MOST_TAGS,
    }


_INSTANCE = _text("Instance type, such as ml.t3.medium, or system.", r"^(ml\.[a-z0-9-]+\.[a-z0-9-]+|system)$")
_APP_TYPE = _choice("Kind of app.", *APP_TYPES)

_AWS_REGION = _text("AWS region, such as eu-west-1.", f"^{_REGION}$")
_LDAP = _object(
    "How an Active Directory is read over LDAPS.",
    ("servers", "base_dn", "secret", "ca_file"),
    servers=_list(
        "Domain controllers, asked in this order.",
        _text(
            "Host name as the server's certificate spells it, such as dc1.corp.example.com: without ldaps:// and port.",
            rf"^{_LABEL}(\.{_LABEL})*$",
            253,
        ),
        minItems=1,
        uniqueItems=True,
    ),
    port=_whole("Port for LDAP over TLS", 1, 65535),
    base_dn=_text(
        "Distinguished name that people and groups are under, such as DC=corp,DC=example,DC=com.",
        f"^{_RDN}(, *{_RDN})*$",
    ),
    secret=_text(
        'ARN of the secret that holds {"username": "...", "password": "..."} of the account that reads: '
        "arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>.",
        rf"^arn:aws[a-z-]*:secretsmanager:{_REGION}:{ACCOUNT}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{{6}}$",
    ),
    ca_file=_text("File with the PEM certificates of the authorities that sign the servers', relative to this file."),
)
_IDENTITY_STORE = _object(
    "The store of IAM Identity Center.",
    ("id", "region"),
    id=_text(
        "Id of the identity store, such as d-9067d4e5f6.",
        f"^(d-{_HEX}{{10}}|{_HEX}{{8}}(-{_HEX}{{4}}){{3}}-{_HEX}{{12}})$",
    ),
    region=_AWS_REGION,
)
_DIRECTORY = _object(
    "A directory that people come from. Events of any other directory are not believed.",
    ("name",),
    name=_text("The directory's one name here, such as corp.example.com."),
    ids=_list("Other names of it in events, such as d-9067a1b2c3.", _text("An id.")),
    login_id=_choice("Which name is the login id: the account name, or the user principal name.", "sam", "upn"),
    ldap=_LDAP,
    identity_store=_IDENTITY_STORE,
    canary=_text("Login id of an account that is in every managed group, and that nobody uses.", longest=256),
)
_DOMAIN = _object(
    "A Studio domain that exists already, with IAM authentication.",
    ("name", "account", "region", "domain_id"),
    name=_name("domain"),
    account=_text("Account id: 12 digits, in quotes.", f"^{ACCOUNT}$"),
    region=_AWS_REGION,
    domain_id=_text("Id of the domain, such as d-abcdefghijkl.", r"^d-(-*[a-z0-9]){1,61}$", 63),
    spoke_role=_text(
        "ARN of the role to assume in another account: arn:aws:iam::<account>:role/<name>.",
        rf"^arn:aws[a-z-]*:iam::{ACCOUNT}:role/{IN_ARN}$",
    ),
    external_id=_text(
        "External id that the spoke role asks for: 2 to 1224 letters, digits and + = , . @ : / - _",
        r"^[A-Za-z0-9_+=,.@:/-]{2,1224}$",
        1224,
    ),
    tags=_tags("Tags of everything that is made in this domain."),
)
_LIFECYCLE = _object(
    "A script that Studio runs when an app starts.",
    ("name", "app_type", "script_file"),
    name=_text("Name: lower-case letters, digits and hyphens, at most 39.", NAME, 39),
    app_type=_APP_TYPE,
    script_file=_text("File with the script, relative to this file."),
)
_SPACE = _object(
    "A private space that everybody of the persona gets.",
    ("name", "app_type", "instance_type"),
    name=_name("space"),
    app_type=_choice("Kind of app that the space runs.", "JupyterLab", "CodeEditor"),
    instance_type=_INSTANCE,
    storage_gb=_whole("Size of the space's disk in GB", 5, 16384),
)
_PERSONA = _object(
    "A job: what its people may do, and what they find in Studio.",
    ("name",),
    name=_name("persona"),
    role_scope=_choice("Who shares an execution role.", "user", "team", "persona"),
    managed_policies=_list(
        "ARNs of managed policies; {partition}, {account}, {region} and {domain_id} are filled in.",
        _text(
            "ARN of a managed policy, such as arn:{partition}:iam::aws:policy/AmazonAthenaFullAccess.",
            rf"^arn:(aws[a-z-]*|\{{partition\}}):iam::(aws|{ACCOUNT}|\{{account\}})"
            rf":policy/({IN_ARN}|\{{(account|region|domain_id)\}})+$",
        ),
        maxItems=10,
        uniqueItems=True,
    ),
    policy_file=_text("File with an IAM policy (JSON), relative to this file; same placeholders."),
    lifecycle_configs=_list(
        "Names of lifecycle configurations.", _text("Name of a lifecycle configuration."), uniqueItems=True
    ),
    spaces=_list("Private spaces.", _SPACE),
    idle=_object(
        "When machines are stopped.",
        idle_minutes=_whole("Minutes without activity", 60, 525600),
        max_lifetime_minutes=_whole("Minutes that an app may run at most, used or not", 60, 525600),
    ),
    instance_types=_list("Instance types, the default first.", _INSTANCE, uniqueItems=True),
    tags=_tags("Tags of everything that people of this persona have."),
    session_minutes=_whole("Minutes that a login lasts", 30, 720),
)
_BINDING = _object(
    "What membership of a group gives. Where several give the same domain, the first in this file wins.",
    group=_text("Name of the group, compared without case."),
    pattern=_text("Name with placeholders: {account}, {domain}, {persona}, {team}."),
    group_id=_text("GUID or SID of the group, for sources that send no names."),
    domain=_text("Name of the domain."),
    persona=_text("Name of the persona."),
    tags=_tags("Tags, such as team and cost-centre."),
)
_OFFBOARDING = _object(
    "What happens to people who leave.",
    grace_days=_whole("Days between closing somebody's door and deleting what they have", 0, 3650),
)
_REMOVALS = _object(
    "How many people may lose access at once before an administrator is asked.",
    floor=_whole("So many people are always believed", 0, 100_000),
    share_percent=_whole("Or so many of a hundred managed people, if that is more", 0, 100),
    most=_whole("Never more people than this", 0, 100_000),
    window_minutes=_whole("Minutes within which people are counted", 1, 1440),
)

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "studio.yaml of Studio Concierge",
    **_object(
        "Who gets what in Amazon SageMaker Studio.",
        ("version", "directories", "domains", "personas", "bindings"),
        version={"const": 1, "description": "Version of this format."},
        directories=_list("Directories that people come from.", _DIRECTORY, minItems=1),
        domains=_list("Studio domains, which exist already.", _DOMAIN, minItems=1),
        lifecycle_configs=_list("Scripts that run when an app starts.", _LIFECYCLE),
        personas=_list("Jobs: what people may do, and what they find in Studio.", _PERSONA, minItems=1),
        bindings=_list("Which group gives what; the first that fits wins.", _BINDING, minItems=1),
        offboarding=_OFFBOARDING,
        removals=_REMOVALS,
    ),
}
