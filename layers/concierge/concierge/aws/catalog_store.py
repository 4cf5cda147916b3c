"""The compiled catalog in S3, cached in the container and re-checked by its ETag."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.errors import AwsError, CatalogError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectRequestTypeDef

logger = logging.getLogger(__name__)


class CatalogStore:
    """The current catalog.

    A broken upload is refused and logged, and the last good one stays; so does the last good one while S3 does not
    answer. Only a container that never saw a good catalog fails.
    """

    def __init__(self, client: S3Client, *, bucket: str, key: str, max_age: timedelta) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._max_age = max_age
        self._etag = ""
        self._catalog: Catalog | None = None
        self._checked_at: datetime | None = None

    def current(self, now: datetime) -> Catalog:
        """Raises CatalogError or AwsError if there is no good catalog at all."""
        if self._catalog is not None and self._checked_at and now - self._checked_at < self._max_age:
            return self._catalog
        try:
            fetched = self._fetch()
        except (CatalogError, AwsError) as error:
            if self._catalog is None:
                raise
            logger.exception("catalog refused, keeping the last good one", extra={"error": str(error)})
        else:
            self._catalog = fetched or self._catalog
        self._checked_at = now
        if self._catalog is None:
            raise CatalogError(f"s3://{self._bucket}/{self._key} answered that nothing changed, but nothing was read")
        return self._catalog

    def _fetch(self) -> Catalog | None:
        """A newer catalog, or None if S3 still holds the one that was read last."""
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": self._key}
        if self._etag:
            request["IfNoneMatch"] = self._etag
        try:
            with translated("s3:GetObject"):
                answer = self._client.get_object(**request)
                body = answer["Body"].read()
        except AwsError as error:
            if error.code in ("304", "NotModified"):
                return None
            raise
        catalog = load(body)
        self._etag = answer["ETag"]
        return catalog
