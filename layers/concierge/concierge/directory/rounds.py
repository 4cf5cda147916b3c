"""What wakes the reading of directories: the night's schedule, an administrator, or events that did not say enough."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from concierge.catalog.model import Directory
from concierge.directory.household import Household
from concierge.directory.ports import Resync, ResyncQueue
from concierge.directory.reconcile import Reconciled, Reconciliation
from concierge.errors import AwsError, ConciergeError, MalformedEvent, UnusableSecret

logger = logging.getLogger(__name__)


class DirectoryNotRead(ConciergeError):
    """At least one directory or domain could not be read; the message is the whole round's summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Reads directories and domains, one after the other; one that cannot be read keeps no other from its turn."""

    reconciliation: Reconciliation
    household: Household
    resync: ResyncQueue

    def night(self, event: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """Every directory that can be read, then every domain: {"schedule", "directories", "domains"}.

        event: {"schedule": name, "time": ISO 8601}; "directory" restricts it to one directory, and then no domain is
        looked through. Raises MalformedEvent, and DirectoryNotRead after all had their turn.
        """
        schedule = str(event.get("schedule") or "")
        if not schedule:
            raise MalformedEvent("field schedule: expected the schedule's name")
        cause = f"{schedule} {event.get('time') or now.isoformat()}"
        directories = self._directories(event.get("directory"))
        read = [self._read(each, cause, now) for each in directories]
        domains = {} if event.get("directory") else self.household.run(cause=cause, now=now)
        summary = {"schedule": schedule, "directories": [asdict(each) for each in read], "domains": domains}
        logger.info("reconciled", extra={"summary": summary})
        unread = [each.directory for each in read if each.problem]
        unread += [name for name, found in domains.items() if isinstance(found, str)]
        if unread:
            raise DirectoryNotRead(f"could not read {', '.join(unread)}: {summary}")
        return summary

    def asked(self, request: Resync, *, now: datetime) -> None:
        """The directory that events asked for; raises DirectoryNotRead if it cannot be read now."""
        directory = self.reconciliation.catalog.directory(request.directory)
        if directory is None or not directory.can_be_read:
            logger.warning("cannot be read any more", extra={"directory": request.directory})
            return
        read = self._read(directory, f"resync {request.cause}", now)
        if read.problem:
            raise DirectoryNotRead(f"directory {request.directory}: {read.problem}")

    def _read(self, directory: Directory, cause: str, now: datetime) -> Reconciled:
        try:
            read = self.reconciliation.run(directory, cause=cause, now=now)
        except (AwsError, UnusableSecret) as error:
            return Reconciled(directory=directory.name, problem=str(error))
        if read.unsettled:  # too fresh to be believed now, and old enough in a while
            again = Resync(directory=directory.name, reason="something had just changed", cause=cause[:200])
            self.resync.request(again, now=now)
        return read

    def _directories(self, name: object) -> tuple[Directory, ...]:
        catalog = self.reconciliation.catalog
        if name is None:
            return tuple(each for each in catalog.directories if each.can_be_read)
        directory = catalog.directory(str(name))
        if directory is None or not directory.can_be_read:
            readable = ", ".join(each.name for each in catalog.directories if each.can_be_read) or "none"
            raise MalformedEvent(f"field directory: {name!r} is no directory that can be read; those are: {readable}")
        return (directory,)
