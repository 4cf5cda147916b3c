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
from concierge.settings import CatalogSettings, Environment, IntakeSettings, NightSettings, OnboardingSettings

if TYPE_CHECKING:
    from datetime import datetime

    from concierge.aws.catalog_store import CatalogStore
    from concierge.aws.ledger import DynamoLedger
    from concierge.aws.membership_queue import SqsMembershipQueue
    from concierge.aws.studio_apps import StudioApps
    from concierge.catalog.model import Catalog, Domain
    from concierge.directory.intake import Intake
    from concierge.login.saml_login import SamlLogin
    from concierge.login.settings import SamlSettings
    from concierge.login.studio_link import StudioLinks
    from concierge.night import Room, Sweep
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
        studio=lambda domain: SageMakerStudio(client=clients.sagemaker(domain.region), apps=_studio_apps(domain)),
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


@cache
def saml_settings() -> SamlSettings:
    """saml_validator's environment."""
    from concierge.login.settings import SamlSettings

    return SamlSettings.read(environment())


@cache
def saml_login() -> SamlLogin:
    """saml_validator."""
    from concierge.aws import clients
    from concierge.aws.assertions import DynamoUsedAssertions
    from concierge.aws.saml_provider import IamSamlProvider
    from concierge.aws.signed_http import ExecuteApi
    from concierge.aws.sts import SamlSts, unsigned_client
    from concierge.login.saml_login import SamlLogin

    settings = saml_settings()
    return SamlLogin(
        login_role=settings.login_role,
        provider_arn=settings.provider_arn,
        providers=IamSamlProvider(clients.iam(), arn=settings.provider_arn),
        used=DynamoUsedAssertions(client=clients.dynamodb(), table=settings.table),
        sessions=SamlSts(client=unsigned_client()),
        http=ExecuteApi(region=clients.dynamodb().meta.region_name),
    )


@cache
def studio_links() -> StudioLinks:
    """presigned_url."""
    from concierge.aws import clients
    from concierge.aws.ledger import DynamoLedger
    from concierge.aws.presigned import PresignerRole
    from concierge.login.settings import PresignSettings
    from concierge.login.studio_link import StudioLinks

    settings = PresignSettings.read(environment())
    return StudioLinks(
        login_role=settings.login_role,
        url_expires=settings.url_expires,
        bindings=DynamoLedger(client=clients.dynamodb(), table=settings.table),
        catalogs=catalog_store(),
        presigner=PresignerRole(sts=clients.sts(), role_arn=settings.presigner_role.arn),
    )


def idle_shutdown(now: datetime) -> Sweep:
    """idle_shutdown, in the hub's own account."""
    from concierge.idle.shutdown import IdleShutdown

    catalog = catalog_store().current(now)
    room = IdleShutdown(
        catalog=catalog,
        ledger=_ledger_of_the_night(),
        studio=_studio_apps,
    )
    return _sweep(room, catalog)


def tag_remediation(now: datetime) -> Sweep:
    """tag_remediation, in the hub's own account."""
    from concierge.aws import clients
    from concierge.aws.tagging import StudioTags
    from concierge.tags.remediation import TagRemediation

    room = TagRemediation(
        ledger=_ledger_of_the_night(),
        studio=_studio_apps,
        tags=lambda domain: StudioTags(
            sagemaker=clients.sagemaker(domain.region), tagging=clients.tagging(domain.region)
        ),
    )
    return _sweep(room, catalog_store().current(now))


def _studio_apps(domain: Domain) -> StudioApps:
    from concierge.aws import clients
    from concierge.aws.studio_apps import StudioApps

    return StudioApps(client=clients.sagemaker(domain.region), account=domain.account)


@cache
def _night_settings() -> NightSettings:
    return NightSettings.read(environment())


def _ledger_of_the_night() -> DynamoLedger:
    from concierge.aws import clients
    from concierge.aws.ledger import DynamoLedger

    return DynamoLedger(client=clients.dynamodb(), table=_night_settings().table)


def _sweep(room: Room, catalog: Catalog) -> Sweep:
    from concierge.aws import clients
    from concierge.aws.audit_bus import EventBusTrail
    from concierge.night import Sweep

    settings = _night_settings()
    return Sweep(
        room=room,
        catalog=catalog,
        account=settings.account,
        trail=EventBusTrail(client=clients.events(), bus=settings.audit_bus),
        pause=time.sleep,
    )
