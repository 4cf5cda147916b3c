"""The compiled catalog in S3, cached in the container and re-checked by its ETag."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.errors import AwsError, CatalogError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The compiled catalog as it lies there."""

    content: bytes
    etag: str


class CatalogSource(Protocol):
    """Where the compiled catalog is."""

    @property
    def place(self) -> str:
        """For messages."""

    def fetch(self, etag: str) -> Fetched | None:
        """What is there now; None if it still has this ETag. Raises AwsError."""


class CatalogStore:
    """The current catalog.

    A broken upload is refused and logged, and the last good one stays; so does the last good one while S3 does not
    answer. Only a container that never saw a good catalog fails.
    """

    def __init__(self, source: CatalogSource, *, max_age: timedelta) -> None:
        self._source = source
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
            raise CatalogError(f"{self._source.place} answered that nothing changed, but nothing was read")
        return self._catalog

    def _fetch(self) -> Catalog | None:
        """A newer catalog, or None if S3 still holds the one that was read last."""
        found = self._source.fetch(self._etag)
        if found is None:
            return None
        catalog = load(found.content)
        self._etag = found.etag
        return catalog
