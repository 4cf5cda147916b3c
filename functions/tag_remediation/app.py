"""Woken by the state machine: mends the tags of what people have and made, in one account and region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concierge import bootstrap
from concierge.night.invocation import Invocation, LambdaContext


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """What became of each domain; raises SweepFailed if one failed, and the state machine then tries once more."""
    return bootstrap.tag_remediation(Invocation.of(context)).sweep(event)
