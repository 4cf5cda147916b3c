"""What an administrator reads of a run in the morning, and how they start one."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from concierge.aws import clients
from concierge.aws.records import S3Records
from tests.unit.cli.conftest import Account

SUM = {"stops": 2, "hours": "13.50", "money": "5.5280", "currency": "USD", "unpriced_hours": "1.00"}
GOOD: dict[str, Any] = {
    "schedule": "night",
    "time": "2026-03-03T02:00:00+00:00",
    "swept": 10,
    "unswept": {},
    "counts": {"idle_shutdown": {"applied": 2, "keep": 14, "findings": 0}, "tag_remediation": {"findings": 0}},
    "saved": {"total": SUM, "persons": {}, "teams": {"fraud": SUM}, "apps": []},
}
WRONG = {**GOOD, "time": "2026-03-04T02:00:00+00:00", "swept": 9, "unswept": {"idle_shutdown 1/eu-west-1": "no way in"}}


@pytest.fixture
def records(account: Account) -> S3Records:
    kept = S3Records(client=clients.s3(), bucket="records")
    kept.write("nights/night/2026-03-03T02:00:00Z/summary.json", GOOD)
    kept.write("nights/night/2026-03-04T02:00:00Z/summary.json", WRONG)
    kept.write("nights/night/2026-03-04T02:00:00Z/idle_shutdown/1-eu-west-1/x.json", {"room": "idle_shutdown"})
    return kept


def test_the_last_run_is_shown_with_what_was_left_and_why(account: Account, records: S3Records) -> None:
    assert account.types("night", "show").output.splitlines() == [
        "night 2026-03-04T02:00:00+00:00: 9 swept, 1 not",
        "  NOT SWEPT  idle_shutdown 1/eu-west-1: no way in",
        "  idle_shutdown: 2 applied, 14 keep",
        "  tag_remediation: nothing",
        "saved, by estimate: 2 stops, 13.50 machine-hours, 5.5280 USD; 1.00 h without a known price",
        "  fraud: 2 stops, 13.50 machine-hours, 5.5280 USD; 1.00 h without a known price",
    ]


def test_an_earlier_run_is_shown_by_its_time_and_programs_get_all_of_it(account: Account, records: S3Records) -> None:
    shown = account.types("night", "show", "2026-03-03T02:00:00Z", "--json").output
    assert json.loads(shown) == GOOD


def test_a_run_that_is_not_there_or_has_not_ended_is_said_plainly(account: Account, records: S3Records) -> None:
    records.write("nights/night/2026-03-05T02:00:00Z/idle_shutdown/1-eu-west-1/x.json", {})
    assert "has not ended, or was killed" in account.types("night", "show").output
    assert "the last are 2026-03-03T02:00:00Z" in account.types("night", "show", "yesterday").output
    assert account.types("night", "show", "--schedule", "idle").output == "Error: no run of idle has begun yet\n"


def test_a_run_is_started_with_the_rooms_that_were_named(account: Account) -> None:
    states = boto3.client("stepfunctions", region_name="eu-west-1")
    machine = states.create_state_machine(
        name="night",
        definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/night",
    )["stateMachineArn"]
    account.file.write_text(json.dumps({**account.outputs, "NightMachineArn": machine}))
    begun = account.types("night", "start", "idle_shutdown").output.strip()
    given = json.loads(states.describe_execution(executionArn=begun)["input"])
    assert (given["schedule"], given["rooms"]) == ("by-hand", ["idle_shutdown"])
    assert account.types("night", "start", "kitchen").exit_code == 2
