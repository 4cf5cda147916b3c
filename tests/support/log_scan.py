"""Does a log hold anything that nobody but its owner may have?

Secrets are whatever a browser sent and got, and whatever STS gave out: they are collected, not listed by hand. Long
ones count in pieces, so that a part of one is found, too.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_SHORTEST = 12  # characters; anything shorter is no secret, and would be found by chance
_PIECE = 32  # characters
_SIGNED_VALUES = re.compile(r"<(?:[\w.-]+:)?(?:SignatureValue|DigestValue)[^>]*>([^<]+)<")
_MARKUP = re.compile(r"<\\?/?(?:[\w.-]+:)?(?:Response|Assertion|SignatureValue|DigestValue|AttributeValue|NameID)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """`kind` is for the report, which must not repeat the secret itself."""

    kind: str
    text: str

    @property
    def pieces(self) -> Iterator[str]:
        """Every part that gives it away."""
        if len(self.text) < 2 * _PIECE:
            yield self.text
            return
        for start in range(0, len(self.text) - _PIECE + 1, _PIECE):
            yield self.text[start : start + _PIECE]


def of_a_form(body: bytes) -> Iterator[Secret]:
    """The response in a posted form: as it was posted, and the values by which a signature can be told."""
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        if name != "SAMLResponse":
            continue
        yield from _long("a posted response", value)
        try:
            document = base64.b64decode(value).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            continue
        for found in _SIGNED_VALUES.findall(document):
            yield from _long("a value of a signature", "".join(found.split()))


def of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[Secret]:
    """Where a browser was sent, and what it was told to keep or has kept."""
    for name, value in headers:
        match name.casefold():
            case "location":
                yield from _long("an address", value)
                for _, part in parse_qsl(urlsplit(value).query):
                    yield from _long("a part of an address", part)
            case "set-cookie":
                yield from _long("a cookie", value.partition(";")[0].partition("=")[2].strip('"'))
            case "cookie":
                for cookie in value.split(";"):
                    yield from _long("a cookie", cookie.partition("=")[2].strip().strip('"'))
            case _:
                pass


def of_credentials(access_key_id: str, secret_access_key: str, session_token: str) -> Iterator[Secret]:
    """What STS gave out."""
    yield from _long("an access key id", access_key_id)
    yield from _long("a secret access key", secret_access_key)
    yield from _long("a session token", session_token)


def found_in(lines: Iterable[str], secrets: Iterable[Secret]) -> list[str]:
    """A sentence for each line that holds a secret, or any part of a SAML document; none if all is well."""
    pieces: dict[str, str] = {piece: secret.kind for secret in secrets for piece in secret.pieces}
    windows: dict[int, set[str]] = {}
    for piece in pieces:
        windows.setdefault(len(piece), set()).add(piece)
    return [
        f"line {number} holds {what}"
        for number, line in enumerate(lines, start=1)
        for what in sorted(_held(line, windows, pieces))
    ]


def _held(line: str, windows: dict[int, set[str]], pieces: dict[str, str]) -> set[str]:
    held = {"markup of a SAML document"} if _MARKUP.search(line) else set()
    for length, known in windows.items():
        for start in range(len(line) - length + 1):
            if (text := line[start : start + length]) in known:
                held.add(pieces[text])
    return held


def _long(kind: str, text: str) -> Iterator[Secret]:
    if len(text) >= _SHORTEST:
        yield Secret(kind=kind, text=text)
