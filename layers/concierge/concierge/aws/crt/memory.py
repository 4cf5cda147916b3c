"""What the login remembers in the ledger table, each under a partition of its own; all of it expires by TTL.

assertion#<digest>, used     an assertion that somebody logged in with
wish#<digest>, wish          where somebody wanted to go when they were sent to the identity provider
visit#<digest>, visit        a login that goes on over several pages, sealed
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from concierge.aws.crt.dynamodb import Table
from concierge.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAssertions:
    """`login.ports.UsedAssertions`."""

    table: Table

    def use(self, key: str, *, keep_until: datetime) -> None:
        """One conditional PutItem; raises AlreadyExists if the item is there, expired or not.

        A retry after a lost answer also raises: somebody logs in once more, and nobody logs in twice.
        """
        item = _item("assertion", key, "used", keep_until)
        self.table.put(item, ConditionExpression="attribute_not_exists(pk)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWishes:
    """`login.ports.Wishes`."""

    table: Table

    def keep(self, key: str, workspace: str, request_id: str, *, keep_until: datetime) -> None:
        """One PutItem."""
        said = {"workspace": {"S": workspace}, "request_id": {"S": request_id}}
        self.table.put(_item("wish", key, "wish", keep_until) | said)

    def kept(self, key: str, request_id: str) -> str:
        """One GetItem; raises NotFound for a wish that came with another question."""
        item = self.table.get(f"wish#{key}", "wish")
        if item["request_id"]["S"] != request_id:
            raise NotFound("dynamodb:GetItem", "OtherQuestion", "the wish came with another question")
        return str(item["workspace"]["S"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerVisits:
    """`login.ports.SealedVisits`."""

    table: Table

    def keep(self, key: str, box: str, *, keep_until: datetime) -> None:
        """One PutItem."""
        self.table.put(_item("visit", key, "visit", keep_until) | {"box": {"S": box}})

    def kept(self, key: str) -> str:
        """One GetItem; raises NotFound."""
        return str(self.table.get(f"visit#{key}", "visit")["box"]["S"])


def _item(kind: str, key: str, sort: str, keep_until: datetime) -> dict[str, Any]:
    return {
        "pk": {"S": f"{kind}#{key}"},
        "sk": {"S": sort},
        "expires_at": {"N": str(int(keep_until.timestamp()))},
    }
