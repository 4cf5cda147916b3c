"""`concierge night`: what the last runs did and left, and starting one by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from cli.deployment import Deployment, deployed
from concierge.errors import NotFound
from concierge.night.runs import ROOMS

_SCHEDULE = click.option("--schedule", default="night", show_default=True, help="Which schedule's runs; or idle.")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs: all of the summary.")


@click.group()
def night() -> None:
    """The scheduled runs over all accounts."""


@night.command()
@click.argument("run", required=False)
@_SCHEDULE
@_AS_JSON
@deployed
def show(deployment: Deployment, run: str | None, *, schedule: str, as_json: bool) -> None:
    """Shows a run, by its time (2026-03-02T22:00:00Z), or the last one: what was left and why, and what was saved."""
    records = deployment.records()
    runs = records.folders(f"nights/{schedule}/")
    if run is None:
        if not runs:
            raise click.ClickException(f"no run of {schedule} has begun yet")
        run = runs[-1]
    elif run not in runs:
        raise click.ClickException(
            f"there is no run {run} of {schedule}; the last are {', '.join(runs[-3:]) or 'none'}"
        )
    try:
        summary = records.read(f"nights/{schedule}/{run}/summary.json")
    except NotFound:
        raise click.ClickException(f"the run {run} of {schedule} has not ended, or was killed before it did") from None
    click.echo(json.dumps(summary, indent=2) if as_json else "\n".join(lines_of(summary)))


@night.command()
@click.argument("rooms", nargs=-1, type=click.Choice(ROOMS))
@deployed
def start(deployment: Deployment, rooms: tuple[str, ...]) -> None:
    """Starts a run of these rooms now, or of all of them."""
    given = {"schedule": "by-hand", "time": datetime.now(UTC).isoformat(), "rooms": list(rooms or ROOMS)}
    click.echo(deployment.start_run(given))


def lines_of(summary: Mapping[str, Any]) -> Iterator[str]:
    """What an administrator reads in the morning."""
    unswept = summary["unswept"]
    yield f"{summary['schedule']} {summary['time']}: {summary['swept']} swept, {len(unswept)} not"
    for place, why in sorted(unswept.items()):
        yield f"  NOT SWEPT  {place}: {why}"
    for room, counts in summary["counts"].items():
        told = [f"{count} {what}" for what, count in sorted(counts.items()) if count]
        yield f"  {room}: {', '.join(told) or 'nothing'}"
    total = summary["saved"]["total"]
    if total["stops"]:
        yield f"saved, by estimate: {_sum(total)}"
        for team, saved in summary["saved"]["teams"].items():
            yield f"  {team or '(no team)'}: {_sum(saved)}"


def _sum(saved: Mapping[str, Any]) -> str:
    money = f", {saved['money']} {saved['currency']}" if saved["currency"] else ""
    unpriced = f"; {saved['unpriced_hours']} h without a known price" if float(saved["unpriced_hours"]) else ""
    return f"{saved['stops']} stops, {saved['hours']} machine-hours{money}{unpriced}"
