"""Canonical events on the default bus: `login.ports.Announcements` over EventBridge."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from concierge.aws.crt.service import Service
from concierge.errors import Throttled
from concierge.login.ports import Announcement

SOURCE = "studio-concierge.login"
_TARGET = "AWSEvents"
_MOST = 10  # entries of one PutEvents (API reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusAnnouncements:
    """The bus of the function's own account and region."""

    service: Service

    def tell(self, events: Iterable[Announcement]) -> None:
        """PutEvents, ten at a time; raises Throttled if EventBridge did not take all of them."""
        told = list(events)
        for start in range(0, len(told), _MOST):
            some = told[start : start + _MOST]
            answer = self.service.json(_TARGET, "PutEvents", {"Entries": [_entry(each) for each in some]})
            if answer.get("FailedEntryCount"):
                raise Throttled("events:PutEvents", "FailedEntryCount", "EventBridge did not take all events")


def _entry(each: Announcement) -> dict[str, Any]:
    names = {"sam": each.about.account_name, "upn": each.about.upn}
    detail = {
        "specversion": "1.0",
        "dataversion": "1.0",
        "id": each.key,
        "occurredat": each.at.isoformat(),
        "directory": each.about.directory,
        "subject": {kind: name for kind, name in names.items() if name},
        **({"group": {"sam": each.group}} if each.group else {}),
    }
    return {"Source": SOURCE, "DetailType": each.what, "Detail": json.dumps(detail)}
