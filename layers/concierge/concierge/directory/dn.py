"""Distinguished names, as far as events need them (RFC 4514)."""

from __future__ import annotations

import re

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
