"""From a raw event to a message: what is none of our business stops here, and one person is one person."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from concierge.catalog.model import (
    Binding,
    Catalog,
    Directory,
    Domain,
    IdentityStore,
    LoginId,
    Persona,
    RoleScope,
)
from concierge.directory.changes import Kind
from concierge.directory.intake import Intake, Taken
from concierge.directory.memberships import PersonChange
from concierge.directory.people import People
from concierge.errors import AlreadyExists, MalformedEvent
from concierge.model import Identity
from tests.support.fakes import InMemoryAliases, InMemoryQueue, InMemoryResyncs

EVENTS = Path(__file__).parents[3] / "events"
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)
CORP = Directory(name="corp.example.com", ids=("d-9067a1b2c3",), login_id=LoginId.SAM)
STORE = Directory(
    name="identity-center",
    ids=("d-9067d4e5f6", "11111111-aaaa-4bbb-8ccc-000000000001"),
    identity_store=IdentityStore(id="d-9067d4e5f6", region="eu-west-1"),
)
OKTA = Directory(name="okta", ids=("example-org",), login_id=LoginId.UPN)
LAB_ID = "1841a7d1-2d3a-50ed-bf65-af0efc47f468"
CATALOG = Catalog(
    version=1,
    directories=(CORP, STORE, OKTA),
    domains=(Domain(name="research", account="123456789012", region="eu-west-1", domain_id="d-abcdefghijkl"),),
    personas=(Persona(name="data-scientist", role_scope=RoleScope.USER),),
    lifecycle_configs=(),
    bindings=(
        Binding(group="Studio-ML-Research", group_id=LAB_ID, domain="research", persona="data-scientist"),
        Binding(group="Studio-Risk", domain="research", persona="data-scientist"),
    ),
    digest="0",
)


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return found


@dataclass
class Desk:
    """Where events come in."""

    catalog: Catalog = CATALOG
    aliases: InMemoryAliases = field(default_factory=InMemoryAliases)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)
    resyncs: InMemoryResyncs = field(default_factory=InMemoryResyncs)

    def takes(self, event: str | dict[str, Any]) -> Taken:
        intake = Intake(catalog=self.catalog, aliases=self.aliases, queue=self.queue, resync=self.resyncs)
        return intake.take(sample(event) if isinstance(event, str) else event, now=NOW)

    @property
    def last(self) -> PersonChange:
        return self.queue.sent[-1]

    def knows(self, directory: Directory, at: datetime = NOW, **ids: str) -> str:
        """Somebody whom a reading of the directory has met."""
        return People(directory=directory, aliases=self.aliases).person(Identity(**ids), at=at).id


def test_two_sources_of_one_person_are_one_person() -> None:
    desk = Desk()
    desk.takes("canonical-member-added.json")
    desk.takes("dsdata-remove-group-member.json")
    added, removed = desk.queue.sent
    assert added.cause != removed.cause
    assert added.person == removed.person
    assert added.group_id == removed.group_id
    assert added.person.login == "amara.okafor"
    assert added.cause == "canonical:com.example.directory/hr-000001"


def test_the_same_event_twice_is_the_same_message() -> None:
    desk = Desk()
    desk.takes("dsdata-add-group-member.json")
    desk.takes("dsdata-add-group-member.json")
    assert desk.queue.sent[0] == desk.queue.sent[1]


def test_a_group_that_no_binding_names_goes_no_further() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["requestParameters"]["groupName"] = "cafeteria"
    desk = Desk()
    assert desk.takes(event).ignored[0].reason == "no binding names the group 'cafeteria'"
    assert desk.queue.sent == []


def test_a_group_named_by_its_id_alone_is_found_through_the_binding() -> None:
    event = sample("canonical-member-added.json")
    del event["detail"]["group"]["sam"]
    desk = Desk()
    desk.takes(event)
    assert desk.last.group == "Studio-ML-Research"


def test_a_group_bound_by_id_may_be_renamed() -> None:
    event = sample("canonical-member-added.json")
    event["detail"]["group"]["sam"] = "whatever it is called now"
    desk = Desk()
    desk.takes(event)
    assert desk.last.group == "Studio-ML-Research"


def test_a_group_with_the_name_of_one_that_is_bound_by_another_id_gives_nothing() -> None:
    event = sample("canonical-member-added.json")
    event["detail"]["group"]["guid"] = "99999999-2d3a-50ed-bf65-af0efc47f468"
    desk = Desk()
    assert "no binding names the group" in desk.takes(event).ignored[0].reason
    assert desk.queue.sent == []


def test_a_directory_that_the_catalog_does_not_list_is_not_believed() -> None:
    event = sample("canonical-member-added.json")
    event["detail"]["directory"] = "evil.example.net"
    desk = Desk()
    assert desk.takes(event).ignored[0].reason == "directory 'evil.example.net' is not in the catalog"
    assert desk.queue.sent == []


def test_disabling_concerns_the_person_whatever_the_groups() -> None:
    desk = Desk()
    desk.takes("canonical-user-disabled.json")
    assert (desk.last.kind, desk.last.group) == (Kind.DISABLE, "")


def test_two_events_of_somebody_new_may_race() -> None:
    desk = Desk(aliases=InMemoryAliases(races=3))
    desk.takes("canonical-member-added.json")
    assert len(desk.queue.sent) == 1


def test_endless_contention_is_given_back_to_the_source() -> None:
    with pytest.raises(AlreadyExists):
        Desk(aliases=InMemoryAliases(races=99)).takes("canonical-member-added.json")


# -- what an event does not say -------------------------------------------------------------------


def test_an_event_that_names_nobody_asks_for_a_reading_of_the_directory() -> None:
    desk = Desk()
    taken = desk.takes("identitystore-delete-group-membership.json")
    (asked,) = desk.resyncs.asked
    assert (asked.directory, asked.reason) == ("identity-center", "event names neither user nor group")
    assert taken.resyncs == [asked]


def test_a_directory_that_cannot_be_read_is_reported_with_the_remedy() -> None:
    desk = Desk()
    reason = desk.takes("canonical-group-resync.json").ignored[0].reason
    assert "give it ldap or identity_store in the catalog" in reason
    assert desk.resyncs.asked == []


def test_a_stranger_known_by_id_alone_is_looked_up_in_the_directory() -> None:
    desk = Desk()
    People(directory=STORE, aliases=desk.aliases).group_id(
        Identity(vendor_id="cb063241-1fb1-586a-9729-198e5fc13375"), "Studio-Risk", at=NOW
    )
    desk.takes("idc-console-add-member.json")
    assert (desk.queue.sent, len(desk.resyncs.asked)) == ([], 1)


def test_somebody_a_reading_has_met_needs_no_name_any_more() -> None:
    desk = Desk()
    People(directory=STORE, aliases=desk.aliases).group_id(
        Identity(vendor_id="cb063241-1fb1-586a-9729-198e5fc13375"), "Studio-Risk", at=NOW
    )
    known = desk.knows(STORE, vendor_id="19aac45c-0931-56af-bfd8-d9c4b2aa4859", account_name="amara")
    desk.takes("idc-console-add-member.json")
    assert (desk.last.person.id, desk.last.person.login, desk.last.group) == (known, "amara", "Studio-Risk")
    assert desk.resyncs.asked == []


def test_a_group_that_nobody_has_seen_is_looked_up_too() -> None:
    desk = Desk()
    desk.takes("idc-console-add-member.json")
    assert desk.resyncs.asked[0].reason == "nobody has seen this group's id before"


def test_a_bare_name_may_be_a_group_so_a_directory_that_can_be_read_is_asked() -> None:
    readable = replace(CORP, identity_store=IdentityStore(id="d-0000000000", region="eu-west-1"))
    desk = Desk(catalog=replace(CATALOG, directories=(readable,)))
    desk.takes("dsdata-add-group-member.json")
    assert (desk.queue.sent, len(desk.resyncs.asked)) == ([], 1)
    desk.knows(readable, guid="g", account_name="amara.okafor")
    desk.takes("dsdata-add-group-member.json")
    assert desk.last.person.id == "guid:g"


def test_a_dn_alone_is_looked_up_if_its_name_is_that_of_a_managed_group() -> None:
    readable = replace(CORP, identity_store=IdentityStore(id="d-0000000000", region="eu-west-1"))
    desk = Desk(catalog=replace(CATALOG, directories=(readable,)))
    desk.takes("samba-4728-add.json")
    assert len(desk.resyncs.asked) == 1
    event = sample("samba-4728-add.json")
    event["groupChange"]["group"] = "CN=cafeteria,OU=Groups,DC=corp,DC=example,DC=com"
    assert desk.takes(event).ignored[0].reason.startswith("no binding names the group")


def test_a_stranger_without_the_name_that_logins_come_from_is_reported() -> None:
    event = sample("canonical-member-added.json")
    del event["detail"]["subject"]["sam"]
    desk = Desk()
    assert "which account this is" in desk.takes(event).ignored[0].reason
    assert desk.queue.sent == []


def test_a_login_by_principal_name_comes_from_oktas_own_login() -> None:
    desk = Desk(catalog=replace(CATALOG, bindings=(*CATALOG.bindings[1:], replace(CATALOG.bindings[0], group_id=None))))
    desk.takes("okta-add.json")
    assert desk.last.person.login == "amara.okafor@example.com"
    desk.takes("okta-deactivate.json")
    assert desk.last.kind is Kind.DISABLE
    assert desk.queue.sent[0].person == desk.queue.sent[1].person


def test_a_rename_is_told_with_the_new_login_and_the_old_handle() -> None:
    desk = Desk()
    desk.takes("canonical-member-added.json")
    event = sample("canonical-user-disabled.json")
    event["detail-type"] = "directory.user.renamed.v1"
    event["detail"]["subject"]["sam"] = "amara.adeyemi"
    event["detail"]["occurredat"] = "2026-03-02T15:00:00Z"
    desk.takes(event)
    assert (desk.last.kind, desk.last.person.login, desk.last.person.handle) == (
        Kind.RENAME,
        "amara.adeyemi",
        "amara.okafor",
    )


def test_of_a_batch_the_good_records_are_queued_and_the_bad_one_is_kept_for_a_person_to_look_at() -> None:
    one = sample("entra-audit-add.json")
    entra = Directory(name="entra", login_id=LoginId.UPN)
    desk = Desk(catalog=replace(CATALOG, directories=(entra,), bindings=(replace(CATALOG.bindings[0], group_id=None),)))
    with pytest.raises(MalformedEvent, match=r"value\[0\].*targetResources"):
        desk.takes({"value": [{**one, "targetResources": "x"}, one]})
    assert desk.last.person.login == "amara.okafor@example.com"
