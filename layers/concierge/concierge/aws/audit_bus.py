"""Audit events on the project's EventBridge bus, each also as a structured log line."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from concierge.audit import SOURCE, AuditEvent
from concierge.aws.errors import translated
from concierge.errors import Throttled

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

NAMESPACE = "StudioConcierge"  # of the CloudWatch metrics ChangeApplied, ChangeFailed, PlanRefused, ...

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBusTrail:
    """`audit.AuditTrail` over EventBridge; the log line is written first, so that no fault of the bus loses it."""

    client: EventBridgeClient
    bus: str

    def record(self, events: Sequence[AuditEvent]) -> None:
        """PutEvents takes ten entries a call; raises Throttled if the bus refused even one of them."""
        for event in events:
            logger.info(event.kind, extra={"audit": event.detail()})
        for (capability, kind), count in Counter((each.capability, each.kind) for each in events).items():
            with single_metric(
                name=kind.replace(" ", ""), unit=MetricUnit.Count, value=count, namespace=NAMESPACE
            ) as metric:
                metric.add_dimension("capability", capability)
        for start in range(0, len(events), 10):
            self._put(events[start : start + 10])

    def _put(self, events: Sequence[AuditEvent]) -> None:
        with translated("events:PutEvents"):
            answer = self.client.put_events(
                Entries=[
                    {
                        "EventBusName": self.bus,
                        "Source": SOURCE,
                        "DetailType": event.kind,
                        "Time": event.at,
                        "Detail": json.dumps(event.detail()),
                    }
                    for event in events
                ]
            )
        if answer["FailedEntryCount"]:
            codes = sorted({entry.get("ErrorCode", "") for entry in answer["Entries"]} - {""})
            raise Throttled("events:PutEvents", ",".join(codes), "the bus refused audit events")
