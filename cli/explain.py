"""`concierge explain`: which group gives somebody what, and what is pending."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from cli.deployment import Deployment, deployed
from cli.explanation import DomainSaid, Explanation, GroupSaid, explain
from cli.people import found
from cli.wording import instant
from concierge.holds import HeldRemoval, HoldStatus


@click.command(name="explain")
@click.argument("person")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@deployed
def explain_(deployment: Deployment, person: str, *, as_json: bool) -> None:
    """Shows which group gives PERSON what, what they have, and what happens next.

    PERSON is a login id, or an id such as guid:…, sid:… or vendor:…
    """
    now = datetime.now(UTC)
    catalog = deployment.catalog(now)
    surroundings = deployment.surroundings
    told = [explain(catalog, record, surroundings, now=now) for record in found(deployment, catalog, person)]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in told], indent=2, default=datetime.isoformat))
        return
    click.echo("\n\n".join("\n".join(_lines(each)) for each in told))


def _lines(told: Explanation) -> Iterator[str]:
    person = told.person
    yield f"{person.login or '(no login id yet)'} ({person.id})"
    yield from _facts(told)
    yield "groups" if told.groups else "groups: none is known"
    for group in told.groups:
        yield from _group(group)
    yield "domains" if told.domains else "domains: none"
    for domain in told.domains:
        yield from _domain(domain)
    if told.held is not None:
        yield from _pending(told.held, told.held_groups)


def _facts(told: Explanation) -> Iterator[str]:
    person = told.person
    if person.directory:
        yield f"  directory    {person.directory}"
    if person.first_login != person.login:
        yield f"  first known  as {person.first_login}: profile and role keep that name"
    if person.generation:
        yield f"  generation   {person.generation}: somebody else had this login id before"
    if told.known_since is not None:
        yield f"  known since  {instant(told.known_since)}, or earlier"
    when = told.enabled_at if told.enabled else told.disabled_at
    yield f"  standing     {'enabled' if told.enabled else 'disabled'}" + (f" since {instant(when)}" if when else "")


def _group(said: GroupSaid) -> Iterator[str]:
    yield f"  {said.group}: {'member' if said.present else 'left'} since {instant(said.since)} ({said.id})"
    for gift in said.gives:
        used = f"not used: {gift.unused}" if gift.unused else "used"
        yield f"      {gift.persona} in {gift.domain}, line {gift.line}: {used}"
    if not said.gives:
        yield "      gives nothing: no binding names it"


def _domain(said: DomainSaid) -> Iterator[str]:
    door = f"door {said.door}" if said.door else "no door yet"
    since = f" since {instant(said.since)}" if said.since else ""
    yield f"  {said.domain}: {door}{since}, persona {said.persona or 'unknown'}"
    yield f"      profile {said.profile or 'none'}, role {said.role or 'none'}"
    if said.closed_at is not None and said.deleted_after is not None:
        yield f"      closed {instant(said.closed_at)}, deleted after {instant(said.deleted_after)}"
    yield f"      next: {said.next}"


def _pending(held: HeldRemoval, groups: tuple[str, ...]) -> Iterator[str]:
    yield "pending"
    what = f"removal from {', '.join(groups)}" if groups else "removal of somebody disabled"
    yield f"  hold {held.hold_id}: {what}, {held.status} since {instant(held.at)}"
    if held.status is HoldStatus.PENDING:
        yield f"      decide with: concierge holds approve|reject {held.hold_id}"
