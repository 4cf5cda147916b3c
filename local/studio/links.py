"""Presigned URLs: what each one opens, once and in time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a presigned URL opens, and until when; `session` is how long Studio lasts once it is open."""

    domain_id: str
    profile: str
    role: str
    expires_at: datetime
    session: timedelta
    space: str | None = None
    landing_uri: str | None = None


class Links:
    """All links of a stack, by token; two browsers that follow one at the same moment do not both get in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unused: dict[str, Link] = {}

    def add(self, token: str, link: Link) -> None:
        """A new link."""
        with self._lock:
            self._unused[token] = link

    def follow(self, token: str, now: datetime) -> Link | None:
        """The link, once, in time; None otherwise."""
        with self._lock:
            link = self._unused.pop(token, None)
        return link if link is not None and now <= link.expires_at else None
