"""The shape of studio.yaml as JSON Schema: what editors complete, and what the first check goes by."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

NAME = r"^[a-z0-9](-*[a-z0-9]){0,62}$"  # Studio's own pattern, in lower case only
TAG_KEY = r"^(?!aws:)[\w .:/=+@-]{1,128}$"
TAG_VALUE = r"^[\w .:/=+@-]{0,256}$"
APP_TYPES = ["JupyterLab", "CodeEditor", "JupyterServer", "KernelGateway"]


def _object(description: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _list(description: str, items: Schema, **limits: int) -> Schema:
    return {"type": "array", "description": description, "items": items, **limits}


def _text(description: str, pattern: str = r"\S") -> Schema:
    return {"type": "string", "description": description, "pattern": pattern}


def _whole(description: str, least: int, most: int) -> Schema:
    return {"type": "integer", "description": description, "minimum": least, "maximum": most}


def _choice(description: str, *values: str) -> Schema:
    return {"type": "string", "description": description, "enum": list(values)}


def _name(what: str) -> Schema:
    return _text(f"Name of the {what}: lower-case letters, digits and hyphens.", NAME)


def _tags(description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "propertyNames": {"pattern": TAG_KEY},
        "additionalProperties": {"type": "string", "pattern": TAG_VALUE},
        "maxProperties": 40,
    }


_INSTANCE = _text("Instance type.", r"^(ml\.[a-z0-9-]+\.[a-z0-9]+|system)$")
_APP_TYPE = _choice("Kind of app.", *APP_TYPES)

_DIRECTORY = _object(
    "A directory that people come from. Events of any other directory are not believed.",
    ("name",),
    name=_text("The directory's one name here, such as corp.example.com."),
    ids=_list("Other names of it in events, such as d-9067a1b2c3.", _text("An id.")),
    login_id=_choice("Which name is the login id: the account name, or the user principal name.", "sam", "upn"),
)
_DOMAIN = _object(
    "A Studio domain that exists already, with IAM authentication.",
    ("name", "account", "region", "domain_id"),
    name=_name("domain"),
    account=_text("Account id: 12 digits, in quotes.", r"^\d{12}$"),
    region=_text("AWS region.", r"^[a-z]{2}(-[a-z]+)+-\d$"),
    domain_id=_text("Id of the domain.", r"^d-(-*[a-z0-9]){1,61}$"),
    spoke_role=_text("Role to assume in another account.", r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$"),
    external_id=_text("External id that the spoke role asks for.", r"^[\w+=,.@:/-]{2,1224}$"),
    tags=_tags("Tags of everything that is made in this domain."),
)
_LIFECYCLE = _object(
    "A script that Studio runs when an app starts.",
    ("name", "app_type", "script_file"),
    name=_text("Name, at most 39 characters.", r"^[a-z0-9](-*[a-z0-9]){0,38}$"),
    app_type=_APP_TYPE,
    script_file=_text("File with the script, relative to this file."),
)
_SPACE = _object(
    "A private space that everybody of the persona gets.",
    ("name", "app_type", "instance_type"),
    name=_name("space"),
    app_type=_choice("Kind of app that the space runs.", "JupyterLab", "CodeEditor"),
    instance_type=_INSTANCE,
    storage_gb=_whole("Size of the space's disk in GB.", 5, 16384),
)
_PERSONA = _object(
    "A job: what its people may do, and what they find in Studio.",
    ("name",),
    name=_name("persona"),
    role_scope=_choice("Who shares an execution role.", "user", "team", "persona"),
    managed_policies=_list(
        "ARNs of managed policies; {partition}, {account}, {region} and {domain_id} are filled in.",
        _text("An ARN.", r"^arn:(aws[a-z-]*|\{partition\}):iam::(aws|\d{12}|\{account\}):policy/[\w+=,.@/-]+$"),
        maxItems=10,
    ),
    policy_file=_text("File with an IAM policy (JSON), relative to this file; same placeholders."),
    lifecycle_configs=_list("Names of lifecycle configurations.", _text("A name.")),
    spaces=_list("Private spaces.", _SPACE),
    idle=_object(
        "When machines are stopped.",
        idle_minutes=_whole("Minutes without activity.", 60, 525600),
        max_lifetime_minutes=_whole("Minutes that an app may run at most, used or not.", 60, 525600),
    ),
    instance_types=_list("Instance types, the default first.", _INSTANCE),
    tags=_tags("Tags of everything that people of this persona have."),
    session_minutes=_whole("Minutes that a login lasts.", 30, 720),
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

SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "studio.yaml of Studio Concierge",
    **_object(
        "Who gets what in Amazon SageMaker Studio.",
        ("version", "directories", "domains", "personas", "bindings"),
        version={"const": 1, "description": "Version of this format."},
        directories=_list("Directories.", _DIRECTORY, minItems=1),
        domains=_list("Studio domains.", _DOMAIN, minItems=1),
        lifecycle_configs=_list("Lifecycle configurations.", _LIFECYCLE),
        personas=_list("Personas.", _PERSONA, minItems=1),
        bindings=_list("Bindings from groups.", _BINDING, minItems=1),
    ),
}
