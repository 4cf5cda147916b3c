"""From a raw event to a message: what is none of our business stops here, and one person is one queue group."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from concierge.catalog.model import Binding, Catalog, Directory, Domain, LoginId, Persona, RoleScope
from concierge.directory.identity import Alias, Resolution
from concierge.directory.intake import Intake
from concierge.directory.memberships import PersonChange
from concierge.errors import AlreadyExists, MalformedEvent

EVENTS = Path(__file__).parents[3] / "events"
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)
CORP = Directory(name="corp.example.com", ids=("d-9067a1b2c3",), login_id=LoginId.SAM)
CATALOG = Catalog(
    version=1,
    directories=(CORP,),
    domains=(Domain(name="research", account="123456789012", region="eu-west-1", domain_id="d-abcdefghijkl"),),
    personas=(Persona(name="data-scientist", role_scope=RoleScope.USER),),
    lifecycle_configs=(),
    bindings=(
        Binding(
            group="Studio-ML-Research",
            group_id="1841a7d1-2d3a-50ed-bf65-af0efc47f468",
            domain="research",
            persona="data-scientist",
        ),
    ),
    digest="0",
)


class Book:
    """Aliases in memory; `races` makes as many writes lose first."""

    def __init__(self, races: int = 0) -> None:
        self.aliases: dict[str, Alias] = {}
        self.races = races

    def find(self, keys: Sequence[str]) -> Mapping[str, Alias]:
        return {key: self.aliases[key] for key in keys if key in self.aliases}

    def write(self, resolution: Resolution) -> None:
        if self.races:
            self.races -= 1
            raise AlreadyExists("fake", "TransactionCanceledException", "somebody was faster")
        self.aliases.update({each.alias.key: each.alias for each in resolution.writes})


class Queue:
    """Messages in memory, as (group, dedupe key, change)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, PersonChange]] = []

    def send(self, change: PersonChange, *, group: str, dedupe_key: str) -> None:
        self.sent.append((group, dedupe_key, change))


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return found


def intake(queue: Queue, book: Book | None = None) -> Intake:
    return Intake(catalog=CATALOG, aliases=book or Book(), queue=queue)


def test_two_sources_of_one_person_share_a_queue_group_and_an_id() -> None:
    queue, book = Queue(), Book()
    intake(queue, book).take(sample("canonical-member-added.json"), now=NOW)
    intake(queue, book).take(sample("dsdata-remove-group-member.json"), now=NOW)
    (one, first_key, added), (two, second_key, removed) = queue.sent
    assert one == two
    assert first_key != second_key
    assert added.person == removed.person
    assert added.group_id == removed.group_id
    assert added.person.login == "amara.okafor"
    assert added.cause == "canonical:com.example.directory/hr-000001"


def test_the_same_event_twice_has_the_same_dedupe_key() -> None:
    queue = Queue()
    for _ in range(2):
        intake(queue).take(sample("dsdata-add-group-member.json"), now=NOW)
    assert queue.sent[0][:2] == queue.sent[1][:2]


def test_a_group_that_no_binding_names_goes_no_further() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["requestParameters"]["groupName"] = "cafeteria"
    queue = Queue()
    taken = intake(queue).take(event, now=NOW)
    assert queue.sent == []
    assert taken.ignored[0].reason == "no binding names the group 'cafeteria'"


def test_a_group_named_by_its_id_alone_is_found_through_the_binding() -> None:
    event = sample("canonical-member-added.json")
    del event["detail"]["group"]["sam"]
    queue = Queue()
    intake(queue).take(event, now=NOW)
    assert queue.sent[0][2].group == "Studio-ML-Research"


def test_a_directory_that_the_catalog_does_not_list_is_not_believed() -> None:
    event = sample("canonical-member-added.json")
    event["detail"]["directory"] = "evil.example.net"
    queue = Queue()
    taken = intake(queue).take(event, now=NOW)
    assert queue.sent == []
    assert taken.ignored[0].reason == "directory 'evil.example.net' is not in the catalog"


def test_a_resync_is_reported_and_not_guessed() -> None:
    queue = Queue()
    taken = intake(queue).take(sample("canonical-group-resync.json"), now=NOW)
    assert queue.sent == []
    assert "has to be read again" in taken.ignored[0].reason


def test_disabling_concerns_the_person_whatever_the_groups() -> None:
    queue = Queue()
    intake(queue).take(sample("canonical-user-disabled.json"), now=NOW)
    assert queue.sent[0][2].group == ""


def test_two_events_of_somebody_new_may_race() -> None:
    queue = Queue()
    intake(queue, Book(races=3)).take(sample("canonical-member-added.json"), now=NOW)
    assert len(queue.sent) == 1


def test_endless_contention_is_given_back_to_the_source() -> None:
    with pytest.raises(AlreadyExists):
        intake(Queue(), Book(races=99)).take(sample("canonical-member-added.json"), now=NOW)


def test_a_person_without_the_name_that_logins_come_from_is_malformed() -> None:
    event = sample("canonical-member-added.json")
    del event["detail"]["subject"]["sam"]
    with pytest.raises(MalformedEvent, match="takes the login id from sam, which the event lacks"):
        intake(Queue()).take(event, now=NOW)
