"""The ledger table: people, memberships and profile bindings.

Items (pk, sk):
    person#<id>, standing          disabled_at, enabled_at
    person#<id>, member#<group>    group, present, occurred_at
    person#<id>, binding#<domain>  what the person has there; indexes by_login and by_domain
    alias#<key>, alias             owner, generation, known (see directory.identity)

Times are ISO 8601 in UTC with microseconds, so that they compare as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.model import Door, Membership, Person, PersonRecord, ProfileBinding

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoLedger:
    """`onboarding.ports.Ledger`, and the reads of login and of the night."""

    client: DynamoDBClient
    table: str

    def record(self, person: Person) -> PersonRecord:
        """All of one person's items; one Query unless they exceed 1 MB."""
        record = PersonRecord(person=person)
        key = {":pk": {"S": f"person#{person.id}"}}
        for item in self._query(KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key, ConsistentRead=True):
            record = _with_item(record, item)
        return record

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        """Everything that a login id has, sorted by domain; the index is a moment behind the table."""
        return tuple(
            _binding(item)
            for item in self._query(
                IndexName="by_login",
                KeyConditionExpression="login = :login",
                ExpressionAttributeValues={":login": {"S": login}},
            )
        )

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something in a domain, sorted by profile."""
        return tuple(
            _binding(item)
            for item in self._query(
                IndexName="by_domain",
                KeyConditionExpression="#domain = :domain",
                ExpressionAttributeNames={"#domain": "domain"},  # a reserved word of DynamoDB
                ExpressionAttributeValues={":domain": {"S": domain}},
            )
        )

    def save_membership(self, person: Person, membership: Membership) -> None:
        """Raises AlreadyExists if the table holds a later word about this group."""
        item: dict[str, Any] = {
            "pk": {"S": f"person#{person.id}"},
            "sk": {"S": f"member#{membership.group_id}"},
            "group": {"S": membership.group},
            "present": {"BOOL": membership.present},
            "occurred_at": {"S": _text(membership.occurred_at)},
        }
        with translated("dynamodb:PutItem"):
            self.client.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR occurred_at <= :occurred_at",
                ExpressionAttributeValues={":occurred_at": item["occurred_at"]},
            )

    def save_standing(self, record: PersonRecord) -> None:
        """Raises AlreadyExists if the table holds a later word about the person being disabled or enabled."""
        times = {"disabled_at": record.disabled_at, "enabled_at": record.enabled_at}
        values = {name: {"S": _text(time)} for name, time in times.items() if time is not None}
        newer = " AND ".join(f"(attribute_not_exists({name}) OR {name} <= :{name})" for name in values)
        key = {"pk": {"S": f"person#{record.person.id}"}, "sk": {"S": "standing"}}
        with translated("dynamodb:PutItem"):
            self.client.put_item(
                TableName=self.table,
                Item={**key, **values},
                ConditionExpression=newer,
                ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
            )

    def save_binding(self, binding: ProfileBinding) -> None:
        """Raises AlreadyExists if the table holds a binding of a later run."""
        item: dict[str, Any] = {
            "pk": {"S": f"person#{binding.person_id}"},
            "sk": {"S": f"binding#{binding.domain}"},
            "login": {"S": binding.login},
            "domain": {"S": binding.domain},
            "profile": {"S": binding.profile},
            "persona": {"S": binding.persona},
            "role": {"S": binding.role},
            "tags": {"S": json.dumps(dict(binding.tags), sort_keys=True)},
            "door": {"S": binding.door},
            "fingerprint": {"S": binding.fingerprint},
            "since": {"S": _text(binding.since)},
        }
        with translated("dynamodb:PutItem"):
            self.client.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR since <= :since",
                ExpressionAttributeValues={":since": item["since"]},
            )

    def _query(self, **arguments: Any) -> Iterator[Item]:
        with translated("dynamodb:Query"):
            for page in self.client.get_paginator("query").paginate(TableName=self.table, **arguments):
                yield from page["Items"]


def _with_item(record: PersonRecord, item: Item) -> PersonRecord:
    kind, _, key = item["sk"]["S"].partition("#")
    if kind == "member":
        membership = Membership(
            group_id=key,
            group=item["group"]["S"],
            present=item["present"]["BOOL"],
            occurred_at=_time(item["occurred_at"]["S"]),
        )
        return replace(record, memberships={**record.memberships, key: membership})
    if kind == "binding":
        return replace(record, bindings={**record.bindings, key: _binding(item)})
    return replace(
        record, disabled_at=_optional_time(item, "disabled_at"), enabled_at=_optional_time(item, "enabled_at")
    )


def _binding(item: Item) -> ProfileBinding:
    return ProfileBinding(
        person_id=item["pk"]["S"].removeprefix("person#"),
        login=item["login"]["S"],
        domain=item["domain"]["S"],
        profile=item["profile"]["S"],
        persona=item["persona"]["S"],
        role=item["role"]["S"],
        tags=json.loads(item["tags"]["S"]),
        door=Door(item["door"]["S"]),
        fingerprint=item["fingerprint"]["S"],
        since=_time(item["since"]["S"]),
    )


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _optional_time(item: Item, name: str) -> datetime | None:
    return _time(item[name]["S"]) if name in item else None
