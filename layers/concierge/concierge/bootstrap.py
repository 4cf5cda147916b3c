"""The composition root: which adapter stands behind which port, once per container.

Each function calls its own root, and each root imports only the adapters that it uses: a login does not wait for
what onboarding needs.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING

from concierge import logs
from concierge.settings import CatalogSettings, Environment, IntakeSettings, OnboardingSettings

if TYPE_CHECKING:
    from datetime import datetime

    from concierge.aws.catalog_store import CatalogStore
    from concierge.aws.membership_queue import SqsMembershipQueue
    from concierge.directory.intake import Intake
    from concierge.onboarding.converge import Onboarding


@cache
def environment() -> Environment:
    """The container's environment; also sets up logging, because every root starts here."""
    logs.configure()
    return Environment(os.environ)


@cache
def catalog_store() -> CatalogStore:
    """The catalog that this container has seen last."""
    from concierge.aws import clients
    from concierge.aws.catalog_store import CatalogStore

    settings = CatalogSettings.read(environment())
    return CatalogStore(clients.s3(), bucket=settings.bucket, key=settings.key, max_age=settings.max_age)


def intake(now: datetime) -> Intake:
    """membership_events."""
    from concierge.aws import clients
    from concierge.aws.aliases import DynamoAliases
    from concierge.aws.membership_queue import SqsMembershipQueue
    from concierge.directory.intake import Intake

    settings = IntakeSettings.read(environment())
    return Intake(
        catalog=catalog_store().current(now),
        aliases=DynamoAliases(client=clients.dynamodb(), table=settings.table),
        queue=SqsMembershipQueue(client=clients.sqs(), url=settings.queue_url),
    )


def onboarding(now: datetime) -> Onboarding:
    """onboarding, in the hub's own account."""
    from concierge.aws import clients
    from concierge.aws.audit_bus import EventBusTrail
    from concierge.aws.ledger import DynamoLedger
    from concierge.aws.roles import IamRoles
    from concierge.aws.studio import SageMakerStudio
    from concierge.onboarding.converge import Onboarding
    from concierge.onboarding.desired import Surroundings

    settings = OnboardingSettings.read(environment())
    roles = IamRoles(client=clients.iam())
    return Onboarding(
        catalog=catalog_store().current(now),
        ledger=DynamoLedger(client=clients.dynamodb(), table=settings.table),
        roles=lambda _domain: roles,
        studio=lambda domain: SageMakerStudio(client=clients.sagemaker(domain.region)),
        trail=EventBusTrail(client=clients.events(), bus=settings.audit_bus),
        surroundings=Surroundings(account=settings.account, partition=settings.partition, boundary=settings.boundary),
        pause=time.sleep,
        rest=settings.requeue,
    )


def membership_queue() -> SqsMembershipQueue:
    """The queue that onboarding is fed from, for resting a message."""
    from concierge.aws import clients
    from concierge.aws.membership_queue import SqsMembershipQueue

    return SqsMembershipQueue(client=clients.sqs(), url=OnboardingSettings.read(environment()).queue_url)
