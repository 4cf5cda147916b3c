"""A storm of membership changes through the whole local stack, and whether all of it arrived.

People are put into groups, taken out, put back, disabled and enabled; some events come twice, most come out of order.
Each is given to the function that reads events, as EventBridge gives it, and the storm is over when every queue is
empty. The rates are those of moto on this machine, with as many people side by side as the stack is told; the calls are
those that AWS would see.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, reduce
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from rich.table import Table

from benchmarks.calls import is_read, made_by_functions
from benchmarks.history import ACCOUNT, GROUPS, News
from concierge.aws.aliases import DynamoAliases
from concierge.aws.ledger import DynamoLedger
from concierge.catalog.load import load
from concierge.catalog.model import Directory
from concierge.catalog.source import compile_file
from concierge.directory.memberships import present_groups, record
from concierge.directory.people import People
from concierge.model import Door, Identity, PersonRecord
from local.stack import LocalStack

if TYPE_CHECKING:
    from local.gate.gate import Call

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "studio.yaml"
_FEEDERS = 2
_PASSED_ON = "sqs:SendMessage"  # every event is, whatever is known already: that it is old news shows behind the queue
_QUEUES = ("MembershipQueueUrl", "LookAgainQueueUrl", "ResyncQueueUrl", "MembershipDeadLettersUrl", "DeadLettersUrl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What came of a storm; `problems` is empty if all is as it should be."""

    people: int
    changes: int
    seconds: float
    calls: tuple[Call, ...]
    side_by_side: int
    again: int
    calls_again: int
    writes_again: int
    problems: tuple[str, ...]


@contextmanager
def standing_by(folder: Path, *, concurrency: int = 2) -> Iterator[LocalStack]:
    """A stack for storms; `folder` gets its catalog."""
    catalog = _catalog(folder)
    domain = load(compile_file(catalog)).domains[0]
    parameters = {"RequeueSeconds": "1", "CatalogMaxAgeSeconds": "3600"}
    with LocalStack(
        ROOT / "template.yaml",
        parameters,
        catalog=catalog,
        account=domain.account,
        region=domain.region,
        concurrency=concurrency,
    ) as stack:
        yield stack


def _catalog(folder: Path) -> Path:
    """The example's own account with its personas' bare roles, and no limit on removals that a storm would meet."""
    root = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    root["domains"] = [each for each in root["domains"] if each["account"] == ACCOUNT]
    names = {each["name"] for each in root["domains"]}
    root["bindings"] = [each for each in root["bindings"] if each.get("domain", next(iter(names))) in names]
    extras = ("spaces", "managed_policies", "lifecycle_configs")
    root["personas"] = [{key: of[key] for key in of if key not in extras} for of in root["personas"]]
    root.pop("lifecycle_configs", None)
    root["removals"] = {"floor": 1000, "share_percent": 100, "most": 1000, "window_minutes": 1}
    shutil.copytree(EXAMPLE.parent / "policies", folder / "policies")
    path = folder / "studio.yaml"
    path.write_text(yaml.safe_dump(root), encoding="utf-8")
    return path


def weather(stack: LocalStack, news: Sequence[News], *, sample: int) -> Weather:
    """Sends everything, waits until it has drained, and tells the same again about `sample` people."""
    patience = 60.0 + 2.0 * len(news)
    since, began = len(stack.calls), time.monotonic()
    _feed(stack, [each.event() for each in news[: len(GROUPS)]], patience)
    _feed(stack, [each.event() for each in news[len(GROUPS) :]], patience)
    seconds, after = time.monotonic() - began, len(stack.calls)
    told = {each.who.guid: each.who for each in news}
    chosen = set(list(told)[:sample])
    again = [each for each in news if each.who.guid in chosen]
    _feed(stack, [each.event(told_as=f"again-{n}") for n, each in enumerate(again)], patience)
    made, made_again = stack.calls[since:after], made_by_functions(stack.calls[after:])
    spans = _spans(stack, began)
    return Weather(
        people=len(told),
        changes=len(news),
        seconds=seconds,
        calls=tuple(made_by_functions(made)),
        side_by_side=_most_at_once(spans),
        again=len(again),
        calls_again=len(made_again),
        writes_again=sum(not is_read(call.action) and call.action != _PASSED_ON for call in made_again),
        problems=(*lost(stack, news), *_left_over(stack), *twice_at_once(spans)),
    )


