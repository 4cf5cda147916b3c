"""What somebody sends to the ACS endpoint, byte for byte, and what comes back."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.support.saml_idp import posted

FORM = ("Content-Type", "application/x-www-form-urlencoded")
_SECONDS = 30.0
_VOLATILE = frozenset({"date", "server", "content-length", "connection", "set-cookie"})
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NONCE = re.compile(r"""nonce(?:="[^"]*"|-[A-Za-z0-9+/=_-]+)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A request; `path` is what follows the ACS endpoint's own path, and `method` need not be POST."""

    body: bytes
    headers: tuple[tuple[str, str], ...] = (FORM,)
    method: str = "POST"
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; a header may be there more than once."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def location(self) -> str:
        """Where the browser is sent; empty if it is not."""
        return next((value for name, value in self.headers if name.casefold() == "location"), "")

    @property
    def correlation(self) -> str:
        """The reference on an error page."""
        found = set(_UUID.findall(self.body))
        assert len(found) == 1, f"the page has {len(found)} references"
        return str(found.pop())

    @property
    def without_reference(self) -> tuple[int, Mapping[str, str], str]:
        """All that a stranger could learn from: status, headers and page, without reference and nonce."""
        headers = {
            name.casefold(): _NONCE.sub("nonce", value)
            for name, value in self.headers
            if name.casefold() not in _VOLATILE
        }
        return self.status, headers, _NONCE.sub("nonce", _UUID.sub("reference", self.body))


def form(*fields: tuple[str, str]) -> bytes:
    """A form's body."""
    return urlencode(fields).encode()


def document_post(document: bytes) -> Post:
    """What an identity provider's page makes a browser send."""
    return Post(body=form(("SAMLResponse", posted(document))))


def send(acs: str, post: Post) -> Answer:
    """Follows no redirect; nothing is added to the headers but Host, if it is missing, and Content-Length."""
    address = urlsplit(acs)
    connection = http.client.HTTPConnection(address.netloc, timeout=_SECONDS)
    names = {name.casefold() for name, _ in post.headers}
    connection.putrequest(post.method, address.path + post.path, skip_host="host" in names, skip_accept_encoding=True)
    for name, value in post.headers:
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(post.body)))
    connection.endheaders(post.body)
    try:
        response = connection.getresponse()
        body = response.read().decode()
        return Answer(status=response.status, headers=tuple(response.getheaders()), body=body)
    finally:
        connection.close()
