"""The AWS API calls of each job, counted one by one while the local stack runs it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from benchmarks.calls import is_read, made_by_functions
from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from local.character import Character
from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.gate.gate import Call

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "studio.yaml"
LI_WEI = Character(login="li.wei", guid="b220cdd7-2b30-5e99-a4cb-facd55b3e6f7")
STORE = "d-9067d4e5f6"
IN_THE_STORE = 10  # people


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
        concurrency=1,  # another container would read the catalog at some time or other
    ) as stack:
        _add_a_store(stack, "studio-risk-analytics")
        story = Story(stack=stack, idp=idp, group=group)
        story.joins()
        story.logs_in()
        story.night("NightIdle")
        story.night("NightHouse")
        _read_the_store(stack)  # every container has started, and has read the catalog
        _fill_the_store(stack)
        second = Story(stack=stack, idp=idp, group=group, person=LI_WEI)
        joined = second.membership("added")
        jobs: list[tuple[str, Callable[[], object]]] = [
            ("onboard one person", lambda: second.tell(joined)),
            ("the same membership again", lambda: second.tell(_again(joined))),
            ("one login", second.logs_in),
            ("idle sweep, 2 profiles, no app", lambda: second.night("NightIdle")),
            ("tag sweep, 2 profiles, all right", lambda: second.night("NightHouse")),
            ("one person leaves", second.leaves),
            ("the last of their group leaves, and is held", story.leaves),
            (f"a directory is read, {IN_THE_STORE} new people", lambda: _read_the_store(stack)),
            ("it is read again, nothing has changed", lambda: _read_the_store(stack)),
        ]
        for name, job in jobs:
            before = len(stack.calls)
            job()
            _rows(shown, name, stack.calls[before:])
    return shown


def _add_a_store(stack: LocalStack, group: str) -> None:
    """An Identity Center with one group, as another directory of the catalog; before any function has read that."""
    sessions = stack.session()
    s3, bucket = sessions.client("s3"), stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    read = {"id": STORE, "region": stack.region}
    compiled["directories"].append({"name": "center", "ids": [STORE], "login_id": "sam", "identity_store": read})
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=json.dumps(compiled).encode())
    sessions.client("identitystore").create_group(IdentityStoreId=STORE, DisplayName=group)


def _fill_the_store(stack: LocalStack) -> None:
    """People of the store's group."""
    store = stack.session().client("identitystore")
    (group,) = store.list_groups(IdentityStoreId=STORE)["Groups"]
    for number in range(IN_THE_STORE):
        login = f"in.store.{number}"
        user = store.create_user(
            IdentityStoreId=STORE,
            UserName=login,
            DisplayName=login,
            Name={"Formatted": login, "FamilyName": login, "GivenName": login},
        )
        store.create_group_membership(
            IdentityStoreId=STORE, GroupId=group["GroupId"], MemberId={"UserId": user["UserId"]}
        )


def _read_the_store(stack: LocalStack) -> None:
    stack.invoke("ReconcileDirectory", {"schedule": "bench", "directory": "center"})
    stack.settle()


def _again(event: dict[str, Any]) -> dict[str, Any]:
    """The same news under another id, so that the queue does not drop it as a duplicate."""
    return {**event, "detail": {**event["detail"], "id": "the-same-news-again"}}


def _rows(shown: Table, job: str, made: tuple[Call, ...]) -> None:
    counted = made_by_functions(made)
    for role in sorted({call.who for call in counted}):
        actions = Counter(call.action for call in counted if call.who == role)
        writes = sum(count for action, count in actions.items() if not is_read(action))
        which = ", ".join(f"{count} {action}" if count > 1 else action for action, count in sorted(actions.items()))
        shown.add_row(job, role, str(sum(actions.values())), str(writes), which)
        job = ""
    shown.add_section()
