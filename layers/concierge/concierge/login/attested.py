"""What the identity provider says about somebody's groups, on its way from saml_validator to presigned_url.

Between the two stands a request that the person's own session signs, and people can get at such a session themselves.
So saml_validator seals what it read from the verified assertion with a key that only the two functions have.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.login.keys import key_for, signed, verified_content

HEADER = "X-Concierge-Groups"
_USE = "attested groups"
_LASTS = timedelta(minutes=15)  # as long as the session that it comes with
_LONGEST = 7_000  # characters; API Gateway takes 10,240 bytes of headers, the session token among them
_LARGEST = 200_000  # bytes once unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """The groups that the identity provider named for this login, and when it did."""

    login: str
    groups: tuple[str, ...]
    at: datetime


def sealed(attested: Attested, secret: str) -> str:
    """A header's value; empty if the groups are too many for one."""
    content = {"login": attested.login, "groups": sorted(set(attested.groups)), "at": attested.at.isoformat()}
    text = signed(zlib.compress(json.dumps(content).encode(), 9), key_for(secret, _USE))
    return text if len(text) <= _LONGEST else ""


def unsealed(text: str, secrets: Iterable[str], *, login: str, now: datetime) -> Attested | None:
    """What saml_validator sealed for this login, or None for anything else."""
    content = verified_content(text, (key_for(secret, _USE) for secret in secrets))
    if content is None:
        return None
    found = json.loads(zlib.decompressobj().decompress(content, _LARGEST))
    attested = Attested(login=found["login"], groups=tuple(found["groups"]), at=datetime.fromisoformat(found["at"]))
    return attested if attested.login == login and now < attested.at + _LASTS else None
