"""What the nightly rooms share: a scheduler's event -> every domain, each swept in the one loop.

A domain that cannot be swept is audited and never keeps the others from their turn. Only when all had theirs does the
run fail as a whole, so that Lambda tries once more and then tells the function's on-failure destination.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from concierge import audit, safeguards
from concierge.apply import Applied, Mode, Pause, apply
from concierge.catalog.model import Catalog, Domain
from concierge.errors import AwsError, CatalogError, ConciergeError, MalformedEvent, UnsafePlan
from concierge.model import App
from concierge.plan import Change, Finding, Plan

Summary = dict[str, Any]

logger = logging.getLogger(__name__)


class SweepFailed(ConciergeError):
    """At least one domain was not swept to its end; the message is the whole run's summary as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the schedule asks for: `now` is the time that it was due, `domain` restricts it to one."""

    schedule: str
    now: datetime
    domain: str | None = None

    @property
    def cause(self) -> str:
        """What the audit names as the cause of every change."""
        return f"{self.schedule} {self.now.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a room found in a domain.

    population: how many things of the kind that the plan removes exist, for the safeguards.
    counts:     what else the summary should say, such as {"keep": 12}.
    """

    plan: Plan
    population: int
    counts: Mapping[str, int] = field(default_factory=dict)


class Room(Protocol):
    """A nightly capability: looks at one domain, and carries out the changes of its own plans."""

    capability: ClassVar[str]
    limits: ClassVar[safeguards.Limits]

    def survey(self, domain: Domain, now: datetime) -> Survey:
        """Observes and plans; writes nothing. Raises AwsError if the domain cannot be read."""

    def perform(self, change: Change) -> None:
        """Carries out one change; safe to repeat. Raises AwsError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A room with all that its runs need."""

    room: Room
    catalog: Catalog
    trail: audit.AuditTrail
    pause: Pause

    def sweep(self, event: Mapping[str, Any], *, mode: Mode = Mode.APPLY) -> Summary:
        """Returns what became of each domain: {"schedule", "time", "domains": {name: {what: how many}}}.

        Raises MalformedEvent before the first call, and SweepFailed after the last domain if any of them failed.
        """
        request = read_request(event)
        swept = {domain.name: self._sweep(domain, request, mode) for domain in self._domains(request)}
        summary = {"schedule": request.schedule, "time": request.now.isoformat(), "domains": swept}
        logger.info("swept", extra={"capability": self.room.capability, "summary": summary})
        if any("error" in each for each in swept.values()):
            raise SweepFailed(json.dumps(summary))
        return summary

    def _domains(self, request: Request) -> tuple[Domain, ...]:
        if request.domain is None:
            return self.catalog.domains
        try:
            return (self.catalog.domain(request.domain),)
        except CatalogError as error:
            raise MalformedEvent(f"domain: {error}") from error

    def _sweep(self, domain: Domain, request: Request, mode: Mode) -> Summary:
        try:
            return self._run(domain, request, mode)
        except UnsafePlan as error:  # audited where it was refused
            return {"error": str(error)}
        except AwsError as error:
            self._report_unswept(domain, request, error)
            return {"error": str(error)}

    def _run(self, domain: Domain, request: Request, mode: Mode) -> Summary:
        room, about = self.room, {"capability": self.room.capability, "cause": request.cause}
        survey = room.survey(domain, request.now)
        try:
            safeguards.check(survey.plan, room.limits, population=survey.population)
        except UnsafePlan as error:
            self.trail.record((audit.refusal_of(survey.plan, str(error), **about, at=request.now),))
            raise
        applied = apply(survey.plan, room.perform, mode=mode, pause=self.pause)
        self.trail.record(audit.events_of(applied, **about, at=request.now))
        return _summary(survey, applied)

    def _report_unswept(self, domain: Domain, request: Request, error: AwsError) -> None:
        finding = Finding(subject=f"domain {domain.name}", reason=f"was not swept to its end: {error}")
        about = {"capability": self.room.capability, "cause": request.cause}
        events = audit.findings_of((finding,), scope=scope(domain), **about, at=request.now)
        try:
            self.trail.record(events)
        except AwsError:  # the run still fails with the summary, which names the domain
            logger.exception("not audited", extra={"domain": domain.name})


def read_request(event: Mapping[str, Any]) -> Request:
    """Raises MalformedEvent, naming the field and what would be right."""
    schedule, time, domain = event.get("schedule"), event.get("time"), event.get("domain")
    if not isinstance(schedule, str) or not schedule:
        raise MalformedEvent(f"schedule: must be the schedule's name, not {schedule!r}")
    if domain is not None and not isinstance(domain, str):
        raise MalformedEvent(f"domain: must be a name of the catalog, not {domain!r}")
    return Request(schedule=schedule, now=_time(time), domain=domain)


def scope(domain: Domain) -> str:
    """The scope of every plan for a whole domain."""
    return f"domain {domain.name}"


def owner_of(app: App, owners: Mapping[str, str | None]) -> str | None:
    """The profile that an app belongs to: the one that runs it, or the owner of the private space that does.

    owners: profile by space; None for a shared space.
    """
    return owners.get(app.space) if app.space is not None else app.profile


def _time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise MalformedEvent(f"time: must be ISO 8601 such as 2026-03-02T22:00:00Z, not {value!r}") from error
    if time.tzinfo is None:
        raise MalformedEvent(f"time: must name its time zone, as 2026-03-02T22:00:00Z does, not {value!r}")
    return time


def _summary(survey: Survey, applied: Applied) -> Summary:
    outcomes = Counter(str(result.outcome) for result in applied.results)
    summary: Summary = {**survey.counts, **outcomes, "findings": len(survey.plan.findings)}
    if applied.failed:
        first = applied.failed[0]
        summary["error"] = f"{first.change.subject}: {first.message}"
    return summary
