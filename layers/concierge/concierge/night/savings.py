"""What a run has saved: the stops of all its records, added up by app, person and team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any


def saved_by(stops: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """{"total", "persons": {login: …}, "teams": {team: …}, "apps": [the stops themselves]}.

    Each sum is {"stops": n, "hours": text, "money": text, "currency", "unpriced_hours": text}. Two records of the
    same stop, as a retried function leaves them, count once.
    """
    once = {(each["domain"], each["app"], each["stopped_at"]): each for each in stops if "hours" in each}
    apps = [once[key] for key in sorted(once)]
    return {
        "total": _sum(apps),
        "persons": _by("login", apps),
        "teams": _by("team", apps),
        "apps": apps,
    }


def _by(field: str, stops: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for each in stops:
        groups.setdefault(str(each[field]), []).append(each)
    return {name: _sum(found) for name, found in sorted(groups.items())}


def _sum(stops: list[Mapping[str, Any]]) -> dict[str, Any]:
    priced = [each for each in stops if each["money"] is not None]
    hours = sum((Decimal(each["hours"]) for each in stops), Decimal())
    return {
        "stops": len(stops),
        "hours": str(hours),
        "money": str(sum((Decimal(each["money"]) for each in priced), Decimal())),
        "currency": next((each["currency"] for each in priced), ""),
        "unpriced_hours": str(sum((Decimal(each["hours"]) for each in stops if each["money"] is None), Decimal())),
    }