def _feed(stack: LocalStack, events: Sequence[object], patience: float) -> None:
    with ThreadPoolExecutor(_FEEDERS) as feeders:
        list(feeders.map(partial(stack.invoke, "MembershipEvents"), events))
    stack.settle(timeout=patience)


def lost(stack: LocalStack, news: Sequence[News]) -> Iterator[str]:
    """Whoever's ledger or door is not what their whole history says."""
    client, table = stack.session().client("dynamodb"), stack.outputs["LedgerTable"]
    ledger, aliases = DynamoLedger(client=client, table=table), DynamoAliases(client=client, table=table)
    of_person: Mapping[str, list[News]] = defaultdict(list)
    for each in news:
        of_person[each.who.guid].append(each)
    for own in of_person.values():
        who = own[0].who
        people = People(directory=Directory(name=who.directory, ids=()), aliases=aliases)
        person = people.known(Identity(guid=who.guid, account_name=who.login))
        if person is None:
            yield f"{who.login}: nobody knows them"
            continue
        expected = reduce(record, (each.change(person) for each in own), PersonRecord(person=person))
        known = ledger.record(person)
        if _words(known) != _words(expected):
            yield f"{who.login}: {_words(known)} instead of {_words(expected)}"
        doors = {binding.door for binding in known.bindings.values()}
        if (Door.OPEN in doors) is not bool(present_groups(expected)):
            yield f"{who.login}: doors {doors} with the groups {present_groups(expected)}"


def _words(known: PersonRecord) -> object:
    memberships = sorted((each.group, each.present, each.occurred_at) for each in known.memberships.values())
    return memberships, known.disabled_at, known.enabled_at


def _left_over(stack: LocalStack) -> Iterator[str]:
    sqs = stack.session().client("sqs")
    for name in _QUEUES:
        counts = sqs.get_queue_attributes(QueueUrl=stack.outputs[name], AttributeNames=["All"])["Attributes"]
        if total := sum(int(each) for key, each in counts.items() if key.startswith("ApproximateNumberOfMessages")):
            yield f"{name}: {total} messages are left"


def _spans(stack: LocalStack, since: float) -> Mapping[str, list[tuple[float, float]]]:
    """When each person was in hand, in order."""
    queue = stack.outputs["MembershipQueueUrl"].rpartition("/")[2]
    spans: Mapping[str, list[tuple[float, float]]] = defaultdict(list)
    for batch in sorted(stack.batches, key=lambda each: each.began):
        if batch.queue == queue and batch.began >= since:
            for group in batch.groups:
                spans[group].append((batch.began, batch.ended))
    return spans


def twice_at_once(spans: Mapping[str, list[tuple[float, float]]]) -> Iterator[str]:
    for group, own in spans.items():
        if any(one[1] > other[0] for one, other in pairwise(own)):
            yield f"message group {group} was handled twice at the same time"


def _most_at_once(spans: Mapping[str, list[tuple[float, float]]]) -> int:
    steps = sorted(step for own in spans.values() for began, ended in own for step in ((began, 1), (ended, -1)))
    now = most = 0
    for _, step in steps:
        now += step
        most = max(most, now)
    return most


def table(found: Weather) -> Table:
    """Rates, checks, and each action's calls by change and by person."""
    title = f"Storm: {found.changes} changes of {found.people} people in {found.seconds:.0f} s on moto"
    rates = f"{found.changes / found.seconds:.1f} changes/s, {found.people / found.seconds:.2f} people/s"
    again = f"told again: {found.again} changes, {found.calls_again} calls, {found.writes_again} writes"
    checks = "; ".join(found.problems) or "nobody lost, nobody twice at once, every queue empty"
    shown = Table(title=f"{title}\n{rates}, {found.side_by_side} at once\n{again}\n{checks}", title_justify="left")
    for column in ("role", "action", "calls", "per change", "per person"):
        shown.add_column(column, justify="left" if column in ("role", "action") else "right")
    counted = Counter((call.who, call.action) for call in found.calls)
    for (role, action), count in sorted(counted.items()):
        shown.add_row(role, action, str(count), f"{count / found.changes:.2f}", f"{count / found.people:.2f}")
    shown.add_section()
    every = len(found.calls)
    shown.add_row("all", "", str(every), f"{every / found.changes:.2f}", f"{every / found.people:.2f}")
    return shown
