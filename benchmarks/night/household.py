"""What Studio Concierge knows of the people in the fake: a catalog, the ledger's bindings, and the apps' reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.night.population import ACCOUNT, DOMAIN, REGION, World, is_idle, profile_name, right_tags, space_of
from benchmarks.night.stand_in import StandIn
from concierge.catalog.source import compile_file

LEDGER, ACTIVITY, CATALOG, RECORDS = "ledger", "activity", "catalog", "records"
_STUDIO = Path(__file__).with_name("studio.yaml")
_AT_ONCE = 500  # items of one request to the fake

Item = dict[str, Any]


def environment() -> dict[str, str]:
    """What template.yaml sets for the sweeping functions."""
    return {
        "LEDGER_TABLE": LEDGER,
        "ACTIVITY_TABLE": ACTIVITY,
        "CATALOG_BUCKET": CATALOG,
        "CATALOG_KEY": "catalog.json",
        "CATALOG_MAX_AGE_SECONDS": "60",
        "RECORDS_BUCKET": RECORDS,
        "AUDIT_BUS": "audit",
        "ACCOUNT_ID": ACCOUNT,
        "PARTITION": "aws",
        "SWEEP_WORKERS": "8",
        "LOG_LEVEL": "ERROR",
    }


def move_in(aws: StandIn, world: World, *, reporting: bool = True) -> None:
    """Publishes the catalog, and writes a binding for everybody and a report for every app, if they report."""
    _objects(aws).put_object(Bucket=CATALOG, Key="catalog.json", Body=compile_file(_STUDIO))
    _write(aws, LEDGER, (binding(number) for number in range(1, world.profiles + 1)))
    if reporting:
        _write(aws, ACTIVITY, (report(world, number) for number in range(1, world.apps + 1)))


def binding(number: int) -> Item:
    """As concierge.aws.ledger writes it."""
    profile = profile_name(number)
    return _texts(
        pk=f"person#guid:{number:032x}",
        sk="binding#bench",
        login=profile,
        domain="bench",
        profile=profile,
        persona="data-scientist",
        role=_role(number),
        tags=json.dumps(right_tags(number), sort_keys=True),
        door="open",
        fingerprint="0" * 64,
        since="2026-01-01T00:00:00.000000+00:00",
    )


def report(world: World, number: int) -> Item:
    """As lifecycle/idle-reporter.sh writes it."""
    now = datetime.fromtimestamp(world.now, UTC)
    used = now - (timedelta(hours=12) if is_idle(world, number) else timedelta(minutes=5))
    return {
        **_texts(
            pk=f"role#{_role(number)}",
            sk=f"app#{DOMAIN}/space/{space_of(number)}/JupyterLab/default",
            seen_at=_moment(now - timedelta(minutes=4)),
            started_at=_moment(now - timedelta(hours=20)),
            active_at=_moment(used),
            why="kernel used",
            open="1 kernel",
        ),
        "version": {"N": "1"},
        "expires_at": {"N": str(int(world.now) + 7 * 86_400)},
    }


def _objects(aws: StandIn) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id="AKIABENCH",
        aws_secret_access_key="secret",  # noqa: S106 - the fake checks none
        config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
    )


def _role(number: int) -> str:
    return f"studio-exec-{profile_name(number)}-0123456789ab"


def _texts(**values: str) -> Item:
    return {name: {"S": value} for name, value in values.items()}


def _moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(aws: StandIn, table: str, items: Iterator[Item]) -> None:
    some: list[Item] = []
    for item in items:
        some.append(item)
        if len(some) == _AT_ONCE:
            aws.items({table: some})
            some = []
    aws.items({table: some})
