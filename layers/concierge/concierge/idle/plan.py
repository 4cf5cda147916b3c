"""Judged apps -> which to stop. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from concierge.catalog.model import Domain
from concierge.idle.decision import Decision, Verdict
from concierge.model import App
from concierge.night import scope
from concierge.plan import Change, Finding, Plan, few


@dataclass(frozen=True, slots=True, kw_only=True)
class StopApp(Change):
    """Stops an app; the space that it ran in, and every file, stays."""

    removes: ClassVar[bool] = True

    domain: Domain
    app: App


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An app of a person of ours, the persona that its limits are from, and the decision."""

    app: App
    persona: str
    decision: Decision


def build_plan(domain: Domain, judged: Iterable[Judged], findings: tuple[Finding, ...] = ()) -> Plan:
    """One change for each app to be stopped, sorted by name and each a thread of its own."""
    changes = (_stop(domain, each) for each in judged if each.decision.verdict is Verdict.STOP)
    return Plan(
        scope=scope(domain),
        changes=tuple(sorted(changes, key=lambda change: change.thread)),
        findings=findings,
    )


def foreign_apps(domain: Domain, apps: Iterable[App]) -> tuple[Finding, ...]:
    """One finding for all apps that are nobody's whom we manage; none if there are none."""
    names = [name_of(app) for app in apps]
    if not names:
        return ()
    reason = f"of profiles or shared spaces that are not managed here; left alone: {few(names)}"
    return (Finding(subject=f"{len(names)} apps in {domain.name}", reason=reason),)


def without_limits(domain: Domain, personas: Iterable[str]) -> tuple[Finding, ...]:
    """A finding for each persona that people have and the catalog does not know."""
    reason = "the catalog has no such persona, so there are no limits and its apps are left alone"
    return tuple(Finding(subject=f"persona {name} in {domain.name}", reason=reason) for name in sorted(set(personas)))


def name_of(app: App) -> str:
    """An app as an administrator would name it."""
    return f"{app.app_type}/{app.name} of {app.space or app.profile}"


def _stop(domain: Domain, judged: Judged) -> StopApp:
    app = judged.app
    return StopApp(
        subject=f"app {name_of(app)} in {domain.name}",
        reason=f"{judged.decision.reason} for persona {judged.persona}",
        thread=f"{'space' if app.space else 'profile'}/{app.space or app.profile}/{app.app_type}/{app.name}",
        domain=domain,
        app=app,
    )
