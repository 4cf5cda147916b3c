"""A verified login that goes on over several pages: the chooser, and the page that waits.

What goes on is the STS session of the login. It lies in the table, sealed with a key that only the browser's cookie
holds: whoever reads the table learns nothing, and a cookie alone holds nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from concierge.errors import LoginRefused, NotFound
from concierge.login.cookies import kept
from concierge.login.keys import from_url_safe, url_safe
from concierge.login.ports import Credentials, SealedVisits

LASTS = timedelta(minutes=10)  # shorter than the 15 minutes of the session that it holds
COOKIE = "__Host-studio-visit"
NO_VISIT = "visit"
_KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is here, with the session that STS gave for their assertion; groups: as `login.attested` sealed them."""

    login: str
    credentials: Credentials
    started_at: datetime
    groups: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """token: n random bytes, new ones every time."""

    sealed: SealedVisits
    token: Callable[[int], bytes]

    def begin(self, visit: Visit) -> str:
        """Keeps the visit; the Set-Cookie header that leads back to it."""
        key, nonce = self.token(_KEY_BYTES), self.token(_NONCE_BYTES)
        name = _name(key)
        box = nonce + AESGCM(_sealing(key)).encrypt(nonce, _packed(visit), name.encode())
        self.sealed.keep(name, base64.b64encode(box).decode(), keep_until=visit.started_at + LASTS)
        return kept(COOKIE, url_safe(key), lasts=LASTS, from_elsewhere=False)

    def resume(self, cookies: Mapping[str, str], *, now: datetime) -> Visit:
        """Raises LoginRefused if there is none, or it is over."""
        key = from_url_safe(cookies.get(COOKIE, ""))
        if key is None or len(key) != _KEY_BYTES:
            raise LoginRefused(NO_VISIT, "the browser has no visit")
        name = _name(key)
        try:
            box = base64.b64decode(self.sealed.kept(name), validate=True)
            content = AESGCM(_sealing(key)).decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], name.encode())
        except (NotFound, InvalidTag, binascii.Error, ValueError) as error:
            raise LoginRefused(NO_VISIT, "there is no such visit") from error
        visit = _unpacked(content)
        if now >= visit.started_at + LASTS:  # DynamoDB deletes hours later (TTL, Developer Guide)
            raise LoginRefused(NO_VISIT, "the visit is over")
        return visit


def _name(key: bytes) -> str:
    return hashlib.sha256(b"visit name\x00" + key).hexdigest()


def _sealing(key: bytes) -> bytes:
    return hashlib.sha256(b"visit seal\x00" + key).digest()


def _packed(visit: Visit) -> bytes:
    held = visit.credentials
    return json.dumps(
        {
            "login": visit.login,
            "started_at": visit.started_at.isoformat(),
            "groups": visit.groups,
            "credentials": [held.access_key_id, held.secret_access_key, held.session_token],
        }
    ).encode()


def _unpacked(content: bytes) -> Visit:
    found = json.loads(content)
    access_key_id, secret_access_key, session_token = found["credentials"]
    return Visit(
        login=found["login"],
        started_at=datetime.fromisoformat(found["started_at"]),
        groups=found["groups"],
        credentials=Credentials(
            access_key_id=access_key_id, secret_access_key=secret_access_key, session_token=session_token
        ),
    )
