"""saml_validator and presigned_url; they import only what a login needs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from concierge.bootstrap.shared import catalog_store, environment, ledger

if TYPE_CHECKING:
    from concierge.login.saml_login import SamlLogin
    from concierge.login.settings import SamlSettings
    from concierge.login.studio_link import StudioLinks


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
    from concierge.aws.presigned import PresignerRole
    from concierge.login.settings import PresignSettings
    from concierge.login.studio_link import StudioLinks

    settings = PresignSettings.read(environment())
    return StudioLinks(
        login_role=settings.login_role,
        url_expires=settings.url_expires,
        bindings=ledger(settings.table),
        catalogs=catalog_store(),
        presigner=PresignerRole(sts=clients.sts(), role_arn=settings.presigner_role.arn),
    )
