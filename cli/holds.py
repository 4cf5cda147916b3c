"""`concierge holds`: what waits for an administrator, and the decision."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import click

from cli.deployment import Deployment, deployed
from cli.wording import instant, people
from concierge.directory.decisions import Decisions, Held, HeldPerson
from concierge.holds import HoldStatus
from concierge.plan import few

_ID = click.argument("hold_id", metavar="ID")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs: all people, not only the first ten.")
_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def holds() -> None:
    """Removals that are held because too many people would lose access at once."""


@holds.command(name="list")
@click.option("--all", "decided_too", is_flag=True, help="Also those that were decided and done.")
@_AS_JSON
@deployed
def list_(deployment: Deployment, *, decided_too: bool, as_json: bool) -> None:
    """Shows what waits for a decision: since when, why, and for how many people."""
    found = [each for each in decisions(deployment).all() if decided_too or each.is_open]
    if as_json:
        click.echo(json.dumps([as_fields(each) for each in found], indent=2))
        return
    for held in found:
        click.echo("\n".join(_summary(held)))
    if not found:
        click.echo("nothing waits for a decision")


@holds.command()
@_ID
@_AS_JSON
@deployed
def show(deployment: Deployment, hold_id: str, *, as_json: bool) -> None:
    """Shows one hold with everybody in it, and the groups that they left."""
    held = _found(decisions(deployment), hold_id)
    if as_json:
        click.echo(json.dumps(as_fields(held), indent=2))
        return
    click.echo("\n".join(_summary(held)))
    names = _group_names(deployment, held.people)
    for each in held.people:
        groups = ", ".join(names[group_id] for group_id in each.removal.group_ids)
        what = f"left {groups}" if groups else "disabled or deleted"
        since = f"{each.removal.status} since {instant(each.removal.at)}"
        click.echo(f"    {each.person.login} ({each.person.id}): {what}, {since}")


@holds.command()
@_ID
@_YES
@deployed
def approve(deployment: Deployment, hold_id: str, *, yes: bool) -> None:
    """Lets the people go: their doors close within moments."""
    _decide(deployment, hold_id, HoldStatus.APPROVED, "access ends", yes=yes)


@holds.command()
@_ID
@_YES
@deployed
def reject(deployment: Deployment, hold_id: str, *, yes: bool) -> None:
    """Keeps the people in: the ledger says from now on that they are members, and enabled."""
    _decide(deployment, hold_id, HoldStatus.REJECTED, "access stays", yes=yes)


def decisions(deployment: Deployment) -> Decisions:
    """What a decision needs, in the deployment."""
    return Decisions(
        holds=deployment.holds(), ledger=deployment.ledger(), queue=deployment.queue(), trail=deployment.trail()
    )


def as_fields(held: Held) -> dict[str, object]:
    """A hold as JSON values."""
    hold = held.hold
    return {
        "id": hold.id,
        "kind": hold.kind,
        "status": hold.status,
        "opened_at": hold.opened_at.isoformat(),
        "reason": hold.reason,
        "decided_by": hold.decided_by or None,
        "decided_at": hold.decided_at.isoformat() if hold.decided_at else None,
        "people": [
            {
                "id": each.person.id,
                "login": each.person.login,
                "status": each.removal.status,
                "at": each.removal.at.isoformat(),
                "group_ids": list(each.removal.group_ids),
            }
            for each in held.people
        ],
    }


def _decide(deployment: Deployment, hold_id: str, status: HoldStatus, what: str, *, yes: bool) -> None:
    room = decisions(deployment)
    held = _found(room, hold_id)
    click.echo("\n".join(_summary(held)))
    if not yes:
        click.confirm(f"{people(len(held.people))}: {what}. Is hold {hold_id} {status}?", abort=True)
    try:
        done = room.decide(held, status, by=deployment.caller(), now=datetime.now(UTC))
    except ValueError as error:
        raise click.ClickException(f"{error}; a decision stays") from error
    names = f" of {few(each.login for each in done)}" if done else ""
    click.echo(f"{status}, {people(len(done))}: {what}{names}")


def _found(room: Decisions, hold_id: str) -> Held:
    try:
        return room.one(hold_id)
    except LookupError as error:
        raise click.ClickException(str(error)) from error


def _summary(held: Held) -> Iterable[str]:
    hold = held.hold
    yield f"{hold.id}: {hold.status}, {hold.kind}, since {instant(hold.opened_at)}"
    yield f"    why: {hold.reason}"
    if hold.decided_at is not None:
        yield f"    decided by {hold.decided_by} at {instant(hold.decided_at)}"
        if held.is_open:
            yield "    not finished: make the same decision again for whoever is left"
    count = len(held.people)
    yield (
        f"    {people(count)}: {few(each.person.login for each in held.people)}"
        if count
        else "    nobody is left in it"
    )


def _group_names(deployment: Deployment, held: Iterable[HeldPerson]) -> dict[str, str]:
    """The name of each group by id, as the ledger knows it from its members."""
    asked: dict[str, list[str]] = {}
    for each in held:
        for group_id in each.removal.group_ids:
            asked.setdefault(group_id, []).append(each.person.id)
    ledger = deployment.ledger()
    known = {group_id: ledger.words_about(group_id, person_ids) for group_id, person_ids in asked.items()}
    return {group_id: next((word.group for word in found.values()), group_id) for group_id, found in known.items()}
