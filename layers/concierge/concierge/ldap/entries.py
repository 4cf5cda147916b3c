"""What Active Directory's attributes mean (MS-ADTS, MS-DTYP): ids, names, and whether an account may be used. Pure."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

from ldap3.utils.conv import escape_filter_chars

from concierge.ldap.connection import Entry
from concierge.model import Identity

PERSON = (
    "objectClass",
    "objectGUID",
    "objectSid",
    "sAMAccountName",
    "userPrincipalName",
    "userAccountControl",
    "accountExpires",
)
GROUP = ("objectClass", "objectGUID", "objectSid", "sAMAccountName", "groupType")
ANY = (*PERSON, "groupType")  # what is needed to tell people, groups and the rest apart
SECURITY_GROUPS = "(objectCategory=group)(groupType:1.2.840.113556.1.4.803:=2147483648)"
_SID = re.compile(r"S-1-\d+(-\d+){1,15}", re.ASCII | re.IGNORECASE)
_SECURITY = 0x80000000  # ADS_GROUP_TYPE_SECURITY_ENABLED; the attribute is a signed number
_DISABLED = 0x2  # ADS_UF_ACCOUNTDISABLE
_NEVER = (0, 0x7FFFFFFFFFFFFFFF)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # of Windows' times, which count tenths of microseconds


def identity(entry: Entry, directory: str) -> Identity:
    """The ids and names of a person or group."""
    return Identity(
        directory=directory,
        guid=guid(entry),
        sid=sid_text(entry.value("objectSid")),
        account_name=entry.text("sAMAccountName"),
        upn=entry.text("userPrincipalName"),
        dn=entry.dn,
    )


def is_person(entry: Entry) -> bool:
    """A user account; computers and managed service accounts are users too in AD's eyes, and contacts are not."""
    classes = _classes(entry)
    return b"user" in classes and b"computer" not in classes and not entry.text("sAMAccountName").endswith("$")


def is_group(entry: Entry) -> bool:
    """A group of whatever kind."""
    return b"group" in _classes(entry)


def is_security_group(entry: Entry) -> bool:
    """A group whose members get what is given to it; the other kind is for mail."""
    return is_group(entry) and bool(int(entry.text("groupType") or 0) & _SECURITY)


def is_enabled(entry: Entry, now: datetime) -> bool | None:
    """Neither disabled nor expired; None where the account's flags are not shown to us."""
    flags = entry.text("userAccountControl")
    if not flags:
        return None
    expires = int(entry.text("accountExpires") or 0)
    is_over = expires not in _NEVER and expires <= (now - _EPOCH) // timedelta(microseconds=1) * 10
    return not int(flags) & _DISABLED and not is_over


def hidden(entry: Entry) -> tuple[str, ...]:
    """What the account that asks may not read, of that without which nothing can be said about a member."""
    needed: tuple[str, ...] = ("objectClass",)
    if is_person(entry):
        needed = ("objectGUID", "sAMAccountName", "userAccountControl")
    elif is_group(entry):
        needed = ("objectGUID", "objectSid", "groupType")
    return tuple(name for name in needed if not entry.value(name))


def guid(entry: Entry) -> str:
    """objectGUID as text, empty if it is not shown."""
    value = entry.value("objectGUID")
    return str(uuid.UUID(bytes_le=value)) if len(value) == 16 else ""


def sid_text(value: bytes) -> str:
    """A SID as S-1-5-…; empty for none (MS-DTYP 2.4.2)."""
    if len(value) < 8:
        return ""
    authority = int.from_bytes(value[2:8], "big")
    parts = (int.from_bytes(value[at : at + 4], "little") for at in range(8, 8 + 4 * value[1], 4))
    return "-".join(["S", str(value[0]), str(authority), *map(str, parts)])


def rid(sid: str) -> str:
    """The last part of a SID: what primaryGroupID holds."""
    return sid.rpartition("-")[2]


def by_id(group_id: str) -> str:
    """A filter for a GUID or SID; raises ValueError for anything else."""
    if group_id.upper().startswith("S-"):
        return f"(objectSid={_octets(_sid_bytes(group_id))})"
    return f"(objectGUID={_octets(uuid.UUID(group_id).bytes_le)})"


def by_name(name: str) -> str:
    """A filter for an account name in which `*` stands for any text (RFC 4515)."""
    return f"(sAMAccountName={'*'.join(map(escape_filter_chars, name.split('*')))})"


def inside(dn: str) -> str:
    """A filter for direct members of a group."""
    return f"(memberOf={escape_filter_chars(dn)})"


def _sid_bytes(text: str) -> bytes:
    if not _SID.fullmatch(text):
        raise ValueError(f"{text} is no SID")
    authority, *parts = map(int, text.split("-")[2:])
    try:
        numbers = (each.to_bytes(4, "little") for each in parts)
        return bytes([1, len(parts)]) + authority.to_bytes(6, "big") + b"".join(numbers)
    except OverflowError as error:
        raise ValueError(f"{text} is no SID: a number in it is too large") from error


def _octets(value: bytes) -> str:
    return "".join(f"\\{each:02x}" for each in value)


def _classes(entry: Entry) -> frozenset[bytes]:
    return frozenset(each.lower() for each in entry.attributes.get("objectclass", ()))
