"""What would be done for somebody, or after reading a directory: values that the command shows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from cli.explanation import waits_under
from concierge.apply import Applied
from concierge.catalog.model import Directory
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.directory.reconcile import Drift
from concierge.model import Door, PersonRecord
from concierge.onboarding.changes import (
    AttachPolicy,
    CreateLifecycleConfig,
    CreateProfile,
    CreateRole,
    CreateSpace,
    DetachPolicy,
    DropRolePolicy,
    LockRole,
    RecordBinding,
)
from concierge.plan import Change

SIGNS = {"+": "to add", "~": "to change", "-": "to remove"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change: `sign` is one of SIGNS."""

    sign: str
    action: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is waited for, or seen and left alone."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be done about one person or directory.

    held:    why removals of this wait for an administrator instead, "" if they do not.
    problem: why nothing can be said, "" if something can.
    """

    scope: str
    steps: tuple[Step, ...] = ()
    waits: tuple[Said, ...] = ()
    findings: tuple[Said, ...] = ()
    held: str = ""
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do, and nothing to come back for."""
        return not (self.steps or self.waits or self.problem)

    def lines(self) -> Iterator[str]:
        """For people; nothing where there is nothing to say."""
        if self.is_empty and not self.findings:
            return
        yield self.scope
        yield from (f"  {each.sign} {each.action}: {each.subject} ({each.reason})" for each in self.steps)
        yield from (f"  … {each.subject}: {each.reason}" for each in self.waits)
        yield from (f"  ! {each.subject}: {each.reason}" for each in self.findings)
        if self.held:
            yield f"  = removals wait for an administrator: {self.held}"
        if self.problem:
            yield f"  ! {self.problem}"


def for_person(record: PersonRecord, applied: Applied) -> Proposal:
    """A dry run's result."""
    plan = applied.plan
    hold_id = waits_under(record)
    return Proposal(
        scope=plan.scope,
        steps=tuple(
            Step(sign=sign_of(each), action=each.action, subject=each.subject, reason=each.reason)
            for each in plan.changes
        ),
        waits=tuple(Said(subject=each.subject, reason=each.reason) for each in plan.waits),
        findings=tuple(Said(subject=each.subject, reason=each.reason) for each in plan.findings),
        held=f"hold {hold_id}" if hold_id and plan.changes else "",
    )


def for_directory(directory: Directory, drift: Drift, *, held: str) -> Proposal:
    """What a reading and the ledger disagree about; `held`: why its removals are not believed."""
    return Proposal(
        scope=f"directory {directory.name}",
        steps=tuple(_step(each) for each in drift.changes),
        waits=tuple(
            Said(subject=f"group {each.name}", reason="something is too fresh to be believed")
            for each in drift.unsettled
        ),
        findings=tuple(Said(subject=each.subject, reason=each.reason) for each in drift.findings),
        held=held,
        problem=f"could not be read: {drift.problem}" if drift.problem else "",
    )


def sign_of(change: Change) -> str:
    """What a change does, in one character."""
    match change:
        case CreateRole() | CreateProfile() | CreateSpace() | CreateLifecycleConfig() | AttachPolicy():
            return "+"
        case RecordBinding():
            return "+" if change.binding.door is Door.OPEN else "-"
        case LockRole() | DropRolePolicy() | DetachPolicy():
            return "-"
    return "-" if change.removes else "~"


def _step(change: PersonChange) -> Step:
    subject = f"{change.person.login} in {change.group}" if change.group else change.person.login
    sign, reason = _drift_of(change.kind)
    return Step(sign=sign, action=change.kind, subject=subject, reason=reason)


def _drift_of(kind: Kind) -> tuple[str, str]:
    match kind:
        case Kind.ADD:
            return "+", "a member in the directory, and not in the ledger"
        case Kind.ENABLE:
            return "+", "enabled in the directory, and not in the ledger"
        case Kind.REMOVE:
            return "-", "a member in the ledger, and not in the directory"
        case Kind.DISABLE | Kind.DELETE:
            return "-", "disabled in the directory, and not in the ledger"
        case Kind.RENAME:
            return "~", "has another login id in the directory"
        case Kind.LOOK | Kind.RESYNC:
            return "~", "is looked at"
    assert_never(kind)
