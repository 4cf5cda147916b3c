"""The idle shutdown capability: which apps of our people run in a domain, and which of them nobody uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from concierge.catalog.model import Catalog, Domain, Persona
from concierge.cost.prices import hourly_of
from concierge.cost.savings import saving_of
from concierge.errors import AwsError, NotYet, OutOfTime
from concierge.idle.decision import Decision, Rules, Verdict, decide, too_long
from concierge.idle.evidence import Evidence, KeepAlive, Known, app_key
from concierge.idle.ownership import Divided, Ownership
from concierge.idle.plan import Judged, StopApp, WarnOwner, build_plan, foreign_apps, not_kept, without_limits
from concierge.idle.ports import Activity, Ledger, Pacing, Studio, Tags
from concierge.idle.record import kept_of
from concierge.model import App, ProfileBinding, Status
from concierge.night.request import Target
from concierge.night.room import Survey, each_domain
from concierge.plan import Change, Finding
from concierge.safeguards import Limits
from concierge.side_by_side import side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The adapters of one account and region."""

    studio: Studio
    activity: Activity
    tags: Tags
    pacing: Pacing


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleShutdown:
    """A `night.room.Room`.

    place:   gives the adapters of a domain's account and region, the same ones for the same place.
    workers: how many apps without a report are described at once.
    """

    capability: ClassVar[str] = "idle_shutdown"

    # At night every app may rightly be idle, and stopping one deletes no file: a share of the apps says nothing here.
    # More stops in one domain than an account can run apps (2,500 by the whitepaper) can only be a mistake.
    limits: ClassVar[Limits] = Limits(removals_share=1.0, changes=2_500)

    catalog: Catalog
    ledger: Ledger
    place: Callable[[Domain], Place]
    workers: int = 1

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:
        """A Survey for each domain. Raises AwsError if what is kept about the apps cannot be read."""
        place = self.place(target.domains[0])
        known = place.activity.read()
        place.pacing.start_from(known.paces)
        rules = self.catalog.night
        tagged = place.tags.having(rules.keep_alive_tag) if rules.keep_alive_days else {}
        yield from each_domain(target, lambda domain: self._domain(domain, place, known, tagged, now))

    def perform(self, change: Change) -> None:
        """Raises AwsError as the ports do, and TypeError for a change that is not of this room."""
        match change:
            case StopApp():
                _stop(self.place(change.domain).studio, change.app)
            case WarnOwner():
                self.place(change.domain).activity.warned(app_key(change.app), change.at)
            case _:
                raise TypeError(f"not a change of idle shutdown: {change!r}")

    def kept(self, change: Change) -> Mapping[str, Any] | None:
        """What was stopped, whose it was, and what that saves."""
        return kept_of(change, self.catalog.night.prices.currency) if isinstance(change, StopApp) else None

    def close(self, target: Target) -> None:
        """Keeps the call rates that were learnt; writes nothing if there are none."""
        place = self.place(target.domains[0])
        if learnt := place.pacing.learnt():
            place.activity.save_paces(learnt)

    def _domain(self, domain: Domain, place: Place, known: Known, tagged: Mapping[str, str], now: datetime) -> Survey:
        ownership = Ownership(catalog=self.catalog, ledger=self.ledger, studio=place.studio)
        divided = ownership.divide(place.studio.apps(domain.domain_id), domain.name, domain.domain_id)
        personas = {persona.name: self._rules(persona) for persona in self.catalog.personas}
        candidates = [
            _Candidate(app, binding, personas[binding.persona], _evidence(app, binding, known, tagged))
            for app, binding in divided.ours
            if binding.persona in personas
        ]
        counts: Counter[str] = Counter()
        changing: list[Judged] = []
        errors: list[AwsError] = []
        for each, app, decision in _decided(candidates, place.studio, self.workers, now, errors):
            counts[decision.verdict] += 1
            if decision.verdict in (Verdict.STOP, Verdict.WARN):
                changing.append(self._judged(each, app, decision, now))
        return Survey(
            part=domain.name,
            plan=build_plan(domain, changing, now, self._findings(domain, divided, candidates, known, now)),
            population=len(divided.ours),
            counts=counts,
            error=errors[0] if errors else None,
        )

    def _findings(
        self, domain: Domain, divided: Divided, candidates: Sequence[_Candidate], known: Known, now: datetime
    ) -> tuple[Finding, ...]:
        night, personas = self.catalog.night, {persona.name for persona in self.catalog.personas}
        prolonged = [each.app for each in candidates if too_long(each.evidence, each.rules, now)]
        return (
            *foreign_apps(domain, divided.foreign),
            *without_limits(domain, (each.persona for _, each in divided.ours if each.persona not in personas)),
            *not_kept(domain, prolonged, night.keep_alive_tag, night.keep_alive_days),
            *_no_reports(domain, known),
        )

    def _judged(self, each: _Candidate, app: App, decision: Decision, now: datetime) -> Judged:
        hourly = hourly_of(app.instance_type, self.catalog.night.prices)
        limits, calendar = each.rules.limits, each.rules.calendar
        saving = saving_of(app, now=now, limits=limits, calendar=calendar, hourly=hourly)
        return Judged(app=app, binding=each.binding, decision=decision, saving=saving)

    def _rules(self, persona: Persona) -> Rules:
        calendar = self.catalog.calendar(persona.idle.calendar) if persona.idle.calendar else None
        return Rules(limits=persona.idle, calendar=calendar, keep_alive_days=self.catalog.night.keep_alive_days)


