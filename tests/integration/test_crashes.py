"""Killed after every single API call in turn, then run again: the same end, and nothing left behind.

The functions' own code runs here in this process, with its role's credentials and least privilege enforced, so that it
can be stopped exactly between two calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest

from concierge import bootstrap
from concierge.aws import clients
from concierge.bootstrap import memberships, shared
from concierge.catalog.model import Catalog
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.model import Door, Person
from concierge.names import profile_name
from local.operator import credentials_of
from local.stack import LocalStack
from local.studio.resources import Timings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "studio.yaml"
GROUP = "studio-ml-research"
PATIENCE = 20.0


class Killed(BaseException):
    """The process is gone: nothing of ours may catch it."""


@dataclass
class Executioner:
    """Counts calls, and ends the run after the one that it was told."""

    calls: int = 0
    after: int | None = None

    def __call__(self, **_: Any) -> None:
        self.calls += 1
        if self.calls == self.after:
            raise Killed


@dataclass(frozen=True)
class Auditor:
    """The operator's clients, made once: making one takes as long as ten calls."""

    studio: Any
    iam: Any
    s3: Any


@dataclass
class Function:
    """The onboarding function, about one person at a time."""

    stack: LocalStack
    executioner: Executioner
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def auditor(self) -> Auditor:
        session = self.stack.session()
        return Auditor(session.client("sagemaker"), session.client("iam"), session.client("s3"))

    def run(self, change: PersonChange, *, after: int | None = None) -> bool:
        """One invocation; True if the person is settled. Killed after that many calls."""
        self.executioner.calls, self.executioner.after = 0, after
        return bootstrap.onboarding(self.now).converge(change, now=self.now).is_settled

    def settles(self, change: PersonChange) -> int:
        """Looks until nothing is left to do; how many calls the looks took together."""
        calls, deadline = 0, time.monotonic() + PATIENCE
        while True:
            settled = self.run(change)
            calls += self.executioner.calls
            if settled:
                return calls
            assert time.monotonic() < deadline, change
            change = change.again
            time.sleep(0.01)

    def killed_at(self, call: int, change: PersonChange) -> None:
        """Looks until the call of that number, is killed there, and looks on as the queue would make it."""
        left, deadline = call, time.monotonic() + PATIENCE
        looking = change
        try:
            while not self.run(looking, after=left):
                left -= self.executioner.calls
                looking = looking.again
                assert time.monotonic() < deadline, change
                time.sleep(0.01)
        except Killed:
            self.settles(looking)  # the message was not deleted, so it comes again
        finally:
            self.executioner.after = None


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """AWS takes no time at all: what counts here is what is done, not how long it is waited for."""
    now = timedelta()
    at_once = Timings(create=now, update=now, delete=now, role_propagation=now)
    with LocalStack(ROOT / "template.yaml", catalog=EXAMPLE, timings=at_once) as running:
        yield running


@pytest.fixture(scope="module")
def function(stack: LocalStack) -> Iterator[Function]:
    config = next(each for each in stack._deployment.functions.values() if each.logical_id == "Onboarding")
    credentials = credentials_of(stack.session(), config)
    variables = {
        **config.environment,
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ENDPOINT_URL": stack.endpoint,
    }
    executioner = Executioner()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        _forget()
        session = boto3.Session()
        session.events.register("after-call", executioner)
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        yield Function(stack, executioner)
    _forget()


def _forget() -> None:
    """What a container keeps for its life."""
    for module in (clients, shared, memberships):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def somebody(number: object) -> Person:
    return Person(id=f"guid:crash-{number}", login=f"crash.{number}", directory="corp.example.com")


def told(kind: Kind, person: Person, minute: int) -> PersonChange:
    about_group = kind in (Kind.ADD, Kind.REMOVE)
    return PersonChange(
        kind=kind,
        person=person,
        occurred_at=datetime(2026, 3, 2, 10, minute, tzinfo=UTC),
        cause="test",
        group_id="group guid:lab" if about_group else "",
        group=GROUP if about_group else "",
    )


