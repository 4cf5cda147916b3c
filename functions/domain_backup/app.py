"""Woken by the state machine: keeps a record of domains and their people, in one account and region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concierge import bootstrap
from concierge.night.invocation import Invocation, LambdaContext


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Returns what became of each domain; raises SweepFailed if one failed: the state machine then tries once more."""
    return bootstrap.domain_backup(Invocation.of(context)).sweep(event)
