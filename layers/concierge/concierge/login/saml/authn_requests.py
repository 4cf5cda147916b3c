"""Logins that start here: the question to the identity provider, and how its answer is recognised.

The browser keeps a signed cookie with the question's id; the answer must name that id in `InResponseTo`, inside what
the identity provider signed. So nobody can push an answer of their own into somebody else's browser.
Source: SAML 2.0 Profiles, 4.1; Bindings, 3.4.4.1 (DEFLATE encoding).
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urlencode

from concierge.errors import AwsError, LoginRefused
from concierge.login.cookies import kept
from concierge.login.keys import key_for, signed, url_safe, verified_content
from concierge.login.ports import Keys, Wishes

LASTS = timedelta(minutes=10)  # from the click to the answer: a password, a second factor
_COOKIE = "__Host-studio-login-"
_USE = "login request"
_WISH = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,127}", re.ASCII)
_RELAY_STATE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Where the browser is sent, and the cookie that it takes along."""

    location: str
    cookie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequests:
    """entity_id: ours, which the identity provider knows the application by.

    token: 32 random bytes, new ones every time.
    """

    entity_id: str
    keys: Keys
    wishes: Wishes
    token: Callable[[], bytes]

    def start(self, sso_url: str, acs: str, *, workspace: str, now: datetime) -> Started:
        """An AuthnRequest over HTTP-Redirect; raises LoginRefused for a workspace that no catalog could name.

        workspace: where the person wants to go; empty if they do not say. It is kept in the table under a random
                   RelayState: what comes back from outside is never read as anything but its name.
        """
        if workspace and not _WISH.fullmatch(workspace):
            raise LoginRefused("workspace", "the name of a workspace has letters, digits and / _ . - only")
        request_id = f"_{self.token().hex()}"
        query = {"SAMLRequest": _deflated(_authn_request(request_id, self.entity_id, sso_url, acs, now))}
        if workspace:
            relay_state = url_safe(self.token())
            self.wishes.keep(_digest(relay_state), workspace, request_id, keep_until=now + LASTS)
            query["RelayState"] = relay_state
        content = f"{request_id} {int(now.timestamp())}".encode()
        value = signed(content, key_for(self.keys.current(now), _USE))
        joined = "&" if "?" in sso_url else "?"
        cookie = kept(cookie_name(request_id), value, lasts=LASTS, from_elsewhere=True)
        return Started(location=f"{sso_url}{joined}{urlencode(query)}", cookie=cookie)

    def is_ours(self, request_id: str, cookies: Mapping[str, str], *, now: datetime) -> bool:
        """Whether this browser asked that question, not too long ago."""
        value = cookies.get(cookie_name(request_id))
        if value is None:
            return False
        content = verified_content(value, (key_for(secret, _USE) for secret in self.keys.all(now)))
        if content is None:
            return False
        asked, _, at = content.decode().partition(" ")
        return asked == request_id and now < datetime.fromtimestamp(int(at), UTC) + LASTS

    def wish(self, relay_state: str, request_id: str) -> str:
        """The workspace that was asked for with this question; empty for any other RelayState."""
        if not _RELAY_STATE.fullmatch(relay_state):
            return ""
        try:
            return self.wishes.kept(_digest(relay_state), request_id)
        except AwsError:  # nobody wished it, or the table does not answer: the person chooses by hand
            return ""


def cookie_name(request_id: str) -> str:
    """A cookie for each question, so that two tabs do not disturb each other."""
    return f"{_COOKIE}{hashlib.sha256(request_id.encode()).hexdigest()[:16]}"


def _authn_request(request_id: str, entity_id: str, destination: str, acs: str, now: datetime) -> str:
    return (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{request_id}" Version="2.0" '
        f'IssueInstant="{now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}" Destination="{escape(destination)}" '
        f'AssertionConsumerServiceURL="{escape(acs)}" '
        'ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST">'
        f"<saml:Issuer>{escape(entity_id)}</saml:Issuer></samlp:AuthnRequest>"
    )


def _deflated(document: str) -> str:
    packer = zlib.compressobj(wbits=-15)
    return base64.b64encode(packer.compress(document.encode()) + packer.flush()).decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
