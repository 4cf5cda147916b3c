"""The IAM SAML provider: the one place where an administrator says which identity provider is trusted."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from concierge.aws.crt.service import Service
from concierge.errors import AwsError, NotFound
from concierge.login.saml.metadata import IdentityProvider, read_metadata

logger = logging.getLogger(__name__)

MAX_AGE = timedelta(minutes=5)  # a key that an administrator takes away is trusted no longer than this
GRACE = timedelta(hours=1)  # and this, while IAM, which is one region's control plane, does not answer
RETRY = timedelta(seconds=30)  # how often an unknown signature may ask whether there is a new key
_VERSION = "2010-05-08"


class IamSamlProvider:
    """`login.ports.IdentityProviders` over IAM, cached in the container."""

    def __init__(self, service: Service, *, arn: str) -> None:
        self._service = service
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
            return self._fetched(now)
        except AwsError as error:
            provider = self._younger_than(GRACE, now)
            if provider is None or isinstance(error, NotFound):
                raise
            logger.warning("keeping the metadata that was read last", extra={"code": error.code})
            return provider

    def newer(self, than: IdentityProvider, now: datetime) -> IdentityProvider | None:
        """What IAM has now, if it differs: a key that was exchanged a minute ago should let people in at once.

        None while the copy is younger than RETRY, so that forged signatures cost no call each.
        """
        if self._younger_than(RETRY, now) is not None:
            return None
        found = self._fetched(now)
        return None if found == than else found

    def _fetched(self, now: datetime) -> IdentityProvider:
        answer = self._service.query("GetSAMLProvider", {"SAMLProviderArn": self._arn}, version=_VERSION)
        provider = read_metadata(answer["SAMLMetadataDocument"])
        self._copy = (provider, now)
        return provider

    def _younger_than(self, age: timedelta, now: datetime) -> IdentityProvider | None:
        if self._copy is None:
            return None
        provider, read_at = self._copy
        return provider if now - read_at < age else None
