"""A domain's settings as they should be and as they are -> what to mend. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from concierge.catalog.model import Domain, NativeIdle
from concierge.catalog.night import limits_in_words
from concierge.house.model import DomainSettings, Place
from concierge.model import App
from concierge.night.room import scope
from concierge.plan import Change, Finding, Plan, few


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDomainSettings(Change):
    """Sets the domain's idle limits to those of the catalog and switches tag propagation on."""

    domain: Domain


def wrong_limits(domain: Domain, settings: DomainSettings) -> tuple[Place, ...]:
    """Where the limits are not the catalog's; nowhere if the catalog says nothing about the domain's."""
    if domain.idle is None:
        return ()
    return tuple(place for place, found in settings.idle.items() if found != domain.idle)


def build_plan(domain: Domain, settings: DomainSettings, running: Iterable[App]) -> Plan:
    """At most one change, because AWS takes one update of a domain at a time.

    running: apps of the domain; needed only if there are wrong limits.
    """
    wrong = wrong_limits(domain, settings)
    reasons = [f"{place} stops {_limits(settings.idle[place])}, must be {_limits(domain.idle)}" for place in wrong]
    if not settings.propagates_tags:
        reasons.append("apps are born without the tags of their domain, profile and space")
    if not reasons:
        return Plan(scope=scope(domain))
    change = UpdateDomainSettings(
        subject=f"settings of domain {domain.name}", reason="; ".join(reasons), thread=domain.name, domain=domain
    )
    return Plan(scope=scope(domain), changes=(change,), findings=_to_restart(domain, wrong, running))


def _limits(idle: NativeIdle | None) -> str:
    return limits_in_words(*((idle.minutes, idle.least, idle.most) if idle else (None, None, None)))


def _to_restart(domain: Domain, wrong: Iterable[Place], running: Iterable[App]) -> tuple[Finding, ...]:
    """An app reads its limits when it starts (Studio, Developer Guide)."""
    kinds = {place.app_type for place in wrong}
    names = [app.title for app in running if app.app_type in kinds]
    if not names:
        return ()
    reason = f"they keep their former idle limits until they are restarted: {few(names)}"
    return (Finding(subject=f"{len(names)} apps in {domain.name}", reason=reason),)