@dataclass(frozen=True)
class Found:
    """What AWS and the ledger have of somebody."""

    profile: bool
    spaces: int
    roles: int
    policies: tuple[str, ...]
    door: Door | None
    records: int


def found(function: Function, person: Person, catalog: Catalog) -> Found:
    outputs, domain = function.stack.outputs, catalog.domain("research")
    studio, iam, s3 = function.auditor.studio, function.auditor.iam, function.auditor.s3
    profile = profile_name(person.login)
    profiles = studio.list_user_profiles(DomainIdEquals=domain.domain_id, UserProfileNameContains=profile)
    pages = studio.get_paginator("list_spaces").paginate(DomainIdEquals=domain.domain_id, MaxResults=100)
    owners = [s["OwnershipSettingsSummary"]["OwnerUserProfileName"] for page in pages for s in page["Spaces"]]
    listed = iam.get_paginator("list_roles").paginate(PathPrefix="/studio/exec/")
    mark = f"studio-exec-{person.login.replace('.', '-')}-"
    roles = [r["RoleName"] for page in listed for r in page["Roles"] if r["RoleName"].startswith(mark)]
    policies = [name for role in roles for name in iam.list_role_policies(RoleName=role)["PolicyNames"]]
    binding = shared.ledger(outputs["LedgerTable"]).record(person).bindings.get("research")
    kept = s3.list_objects_v2(Bucket=outputs["RecordsBucket"], Prefix=f"offboarded/research/{profile}/")
    return Found(
        profile=bool(profiles["UserProfiles"]),
        spaces=owners.count(profile),
        roles=len(roles),
        policies=tuple(sorted(policies)),
        door=None if binding is None else binding.door,
        records=kept["KeyCount"],
    )


IN = Found(profile=True, spaces=1, roles=1, policies=("persona",), door=Door.OPEN, records=0)
OUT = Found(profile=True, spaces=1, roles=1, policies=("persona", "studio-door-closed"), door=Door.CLOSED, records=0)
GONE = Found(profile=False, spaces=0, roles=0, policies=(), door=Door.REMOVED, records=1)


def every_call(
    function: Function,
    catalog: Catalog,
    name: str,
    act: Callable[[Person], PersonChange],
    before: Callable[[Person], None],
) -> Iterator[tuple[int, Found]]:
    """Kills a person's run after each of its calls in turn, each time with somebody new; what is found in the end."""
    reference = somebody(f"{name}.reference")
    before(reference)
    calls = function.settles(act(reference))
    yield 0, found(function, reference, catalog)
    for call in range(1, calls + 1):
        person = somebody(f"{name}.{call}")
        before(person)
        function.killed_at(call, act(person))
        yield call, found(function, person, catalog)


@pytest.mark.timeout(300)
def test_coming_in(function: Function, catalog: Catalog) -> None:
    ends = dict(every_call(function, catalog, "in", lambda person: told(Kind.ADD, person, 0), lambda _: None))
    assert len(ends) > 15
    assert ends == dict.fromkeys(ends, IN)


@pytest.mark.timeout(300)
def test_going_out_and_being_removed_after_the_grace_period(function: Function, catalog: Catalog) -> None:
    def enters(person: Person) -> None:
        function.settles(told(Kind.ADD, person, 0))

    def leaves(person: Person) -> None:
        enters(person)
        function.now += timedelta(hours=2)  # out of the window in which several leavers would be too many
        function.settles(told(Kind.REMOVE, person, 5))
        function.now += timedelta(days=catalog.grace_days)

    def goes(person: Person) -> PersonChange:
        function.now += timedelta(hours=2)
        return told(Kind.REMOVE, person, 5)

    ends = dict(every_call(function, catalog, "out", goes, enters))
    assert len(ends) > 8
    assert ends == dict.fromkeys(ends, OUT)
    removed = dict(every_call(function, catalog, "gone", lambda person: told(Kind.LOOK, person, 9), leaves))
    assert len(removed) > 15
    assert removed == dict.fromkeys(removed, GONE)
    assert [call.action for call in function.stack.calls if not call.decision.allowed] == []
