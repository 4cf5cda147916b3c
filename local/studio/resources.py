"""The Studio resources of one account and region, and how their status moves with the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]  # Studio's own members, as Describe shows them
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """How long things take, on the stack's clock (role_propagation: in real time); AWS takes minutes."""

    create: timedelta = timedelta(milliseconds=300)
    update: timedelta = timedelta(milliseconds=200)
    delete: timedelta = timedelta(milliseconds=200)
    role_propagation: timedelta = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: how its rows are named and keyed, and what its ARN looks like."""

    name: str
    key: Callable[[Mapping[str, Any]], Key]
    arn_path: Callable[[Mapping[str, Any]], str]
    has_status: bool = True
    keeps_deleted: bool = False


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


class Shelf:
    """All resources of one account and region."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._resources: dict[tuple[str, Key], Resource] = {}

    def settle(self, now: datetime) -> None:
        """Moves every resource to the status that is due."""
        for key, resource in list(self._resources.items()):
            if resource.at is None or resource.then is None or now < resource.at:
                continue
            if resource.then == "Deleted" and not resource.kind.keeps_deleted:
                del self._resources[key]
                continue
            resource.row["Status"], resource.then, resource.at = resource.then, None, None

    def find(self, kind: str, key: Key) -> Resource | None:
        """The resource, or None."""
        return self._resources.get((kind, key))

    def of_kind(self, kind: str) -> list[Resource]:
        """All of one kind, in the order in which they were made."""
        return [resource for (name, _), resource in self._resources.items() if name == kind]

    def by_arn(self, arn: str) -> Resource | None:
        """The resource of an ARN, compared without case."""
        wanted = arn.lower()
        return next((each for each in self._resources.values() if each.arn.lower() == wanted), None)

    def tagged(self) -> list[Resource]:
        """Everything that has or once had a tag: what the Resource Groups Tagging API knows of."""
        return [each for each in self._resources.values() if each.was_tagged]

    def put(self, resource: Resource) -> None:
        """Adds or replaces."""
        self._resources[resource.kind.name, resource.kind.key(resource.row)] = resource
