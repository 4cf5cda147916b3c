"""`concierge plan`: a dry run of everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from cli.deployment import Deployment, deployed
from cli.people import found
from cli.proposal import SIGNS, Proposal, for_directory, for_person
from cli.rehearsal import onboarding, reconciliation
from concierge.apply import Mode
from concierge.catalog.model import Catalog
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.directory.ports import People
from concierge.directory.protection import Protection
from concierge.directory.reconcile import Drift
from concierge.errors import AwsError, CatalogError, UnsafePlan, UnusableSecret
from concierge.holds import RemovalKind
from concierge.model import Door, Person, PersonRecord
from concierge.onboarding.converge import Onboarding

NOTHING_TO_DO, FAILED, CHANGES = 0, 1, 2  # as `terraform plan -detailed-exitcode`
_CAUSE = "concierge plan"
_REMOVALS = {RemovalKind.LEFT: Kind.REMOVE, RemovalKind.DISABLED: Kind.DISABLE}


@click.command()
@click.argument("person", required=False)
@click.option("--with-directories", is_flag=True, help="Also read every directory that can be read from here.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@deployed
def plan(deployment: Deployment, person: str | None, *, with_directories: bool, as_json: bool) -> None:
    """Shows what would be done for PERSON, or for everybody with a door in a domain, and does nothing.

    Ends with 0 if there is nothing to do, with 2 if there is, and with 1 if that could not be found out.
    """
    now = datetime.now(UTC)
    catalog = deployment.catalog(now)
    proposals = []
    for proposal in _proposals(deployment, catalog, person, now, with_directories=with_directories):
        proposals.append(proposal)
        if not as_json:
            for line in proposal.lines():
                click.echo(line)
    counts = {sign: sum(step.sign == sign for each in proposals for step in each.steps) for sign in SIGNS}
    if as_json:
        told = {"proposals": [asdict(each) for each in proposals if each.findings or not each.is_empty]}
        click.echo(json.dumps({**told, **{what: counts[sign] for sign, what in SIGNS.items()}}, indent=2))
    else:
        click.echo(_sum(proposals, counts))
    click.get_current_context().exit(_exit_code(proposals))


def everybody(catalog: Catalog, ledger: People) -> Iterator[Person]:
    """Each person once who has a door in a domain, open or closed, domain by domain."""
    seen: set[str] = set()
    for domain in catalog.domains:
        for binding in ledger.bindings_in_domain(domain.name):
            if binding.door is not Door.REMOVED and binding.person_id not in seen:
                seen.add(binding.person_id)
                yield Person(id=binding.person_id, login=binding.login, directory="")


def rehearsed(room: Onboarding, record: PersonRecord, *, now: datetime) -> Proposal:
    """What a look at the person, down to AWS, would do."""
    look = PersonChange(kind=Kind.LOOK, person=record.person, occurred_at=now, cause=_CAUSE)
    try:
        return for_person(record, room.converge(look, now=now, mode=Mode.DRY_RUN, verify=True))
    except UnsafePlan as error:
        return Proposal(scope=f"person {record.person.login} ({record.person.id})", problem=str(error))


def _proposals(
    deployment: Deployment, catalog: Catalog, person: str | None, now: datetime, *, with_directories: bool
) -> Iterator[Proposal]:
    room, ledger = onboarding(deployment, catalog), deployment.ledger()
    if person is not None:
        records: Iterator[PersonRecord] = iter(found(deployment, catalog, person))
    else:
        records = map(ledger.record, everybody(catalog, ledger))
    for record in records:
        yield rehearsed(room, record, now=now)
    if with_directories:
        yield from _directories(deployment, catalog, now)


def _directories(deployment: Deployment, catalog: Catalog, now: datetime) -> Iterator[Proposal]:
    room = reconciliation(deployment, catalog, now)
    for directory in catalog.directories:
        if not directory.can_be_read:
            continue
        try:
            drift = room.drift(directory, cause=_CAUSE, now=now)
        except (AwsError, CatalogError, UnusableSecret) as error:
            yield Proposal(scope=f"directory {directory.name}", problem=f"could not be read: {error}")
            continue
        yield for_directory(directory, drift, held=_not_believed(room.protection, drift, now))


def _not_believed(protection: Protection, drift: Drift, now: datetime) -> str:
    """Why removals of a reading would be held, "" if they would not."""
    reasons = []
    for removal, kind in _REMOVALS.items():
        leaving = {each.person.id for each in drift.changes if each.kind is kind}
        emptied = drift.emptied if removal is RemovalKind.LEFT else ()
        reasons.append(protection.stops_all(leaving, emptied, removal, now) if leaving else "")
    return "; ".join(filter(None, reasons))


def _sum(proposals: list[Proposal], counts: dict[str, int]) -> str:
    if all(each.is_empty for each in proposals):
        return f"nothing to do; people and directories looked at: {len(proposals)}"
    waits = sum(len(each.waits) for each in proposals)
    done = ", ".join(f"{counts[sign]} {what}" for sign, what in SIGNS.items())
    return f"plan: {done}, {waits} to wait for; nothing was changed"


def _exit_code(proposals: list[Proposal]) -> int:
    if any(each.problem for each in proposals):
        return FAILED
    return NOTHING_TO_DO if all(each.is_empty for each in proposals) else CHANGES
