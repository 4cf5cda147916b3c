"""The IAM SAML provider: the one place where an administrator says which identity provider is trusted."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.errors import AwsError, NotFound
from concierge.login.metadata import IdentityProvider, read_metadata

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

logger = logging.getLogger(__name__)

MAX_AGE = timedelta(minutes=5)  # a key that an administrator takes away is trusted no longer than this
GRACE = timedelta(hours=1)  # and this, while IAM, which is one region's control plane, does not answer


class IamSamlProvider:
    """`login.ports.IdentityProviders` over IAM, cached in the container."""

    def __init__(self, client: IAMClient, *, arn: str) -> None:
        self._client = client
        self._arn = arn
        self._copy: tuple[IdentityProvider, datetime] | None = None

    def current(self, now: datetime) -> IdentityProvider:
        """GetSAMLProvider when the copy is older than MAX_AGE.

        Raises SettingsError for metadata that nobody could trust, and AwsError if IAM does not answer and there is
        no copy younger than GRACE.
        """
        provider = self._younger_than(MAX_AGE, now)
        if provider is not None:
            return provider
        try:
            document = self._fetch()
        except AwsError as error:
            provider = self._younger_than(GRACE, now)
            if provider is None or isinstance(error, NotFound):
                raise
            logger.warning("keeping the metadata that was read last", extra={"code": error.code})
            return provider
        provider = read_metadata(document)
        self._copy = (provider, now)
        return provider

    def _younger_than(self, age: timedelta, now: datetime) -> IdentityProvider | None:
        if self._copy is None:
            return None
        provider, read_at = self._copy
        return provider if now - read_at < age else None

    def _fetch(self) -> str:
        with translated("iam:GetSAMLProvider"):
            return self._client.get_saml_provider(SAMLProviderArn=self._arn)["SAMLMetadataDocument"]