@dataclass(frozen=True, slots=True)
class _Candidate:
    app: App
    binding: ProfileBinding
    rules: Rules
    evidence: Evidence


def _decided(
    candidates: Iterable[_Candidate], studio: Studio, workers: int, now: datetime, errors: list[AwsError]
) -> Iterator[tuple[_Candidate, App, Decision]]:
    """Describes, side by side, only what has no report and could be stopped by its timestamps.

    An app that cannot be described stays unknown, adds to `errors`, and keeps no other from its turn.
    """
    unknown: list[tuple[_Candidate, Decision]] = []
    for each in candidates:
        decision = decide(each.app, each.rules, each.evidence, now)
        if decision.verdict is Verdict.UNKNOWN:
            unknown.append((each, decision))
        else:
            yield each, each.app, decision

    def described(of: tuple[_Candidate, Decision]) -> App | AwsError | None:
        try:
            return studio.describe(of[0].app)
        except OutOfTime:
            raise
        except AwsError as error:
            return error

    for (each, decision), found in zip(unknown, side_by_side(described, unknown, workers), strict=True):
        match found:
            case None:  # it ended since it was listed
                continue
            case AwsError():
                errors.append(found)
                yield each, each.app, decision
            case App():
                yield each, found, decide(found, each.rules, each.evidence, now)


def _stop(studio: Studio, app: App) -> None:
    """Raises NotYet while the app is in transition; unless it is going already, as after an answer that was lost."""
    try:
        studio.stop(app)
    except NotYet:
        found = studio.describe(app)
        if found is not None and found.status is not Status.DELETING:
            raise


def _evidence(app: App, binding: ProfileBinding, known: Known, tagged: Mapping[str, str]) -> Evidence:
    return Evidence(
        report=known.report(app, binding.role),
        warned_at=known.warned_at.get(app_key(app)),
        keep_alive=_keep_alive(app, tagged),
    )


def _keep_alive(app: App, tagged: Mapping[str, str]) -> KeepAlive | None:
    """The app's own tag, or its space's, or its profile's, in this order."""
    if not tagged:
        return None
    place, _, _ = app.arn.lower().partition(":app/")
    holder = f"space/{app.domain_id}/{app.space}" if app.space else f"user-profile/{app.domain_id}/{app.profile}"
    for arn in (app.arn.lower(), f"{place}:{holder}".lower()):
        if arn in tagged:
            return KeepAlive.read(tagged[arn])
    return None


def _no_reports(domain: Domain, known: Known) -> tuple[Finding, ...]:
    if known.is_kept:
        return ()
    reason = "there is no activity table there, so no app can report; deploy region.yaml (docs/evidence.md)"
    return (Finding(subject=f"{domain.account}/{domain.region}", reason=reason),)
