"""The ledger table: conditional writes, and what comes back is what went in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws
from types_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, ProjectionTypeDef

from concierge.aws.aliases import DynamoAliases
from concierge.aws.ledger import DynamoLedger
from concierge.directory.identity import resolve
from concierge.errors import AlreadyExists
from concierge.model import Door, Identity, Membership, Person, PersonRecord, ProfileBinding
from tests.support.fakes import AT_TEN

AMARA = Person(id="guid:a1", login="amara.okafor", directory="corp.example.com")
ALL: ProjectionTypeDef = {"ProjectionType": "ALL"}
BINDING = ProfileBinding(
    person_id="guid:a1",
    login="amara.okafor",
    domain="research",
    profile="amara-okafor-x",
    persona="data-scientist",
    role="studio-exec-amara",
    tags={"team": "vision", "cost-centre": "4711"},
    door=Door.OPEN,
    fingerprint="f" * 64,
    since=AT_TEN,
)


def _keys(hashed: str, ranged: str) -> list[KeySchemaElementTypeDef]:
    return [{"AttributeName": hashed, "KeyType": "HASH"}, {"AttributeName": ranged, "KeyType": "RANGE"}]


@pytest.fixture
def table() -> Iterator[str]:
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="ledger",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "login", "domain", "profile")
            ],
            KeySchema=_keys("pk", "sk"),
            GlobalSecondaryIndexes=[
                {"IndexName": "by_login", "KeySchema": _keys("login", "domain"), "Projection": ALL},
                {"IndexName": "by_domain", "KeySchema": _keys("domain", "profile"), "Projection": ALL},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield "ledger"


@pytest.fixture
def ledger(table: str) -> DynamoLedger:
    return DynamoLedger(client=boto3.client("dynamodb"), table=table)


@pytest.fixture
def aliases(table: str) -> DynamoAliases:
    return DynamoAliases(client=boto3.client("dynamodb"), table=table)


def membership(minute: int, *, present: bool = True) -> Membership:
    return Membership(
        group_id="g1", group="research-ds", present=present, occurred_at=AT_TEN + timedelta(minutes=minute)
    )


def test_somebody_new_has_an_empty_record(ledger: DynamoLedger) -> None:
    assert ledger.record(AMARA) == PersonRecord(person=AMARA)


def test_everything_about_a_person_comes_back_as_it_went_in(ledger: DynamoLedger) -> None:
    record = PersonRecord(
        person=AMARA,
        memberships={"g1": membership(0)},
        bindings={"research": BINDING},
        disabled_at=AT_TEN,
        enabled_at=AT_TEN + timedelta(hours=1),
    )
    ledger.save_membership(AMARA, record.memberships["g1"])
    ledger.save_standing(record)
    ledger.save_binding(BINDING)
    assert ledger.record(AMARA) == record


def test_a_later_word_is_never_overwritten(ledger: DynamoLedger) -> None:
    ledger.save_membership(AMARA, membership(5, present=False))
    with pytest.raises(AlreadyExists):
        ledger.save_membership(AMARA, membership(4))
    assert not ledger.record(AMARA).memberships["g1"].present


def test_a_binding_of_a_slower_run_does_not_replace_a_newer_one(ledger: DynamoLedger) -> None:
    ledger.save_binding(replace(BINDING, door=Door.CLOSED, since=AT_TEN + timedelta(seconds=1)))
    with pytest.raises(AlreadyExists):
        ledger.save_binding(BINDING)


def test_an_older_word_about_being_disabled_is_refused(ledger: DynamoLedger) -> None:
    late = PersonRecord(person=AMARA, disabled_at=AT_TEN + timedelta(hours=1))
    ledger.save_standing(late)
    with pytest.raises(AlreadyExists):
        ledger.save_standing(replace(late, disabled_at=AT_TEN))


def test_login_and_night_find_bindings_by_their_own_index(ledger: DynamoLedger) -> None:
    other = replace(BINDING, person_id="guid:b2", login="li.wei", profile="a-first")
    ledger.save_binding(BINDING)
    ledger.save_binding(other)
    assert ledger.bindings_of_login("amara.okafor") == (BINDING,)
    assert ledger.bindings_of_login("nobody") == ()
    assert ledger.bindings_in_domain("research") == (other, BINDING)


def test_a_domain_of_many_people_is_read_to_the_last_page(ledger: DynamoLedger) -> None:
    big = {"note": "x" * 30_000}
    for number in range(60):  # 1.8 MB, and a page holds one
        ledger.save_binding(replace(BINDING, person_id=f"guid:{number}", profile=f"p{number:03}", tags=big))
    assert len(ledger.bindings_in_domain("research")) == 60


def test_aliases_are_written_all_or_none(aliases: DynamoAliases) -> None:
    identity = Identity(directory="corp", guid="A1", sid="S-1", account_name="amara")
    first = resolve(identity, aliases.find(identity.keys))
    aliases.write(first)
    found = aliases.find(identity.keys)
    assert {alias.owner for alias in found.values()} == {"guid:a1"}
    assert resolve(identity, found).writes == ()
    stale = Identity(directory="corp", guid="B2", account_name="amara")
    with pytest.raises(AlreadyExists):
        aliases.write(resolve(stale, {}))
    assert "guid:b2" not in aliases.find(("guid:b2",))
