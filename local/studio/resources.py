"""The Studio resources of one account and region, and how their status moves with the clock."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

Row = dict[str, Any]  # Studio's own members, as Describe shows them
Key = tuple[str, ...]

_DELETED_KEPT = timedelta(hours=24)  # how long a deleted app is still listed (DeleteApp, API reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long one kind of resource takes to get into service, to change and to go."""

    create: timedelta = timedelta(milliseconds=300)
    update: timedelta = timedelta(milliseconds=200)
    delete: timedelta = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings(Durations):
    """How long things take, on the stack's clock (role_propagation: in real time); AWS takes minutes.

    by_kind: other durations for some kinds, by the kind's name ("App", "UserProfile", ...).
    """

    role_propagation: timedelta = timedelta(milliseconds=500)
    by_kind: Mapping[str, Durations] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, kind: str) -> Durations:
        """The durations of a kind."""
        return self.by_kind.get(kind, self)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: how its rows are named and keyed, and what its ARN looks like."""

    name: str
    key: Callable[[Mapping[str, Any]], Key]
    arn_path: Callable[[Mapping[str, Any]], str]
    has_status: bool = True
    keeps_deleted: bool = False

    @property
    def arn_prefix(self) -> str:
        """What the resource part of its ARNs begins with, and what Resource Groups Tagging calls it: "user-profile"."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", self.name).lower()

    def called(self, row: Mapping[str, Any]) -> str:
        """The resource's own name, in lower case where names ignore case."""
        return self.key(row)[-1]


def owner(row: Mapping[str, Any]) -> Key:
    """Which profile or space an app belongs to."""
    if row.get("SpaceName"):
        return ("space", row["SpaceName"].lower())
    return ("profile", row["UserProfileName"].lower())


KINDS = {
    kind.name: kind
    for kind in (
        Kind("Domain", lambda row: (row["DomainId"],), lambda row: f"domain/{row['DomainId']}"),
        Kind(
            "UserProfile",
            lambda row: (row["DomainId"], row["UserProfileName"].lower()),
            lambda row: f"user-profile/{row['DomainId']}/{row['UserProfileName'].lower()}",
        ),
        Kind(
            "Space",
            lambda row: (row["DomainId"], row["SpaceName"].lower()),
            lambda row: f"space/{row['DomainId']}/{row['SpaceName'].lower()}",
        ),
        Kind(
            "App",
            lambda row: (row["DomainId"], *owner(row), row["AppType"], row["AppName"]),
            lambda row: f"app/{row['DomainId']}/{owner(row)[1]}/{row['AppType'].lower()}/{row['AppName'].lower()}",
            keeps_deleted=True,
        ),
        Kind(
            "StudioLifecycleConfig",
            lambda row: (row["StudioLifecycleConfigName"],),
            lambda row: f"studio-lifecycle-config/{row['StudioLifecycleConfigName']}",
            has_status=False,
        ),
    )
}


@dataclass
class Resource:
    """One resource; `then` is the status that it reaches at `at`, None once it has settled."""

    kind: Kind
    arn: str
    row: Row
    tags: dict[str, str] = field(default_factory=dict)
    was_tagged: bool = False
    then: str | None = None
    at: datetime | None = None

    @property
    def status(self) -> str:
        """Its status now, as far as the clock was followed."""
        return str(self.row.get("Status", "InService"))

    @property
    def is_live(self) -> bool:
        """Whether it is in the way of deleting what it belongs to."""
        return self.status not in ("Deleted", "Failed")

    def move(self, status: str, then: str, now: datetime, after: timedelta) -> None:
        """It is in `status` from now on, and in `then` when `after` has passed."""
        self.row["Status"] = status
        self.row["LastModifiedTime"] = now
        self.then, self.at = then, now + after

    def settle(self, now: datetime) -> bool:
        """Takes the status that is due; False once the resource is to be forgotten."""
        if self.then is None or self.at is None or now < self.at:
            return True
        if self.then != "Deleted":
            self.row["Status"], self.then, self.at = self.then, None, None
            return True
        if not self.kind.keeps_deleted or self.status == "Deleted":
            return False
        self.row["Status"], self.at = "Deleted", self.at + _DELETED_KEPT
        return now < self.at


class Shelf:
    """All resources of one account and region; whoever reads or changes it holds `lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._resources: dict[tuple[str, Key], Resource] = {}
        self._homes = 0

    def settle(self, now: datetime) -> None:
        """Moves every resource to the status that is due."""
        for key, resource in list(self._resources.items()):
            if not resource.settle(now):
                del self._resources[key]

    def find(self, kind: str, key: Key) -> Resource | None:
        """The resource, or None."""
        return self._resources.get((kind, key))

    def of_kind(self, kind: str) -> list[Resource]:
        """All of one kind, in the order in which they were made."""
        return [resource for (name, _), resource in self._resources.items() if name == kind]

    def all(self) -> list[Resource]:
        """Everything, in the order in which it was made."""
        return list(self._resources.values())

    def by_arn(self, arn: str) -> Resource | None:
        """The resource of an ARN, compared without case."""
        wanted = arn.lower()
        return next((each for each in self._resources.values() if each.arn.lower() == wanted), None)

    def put(self, resource: Resource) -> None:
        """Adds or replaces; what replaces comes last, as what was made last does."""
        key = (resource.kind.name, resource.kind.key(resource.row))
        self._resources.pop(key, None)
        self._resources[key] = resource

    def next_home(self) -> str:
        """A POSIX user id on the domain's file system that nobody else here has, or had."""
        self._homes += 1
        return str(200_000 + self._homes)
