"""Logins that start at us: the question that the browser carries to the identity provider, and the cookie it keeps."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tests.integration.login.browser import FORM, Post, form
from tests.integration.login.front import Front
from tests.support.saml_idp import posted


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`cookie` is name and value, as the browser sends them back."""

    id: str
    cookie: str

    @property
    def name(self) -> str:
        """The cookie's name."""
        return self.cookie.partition("=")[0]

    @property
    def value(self) -> str:
        """The cookie's value."""
        return self.cookie.partition("=")[2]


def asked(front: Front) -> Question:
    """A browser opens the link that starts a login."""
    start = front.exchange(Post(body=b"", method="GET", headers=()), url=front.story.stack.outputs["LoginUrl"])
    [request] = parse_qs(urlsplit(start.location).query)["SAMLRequest"]
    identifier = re.search(r'\bID="([^"]+)"', zlib.decompress(base64.b64decode(request), -15).decode())
    [cookie] = [value.partition(";")[0] for name, value in start.headers if name.casefold() == "set-cookie"]
    assert identifier is not None
    return Question(id=identifier[1], cookie=cookie)


def answered(document: bytes, cookies: str = "", *further: tuple[str, str]) -> Post:
    """The identity provider's page posts the answer, and the browser adds its cookies."""
    headers = (FORM, ("Cookie", cookies)) if cookies else (FORM,)
    return Post(body=form(("SAMLResponse", posted(document)), *further), headers=headers)
