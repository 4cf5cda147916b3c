"""What AWS reads from the attributes of an assertion.

Source: "Configure SAML assertions for the authentication response" (IAM User Guide). Where it names no code for a
malformed attribute, InvalidIdentityToken is a guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from local.sts_saml.refusals import invalid_token
from local.sts_saml.xml import NS, value

_AWS = "https://aws.amazon.com/SAML/Attributes/"
_TAG = f"{_AWS}PrincipalTag:"
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)  # RoleSessionName and SourceIdentity
_TAG_TEXT = re.compile(r"[\w \u00a0.:/=+@-]*")
_MOST_TAGS = 50
_SESSION_SECONDS = range(900, 43_201)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsAttributes:
    """`role_pairs`: each holds a role's and a provider's ARN, in either order."""

    role_pairs: tuple[frozenset[str], ...]
    session_name: str
    tags: Mapping[str, str]
    transitive_tag_keys: tuple[str, ...]
    source_identity: str | None


def read(assertion: etree._Element) -> AwsAttributes:
    """Raises SamlRefused for what STS would not take."""
    found: dict[str, list[str]] = defaultdict(list)
    for attribute in assertion.findall("saml:AttributeStatement/saml:Attribute", NS):
        values = attribute.findall("saml:AttributeValue", NS)
        found[attribute.get("Name", "")] += [value(each) for each in values]
    tags = _tags(found)
    transitive = tuple(found[f"{_AWS}TransitiveTagKeys"])
    if not set(transitive) <= set(tags):
        raise invalid_token("TransitiveTagKeys names a tag that the response does not have")
    _require_console_duration(found[f"{_AWS}SessionDuration"])
    return AwsAttributes(
        role_pairs=tuple(frozenset(part.strip() for part in pair.split(",")) for pair in found[f"{_AWS}Role"]),
        session_name=_name("RoleSessionName", found[f"{_AWS}RoleSessionName"]),
        tags=tags,
        transitive_tag_keys=transitive,
        source_identity=_name("SourceIdentity", given) if (given := found[f"{_AWS}SourceIdentity"]) else None,
    )


def _name(attribute: str, values: Sequence[str]) -> str:
    if len(values) != 1 or not _NAME.fullmatch(values[0]):
        raise invalid_token(f"{attribute} in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{{2,64}}")
    return values[0]


def _tags(found: Mapping[str, Sequence[str]]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for name, values in found.items():
        if not name.startswith(_TAG):
            continue
        key = name.removeprefix(_TAG)
        if len(values) != 1:
            raise invalid_token(f"Session tag {key} must have exactly one value")
        if not (1 <= len(key) <= 128 and len(values[0]) <= 256 and _TAG_TEXT.fullmatch(key + values[0])):
            raise invalid_token(f"Session tag {key} is too long, or has characters that tags cannot have")
        tags[key] = values[0]
    if len(tags) > _MOST_TAGS or len({key.lower() for key in tags}) < len(tags):
        raise invalid_token(f"Session tags are at most {_MOST_TAGS}, and their keys differ in more than case")
    return tags


def _require_console_duration(values: Sequence[str]) -> None:
    """SessionDuration is for the console only; it does not change what AssumeRoleWithSAML gives."""
    for text in values:
        if not (text.isascii() and text.isdecimal() and int(text) in _SESSION_SECONDS):
            raise invalid_token("SessionDuration must be a number of seconds from 900 to 43200")
