"""The AWS API calls of each job, counted one by one while the local stack runs it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Character, Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.gate.gate import Call

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "studio.yaml"
LI_WEI = Character(login="li.wei", guid="b220cdd7-2b30-5e99-a4cb-facd55b3e6f7")
_READS = ("Get", "List", "Describe", "Query", "BatchGet")
_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")  # Lambda's own polling


def table() -> Table:
    """One row per job and role: calls, of which writes, and which they are."""
    catalog = load(compile_file(EXAMPLE))
    domain = catalog.domains[0]
    group = next(each.group for each in catalog.bindings if each.group)
    idp = DemoIdp("https://idp.bench.example.com/metadata")
    shown = Table(title="AWS API calls of one job, warm containers", title_justify="left")
    for column in ("job", "role", "calls", "writes", "which"):
        shown.add_column(column, justify="right" if column in ("calls", "writes") else "left", overflow="fold")
    with LocalStack(
        ROOT / "template.yaml",
        {"RequeueSeconds": "1", "CatalogMaxAgeSeconds": "3600"},
        catalog=EXAMPLE,
        idp_metadata=idp.metadata,
        clock=Clock(),
        account=domain.account,
        region=domain.region,
    ) as stack:
        story = Story(stack=stack, idp=idp, group=group)
        story.joins()
        story.logs_in()
        story.night("IdleShutdown")
        story.night("TagRemediation")  # every container has started, and has read the catalog
        second = Story(stack=stack, idp=idp, group=group, person=LI_WEI)
        joined = second.membership("added")
        jobs: list[tuple[str, Callable[[], object]]] = [
            ("onboard one person", lambda: second.tell(joined)),
            ("the same membership again", lambda: second.tell(_again(joined))),
            ("one login", second.logs_in),
            ("idle sweep, 2 profiles, no app", lambda: second.night("IdleShutdown")),
            ("tag sweep, 2 profiles, all right", lambda: second.night("TagRemediation")),
            ("one person leaves", second.leaves),
        ]
        for name, job in jobs:
            before = len(stack.calls)
            job()
            _rows(shown, name, stack.calls[before:])
    return shown


def _again(event: dict[str, Any]) -> dict[str, Any]:
    """The same news under another id, so that the queue does not drop it as a duplicate."""
    return {**event, "detail": {**event["detail"], "id": "the-same-news-again"}}


def _rows(shown: Table, job: str, made: tuple[Call, ...]) -> None:
    counted = [call for call in made if call.action not in _QUEUE and not call.dependent]
    for role in sorted({call.who for call in counted}):
        actions = Counter(call.action for call in counted if call.who == role)
        writes = sum(count for action, count in actions.items() if not _is_read(action))
        which = ", ".join(f"{count} {action}" if count > 1 else action for action, count in sorted(actions.items()))
        shown.add_row(job, role, str(sum(actions.values())), str(writes), which)
        job = ""
    shown.add_section()


def _is_read(action: str) -> bool:
    return action.partition(":")[2].startswith(_READS)
