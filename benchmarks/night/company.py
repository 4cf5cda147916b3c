"""The night of a company, from the counted work of one of its domains: time, functions, transitions and dollars.

Nothing here is measured but that domain. Every other one is taken to be the same night after night, a quarter of its
apps idle and a tenth of its profiles wrong, which is far more than a house needs that was swept the night before.
"""

from __future__ import annotations

import heapq
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from benchmarks.night import ours
from benchmarks.night.measured import Run
from benchmarks.night.population import World
from benchmarks.night.report import LATENCY, Comparison, events_of, settle
from benchmarks.night.stand_in import ROOT, StandIn
from concierge.night.runs import ROOMS

MACHINE = ROOT / "statemachines" / "night.asl.json"

# Dollars in us-east-1, without the free tier: list prices of https://aws.amazon.com/<service>/pricing/. They change.
GB_SECOND = 0.0000133334  # Lambda on arm64
MEMORY_GB = 1.0  # MemorySize of the rooms in template.yaml
INVOCATION = 0.20 / 1e6  # Lambda
TRANSITION = 0.000025  # Step Functions, standard workflows
READ_UNIT, WRITE_UNIT = 0.125 / 1e6, 0.625 / 1e6  # DynamoDB on demand
EVENT = 1.00 / 1e6  # EventBridge, events of one's own
S3_PUT, S3_GET = 0.005 / 1e3, 0.0004 / 1e3
LOG_BYTE = 0.50 / 1e9  # CloudWatch Logs, taken in

