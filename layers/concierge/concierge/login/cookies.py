"""Cookies of the login: what a browser sent, and what it is told to keep.

`__Host-` binds a cookie to this very host, over TLS only (RFC 6265bis, 4.1.3.2); no cookie is readable by scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

_NAME = re.compile(r"__Host-[a-z0-9-]{1,64}", re.ASCII)
_VALUE = re.compile(r"[A-Za-z0-9_.-]{1,512}", re.ASCII)
_MOST = 50  # pairs that are looked at; a browser keeps no more of ours than there are open tabs


def cookies_in(header: str) -> Mapping[str, str]:
    """Our kind of cookies in a Cookie header; everything else, and a name that comes twice, is left out."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for pair in header.split(";")[:_MOST]:
        name, _, value = pair.strip().partition("=")
        if _NAME.fullmatch(name) and _VALUE.fullmatch(value):
            twice |= {name} & found.keys()
            found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def kept(name: str, value: str, *, lasts: timedelta, from_elsewhere: bool) -> str:
    """A Set-Cookie header.

    from_elsewhere: whether it must come along when another site's form brings the browser here, as the identity
                    provider's does; other cookies come along with links only.
    """
    same_site = "None" if from_elsewhere else "Lax"
    return f"{name}={value}; Path=/; Max-Age={int(lasts.total_seconds())}; Secure; HttpOnly; SameSite={same_site}"


def forgotten(name: str) -> str:
    """A Set-Cookie header that removes a cookie."""
    return f"{name}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None"
