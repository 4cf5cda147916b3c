"""Who somebody is and what they have, for the login: `login.ports.People` over the ledger table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from concierge.aws.crt.dynamodb import Table
from concierge.aws.items import binding_of, with_item
from concierge.errors import NotFound
from concierge.model import Person, PersonRecord, ProfileBinding


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPeople:
    """What `aws.ledger` and `aws.aliases` have written."""

    table: Table

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        """One Query of the index by_login, which is a moment behind the table."""
        found = self.table.query(
            IndexName="by_login",
            KeyConditionExpression="login = :login",
            ExpressionAttributeValues={":login": {"S": login}},
        )
        return tuple(map(binding_of, found))

    def owners_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """One GetItem a name: as many as the catalog has directories, and only where no door is open."""
        owners = []
        for name in names:
            try:
                owners.append(str(self.table.get(f"alias#{name}", "alias")["owner"]["S"]))
            except NotFound:
                continue
        return tuple(dict.fromkeys(owners))

    def record_of(self, person_id: str) -> PersonRecord:
        """One consistent Query, unless a person has more than 1 MB of items."""
        record = PersonRecord(person=Person(id=person_id, login="", directory=""))
        for item in self.table.query(
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"person#{person_id}"}},
            ConsistentRead=True,
        ):
            record = with_item(record, item)
        return record
