"""The activity table of one account and region: what apps report of themselves, and what the night remembers of them.

Items (pk, sk):
    role#<execution role>, app#<app key>   seen_at, started_at, active_at, why: written by the app itself, whose role
                                           may put items under its own name only (lifecycle/idle-reporter.sh)
    warning, app#<app key>                 at: when its owner was warned
    pace, <API operation>                  rate, burst: how fast it may be called, as earlier runs have learnt

All of it expires by TTL. It is small (some hundred bytes an app), so a Scan reads it: 1 MB a call is 2,500 apps and
more, and no index doubles the price of every report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.aws.items import Item, optional_time, time_of
from concierge.errors import NotFound
from concierge.idle.evidence import Known, Report
from concierge.pace import Pace

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_APP = "app#"
_PAGE = 1_024  # items that are in memory at once
_WARNINGS_KEPT = timedelta(days=7)
_PACES_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoActivity:
    """`idle.ports.Activity`, and the paces of the other rooms; `clock` says until when they are kept."""

    client: DynamoDBClient
    table: str
    clock: Callable[[], datetime]

    def read(self) -> Known:
        """Scan; a table that is not there is no error, for then no app can report."""
        reports: dict[str, tuple[Report, ...]] = {}
        warned_at: dict[str, datetime] = {}
        paces: dict[str, Pace] = {}
        try:
            for item in self._scan():
                match item["pk"]["S"]:
                    case "warning":
                        warned_at[_app(item)] = time_of(item, "at")
                    case "pace":
                        paces[item["sk"]["S"]] = _pace(item)
                    case _:
                        for key, report in _reports(item):
                            reports[key] = (*reports.get(key, ()), report)
        except NotFound:
            return Known(is_kept=False)
        return Known(reports=reports, warned_at=warned_at, paces=paces)

    def paces(self) -> Mapping[str, Pace]:
        """Query; none if the table is not there."""
        try:
            with translated("dynamodb:Query"):
                found = self.client.query(
                    TableName=self.table,
                    KeyConditionExpression="pk = :pk",
                    ExpressionAttributeValues={":pk": {"S": "pace"}},
                )
        except NotFound:
            return {}
        return {each["sk"]["S"]: _pace(each) for each in found["Items"]}

    def warned(self, key: str, at: datetime) -> None:
        """PutItem."""
        self._put("warning", f"{_APP}{key}", at + _WARNINGS_KEPT, at={"S": at.astimezone(UTC).isoformat()})

    def save_paces(self, paces: Mapping[str, Pace]) -> None:
        """PutItem for each; a table that is not there keeps none."""
        until = self.clock() + _PACES_KEPT
        for operation, pace in paces.items():
            try:
                self._put("pace", operation, until, rate={"N": f"{pace.rate:.3f}"}, burst={"N": f"{pace.burst:.3f}"})
            except NotFound:
                return

    def _put(self, pk: str, sk: str, until: datetime, **values: Mapping[str, str]) -> None:
        item: dict[str, Any] = {"pk": {"S": pk}, "sk": {"S": sk}, **values}
        item["expires_at"] = {"N": str(int(until.timestamp()))}
        with translated("dynamodb:PutItem"):
            self.client.put_item(TableName=self.table, Item=item)

    def _scan(self) -> Iterator[Item]:
        with translated("dynamodb:Scan"):
            pages = self.client.get_paginator("scan").paginate(
                TableName=self.table, PaginationConfig={"PageSize": _PAGE}
            )
            for page in pages:
                yield from page["Items"]


def _reports(item: Item) -> Iterator[tuple[str, Report]]:
    """What cannot be read is no report: an app writes these, and anybody may have written a reporter of their own."""
    role = item["pk"]["S"]
    if not role.startswith("role#") or not item["sk"]["S"].startswith(_APP):
        return
    with suppress(KeyError, ValueError, TypeError):
        yield _app(item), _report(item, role.removeprefix("role#"))


def _report(item: Item, role: str) -> Report:
    times = [time_of(item, "seen_at"), time_of(item, "started_at"), optional_time(item, "active_at")]
    if any(each is not None and each.tzinfo is None for each in times):
        raise ValueError("a time without a zone")
    seen_at, started_at, active_at = times
    if seen_at is None or started_at is None:
        raise ValueError("a report without its times")
    why = item.get("why", {}).get("S", "")
    return Report(role=role, seen_at=seen_at, started_at=started_at, active_at=active_at, why=why[:80])


def _app(item: Item) -> str:
    key: str = item["sk"]["S"].removeprefix(_APP).lower()
    return key


def _pace(item: Item) -> Pace:
    return Pace(rate=float(item["rate"]["N"]), burst=float(item["burst"]["N"]), is_known=False)
