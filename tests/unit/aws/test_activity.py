"""The activity table: what apps wrote is read with suspicion, what the night wrote comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from concierge.aws.activity import DynamoActivity
from concierge.aws.runs import DynamoRuns
from concierge.errors import AlreadyExists
from concierge.idle.evidence import app_key
from concierge.pace import Pace
from tests.support import ledger_table
from tests.support.night_fakes import NOW, app

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

LAB = app(profile=None, space="Amara-Lab")


@pytest.fixture
def client() -> Iterator[DynamoDBClient]:
    with mock_aws():
        yield boto3.client("dynamodb", region_name="eu-west-1")


@pytest.fixture
def activity(client: DynamoDBClient) -> DynamoActivity:
    return DynamoActivity(client=client, table=ledger_table.create(client, "Activity"), clock=lambda: NOW)


def reports(activity: DynamoActivity, **changed: str) -> None:
    """As lifecycle/idle-reporter.sh does."""
    item = {
        "pk": "role#studio-exec-amara",
        "sk": "app#d-research/space/amara-lab/JupyterLab/default",
        "seen_at": "2026-03-02T21:55:00Z",
        "started_at": "2026-03-02T17:00:00Z",
        "active_at": "2026-03-02T20:00:00Z",
        "why": "kernel busy",
        **changed,
    }
    values = {name: {"S": value} for name, value in item.items() if value}
    activity.client.put_item(TableName=activity.table, Item={**values, "expires_at": {"N": "1772999999"}})


def test_what_an_app_reported_is_found_whatever_the_case_of_its_name(activity: DynamoActivity) -> None:
    reports(activity)
    report = activity.read().report(LAB, "studio-exec-amara")
    assert report is not None
    assert (report.active_at, report.why) == (NOW - timedelta(hours=2), "kernel busy")
    assert report.is_fresh(LAB, NOW)


def test_no_activity_and_no_report_are_two_things(activity: DynamoActivity) -> None:
    assert activity.read().report(LAB, "studio-exec-amara") is None
    reports(activity, active_at="", why="")
    report = activity.read().report(LAB, "studio-exec-amara")
    assert report is not None
    assert report.active_at is None


def test_a_report_under_the_name_of_another_role_is_not_the_apps_own(activity: DynamoActivity) -> None:
    reports(activity, pk="role#studio-exec-mallory")
    assert activity.read().report(LAB, "studio-exec-amara") is None


@pytest.mark.parametrize(
    "changed",
    [{"seen_at": ""}, {"seen_at": "yesterday"}, {"active_at": "2026-03-02"}, {"started_at": "2026-03-02T17:00:00"}],
)
def test_a_report_that_cannot_be_read_is_none_and_spoils_no_other(
    activity: DynamoActivity, changed: dict[str, str]
) -> None:
    reports(activity, **changed)
    reports(activity, sk="app#d-research/space/bens-lab/JupyterLab/default")
    assert list(activity.read().reports) == ["d-research/space/bens-lab/jupyterlab/default"]


def test_more_than_a_page_is_read_to_its_end(activity: DynamoActivity) -> None:
    for number in range(12):
        reports(activity, sk=f"app#d-research/space/{number}/JupyterLab/default", padding="x" * 100_000)
    assert len(activity.read().reports) == 12


def test_warnings_and_rates_come_back_and_are_no_reports(activity: DynamoActivity) -> None:
    activity.warned(app_key(LAB), NOW)
    activity.save_paces({"DeleteApp": Pace(rate=80.5, burst=20, is_known=False)})
    known = activity.read()
    assert known.reports == {}
    assert known.warned_at == {app_key(LAB): NOW}
    assert known.paces == activity.paces() == {"DeleteApp": Pace(rate=80.5, burst=20, is_known=False)}


def test_where_no_table_is_nothing_is_known_and_nothing_breaks(client: DynamoDBClient) -> None:
    nowhere = DynamoActivity(client=client, table="not-there", clock=lambda: NOW)
    assert not nowhere.read().is_kept
    assert nowhere.paces() == {}
    nowhere.save_paces({"DeleteApp": Pace(rate=1, burst=1, is_known=False)})


def test_the_newest_run_is_remembered_and_an_older_one_cannot_take_its_place(client: DynamoDBClient) -> None:
    runs = DynamoRuns(client=client, table=ledger_table.create(client))
    assert runs.newest("night") is None
    runs.claim("night", NOW)
    runs.claim("night", NOW)
    assert runs.newest("night") == NOW
    with pytest.raises(AlreadyExists):
        runs.claim("night", NOW - timedelta(minutes=1))
    runs.claim("idle", NOW - timedelta(minutes=1))
    runs.claim("night", NOW + timedelta(days=1))
    assert runs.newest("night") == NOW + timedelta(days=1)
