"""The idle shutdown capability: which apps of our people run in a domain, and which of them nobody uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from concierge.catalog.model import Catalog, Domain, IdleLimits
from concierge.idle.decision import Verdict, decide
from concierge.idle.plan import Judged, StopApp, build_plan, foreign_apps, without_limits
from concierge.idle.ports import Ledger, Studio
from concierge.model import App
from concierge.night import Survey, owner_of
from concierge.plan import Change
from concierge.safeguards import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleShutdown:
    """A `night.Room`; `studio` gives the adapter of a domain's account and region."""

    capability: ClassVar[str] = "idle_shutdown"

    # At night every app may rightly be idle, and stopping one deletes no file: a share of the apps says nothing here.
    # More stops than an account can run apps (2,500 by the whitepaper) can only be a mistake.
    limits: ClassVar[Limits] = Limits(removals_share=1.0, changes=2_500)

    catalog: Catalog
    ledger: Ledger
    studio: Callable[[Domain], Studio]

    def survey(self, domain: Domain, now: datetime) -> Survey:
        """Lists, describes only what evidence could stop, and plans. Raises AwsError if the domain cannot be read."""
        studio = self.studio(domain)
        personas = {each.profile: each.persona for each in self.ledger.bindings_in_domain(domain.name)}
        owners = {space.name: space.owner for space in studio.spaces(domain.domain_id)}
        ours, foreign = _divide(studio.apps(domain.domain_id), owners, personas)
        limits = {persona.name: persona.idle for persona in self.catalog.personas}
        judged = tuple(_judge(studio, ours, limits, now))
        findings = (
            *foreign_apps(domain, foreign),
            *without_limits(domain, (persona for _, persona in ours if persona not in limits)),
        )
        return Survey(
            plan=build_plan(domain, judged, findings),
            population=len(ours),
            counts=Counter(str(each.decision.verdict) for each in judged),
        )

    def perform(self, change: Change) -> None:
        """Raises AwsError as the port does, and TypeError for a change that is not of this room."""
        if not isinstance(change, StopApp):
            raise TypeError(f"not a change of idle shutdown: {change!r}")
        self.studio(change.domain).stop(change.app)


_Owned = tuple[App, str]  # with the persona of the profile that owns it


def _divide(
    apps: tuple[App, ...], owners: Mapping[str, str | None], personas: Mapping[str, str]
) -> tuple[tuple[_Owned, ...], tuple[App, ...]]:
    """Our people's apps, each with its owner's persona, and everybody else's."""
    ours: list[_Owned] = []
    foreign: list[App] = []
    for app in apps:
        owner = owner_of(app, owners)
        if owner is not None and owner in personas:
            ours.append((app, personas[owner]))
        else:
            foreign.append(app)
    return tuple(ours), tuple(foreign)


def _judge(
    studio: Studio, apps: tuple[_Owned, ...], limits: Mapping[str, IdleLimits], now: datetime
) -> Iterator[Judged]:
    for app, persona in apps:
        limit = limits.get(persona)
        if limit is None:
            continue
        decision = decide(app, limit, now)
        if decision.verdict is not Verdict.UNKNOWN:
            yield Judged(app=app, persona=persona, decision=decision)
        elif (described := studio.describe(app)) is not None:
            yield Judged(app=described, persona=persona, decision=decide(described, limit, now))
