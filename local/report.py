"""The demonstration's account of what happened, as tables for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from local.gate.gate import Call
    from local.stack import LocalStack


class Say(Protocol):
    """Notes what came of a step, and whether it is what should have come."""

    def __call__(self, came_of_it: str, *, as_expected: bool) -> None:
        """Called once per step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story; `seconds` is real time."""

    what: str
    came_of_it: str
    as_expected: bool
    seconds: float


def steps(told: Sequence[Step]) -> Table:
    """The story."""
    table = Table(title="What happened", title_justify="left", show_lines=False)
    table.add_column("")
    table.add_column("step")
    table.add_column("came of it")
    table.add_column("s", justify="right")
    for step in told:
        mark = "[green]✓[/green]" if step.as_expected else "[red]✗[/red]"
        table.add_row(mark, step.what, step.came_of_it, f"{step.seconds:.1f}")
    return table


def calls(made: Sequence[Call]) -> Table:
    """Every AWS API call, by the role that made it."""
    table = Table(title="AWS API calls, each allowed or denied by the template's policies", title_justify="left")
    for name in ("role", "action", "calls", "denied"):
        table.add_column(name, justify="right" if name in ("calls", "denied") else "left")
    counted = Counter((call.who, call.action) for call in made if not call.dependent)
    denied = Counter((call.who, call.action) for call in made if not call.decision.allowed)
    former = ""
    for role, action in sorted(counted):
        shown = "" if role == former else role
        table.add_row(shown, action, str(counted[role, action]), str(denied[role, action] or ""))
        former = role
    table.add_section()
    table.add_row("all", "", str(sum(counted.values())), str(sum(denied.values())))
    return table


def audit(events: Sequence[Mapping[str, Any]]) -> Table:
    """Every audit event, in order."""
    table = Table(title="Audit events on the bus", title_justify="left")
    for name in ("event", "action", "subject", "reason"):
        table.add_column(name, overflow="fold")
    for event in events:
        detail = event["detail"]
        table.add_row(event["detail-type"], detail.get("action", ""), detail["subject"], detail["reason"])
    return table


def serving(console: Console, stack: LocalStack) -> None:
    """Where the running stack listens."""
    console.print("\nThe stack keeps running; Ctrl-C ends it.")
    console.print(f"  AWS endpoint   {stack.endpoint}    (AWS_ENDPOINT_URL for the AWS CLI)")
    console.print(f"  Login          {stack.outputs['LoginUrl']}")
    if stack.portal:
        console.print(f"  Portal         {stack.portal}    (where the identity provider starts a login)")
    for name in ("CatalogBucket", "AuditBusName", "LedgerTable"):
        console.print(f"  {name:<14} {stack.outputs[name]}")
