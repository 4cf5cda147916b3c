"""What changed in a directory since it was last asked: which objects, never what to do about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from concierge.directory.snapshot import Wanted
from concierge.model import Identity


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BindCredentials:
    """The account that reads a directory; it has no repr, so that no log line or error can show the password."""

    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPerson:
    """Somebody about whom something changed; `enabled` is None where the directory does not show them any more."""

    identity: Identity
    enabled: bool | None
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What changed since a cookie.

    cookie:      opaque: where the next question begins.
    groups:      GUIDs of groups that changed in whatever way.
    is_baseline: nothing was asked about before: all may have changed, and none of it is listed.
    reset:       the directory does not accept the cookie: as if there had been none.
    """

    cookie: bytes | None
    groups: frozenset[str] = frozenset()
    people: tuple[ChangedPerson, ...] = ()
    is_baseline: bool = False
    reset: bool = False


class DeltaSource(Protocol):
    """A directory that can tell what changed; raises DirectoryUnavailable where it does not answer."""

    def changes_since(self, cookie: bytes | None) -> Delta:
        """Everything since the cookie; None sets the baseline."""

    def nested_in(self, wanted: Sequence[Wanted], groups: Collection[str]) -> tuple[Wanted, ...]:
        """Which of the wanted groups are, or hold directly or through others, one of these (GUIDs).

        All of them, where one of these is gone: nobody can tell any more what it was inside.
        """
