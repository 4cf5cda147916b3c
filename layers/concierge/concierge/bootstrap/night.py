"""The night: the run as a whole, and its rooms in the account and region that each call is for."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from concierge.bootstrap.environment import environment
from concierge.bootstrap.shared import accounts, catalog_store, ledger, trail
from concierge.settings import NightSettings, SweepSettings

if TYPE_CHECKING:
    from concierge.aws.domains import StudioDomains
    from concierge.aws.places import Places
    from concierge.aws.records import S3Records
    from concierge.aws.runs import DynamoRuns
    from concierge.catalog.model import Catalog, Domain
    from concierge.night.invocation import Invocation
    from concierge.night.request import Target
    from concierge.night.room import Room
    from concierge.night.runs import Night
    from concierge.night.sweep import Sweep


def night(now: datetime) -> Night:
    """night_run."""
    from concierge.night.runs import Night

    settings = NightSettings.read(environment())
    return Night(
        catalog=catalog_store().current(now),
        trail=trail(settings.audit_bus),
        runs=_runs(settings.table),
        records=_records(settings.records_bucket),
        functions=settings.functions,
        concurrency=settings.concurrency,
    )


def idle_shutdown(invocation: Invocation) -> Sweep:
    """idle_shutdown."""
    from concierge.idle.shutdown import IdleShutdown, Place

    settings, catalog, places = _settings(), _catalog(invocation), _places(invocation)

    def place(domain: Domain) -> Place:
        found = places.of(domain)
        return Place(studio=found.studio, activity=found.activity, tags=found.tags, pacing=found.pacing)

    room = IdleShutdown(catalog=catalog, ledger=ledger(settings.table), place=place, workers=settings.workers)
    return _sweep(room, catalog, invocation)


def tag_remediation(invocation: Invocation) -> Sweep:
    """tag_remediation."""
    from concierge.tags.reading import Place
    from concierge.tags.remediation import TagRemediation

    settings, catalog, places = _settings(), _catalog(invocation), _places(invocation)

    def place(domain: Domain) -> Place:
        found = places.of(domain)
        return Place(lists=found.lists, tags=found.tags)

    def prepare(target: Target) -> None:
        found = places.of(target.domains[0])
        found.pacing.start_from(found.activity.paces())

    def learn(target: Target) -> None:
        found = places.of(target.domains[0])
        found.activity.save_paces(found.pacing.learnt())

    room = TagRemediation(
        ledger=ledger(settings.table),
        place=place,
        required=catalog.night.required_tags,
        prepare=prepare,
        learn=learn,
        workers=settings.workers,
    )
    return _sweep(room, catalog, invocation)


def studio_settings(invocation: Invocation) -> Sweep:
    """studio_settings."""
    from concierge.house.settings import StudioSettings

    places = _places(invocation)
    room = StudioSettings(studio=lambda domain: _domains(places, domain))
    return _sweep(room, _catalog(invocation), invocation)


def compliance_audit(invocation: Invocation) -> Sweep:
    """compliance_audit."""
    from concierge.compliance.audit import ComplianceAudit

    places = _places(invocation)
    room = ComplianceAudit(ledger=ledger(_settings().table), studio=lambda domain: _domains(places, domain))
    return _sweep(room, _catalog(invocation), invocation)


def domain_backup(invocation: Invocation) -> Sweep:
    """domain_backup."""
    from concierge.backup.domains import DomainBackup

    settings, places = _settings(), _places(invocation)
    room = DomainBackup(
        ledger=ledger(settings.table),
        studio=lambda domain: _domains(places, domain),
        records=_records(settings.records_bucket),
    )
    return _sweep(room, _catalog(invocation), invocation)


def _sweep(room: Room, catalog: Catalog, invocation: Invocation) -> Sweep:
    from concierge.apply import Effort
    from concierge.night.sweep import Sweep

    settings = _settings()
    return Sweep(
        room=room,
        catalog=catalog,
        trail=trail(settings.audit_bus),
        effort=Effort(pause=time.sleep, workers=settings.workers, time_is_up=invocation.time_is_up),
        newest=_runs(settings.table).newest,
        records=_records(settings.records_bucket),
        name=invocation.name,
        clock=lambda: datetime.now(UTC),
    )


def _places(invocation: Invocation) -> Places:
    """Of this run only: what is paced ends with it. Sessions in other accounts are kept for the next one."""
    from concierge.aws.places import Places

    settings = _settings()
    return Places(accounts(settings.account), activity_table=settings.activity_table, until=invocation.until)


def _domains(places: Places, domain: Domain) -> StudioDomains:
    from concierge.aws.domains import StudioDomains

    found = places.of(domain)
    return StudioDomains(client=found.sagemaker, inventory=found.studio)


def _catalog(invocation: Invocation) -> Catalog:
    return catalog_store().current(invocation.now)


def _runs(table: str) -> DynamoRuns:
    from concierge.aws import clients
    from concierge.aws.runs import DynamoRuns

    return DynamoRuns(client=clients.dynamodb(), table=table)


def _records(bucket: str) -> S3Records:
    from concierge.aws import clients
    from concierge.aws.records import S3Records

    return S3Records(client=clients.s3(), bucket=bucket)


@cache
def _settings() -> SweepSettings:
    return SweepSettings.read(environment())
