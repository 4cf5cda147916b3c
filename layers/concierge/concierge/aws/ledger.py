"""The ledger table: people, memberships, profile bindings, and what waits for an administrator.

Items (pk, sk):
    person#<id>, standing          who it is; disabled_at, enabled_at
    person#<id>, member#<group>    group, present, occurred_at; index by_set under group#<group> while present
    person#<id>, binding#<domain>  what the person has there; indexes by_login and by_domain
    person#<id>, hold              that the person's removal waits; index by_set under hold#<id>
    holds, <id>                    a hold (see aws.holds)
    removals#<kind>, <time>#<id>   that somebody was let out; expires by TTL (see aws.holds)
    alias#<key>, alias             owner, generation, known, names (see directory.identity)
    cursor#<directory>, cursor     how far a directory's changes were read (see aws.cursors)
    night#<schedule>, newest       when the newest run of a schedule was due (see aws.runs)

Times are ISO 8601 in UTC with microseconds, so that they compare as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concierge.aws.batches import batch_get
from concierge.aws.errors import translated
from concierge.aws.items import Item, binding_of, held_of, membership_of, nobody, time_text, with_item
from concierge.holds import HeldRemoval
from concierge.model import Membership, Person, PersonRecord, ProfileBinding

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PAGE = 1_024  # items that are in memory at once; a megabyte, which is a page's own limit, may be twice as many


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoLedger:
    """`onboarding.ports.Ledger`, `directory.ports.People`, and the reads of login and of the night."""

    client: DynamoDBClient
    table: str

    # -- reads ----------------------------------------------------------------------------------

    def record(self, person: Person) -> PersonRecord:
        """All of one person's items; one Query unless they exceed 1 MB."""
        record = PersonRecord(person=person)
        key = {":pk": {"S": f"person#{person.id}"}}
        for item in self._query(KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key, ConsistentRead=True):
            record = with_item(record, item)
        return record

    def records_of(self, person_ids: Iterable[str]) -> Mapping[str, PersonRecord]:
        """Names and standing of those who are known; BatchGetItem, a hundred people a call."""
        keys = [{"pk": {"S": f"person#{each}"}, "sk": {"S": "standing"}} for each in dict.fromkeys(person_ids)]
        records = (with_item(nobody(item), item) for item in batch_get(self.client, self.table, keys))
        return {record.person.id: record for record in records}

    def members_of(self, group_id: str) -> Mapping[str, Membership]:
        """Who is in a group, by person id; the index is a moment behind the table."""
        found = self._set(f"group#{group_id}")
        return {item["pk"]["S"].removeprefix("person#"): membership_of(item) for item in found}

    def words_about(self, group_id: str, person_ids: Iterable[str]) -> Mapping[str, Membership]:
        """The last word about a group of each of these people; BatchGetItem, a hundred people a call."""
        keys = [
            {"pk": {"S": f"person#{each}"}, "sk": {"S": f"member#{group_id}"}} for each in dict.fromkeys(person_ids)
        ]
        found = batch_get(self.client, self.table, keys)
        return {item["pk"]["S"].removeprefix("person#"): membership_of(item) for item in found}

    def held_in(self, hold_id: str) -> Mapping[str, HeldRemoval]:
        """Whose removal is part of a hold, by person id; the index is a moment behind the table."""
        return {item["pk"]["S"].removeprefix("person#"): held_of(item) for item in self._set(f"hold#{hold_id}")}

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        """Everything that a login id has, sorted by domain; the index is a moment behind the table."""
        return tuple(
            binding_of(item)
            for item in self._query(
                IndexName="by_login",
                KeyConditionExpression="login = :login",
                ExpressionAttributeValues={":login": {"S": login}},
            )
        )

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something in a domain, sorted by profile."""
        return tuple(self.each_binding_in_domain(domain))

    def each_binding_in_domain(self, domain: str) -> Iterator[ProfileBinding]:
        """The same, one by one: a page of the Query at a time is in memory. Raises AwsError while it is read."""
        found = self._query(
            IndexName="by_domain",
            KeyConditionExpression="#domain = :domain",
            ExpressionAttributeNames={"#domain": "domain"},  # a reserved word of DynamoDB
            ExpressionAttributeValues={":domain": {"S": domain}},
        )
        return map(binding_of, found)

    # -- writes ---------------------------------------------------------------------------------

    def save_membership(self, person: Person, membership: Membership) -> None:
        """Raises AlreadyExists if the table holds a later word about this group."""
        item: dict[str, Any] = {
            "pk": {"S": f"person#{person.id}"},
            "sk": {"S": f"member#{membership.group_id}"},
            "group": {"S": membership.group},
            "present": {"BOOL": membership.present},
            "occurred_at": {"S": time_text(membership.occurred_at)},
        }
        if membership.present:  # a sparse index: who is in the group, and nobody who left
            item["set"] = {"S": f"group#{membership.group_id}"}
        self._put(
            item,
            ConditionExpression="attribute_not_exists(pk) OR occurred_at <= :occurred_at",
            ExpressionAttributeValues={":occurred_at": item["occurred_at"]},
        )

    def save_standing(self, record: PersonRecord) -> None:
        """Raises AlreadyExists if the table holds a later word about name, or about being disabled or enabled."""
        person = record.person
        times = {"named_at": person.named_at, "disabled_at": record.disabled_at, "enabled_at": record.enabled_at}
        values = {name: {"S": time_text(time)} for name, time in times.items() if time is not None}
        item: dict[str, Any] = {
            "pk": {"S": f"person#{person.id}"},
            "sk": {"S": "standing"},
            "name": {"S": person.login},
            "handle": {"S": person.first_login},
            "directory": {"S": person.directory},
            "generation": {"N": str(person.generation)},
            **values,
        }
        newer = " AND ".join(f"(attribute_not_exists({name}) OR {name} <= :{name})" for name in values)
        given = {f":{name}": value for name, value in values.items()}
        condition = {"ConditionExpression": newer, "ExpressionAttributeValues": given} if values else {}
        self._put(item, **condition)

    def save_binding(self, binding: ProfileBinding) -> None:
        """Raises AlreadyExists if the table holds a binding of a later run."""
        closed = {"closed_at": {"S": time_text(binding.closed_at)}} if binding.closed_at else {}
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
            "since": {"S": time_text(binding.since)},
            **closed,
        }
        self._put(
            item,
            ConditionExpression="attribute_not_exists(pk) OR since <= :since",
            ExpressionAttributeValues={":since": item["since"]},
        )

    def release(self, person: Person) -> None:
        """DeleteItem of the person's hold; none is a success."""
        with translated("dynamodb:DeleteItem"):
            self.client.delete_item(TableName=self.table, Key={"pk": {"S": f"person#{person.id}"}, "sk": {"S": "hold"}})

    def _put(self, item: Mapping[str, Any], **condition: Any) -> None:
        with translated("dynamodb:PutItem"):
            self.client.put_item(TableName=self.table, Item=item, **condition)

    def _set(self, name: str) -> Iterator[Item]:
        return self._query(
            IndexName="by_set",
            KeyConditionExpression="#set = :set",
            ExpressionAttributeNames={"#set": "set"},  # a reserved word of DynamoDB
            ExpressionAttributeValues={":set": {"S": name}},
        )

    def _query(self, **arguments: Any) -> Iterator[Item]:
        with translated("dynamodb:Query"):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table, PaginationConfig={"PageSize": _PAGE}, **arguments
            )
            for page in pages:
                yield from page["Items"]
