"""Pages beside the API, which are no part of the deployment: the stand-in Studio and the identity provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a browser asked for.

    fields: of the query and of a posted form; of one that came several times, the last.
    """

    method: str
    path: str
    fields: Mapping[str, str]

    @classmethod
    def read(cls, method: str, url: str, body: bytes) -> Self:
        """One request; a body that is no form has no fields."""
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query) + parse_qsl(body.decode(errors="replace"))
        return cls(method=method, path=parts.path, fields=dict(pairs))


Page = Callable[[Asked], tuple[int, str]]
"""The HTTP status, and the HTML."""
