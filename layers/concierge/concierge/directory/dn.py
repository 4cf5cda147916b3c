"""Distinguished names, as far as events need them (RFC 4514)."""

from __future__ import annotations

import re
from itertools import takewhile

_COMPONENTS = re.compile(r"(?:[^\\,]|\\.)+", re.DOTALL)  # a comma within a name is escaped
_DOMAIN_COMPONENT = re.compile(r"DC=([A-Za-z0-9-]+)", re.IGNORECASE | re.ASCII)
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)
_FIRST = re.compile(r"\s*[A-Za-z0-9.-]+\s*=\s*((?:[^\\,+]|\\.)*)", re.DOTALL)


def first_value(dn: str) -> str:
    """The value of the first component: `CN=Okafor\\, Amara,OU=People,…` -> `Okafor, Amara`; "" if this is no DN."""
    found = _FIRST.match(dn)
    if found is None:
        return ""
    octets = bytearray()
    at = 0
    for escaped in _ESCAPED.finditer(found[1]):
        octets += found[1][at : escaped.start()].encode()
        octets += bytes.fromhex(escaped[1]) if len(escaped[1]) == 2 else escaped[1].encode()
        at = escaped.end()
    return (octets + found[1][at:].encode()).decode(errors="replace").strip()


def domain_of(dn: str) -> str:
    """The DNS name of a DN's naming context: `…,DC=corp,DC=example,DC=com` -> `corp.example.com`."""
    components = (each.strip() for each in reversed(_COMPONENTS.findall(dn)))
    labels = [found[1] for found in takewhile(bool, map(_DOMAIN_COMPONENT.fullmatch, components)) if found]
    return ".".join(reversed(labels)).lower()
