"""What is kept of a stop for the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from concierge.idle.plan import StopApp


def kept_of(stop: StopApp, currency: str) -> Mapping[str, Any]:
    """Numbers as text, exactly as they were computed; money is None for an instance type without a known price."""
    saving = stop.saving
    return {
        "app": stop.app.title,
        "domain": stop.domain.name,
        "login": stop.binding.login,
        "team": stop.binding.tags.get("team", ""),
        "cost_centre": stop.binding.tags.get("cost-centre", ""),
        "instance_type": stop.app.instance_type,
        "stopped_at": stop.at.astimezone(UTC).isoformat(),
        "reason": stop.reason,
        "hours": str(saving.hours),
        "hourly": None if saving.hourly is None else str(saving.hourly),
        "money": None if saving.money is None else str(saving.money),
        "currency": currency,
    }
