"""What tag remediation needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from concierge.model import App, ProfileBinding, Space
from concierge.tags.model import Kind, Made, Tagged


class Ledger(Protocol):
    """Who has what in a domain."""

    def each_binding_in_domain(self, domain: str) -> Iterator[ProfileBinding]:
        """Everybody who has or had something there, one by one; `domain` is the catalog's name. Raises AwsError."""


class Lists(Protocol):
    """What there is in one account and region. Lists know no tags. All raise AwsError."""

    def profiles(self, domain_id: str) -> Iterator[str]:
        """The name of every user profile, one by one."""

    def profile_arn(self, domain_id: str, name: str) -> str:
        """How AWS spells it; no call."""

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        """Every space; `owner` is set for private ones only."""

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """Every app that starts or runs."""

    def made_since(self, kind: Kind, since: datetime) -> Iterator[Made]:
        """What was made after that time, of a kind that is in the account and in no domain; one by one."""


class Tags(Protocol):
    """Tags in one account and region."""

    def index(self) -> Iterator[tuple[Tagged, ...]]:
        """Every resource of the kinds that has, or had, a tag, page by page; raises AwsError.

        Kinds that the index does not serve are missing, and so is what never had a tag.
        """

    def read(self, arn: str) -> Mapping[str, str]:
        """The tags of one resource, from the resource itself; raises NotFound if it is gone, and AwsError."""

    def add(self, arns: Sequence[str], tags: Mapping[str, str]) -> None:
        """Adds or replaces these tags on each of up to twenty resources, and leaves all others.

        One that is gone is a success. Raises Throttled if it may be tried again, and AwsError naming the ARN.
        """
