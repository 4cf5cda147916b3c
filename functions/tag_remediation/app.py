"""Woken by a schedule: mends the tags of profiles, spaces and apps, in one domain or in all of the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from concierge import bootstrap


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Returns what became of each domain; raises SweepFailed, for the on-failure destination, if one failed."""
    return bootstrap.tag_remediation(datetime.now(UTC)).sweep(event)
