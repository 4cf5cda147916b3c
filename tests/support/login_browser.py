"""A browser without a screen: it keeps cookies, follows nothing by itself, and says what it was sent."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3
from lxml import etree


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back."""

    status: int
    location: str
    body: str


@dataclass
class LoginBrowser:
    """Of one person; Secure cookies are sent to this machine, as browsers do."""

    cookies: dict[str, str] = field(default_factory=dict)
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def get(self, url: str, **headers: str) -> Page:
        return self._send("GET", url, headers=headers)

    def post(self, url: str, **fields: str) -> Page:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", url, headers=headers, body=urlencode(fields))

    def _send(self, method: str, url: str, *, headers: Mapping[str, str], body: str | None = None) -> Page:
        sent = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = self.http.request(method, url, headers=sent, body=body, redirect=False, timeout=30.0)
        for header in answer.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return Page(status=answer.status, location=answer.headers.get("Location", ""), body=answer.data.decode())


def question_in(location: str) -> tuple[str, str]:
    """The id of the AuthnRequest that a redirect carries, and its RelayState."""
    query = parse_qs(urlsplit(location).query)
    document = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
    return etree.fromstring(document).get("ID", ""), query.get("RelayState", [""])[0]
