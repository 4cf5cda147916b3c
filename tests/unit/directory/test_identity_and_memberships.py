"""Who is meant, and whose word is the last: independent of order and repetition."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.directory.changes import Kind
from concierge.directory.identity import Alias, Resolution, resolve
from concierge.directory.memberships import PersonChange, from_json, present_groups, record
from concierge.errors import MalformedEvent
from concierge.model import Identity, Person, PersonRecord

AMARA = Person(id="guid:a", login="amara", directory="corp.example.com")
START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def found_by(aliases: Mapping[str, Alias], identity: Identity) -> dict[str, Alias]:
    return {key: aliases[key] for key in identity.keys if key in aliases}


class Book:
    """Aliases as a ledger keeps them."""

    def __init__(self) -> None:
        self.aliases: dict[str, Alias] = {}
        self.now = START

    def see(self, **ids: str) -> Resolution:
        identity = Identity(directory="corp.example.com", **ids)
        name = identity.account_name.lower()
        resolution = resolve(identity, found_by(self.aliases, identity), name=name, at=self.now)
        for write in resolution.writes:
            assert self.aliases.get(write.alias.key) == write.replaces
            self.aliases[write.alias.key] = write.alias
        return resolution


def test_the_strongest_id_names_somebody_new() -> None:
    assert Book().see(guid="A1", sid="S-1", account_name="Amara").owner == "guid:a1"
    assert Book().see(account_name="Amara").owner == "name:corp.example.com/amara"


def test_sources_that_know_less_find_the_same_person() -> None:
    book = Book()
    first = book.see(guid="A1", sid="S-1", account_name="amara")
    assert book.see(account_name="AMARA").owner == first.owner
    assert book.see(sid="s-1").owner == first.owner
    assert book.see(guid="a1").writes == ()


def test_a_person_first_seen_by_name_keeps_their_id_when_the_guid_comes() -> None:
    book = Book()
    by_name = book.see(account_name="amara")
    assert book.see(guid="A1", account_name="amara").owner == by_name.owner
    assert book.see(guid="A1").owner == by_name.owner


def test_a_rehire_under_the_old_name_is_somebody_else() -> None:
    book = Book()
    former = book.see(guid="A1", account_name="amara")
    rehired = book.see(guid="B2", account_name="amara")
    assert rehired.owner != former.owner
    assert (former.holder.generation, rehired.holder.generation) == (0, 1)
    assert book.see(account_name="amara").owner == rehired.owner
    assert book.see(guid="A1").owner == former.owner


def test_a_sid_that_joins_a_known_guid_is_learned() -> None:
    book = Book()
    person = book.see(guid="A1", account_name="amara")
    book.see(sid="S-1", account_name="amara")
    assert book.see(sid="S-1").owner == person.owner


def test_a_group_and_a_person_of_one_name_do_not_meet() -> None:
    identity = Identity(directory="d", account_name="research")
    person = resolve(identity, {}, name="research", at=START)
    assert person.owner != resolve(identity, {}, name="research", at=START, namespace="group ").owner


def test_ids_of_vendors_differ_by_case_and_those_of_directories_do_not() -> None:
    assert Identity(vendor_id="00uAb").keys != Identity(vendor_id="00uaB").keys
    assert Identity(guid="AB-1", sid="S-1-5").keys == Identity(guid="ab-1", sid="s-1-5").keys


def test_a_renamed_person_stays_who_they_are_and_keeps_their_handle() -> None:
    book = Book()
    book.see(guid="A1", account_name="amara")
    book.now = START + timedelta(hours=1)
    renamed = book.see(guid="A1", account_name="amara.okafor").holder
    assert (renamed.owner, renamed.name, renamed.first_name) == ("guid:a1", "amara.okafor", "amara")


def test_a_late_event_does_not_bring_a_former_name_back() -> None:
    book = Book()
    book.now = START + timedelta(hours=1)
    book.see(guid="A1", account_name="amara.okafor")
    book.now = START
    assert book.see(guid="A1", account_name="amara").holder.name == "amara.okafor"


def test_the_next_holder_of_a_name_that_was_given_up_is_somebody_else() -> None:
    book = Book()
    book.see(guid="A1", account_name="amara")
    book.now = START + timedelta(hours=1)
    book.see(guid="A1", account_name="amara.okafor")
    other = book.see(guid="B2", account_name="amara").holder
    assert (other.owner, other.generation) == ("guid:b2", 1)


def change(kind: Kind, minute: int, group: str = "g1") -> PersonChange:
    return PersonChange(
        kind=kind,
        person=AMARA,
        occurred_at=START + timedelta(minutes=minute),
        cause="test/1",
        group_id=group if kind in (Kind.ADD, Kind.REMOVE) else "",
        group=group if kind in (Kind.ADD, Kind.REMOVE) else "",
    )


def after(*changes: PersonChange) -> PersonRecord:
    known = PersonRecord(person=AMARA)
    for each in changes:
        known = record(known, each)
    return known


kinds = st.sampled_from([Kind.ADD, Kind.REMOVE, Kind.DISABLE, Kind.ENABLE])
histories = st.lists(st.builds(change, kinds, st.integers(0, 6), st.sampled_from(["g1", "g2"])), max_size=12)


@given(histories, st.data())
def test_order_and_duplicates_do_not_matter(history: list[PersonChange], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(history + history[:3]))
    assert after(*shuffled) == after(*history)


@given(histories)
def test_the_same_news_again_is_no_news(history: list[PersonChange]) -> None:
    known = after(*history)
    assert all(record(known, each) is known for each in history)


def test_an_earlier_event_that_arrives_late_undoes_nothing() -> None:
    known = after(change(Kind.REMOVE, 5), change(Kind.ADD, 1))
    assert present_groups(known) == ()


def test_of_two_names_the_one_that_was_given_last_counts_in_whatever_order() -> None:
    names = [replace(AMARA, login=name, named_at=START + timedelta(minutes=at)) for at, name in enumerate("abc")]
    looks = [replace(change(Kind.RENAME, 0), person=each) for each in names]
    for order in permutations(looks):
        assert after(*order).person.login == "c"
        assert after(*order).person.first_login == "amara"


def test_of_two_words_at_the_same_time_the_removal_wins() -> None:
    assert present_groups(after(change(Kind.ADD, 1), change(Kind.REMOVE, 1))) == ()
    assert present_groups(after(change(Kind.REMOVE, 1), change(Kind.ADD, 1))) == ()


def test_a_disabled_person_is_in_no_group_until_enabled_again() -> None:
    disabled = after(change(Kind.ADD, 1), change(Kind.DISABLE, 2))
    assert present_groups(disabled) == ()
    assert present_groups(record(disabled, change(Kind.ENABLE, 3))) == ("g1",)


@given(histories)
def test_a_message_survives_the_queue(history: list[PersonChange]) -> None:
    assert [from_json(each.to_json()) for each in history] == history


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"kind": "add"}', '{"kind": "dance", "person": {}}', "null"])
def test_a_foreign_message_is_malformed_and_not_a_crash(body: str) -> None:
    with pytest.raises(MalformedEvent):
        from_json(body)
