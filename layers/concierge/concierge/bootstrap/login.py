"""saml_validator and presigned_url; they import only what a login needs, and no botocore."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING

from concierge.bootstrap.environment import environment

if TYPE_CHECKING:
    from concierge.aws.catalog_store import CatalogStore
    from concierge.aws.crt.dynamodb import Table
    from concierge.aws.crt.login_keys import LoginKeys
    from concierge.login.doorway import Doorway
    from concierge.login.saml_login import SamlLogin
    from concierge.login.settings import SamlSettings
    from concierge.login.studio_link import StudioLinks


@cache
def saml_settings() -> SamlSettings:
    """saml_validator's environment."""
    from concierge.login.settings import SamlSettings

    return SamlSettings.read(environment())


@cache
def doorway() -> Doorway:
    """saml_validator."""
    from concierge.aws.crt.memory import LedgerVisits
    from concierge.aws.crt.services import own_region, wire
    from concierge.aws.crt.signed_http import ExecuteApi
    from concierge.login.doorway import Doorway
    from concierge.login.visits import Visits

    return Doorway(
        login=_saml_login(saml_settings()),
        visits=Visits(sealed=LedgerVisits(table=_table(saml_settings().table)), token=secrets.token_bytes),
        http=ExecuteApi(region=own_region(), wire=wire()),
    )


def _saml_login(settings: SamlSettings) -> SamlLogin:
    from concierge.aws.crt.decryption_keys import SecretDecryptionKeys
    from concierge.aws.crt.endpoints import Api
    from concierge.aws.crt.memory import LedgerAssertions, LedgerWishes
    from concierge.aws.crt.saml_provider import IamSamlProvider
    from concierge.aws.crt.services import own, own_region, service
    from concierge.aws.crt.sts import SamlSts
    from concierge.login.saml.authn_requests import LoginRequests
    from concierge.login.saml_login import SamlLogin

    table, keys = _table(settings.table), _keys(settings.keys_secret)
    return SamlLogin(
        login_role=settings.login_role,
        provider_arn=settings.provider_arn,
        entity_id=settings.entity_id,
        idp_initiated=settings.idp_initiated,
        groups_attribute=settings.groups_attribute,
        providers=IamSamlProvider(own(Api.IAM), arn=settings.provider_arn),
        used=LedgerAssertions(table=table),
        sessions=SamlSts(service=service(Api.STS, own_region(), None)),
        requests=LoginRequests(
            entity_id=settings.entity_id,
            keys=keys,
            wishes=LedgerWishes(table=table),
            token=lambda: secrets.token_bytes(32),
        ),
        keys=keys,
        decryption_keys=SecretDecryptionKeys(own(Api.SECRETS_MANAGER), arn=settings.decryption),
    )


@cache
def studio_links() -> StudioLinks:
    """presigned_url."""
    from concierge.aws.crt.announcements import BusAnnouncements
    from concierge.aws.crt.endpoints import Api
    from concierge.aws.crt.people import LedgerPeople
    from concierge.aws.crt.presigned import PresignerRole
    from concierge.aws.crt.services import own, service
    from concierge.login.settings import PresignSettings
    from concierge.login.studio_link import StudioLinks

    settings = PresignSettings.read(environment())
    return StudioLinks(
        login_role=settings.login_role,
        url_expires=settings.url_expires,
        people=LedgerPeople(table=_table(settings.table)),
        catalogs=_catalogs(),
        keys=_keys(settings.keys_secret),
        announcements=BusAnnouncements(service=own(Api.EVENTS)),
        presigner=PresignerRole(
            sts=own(Api.STS),
            role_arn=settings.presigner_role.arn,
            studio=lambda region, credentials: service(Api.SAGEMAKER, region, credentials),
        ),
    )


@cache
def _catalogs() -> CatalogStore:
    from concierge.aws.catalog_store import CatalogStore
    from concierge.aws.crt.catalog_object import CatalogObject
    from concierge.aws.crt.endpoints import Api
    from concierge.aws.crt.services import own
    from concierge.settings import CatalogSettings

    settings = CatalogSettings.read(environment())
    source = CatalogObject(service=own(Api.S3), bucket=settings.bucket, key=settings.key)
    return CatalogStore(source, max_age=settings.max_age)


def _keys(arn: str) -> LoginKeys:
    from concierge.aws.crt.endpoints import Api
    from concierge.aws.crt.login_keys import LoginKeys
    from concierge.aws.crt.services import own

    return LoginKeys(own(Api.SECRETS_MANAGER), arn=arn)


def _table(name: str) -> Table:
    from concierge.aws.crt.dynamodb import Table
    from concierge.aws.crt.endpoints import Api
    from concierge.aws.crt.services import own

    return Table(service=own(Api.DYNAMODB), name=name)
