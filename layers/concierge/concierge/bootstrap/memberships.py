"""membership_events and onboarding."""

from __future__ import annotations

import time
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
from concierge.settings import IntakeSettings, OnboardingSettings

if TYPE_CHECKING:
    from datetime import datetime

    from concierge.aws.membership_queue import SqsLookAgain, SqsMembershipQueue
    from concierge.directory.intake import Intake
    from concierge.onboarding.converge import Onboarding


def intake(now: datetime) -> Intake:
    """membership_events."""
    from concierge.directory.intake import Intake

    settings = _intake_settings()
    return Intake(
        catalog=catalog_store().current(now),
        aliases=aliases(settings.table),
        queue=membership_queue(),
        resync=resync_queue(settings.resync),
    )


def membership_queue() -> SqsMembershipQueue:
    """The queue that feeds onboarding."""
    return membership_queue_at(_intake_settings().queue_url)


def entra_client_state(now: datetime) -> str:
    """What Microsoft Graph has to send with every notification; empty if the webhook is closed."""
    arn = _intake_settings().entra_secret
    return secrets().text(arn, now=now) if arn else ""


def onboarding(now: datetime) -> Onboarding:
    """onboarding, in every account that the catalog names."""
    from concierge.aws import clients
    from concierge.aws.records import S3Records
    from concierge.aws.roles import IamRoles
    from concierge.aws.studio import SageMakerStudio
    from concierge.onboarding.converge import Onboarding
    from concierge.onboarding.desired import Surroundings
    from concierge.onboarding.domains import Domains

    settings, catalog = _onboarding_settings(), catalog_store().current(now)
    reached = accounts(settings.account)
    apps = partial(studio_apps, reached)
    return Onboarding(
        catalog=catalog,
        ledger=ledger(settings.table),
        domains=Domains(
            catalog=catalog,
            roles=lambda domain: IamRoles(client=reached.iam(domain)),
            studio=lambda domain: SageMakerStudio(client=reached.sagemaker(domain), apps=apps(domain)),
            rest=settings.requeue,
        ),
        records=S3Records(client=clients.s3(), bucket=settings.records_bucket),
        protection=protection(catalog, settings.table),
        trail=trail(settings.audit_bus),
        surroundings=Surroundings(
            account=settings.account,
            partition=settings.partition,
            boundary=settings.boundary,
            activity_table=settings.activity_table,
        ),
        pause=time.sleep,
    )


def look_again() -> SqsLookAgain:
    """Where onboarding leaves people whom AWS is not ready for."""
    from concierge.aws import clients
    from concierge.aws.membership_queue import SqsLookAgain

    return SqsLookAgain(client=clients.sqs(), url=_onboarding_settings().look_again_url)


@cache
def _intake_settings() -> IntakeSettings:
    return IntakeSettings.read(environment())


@cache
def _onboarding_settings() -> OnboardingSettings:
    return OnboardingSettings.read(environment())
