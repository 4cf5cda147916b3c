"""Judged apps -> which to stop, and whose owners to warn. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, assert_never

from concierge.catalog.model import Domain
from concierge.cost.savings import Saving
from concierge.idle.decision import Decision, Verdict
from concierge.idle.evidence import app_key
from concierge.model import App, ProfileBinding
from concierge.night.room import scope
from concierge.plan import Change, Finding, Plan, few


@dataclass(frozen=True, slots=True, kw_only=True)
class StopApp(Change):
    """Stops an app; the space that it ran in, and every file, stays."""

    removes: ClassVar[bool] = True

    domain: Domain
    app: App
    binding: ProfileBinding
    at: datetime
    saving: Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnOwner(Change):
    """Tells the owner of an app that it is going to be stopped, through the audit bus, and remembers when."""

    domain: Domain
    app: App
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An app of a person of ours, its owner's binding, the decision, and what a stop would save."""

    app: App
    binding: ProfileBinding
    decision: Decision
    saving: Saving


def build_plan(domain: Domain, judged: Iterable[Judged], now: datetime, findings: tuple[Finding, ...] = ()) -> Plan:
    """At most one change for each app, sorted by name and each a thread of its own."""
    changes = (change for each in judged if (change := _change(domain, each, now)) is not None)
    return Plan(
        scope=scope(domain),
        changes=tuple(sorted(changes, key=lambda change: change.thread)),
        findings=findings,
    )


def foreign_apps(domain: Domain, apps: Iterable[App]) -> tuple[Finding, ...]:
    """One finding for all apps that are nobody's whom we manage; none if there are none."""
    names = [app.title for app in apps]
    if not names:
        return ()
    reason = f"of profiles or shared spaces that are not managed here; left alone: {few(names)}"
    return (Finding(subject=f"{len(names)} apps in {domain.name}", reason=reason),)


def without_limits(domain: Domain, personas: Iterable[str]) -> tuple[Finding, ...]:
    """A finding for each persona that people have and the catalog does not know."""
    reason = "the catalog has no such persona, so there are no limits and its apps are left alone"
    return tuple(Finding(subject=f"persona {name} in {domain.name}", reason=reason) for name in sorted(set(personas)))


def not_kept(domain: Domain, apps: Iterable[App], tag: str, days: int) -> tuple[Finding, ...]:
    """One finding for all keep-alives that end later than anybody may ask for."""
    names = [app.title for app in apps]
    if not names:
        return ()
    reason = f"{tag} ends later than the {days} days that the catalog allows, so it is not honoured: {few(names)}"
    return (Finding(subject=f"{len(names)} apps in {domain.name}", reason=reason),)


def _change(domain: Domain, judged: Judged, now: datetime) -> StopApp | WarnOwner | None:
    app, reason = judged.app, f"{judged.decision.reason} for persona {judged.binding.persona}"
    thread = app_key(app)
    match judged.decision.verdict:
        case Verdict.STOP:
            return StopApp(
                subject=f"app {app.title} in {domain.name}",
                reason=reason,
                thread=thread,
                person=judged.binding.login,
                domain=domain,
                app=app,
                binding=judged.binding,
                at=now,
                saving=judged.saving,
            )
        case Verdict.WARN:
            return WarnOwner(
                subject=f"owner of app {app.title} in {domain.name}",
                reason=reason,
                thread=thread,
                person=judged.binding.login,
                domain=domain,
                app=app,
                at=now,
            )
        case Verdict.KEEP | Verdict.UNKNOWN:
            return None
    assert_never(judged.decision.verdict)
