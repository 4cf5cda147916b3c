"""directory_poller and reconcile_directory."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from concierge.bootstrap.environment import environment
from concierge.bootstrap.shared import (
    accounts,
    aliases,
    catalog_store,
    ledger,
    membership_queue_at,
    protection,
    resync_queue,
    secrets,
    studio_apps,
    trail,
)
from concierge.errors import CatalogError
from concierge.settings import ReaderSettings

if TYPE_CHECKING:
    from datetime import datetime

    from concierge.catalog.model import Directory, Ldap
    from concierge.directory.poller import Poller
    from concierge.directory.reconcile import Reconciliation
    from concierge.directory.rounds import Rounds
    from concierge.directory.snapshot import DirectorySource
    from concierge.ldap.dirsync import DirSync


def rounds(now: datetime) -> Rounds:
    """reconcile_directory."""
    from concierge.directory.household import Household
    from concierge.directory.rounds import Rounds

    settings, reconciliation = _settings(), _reconciliation(now)
    return Rounds(
        reconciliation=reconciliation,
        household=Household(
            catalog=reconciliation.catalog,
            ledger=ledger(settings.table),
            queue=reconciliation.queue,
            trail=trail(settings.audit_bus),
            studio=partial(studio_apps, accounts(settings.account)),
        ),
        resync=resync_queue(settings.resync),
    )


def poller(now: datetime) -> Poller:
    """directory_poller."""
    from concierge.aws import clients
    from concierge.aws.cursors import DynamoCursors
    from concierge.directory.poller import Poller

    settings = _settings()
    return Poller(
        reconciliation=_reconciliation(now),
        cursors=DynamoCursors(client=clients.dynamodb(), table=settings.table),
        source=lambda directory: _dirsync(directory, now),
    )


def _reconciliation(now: datetime) -> Reconciliation:
    from concierge.directory.reconcile import Reconciliation

    settings, catalog = _settings(), catalog_store().current(now)
    return Reconciliation(
        catalog=catalog,
        aliases=aliases(settings.table),
        ledger=ledger(settings.table),
        queue=membership_queue_at(settings.queue_url),
        protection=protection(catalog, settings.table),
        trail=trail(settings.audit_bus),
        source=lambda directory: directory_source(directory, now),
        margin=settings.margin,
    )


def directory_source(directory: Directory, now: datetime) -> DirectorySource:
    """How a directory is read; raises CatalogError for one that the catalog does not say how to read."""
    store = directory.identity_store
    if store is not None:
        from concierge.aws import clients
        from concierge.aws.identity_store import IdentityStoreSource

        return IdentityStoreSource(
            client=clients.identitystore(store.region), directory=directory.name, identity_store_id=store.id
        )
    from concierge.ldap.reader import LdapSource

    ldap = _ldap(directory)
    credentials = secrets().credentials(ldap.secret, now=now)
    return LdapSource(ldap=ldap, credentials=credentials, directory=directory.name)


def _dirsync(directory: Directory, now: datetime) -> DirSync:
    from concierge.ldap.dirsync import DirSync

    ldap = _ldap(directory)
    return DirSync(ldap=ldap, credentials=secrets().credentials(ldap.secret, now=now), directory=directory.name)


def _ldap(directory: Directory) -> Ldap:
    if directory.ldap is None:
        raise CatalogError(f"the catalog does not say how directory {directory.name!r} can be read")
    return directory.ldap


@cache
def _settings() -> ReaderSettings:
    return ReaderSettings.read(environment())
