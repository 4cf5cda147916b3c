"""Who changed what, when and why: every outcome as an event on the bus, a log line and a metric."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from concierge.apply import Applied, Outcome
from concierge.holds import Hold
from concierge.plan import Finding, Plan

SOURCE = "studio.concierge"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One line of the audit: becomes an EventBridge event with `kind` as its detail-type.

    cause: what woke the run (an event's own id, a schedule's name), so that an auditor can follow it back.
    """

    kind: str
    at: datetime
    capability: str
    scope: str
    action: str
    subject: str
    reason: str
    cause: str
    outcome: str
    code: str = ""
    message: str = ""
    person: str = ""

    def detail(self) -> dict[str, str]:
        """The event's JSON body; empty fields are left out."""
        fields = {name: getattr(self, name) for name in _DETAIL}
        return {"at": self.at.isoformat(), **{name: value for name, value in fields.items() if value}}


_DETAIL = ("capability", "scope", "action", "subject", "reason", "cause", "outcome", "code", "message", "person")


class AuditTrail(Protocol):
    """Where audit events go."""

    def record(self, events: Sequence[AuditEvent]) -> None:
        """Keeps all events, in order; raises AwsError if even one could not be kept."""


def begun(plan: Plan, *, capability: str, cause: str, at: datetime) -> tuple[AuditEvent, ...]:
    """The audit of changes that are about to be made: whatever becomes of the run, nothing happens unseen."""
    return tuple(
        AuditEvent(
            kind="Change Begun",
            at=at,
            capability=capability,
            scope=plan.scope,
            action=change.action,
            subject=change.subject,
            reason=change.reason,
            cause=cause,
            outcome="begun",
            person=change.person,
        )
        for change in plan.changes
    )


def events_of(applied: Applied, *, capability: str, cause: str, at: datetime) -> tuple[AuditEvent, ...]:
    """The audit of one run: its changes, then its findings. An empty plan leaves no trace."""
    changes = tuple(
        AuditEvent(
            kind=_kind(each.outcome),
            at=at,
            capability=capability,
            scope=applied.plan.scope,
            action=each.change.action,
            subject=each.change.subject,
            reason=each.change.reason,
            cause=cause,
            outcome=each.outcome,
            code=each.code,
            message=each.message if each.code else "",
            person=each.change.person,
        )
        for each in applied.results
    )
    plan = applied.plan
    return changes + findings_of(plan.findings, scope=plan.scope, capability=capability, cause=cause, at=at)


def findings_of(
    findings: Iterable[Finding], *, scope: str, capability: str, cause: str, at: datetime
) -> tuple[AuditEvent, ...]:
    """The audit of what was noticed and left alone, with a plan or without one."""
    return tuple(
        AuditEvent(
            kind="Finding",
            at=at,
            capability=capability,
            scope=scope,
            action="",
            subject=each.subject,
            reason=each.reason,
            cause=cause,
            outcome="reported",
        )
        for each in findings
    )


def refusal_of(plan: Plan, reason: str, *, capability: str, cause: str, at: datetime) -> AuditEvent:
    """The audit of a plan that the safeguards refused."""
    return AuditEvent(
        kind="Plan Refused",
        at=at,
        capability=capability,
        scope=plan.scope,
        action="",
        subject=plan.scope,
        reason=reason,
        cause=cause,
        outcome="refused",
    )


def held(hold: Hold, logins: Iterable[str], *, capability: str, cause: str, at: datetime) -> tuple[AuditEvent, ...]:
    """The audit of removals that wait for an administrator from now on.

    "Hold Opened" first, which alarm and notification listen to, then one "Removal Held" for each person.
    """

    def event(kind: str, subject: str, outcome: str) -> AuditEvent:
        return AuditEvent(
            kind=kind,
            at=at,
            capability=capability,
            scope=f"hold {hold.id}",
            action="",
            subject=subject,
            reason=hold.reason,
            cause=cause,
            outcome=outcome,
        )

    opened = event("Hold Opened", f"hold {hold.id}", "waiting for an administrator")
    return (opened, *(event("Removal Held", login, "held") for login in logins))


def _kind(outcome: Outcome) -> str:
    match outcome:
        case Outcome.APPLIED:
            return "Change Applied"
        case Outcome.PLANNED:
            return "Change Planned"
        case Outcome.WAITING:
            return "Change Waiting"
        case Outcome.FAILED:
            return "Change Failed"
        case Outcome.BLOCKED:
            return "Change Blocked"
        case Outcome.DEFERRED:
            return "Change Deferred"
    assert_never(outcome)
