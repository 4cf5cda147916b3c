"""Everything that onboarding touches, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from concierge.apply import Applied, Mode
from concierge.catalog.model import Catalog, Domain
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.directory.protection import Protection, managed_people
from concierge.errors import Denied
from concierge.model import Door, Person
from concierge.onboarding.converge import Onboarding
from concierge.onboarding.desired import Surroundings
from concierge.onboarding.domains import Domains
from tests.support.fakes import (
    AT_TEN,
    Calls,
    InMemoryHolds,
    InMemoryLedger,
    InMemoryRecords,
    InMemoryRoles,
    InMemoryStudio,
    Trail,
)

AMARA = Person(id="guid:a1", login="amara.okafor", directory="corp.example.com")
DATA_SCIENCE, OTHER = "studio-ml-research", "SageMaker-123456789012-ml-engineer"


@dataclass
class House:
    """Everything that onboarding touches."""

    catalog: Catalog
    unreachable: set[str] = field(default_factory=set)
    calls: Calls = field(default_factory=Calls)

    def __post_init__(self) -> None:
        self.ledger = InMemoryLedger(self.calls)
        self.holds = InMemoryHolds(self.ledger)
        self.roles = InMemoryRoles(self.calls)
        self.studio = InMemoryStudio(self.calls)
        self.records = InMemoryRecords(self.calls)
        self.trail = Trail()
        self.now = AT_TEN + timedelta(hours=1)

    def onboarding(self) -> Onboarding:
        def studio(domain: Domain) -> InMemoryStudio:
            if domain.name in self.unreachable:
                raise Denied("sts:AssumeRole", "AccessDenied", "the spoke role is gone")
            return self.studio

        return Onboarding(
            catalog=self.catalog,
            ledger=self.ledger,
            domains=Domains(
                catalog=self.catalog,
                roles=lambda _: self.roles,
                studio=studio,
                rest=timedelta(seconds=10),
            ),
            records=self.records,
            protection=Protection(
                limits=self.catalog.removals,
                ledger=self.holds,
                population=lambda: managed_people(self.catalog, self.ledger),
            ),
            trail=self.trail,
            surroundings=Surroundings(
                account="123456789012", partition="aws", boundary="arn:aws:iam::123456789012:policy/boundary"
            ),
            pause=lambda _: None,
        )

    def hears(self, change: PersonChange, *, mode: Mode = Mode.APPLY, verify: bool = False) -> Applied:
        return self.onboarding().converge(change, now=self.now, mode=mode, verify=verify)

    def settles(self, change: PersonChange, *, verify: bool = False) -> list[Applied]:
        looks = [self.hears(change, verify=verify)]
        while not looks[-1].is_settled:
            assert len(looks) < 12, looks[-1]
            change = change.again
            looks.append(self.hears(change, verify=verify))
        return looks

    def door_is(self, door: Door, person: Person = AMARA) -> bool:
        return self.ledger.records[person.id].bindings["research"].door is door


def change(kind: Kind, minute: int = 0, group: str = DATA_SCIENCE, person: Person = AMARA) -> PersonChange:
    """What the directory says about somebody, `minute` minutes after ten."""
    about_group = kind in (Kind.ADD, Kind.REMOVE)
    return PersonChange(
        kind=kind,
        person=person,
        occurred_at=AT_TEN + timedelta(minutes=minute),
        cause=f"test/{kind}/{minute}",
        group_id=f"id of {group}" if about_group else "",
        group=group if about_group else "",
    )
