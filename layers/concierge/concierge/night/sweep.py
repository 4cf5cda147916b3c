"""One room in one target: every part of it in the one loop, until it is done or the time is up.

A part that cannot be swept is audited and never keeps the others from their turn. Nothing is carried out that the
audit has not been told of before: if the function is killed in between, the next run finds the rest, and the auditor
finds what was begun.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from concierge import audit, safeguards
from concierge.apply import Applied, Effort, Mode, Outcome, apply
from concierge.catalog.model import Catalog
from concierge.errors import AwsError, ConciergeError, OutOfTime, UnsafePlan
from concierge.night.record import PartResult, Record, Records
from concierge.night.request import MOST_ROUNDS, Request, Target, read_request, targets_of
from concierge.night.room import Room, Survey
from concierge.plan import Finding, Plan

_AT_ONCE = 100  # changes between two words with the audit: as many may be unknown to it when a function is killed

logger = logging.getLogger(__name__)


class SweepFailed(ConciergeError):
    """At least one part was not swept to its end; the message is the whole answer as JSON."""


class OlderRun(ConciergeError):
    """A later run of the same schedule has begun; this one would judge by a time that has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A room with all that its runs need.

    newest:   when the latest run of a schedule was due, None if none ever was; raises AwsError.
    records:  where results are kept.
    name:     of this very invocation, under which its results are kept.
    clock:    the time now, for the records; the run itself is judged by the time at which it was due.
    """

    room: Room
    catalog: Catalog
    trail: audit.AuditTrail
    effort: Effort
    newest: Callable[[str], datetime | None]
    records: Records
    name: str
    clock: Callable[[], datetime]

    def sweep(self, event: Mapping[str, Any], *, mode: Mode = Mode.APPLY) -> dict[str, Any]:
        """What became of each part, and whether the run is to be continued.

        {"schedule", "time", "finished": bool, "resume": {"done": [domain], "round": n}, "domains": {part: {what: n}}}

        Raises MalformedEvent and OlderRun before the first call to Studio, and SweepFailed after the last part if any
        of them failed. A run that is to be continued does not fail: its next round tries what failed once more.
        """
        request = read_request(event)
        targets = targets_of(self.catalog, request)
        newest = self.newest(request.schedule)
        if newest is not None and newest > request.now:
            raise OlderRun(f"{request.cause}: the run of {newest.isoformat()} has begun since")
        tallies = [self._target(target, request, mode) for target in targets]
        answer = _answer(request, tallies)
        logger.info("swept", extra={"capability": self.room.capability, "summary": answer})
        if answer["finished"] and any("error" in part for part in answer["domains"].values()):
            raise SweepFailed(json.dumps(answer))
        return answer

    def _target(self, target: Target, request: Request, mode: Mode) -> _Tally:
        tally = _Tally(done={each.name for each in target.domains if each.name in request.done})
        left = tuple(each for each in target.domains if each.name not in request.done)
        try:
            self._sweep(Target(account=target.account, region=target.region, domains=left), request, mode, tally)
            if mode is Mode.APPLY:
                self.room.close(target)
        except OutOfTime:
            tally.finished = False
        except AwsError as error:
            self._report_unswept(f"target {target.name}", request, error)
            tally.part(target.name).error = str(error)
        if not tally.finished and request.round >= MOST_ROUNDS:
            tally.finished = True
            tally.part(target.name).error = f"not done after {MOST_ROUNDS + 1} rounds; the next run goes on"
        if mode is Mode.APPLY:
            self._write_record(target, request, tally)
        return tally

    def _write_record(self, target: Target, request: Request, tally: _Tally) -> None:
        record = Record(
            room=self.room.capability,
            account=target.account,
            region=target.region,
            round=request.round,
            at=self.clock(),
            finished=tally.finished,
            parts=tally.parts,
        )
        key = f"{request.folder}/{self.room.capability}/{target.account}-{target.region}/{self.name}.json"
        try:
            self.records.write(key, record.as_json())
        except AwsError as error:
            self._report_unswept(f"record of {target.name}", request, error)
            tally.part(target.name).error = str(error)

    def _sweep(self, target: Target, request: Request, mode: Mode, tally: _Tally) -> None:
        if not target.domains:
            return
        planned: Counter[str] = Counter()  # by part: what comes in slices is judged as a whole
        for survey in self.room.survey(target, request.now):
            part = tally.part(survey.part)
            if part.is_refused:
                continue
            try:
                deferred = self._carry_out(survey, request, mode, part, planned[survey.part])
            except OutOfTime:
                deferred = True
            except UnsafePlan as error:  # audited where it was refused; what else there is of the part counts too
                part.error, part.is_refused, deferred = str(error), True, False
            except AwsError as error:
                part.error, deferred = str(error), False
                self._report_unswept(survey.plan.scope, request, error)
            planned[survey.part] += survey.plan.weight
            if deferred:
                tally.finished = False
            elif survey.is_last and part.error is None:
                tally.done.add(survey.part)
            if self.effort.time_is_up():
                tally.finished = tally.finished and survey.is_last and tally.done >= {d.name for d in target.domains}
                return

    def _carry_out(self, survey: Survey, request: Request, mode: Mode, part: PartResult, before: int) -> bool:
        """Whether some of it is left for the next round."""
        about = {"capability": self.room.capability, "cause": request.cause}
        part.counts.update(survey.counts)
        part.counts["findings"] += len(survey.plan.findings)
        try:
            safeguards.check(survey.plan, self.room.limits, population=survey.population, before=before)
        except UnsafePlan as error:
            self.trail.record((audit.refusal_of(survey.plan, str(error), **about, at=request.now),))
            raise
        deferred = False
        for start in range(0, len(survey.plan.changes), _AT_ONCE):
            now = Plan(scope=survey.plan.scope, changes=survey.plan.changes[start : start + _AT_ONCE])
            if mode is Mode.APPLY:
                if self.effort.time_is_up():
                    part.counts[Outcome.DEFERRED] += len(survey.plan.changes) - start
                    deferred = True
                    break
                self.trail.record(audit.begun(now, **about, at=request.now))
            applied = apply(now, self.room.perform, mode=mode, effort=self.effort)
            self._keep(applied, part)
            self.trail.record(audit.events_of(applied, **about, at=request.now))
            deferred = deferred or any(each.outcome is Outcome.DEFERRED for each in applied.results)
        scope = survey.plan.scope
        self.trail.record(audit.findings_of(survey.plan.findings, scope=scope, **about, at=request.now))
        if survey.error is not None:
            raise survey.error
        return deferred

    def _keep(self, applied: Applied, part: PartResult) -> None:
        part.counts.update(Counter(str(result.outcome) for result in applied.results))
        if applied.failed and part.error is None:
            part.error = f"{applied.failed[0].change.subject}: {applied.failed[0].message}"
        done = (each.change for each in applied.results if each.outcome is Outcome.APPLIED)
        part.kept += [kept for change in done if (kept := self.room.kept(change)) is not None]

    def _report_unswept(self, subject: str, request: Request, error: AwsError) -> None:
        finding = Finding(subject=subject, reason=f"was not swept to its end: {error}")
        about = {"capability": self.room.capability, "cause": request.cause}
        try:
            self.trail.record(audit.findings_of((finding,), scope=subject, **about, at=request.now))
        except AwsError:  # the run still fails with the answer, which names the part
            logger.exception("not audited", extra={"subject": subject})


@dataclass(slots=True)
class _Tally:
    """What became of a target so far."""

    done: set[str]
    parts: dict[str, PartResult] = field(default_factory=dict)
    finished: bool = True

    def part(self, name: str) -> PartResult:
        return self.parts.setdefault(name, PartResult())


def _answer(request: Request, tallies: Sequence[_Tally]) -> dict[str, Any]:
    done = sorted({name for each in tallies for name in each.done})
    return {
        "schedule": request.schedule,
        "time": request.now.isoformat(),
        "finished": all(each.finished for each in tallies),
        "resume": {"done": done, "round": request.round + 1},
        "domains": {name: part.counted() for each in tallies for name, part in each.parts.items()},
    }
