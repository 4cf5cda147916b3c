"""How an app may report that it is in use: into the activity table, one row of its own role, and nowhere else. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from concierge.catalog.model import Domain

PLACEHOLDER = "@ACTIVITY_TABLE@"  # what lifecycle scripts call the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of the activity table in a domain's account and region; `role` is the name of the role that writes them.

    table: empty if there is none.
    """

    table: str
    partition: str
    domain: Domain
    role: str


def reporting_script(script: str, table: str) -> str:
    """The script with the table's name; empty, it reports nothing."""
    return script.replace(PLACEHOLDER, table)


def reporting_policy(document: str | None, rows: Rows) -> str | None:
    """The policy with the right to report, as canonical JSON; unchanged if there is no table to report to."""
    if not rows.table:
        return document
    policy = json.loads(document) if document else {"Version": "2012-10-17", "Statement": []}
    found = policy["Statement"]
    statements = found if isinstance(found, list) else [found]  # IAM takes one without a list
    return _canonical({**policy, "Statement": [*statements, _statement(rows)]})


def _statement(rows: Rows) -> Mapping[str, object]:
    place = f"{rows.partition}:dynamodb:{rows.domain.region}:{rows.domain.account}"
    return {
        "Sid": "ReportActivity",
        "Effect": "Allow",
        "Action": "dynamodb:PutItem",
        "Resource": f"arn:{place}:table/{rows.table}",
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [f"role#{rows.role}"]},
            "Null": {"dynamodb:LeadingKeys": "false"},  # ForAllValues alone is true of a request without keys
        },
    }


def _canonical(document: Mapping[str, object]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
