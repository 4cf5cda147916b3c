"""What several functions stand on, once per container."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from concierge.bootstrap.environment import environment
from concierge.settings import CatalogSettings

if TYPE_CHECKING:
    from concierge.aws.accounts import Accounts
    from concierge.aws.aliases import DynamoAliases
    from concierge.aws.audit_bus import EventBusTrail
    from concierge.aws.catalog_store import CatalogStore
    from concierge.aws.ledger import DynamoLedger
    from concierge.aws.membership_queue import SqsMembershipQueue, SqsResyncQueue
    from concierge.aws.secrets import BindSecrets
    from concierge.aws.studio_apps import StudioApps
    from concierge.catalog.model import Catalog, Domain
    from concierge.directory.protection import Protection
    from concierge.settings import ResyncSettings


@cache
def catalog_store() -> CatalogStore:
    """The catalog that this container has seen last."""
    from concierge.aws import clients
    from concierge.aws.catalog_object import CatalogObject
    from concierge.aws.catalog_store import CatalogStore

    settings = CatalogSettings.read(environment())
    source = CatalogObject(client=clients.s3(), bucket=settings.bucket, key=settings.key)
    return CatalogStore(source, max_age=settings.max_age)


@cache
def accounts(hub: str) -> Accounts:
    """Sessions in the accounts of domains; `hub` is the function's own account."""
    from concierge.aws import clients
    from concierge.aws.accounts import Accounts

    return Accounts(hub=hub, sts=clients.sts())


def ledger(table: str) -> DynamoLedger:
    """The ledger table."""
    from concierge.aws import clients
    from concierge.aws.ledger import DynamoLedger

    return DynamoLedger(client=clients.dynamodb(), table=table)


def aliases(table: str) -> DynamoAliases:
    """Who is who, in the ledger table."""
    from concierge.aws import clients
    from concierge.aws.aliases import DynamoAliases

    return DynamoAliases(client=clients.dynamodb(), table=table)


def trail(bus: str) -> EventBusTrail:
    """The audit bus."""
    from concierge.aws import clients
    from concierge.aws.audit_bus import EventBusTrail

    return EventBusTrail(client=clients.events(), bus=bus)


def membership_queue_at(url: str) -> SqsMembershipQueue:
    """The queue that feeds onboarding."""
    from concierge.aws import clients
    from concierge.aws.membership_queue import SqsMembershipQueue

    return SqsMembershipQueue(client=clients.sqs(), url=url)


def resync_queue(settings: ResyncSettings) -> SqsResyncQueue:
    """The queue of directories that are to be read."""
    from concierge.aws import clients
    from concierge.aws.membership_queue import SqsResyncQueue

    return SqsResyncQueue(client=clients.sqs(), url=settings.queue_url, delay=settings.delay)


@cache
def secrets() -> BindSecrets:
    """Secrets, each kept for a while."""
    from concierge.aws import clients
    from concierge.aws.secrets import BindSecrets

    return BindSecrets(clients.secretsmanager)


def studio_apps(reached: Accounts, domain: Domain) -> StudioApps:
    """Studio's inventory in a domain's account and region."""
    from concierge.aws.studio_apps import StudioApps

    return StudioApps(client=reached.sagemaker(domain), account=domain.account)


def protection(catalog: Catalog, table: str) -> Protection:
    """What holds too many removals back."""
    from concierge.aws import clients
    from concierge.aws.holds import DynamoHolds
    from concierge.directory.protection import Protection, managed_people

    return Protection(
        limits=catalog.removals,
        ledger=DynamoHolds(client=clients.dynamodb(), table=table),
        population=lambda: managed_people(catalog, ledger(table)),
    )
