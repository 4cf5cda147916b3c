"""A run as a whole: it begins by saying what is to be swept, and ends by saying what became of it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from concierge import audit
from concierge.catalog.model import Catalog
from concierge.errors import AlreadyExists, ConciergeError, MalformedEvent
from concierge.night.record import Records
from concierge.night.request import folder_of, grouped, schedule_of, time_of
from concierge.night.savings import saved_by
from concierge.night.sweep import OlderRun

ROOMS = ("idle_shutdown", "tag_remediation", "studio_settings", "compliance_audit", "domain_backup")
CAPABILITY = "night"

logger = logging.getLogger(__name__)


class NightIncomplete(ConciergeError):
    """Something of the run was not swept to its end; the message is the summary as JSON."""


class Runs(Protocol):
    """Which run of a schedule is the newest."""

    def claim(self, schedule: str, now: datetime) -> None:
        """Makes this the newest run; the same run may claim again. Raises AlreadyExists if a later one has begun."""

    def newest(self, schedule: str) -> datetime | None:
        """When the newest run of a schedule was due; None if there never was one. Raises AwsError."""


class KeptRecords(Records, Protocol):
    """What the rooms have left behind, and where the summary goes."""

    def under(self, prefix: str) -> Iterable[Mapping[str, Any]]:
        """Every record whose key begins so, in no order; raises AwsError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """Begins and ends runs.

    functions:   ARN of the function of each room.
    concurrency: how many targets are swept side by side.
    """

    catalog: Catalog
    trail: audit.AuditTrail
    runs: Runs
    records: KeptRecords
    functions: Mapping[str, str]
    concurrency: int

    def step(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """`begin` or `end`, as `step` of the event says; raises MalformedEvent for anything else."""
        match event.get("step"):
            case "begin":
                return self.begin(event)
            case "end":
                return self.end(event)
            case other:
                raise MalformedEvent(f"step: must be begin or end, not {other!r}")

    def begin(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The work of a run: {"schedule", "time", "rooms", "functions", "concurrency", "targets"}.

        functions: ARNs, one for each room. targets: [{"account", "region"}], each said once and shortly: what a state
        machine hands on may have 256 KB. Raises MalformedEvent, and OlderRun if a later run of the schedule has begun.
        """
        schedule, now, rooms = schedule_of(event), time_of(event), _rooms(event)
        try:
            self.runs.claim(schedule, now)
        except AlreadyExists as error:
            raise OlderRun(f"{schedule} {now.isoformat()}: a later run has begun; this one is refused") from error
        return {
            "schedule": schedule,
            "time": now.isoformat(),
            "rooms": list(rooms),
            "functions": [self.functions[room] for room in rooms],
            "concurrency": self.concurrency,
            "targets": [{"account": each.account, "region": each.region} for each in grouped(self.catalog.domains)],
        }

    def end(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The summary of a run, which is kept, audited and returned; takes what `begin` returned.

        {"schedule", "time", "swept": n, "unswept": {"<room> <account>/<region>": why}, "counts": {room: {what: n}},
        "saved": {...}}. Raises NightIncomplete, after all that, if anything is unswept, unless a later run has begun:
        that one sweeps what this one has left.
        """
        schedule, now, rooms = schedule_of(event), time_of(event), _rooms(event)
        folder = folder_of(schedule, now)
        found = [each for room in rooms for each in self.records.under(f"{folder}/{room}/")]
        wanted = [(room, each.account, each.region) for room in rooms for each in grouped(self.catalog.domains)]
        unswept = {f"{room} {account}/{region}": why for room, account, region, why in _unswept(wanted, found)}
        summary: dict[str, Any] = {
            "schedule": schedule,
            "time": now.isoformat(),
            "swept": len(wanted) - len(unswept),
            "unswept": unswept,
            "counts": _counts(found),
            "saved": saved_by(kept for each in found for part in each["parts"].values() for kept in part["kept"]),
        }
        self.records.write(f"{folder}/summary.json", summary)
        newest = self.runs.newest(schedule)
        superseded = newest is not None and newest > now
        self.trail.record((_closing(summary, now, superseded=superseded),))
        logger.info("night", extra={"summary": {**summary, "saved": summary["saved"]["total"]}})
        if unswept and not superseded:
            raise NightIncomplete(
                json.dumps({name: summary[name] for name in ("schedule", "time", "swept", "unswept")})
            )
        return {name: summary[name] for name in ("schedule", "time", "swept", "counts")}


def _rooms(event: Mapping[str, Any]) -> tuple[str, ...]:
    rooms = event.get("rooms")
    if not isinstance(rooms, list) or not rooms or not set(rooms) <= set(ROOMS):
        raise MalformedEvent(f"rooms: must be a list of some of {', '.join(ROOMS)}, not {rooms!r}")
    return tuple(room for room in ROOMS if room in rooms)


def _unswept(
    wanted: Iterable[tuple[str, str, str]], found: Iterable[Mapping[str, Any]]
) -> Iterable[tuple[str, str, str, str]]:
    latest: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for record in sorted(found, key=lambda each: str(each["at"])):
        latest[record["room"], record["account"], record["region"]] = record
    for place in wanted:
        if place not in latest:
            yield *place, "its function left no record: it could not start, or it was killed"
            continue
        record = latest[place]
        if errors := [f"{name}: {part['error']}" for name, part in record["parts"].items() if "error" in part]:
            yield *place, "; ".join(errors)
        elif not record["finished"]:
            yield *place, "its last round left some of it, and no other round followed"


def _counts(found: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Sums over all records of a room; what one round counted again, it had to look at again."""
    counts: dict[str, Counter[str]] = {}
    for record in found:
        for part in record["parts"].values():
            counts.setdefault(record["room"], Counter()).update(
                {name: count for name, count in part.items() if isinstance(count, int)}
            )
    return {room: dict(count) for room, count in counts.items()}


def _closing(summary: Mapping[str, Any], now: datetime, *, superseded: bool) -> audit.AuditEvent:
    unswept = summary["unswept"]
    outcome = "complete" if not unswept else "superseded" if superseded else "incomplete"
    return audit.AuditEvent(
        kind=f"Run {outcome.capitalize()}",
        at=now,
        capability=CAPABILITY,
        scope=f"schedule {summary['schedule']}",
        action="",
        subject=f"{summary['swept']} of {summary['swept'] + len(unswept)} rooms and targets",
        reason="; ".join(f"{place}: {why}" for place, why in sorted(unswept.items())[:20]) or "all were swept",
        cause=f"{summary['schedule']} {summary['time']}",
        outcome=outcome,
    )