_UNITS_A_PAGE = 128  # 1 MB that is eventually consistent; a Query or Scan reads as much at the most
_ONE_VCPU_MB, _MEMORY_MB = 1769, 1024  # Lambda gives CPU by memory: "Configure Lambda function memory"
_ROUND = 900 - 45  # seconds that one function works before another one goes on (template.yaml, night/invocation.py)
_STATES_AN_APP = 2  # of a map over apps: one that looks at the app, one that ends its turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One room in one domain. events: audit events sent."""

    room: str
    run: Run
    events: int

    @property
    def seconds(self) -> float:
        """In Lambda, where the same computing takes longer than here if there is less than one vCPU."""
        return self.run.seconds + self.run.cpu_seconds * (_ONE_VCPU_MB / _MEMORY_MB - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """concurrency: SweepConcurrency of template.yaml. apps: in each domain."""

    accounts: int = 50
    domains: int = 4
    apps: int = 2500
    concurrency: int = 20

    @property
    def all_apps(self) -> int:
        """In all accounts."""
        return self.accounts * self.domains * self.apps


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """seconds: from the first state to the last. dollars: by what they are paid for."""

    seconds: float
    function_seconds: float
    invocations: int
    transitions: int
    calls: int
    dollars: Mapping[str, float]

    @property
    def price(self) -> float:
        """Dollars in all."""
        return sum(self.dollars.values())


def works(aws: StandIn, program: ours.Program, found: Comparison) -> tuple[Work, ...]:
    """The two rooms that the comparison has measured, and the others in the same world."""
    world = World(apps=found.size.apps, profiles=found.size.profiles, now=time.time())
    settle(aws, world)
    measured = {"idle_shutdown": (found.idle, found.idle_events), "tag_remediation": (found.all_tags, found.tag_events)}
    every = []
    for room in ROOMS:
        run, events = measured.get(room) or (ours.sweep(aws, world, program, room), events_of(aws))
        every.append(Work(room=room, run=run, events=events))
    return tuple(every)


def simulated(every: Sequence[Work], company: Company, machine: Mapping[str, Any]) -> Night:
    """The run as the state machine does it: `concurrency` targets at once, and in each one room after the other."""
    rooms = [each.seconds * company.domains for each in every]
    rounds = [math.ceil(seconds / _ROUND) for seconds in rooms]
    records = company.accounts * sum(rounds)
    begin_and_end = 2 * min(each.seconds for each in every) + records * LATENCY  # the end reads what each has left
    function_seconds = company.accounts * sum(rooms) + begin_and_end
    invocations = company.accounts * sum(rounds) + 2
    transitions = states_entered(machine, {"Targets": [1] * company.accounts, "Rooms": rounds})
    times = company.accounts * company.domains
    calls = {name: count * times for name, count in _sums(every).items()}
    dollars = {
        "Lambda, time": function_seconds * MEMORY_GB * GB_SECOND,
        "Lambda, requests": invocations * INVOCATION,
        "Step Functions": transitions * TRANSITION,
        "DynamoDB": _dynamodb(calls),
        "EventBridge": times * sum(each.events for each in every) * EVENT,
        "S3": calls.get("s3:PutObject", 0) * S3_PUT + (calls.get("s3:GetObject", 0) + records) * S3_GET,
        "CloudWatch Logs": times * sum(len(each.run.said.encode()) for each in every) * LOG_BYTE,
    }
    return Night(
        seconds=_side_by_side([sum(rooms)] * company.accounts, company.concurrency) + begin_and_end,
        function_seconds=function_seconds,
        invocations=invocations,
        transitions=transitions,
        calls=sum(calls.values()),
        dollars=dollars,
    )


def states_entered(machine: Mapping[str, Any], items: Mapping[str, Sequence[int]], rounds: int = 1) -> int:
    """How many states a run of the machine enters if nothing fails; each of them is a transition that is paid for.

    items: of each Map by its name, one number per item: how often the item's turn comes to a Choice until its first
    branch is taken. rounds: that number for the machine itself.
    """
    entered, name = 0, machine["StartAt"]
    while True:
        state = machine["States"][name]
        entered += 1
        if state["Type"] == "Map":
            entered += sum(states_entered(state["ItemProcessor"], items, each) for each in items[name])
        if state["Type"] == "Choice":
            rounds -= 1
            name = state["Default"] if rounds else state["Choices"][0]["Next"]
        elif state.get("End"):
            return entered
        else:
            name = state["Next"]


def table(every: Sequence[Work], company: Company) -> Table:
    """The night, and what it is paid for."""
    night = simulated(every, company, json.loads(MACHINE.read_text(encoding="utf-8")))
    shown = Table(
        title=(
            f"By simulation: {company.accounts} accounts of {company.domains} domains of {company.apps:,} apps, "
            f"{company.concurrency} accounts at once"
        ),
        title_justify="left",
        caption="From the counted work of one domain above; $ at list prices of us-east-1, without the free tier.",
        caption_justify="left",
    )
    shown.add_column("what")
    shown.add_column("a night", justify="right")
    for each in every:
        shown.add_row(f"one domain: {each.room}", f"{each.seconds:.1f} s, {each.run.total:,} calls")
    shown.add_section()
    shown.add_row("from the first state to the last", f"{night.seconds / 60:.1f} min")
    shown.add_row("functions run", f"{night.function_seconds:,.0f} s in {night.invocations:,} calls")
    shown.add_row("API calls", f"{night.calls:,}")
    shown.add_row("state transitions", f"{night.transitions:,}")
    shown.add_section()
    for what, dollars in night.dollars.items():
        shown.add_row(what, f"$ {dollars:.4f}")
    shown.add_row("in all", f"$ {night.price:.2f}")
    shown.add_section()
    a_map = company.all_apps * _STATES_AN_APP * TRANSITION
    shown.add_row(f"with a map over {company.all_apps:,} apps, Step Functions alone", f"$ {a_map:.2f}")
    return shown


def problems(every: Sequence[Work]) -> tuple[str, ...]:
    """Which rooms did not come to their end."""
    return tuple(f"{each.room}: {each.run.said[-2000:]}" for each in every if not each.run.ok)


def _side_by_side(seconds: Sequence[float], most: int) -> float:
    """When the last one is done if each begins as soon as one of `most` places is free."""
    places = [0.0] * min(most, len(seconds))
    for each in seconds:
        heapq.heappushpop(places, places[0] + each)
    return max(places)


def _sums(every: Sequence[Work]) -> Mapping[str, int]:
    names = {name for each in every for name in each.run.calls}
    return {name: sum(each.run.calls.get(name, 0) for each in every) for name in sorted(names)}


def _dynamodb(calls: Mapping[str, int]) -> float:
    """At the most: every page is full, and every item that is written has less than 1 KB."""
    pages = calls.get("dynamodb:Query", 0) + calls.get("dynamodb:Scan", 0)
    reads = pages * _UNITS_A_PAGE + calls.get("dynamodb:GetItem", 0)
    return reads * READ_UNIT + calls.get("dynamodb:PutItem", 0) * WRITE_UNIT
