"""The caller's own workspaces become a link or a choice; nothing that the caller writes can name another person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from concierge.catalog.directories import Directory, LoginId
from concierge.catalog.model import (
    Binding,
    Catalog,
    Domain,
    JustInTime,
    Landing,
    LoginRules,
    Persona,
    RoleScope,
    SpaceTemplate,
    WhileHeld,
)
from concierge.errors import LoginRefused
from concierge.holds import HeldRemoval, HoldStatus, RemovalKind
from concierge.login.attempts import Attempt
from concierge.login.attested import Attested, sealed
from concierge.login.ports import LinkRequest
from concierge.login.studio_link import StudioLinks
from concierge.login.studio_route import Answer, Opened, Preparing, ToChoose, Wish
from concierge.model import AppType, Door, Membership, Person, PersonRecord, ProfileBinding
from concierge.names import space_name
from tests.support.login_fakes import (
    ACCOUNT,
    LOGIN_ROLE,
    STUDIO_URL,
    BusInMemory,
    KeysInMemory,
    PeopleInMemory,
    PresignerInMemory,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AMARA = LOGIN_ROLE.sessions + "Amara.Okafor"
RESEARCH = Domain(name="research", account=ACCOUNT, region="eu-west-1", domain_id="d-research")
TRADING = Domain(name="trading", account=ACCOUNT, region="us-east-1", domain_id="d-trading")
SCIENTIST = Persona(name="data-scientist", role_scope=RoleScope.USER, session_minutes=90)
CATALOG = Catalog(
    version=1,
    directories=(Directory(name="corp", ids=(), login_id=LoginId.SAM),),
    domains=(TRADING, RESEARCH),
    personas=(SCIENTIST,),
    lifecycle_configs=(),
    bindings=(
        Binding(group="researchers", domain="research", persona="data-scientist"),
        Binding(group="traders", domain="trading", persona="data-scientist"),
    ),
    digest="0" * 64,
)
JUST_IN_TIME = replace(CATALOG, login=LoginRules(just_in_time=JustInTime(directory="corp", groups=("traders",))))
BINDING = ProfileBinding(
    person_id="guid:a1",
    login="amara.okafor",
    domain="research",
    profile="amara-okafor-x",
    persona="data-scientist",
    role="studio-exec-amara",
    tags={},
    door=Door.OPEN,
    fingerprint="f",
    since=NOW,
)
PENDING = HeldRemoval(hold_id="h-1", kind=RemovalKind.LEFT, status=HoldStatus.PENDING, at=NOW)


def in_groups(*groups: str) -> Mapping[str, Membership]:
    return {each: Membership(group_id=each, group=each, present=True, occurred_at=NOW) for each in groups}


def bound(*bindings: ProfileBinding) -> Mapping[str, ProfileBinding]:
    return {each.domain: each for each in bindings}


IN_RESEARCH = PersonRecord(
    person=Person(id="guid:a1", login="amara.okafor", directory="corp"),
    is_known=True,
    memberships=in_groups("researchers"),
    bindings=bound(BINDING),
)
TRADES = replace(BINDING, domain="trading", profile="amara-okafor-t")
IN_BOTH = replace(IN_RESEARCH, memberships=in_groups("researchers", "traders"), bindings=bound(BINDING, TRADES))


@dataclass
class Front:
    """The route with its fakes."""

    records: tuple[PersonRecord, ...] = (IN_RESEARCH,)
    catalog: Catalog = CATALOG
    names: dict[str, str] = field(default_factory=lambda: {"name:corp/amara.okafor": "guid:a1"})
    presigner: PresignerInMemory = field(default_factory=PresignerInMemory)
    bus: BusInMemory = field(default_factory=BusInMemory)
    keys: KeysInMemory = field(default_factory=KeysInMemory)
    attempt: Attempt = field(default_factory=lambda: Attempt(correlation="c-1"))

    def current(self, _now: datetime) -> Catalog:
        return self.catalog

    @property
    def links(self) -> StudioLinks:
        return StudioLinks(
            login_role=LOGIN_ROLE,
            url_expires=20,
            people=PeopleInMemory(self.records, self.names),
            catalogs=self,
            keys=self.keys,
            announcements=self.bus,
            presigner=self.presigner,
        )

    def ask(self, wish: Wish | None = None, *, caller: str = AMARA, groups: str = "") -> Answer:
        return self.links.enter(caller, wish or Wish(), groups=groups, attempt=self.attempt, now=NOW)

    def refusal(self, *, caller: str = AMARA, groups: str = "") -> str:
        with pytest.raises(LoginRefused) as refused:
            self.ask(caller=caller, groups=groups)
        assert self.presigner.requests == []
        return refused.value.reason

    def says(self, *groups: str, login: str = "amara.okafor", at: datetime = NOW) -> str:
        return sealed(Attested(login=login, groups=groups, at=at), self.keys.secrets[0])


def test_the_callers_own_profile_becomes_a_link() -> None:
    front = Front()
    assert front.ask() == Opened(location=STUDIO_URL)
    assert front.presigner.requests == [
        LinkRequest(
            login="amara.okafor",
            account="123456789012",
            region="eu-west-1",
            domain_id="d-research",
            profile="amara-okafor-x",
            expires=20,
            session_seconds=5400,
        )
    ]
    attempt = front.attempt
    assert (attempt.login, attempt.domain, attempt.profile) == ("amara.okafor", "research", "amara-okafor-x")
    assert front.bus.told == []


def test_of_several_doors_people_choose_in_the_catalogs_order() -> None:
    front = Front(records=(IN_BOTH,))
    answer = front.ask()
    assert isinstance(answer, ToChoose)
    assert [each.key for each in answer.offers] == ["trading", "research"]
    assert front.presigner.requests == []
    assert front.ask(Wish(workspace="research")) == Opened(location=STUDIO_URL)
    assert front.presigner.requests[0].domain_id == "d-research"


@pytest.mark.parametrize("key", ["somebody-elses", "trading", "../research", ""])
def test_nothing_but_ones_own_can_be_chosen(key: str) -> None:
    front = Front(records=(replace(IN_RESEARCH, memberships=in_groups("researchers")),))
    answer = front.ask(Wish(workspace=key, list_only=not key))
    assert isinstance(answer, ToChoose)
    assert [each.key for each in answer.offers] == ["research"]
    assert front.presigner.requests == []


def test_a_landing_leads_into_the_persons_own_space() -> None:
    lab = SpaceTemplate(name="lab", app_type=AppType.JUPYTER_LAB, instance_type="ml.t3.medium", storage_gb=5)
    landings = (Landing(name="notebooks", app="JupyterLab", space="lab"), Landing(name="home"))
    catalog = replace(CATALOG, personas=(replace(SCIENTIST, spaces=(lab,), landings=landings),))
    front = Front(catalog=catalog)
    answer = front.ask(Wish(workspace="research"))
    assert isinstance(answer, ToChoose)
    assert [(each.key, each.opens, each.space) for each in answer.offers] == [
        ("research/notebooks", "JupyterLab", "lab"),
        ("research/home", "", ""),
    ]
    front.ask(Wish(workspace="research/notebooks"))
    [request] = front.presigner.requests
    assert (request.landing_uri, request.space) == ("app:JupyterLab:", space_name("amara-okafor-x", "lab"))
    only = Front(catalog=replace(CATALOG, personas=(replace(SCIENTIST, landings=landings[1:]),)))
    assert only.ask() == Opened(location=STUDIO_URL)


@pytest.mark.parametrize(
    "record",
    [
        replace(IN_RESEARCH, bindings={}, memberships={}),
        replace(IN_RESEARCH, bindings=bound(replace(BINDING, door=Door.CLOSED)), memberships={}),
        replace(IN_RESEARCH, memberships={}),
        replace(IN_RESEARCH, disabled_at=NOW),
        replace(IN_RESEARCH, bindings=bound(replace(BINDING, domain="gone")), memberships=in_groups("gone")),
    ],
)
def test_without_an_open_door_there_is_no_link(record: PersonRecord) -> None:
    assert Front(records=(record,)).refusal() == "no-workspace"


def test_a_persona_that_the_catalog_lost_is_no_way_in() -> None:
    catalog = replace(CATALOG, personas=(replace(SCIENTIST, name="other"),), bindings=())
    assert Front(catalog=catalog).refusal() == "no-workspace"


def test_a_stranger_finds_no_door() -> None:
    front = Front(records=(), names={})
    assert front.refusal() == "no-workspace"
    assert front.bus.told == []


def test_somebody_whose_workspace_is_not_ready_waits_and_is_looked_at_again_once() -> None:
    front = Front(records=(replace(IN_RESEARCH, bindings={}),))
    assert front.ask(Wish(is_first=True)) == Preparing(domains=("research",))
    assert [each.what for each in front.bus.told] == ["directory.user.look.v1"]
    assert front.bus.told[0].about.account_name == "amara.okafor"
    assert front.ask(Wish(list_only=True)) == Preparing(domains=("research",))
    assert len(front.bus.told) == 1


def test_what_is_not_ready_yet_is_named_beside_what_is() -> None:
    front = Front(records=(replace(IN_BOTH, bindings=bound(BINDING)),))
    answer = front.ask(Wish(workspace="trading"))
    assert isinstance(answer, ToChoose)
    assert answer.preparing == ("trading",)
    assert front.ask() == Opened(location=STUDIO_URL)


@pytest.mark.parametrize("kind", list(RemovalKind))
def test_whoever_waits_for_a_decision_waits_outside_unless_the_catalog_says_otherwise(kind: RemovalKind) -> None:
    disabled = NOW if kind is RemovalKind.DISABLED else None
    held = replace(IN_RESEARCH, memberships={}, disabled_at=disabled, held=replace(PENDING, kind=kind))
    assert Front(records=(held,)).refusal() == "held"
    lenient = replace(CATALOG, login=LoginRules(while_held=WhileHeld.ALLOW))
    assert Front(records=(held,), catalog=lenient).ask() == Opened(location=STUDIO_URL)


def test_a_former_holder_of_the_login_does_not_stand_in_the_way() -> None:
    former = replace(BINDING, person_id="guid:old", profile="amara-okafor-old", door=Door.CLOSED)
    old = PersonRecord(
        person=Person(id="guid:old", login="amara.okafor", directory="corp"), bindings=bound(former), is_known=True
    )
    front = Front(records=(old, IN_RESEARCH))
    front.ask()
    assert front.presigner.requests[0].profile == "amara-okafor-x"


def test_a_former_login_opens_nothing_and_the_new_one_waits_until_the_profile_has_followed() -> None:
    renamed = replace(IN_RESEARCH, person=replace(IN_RESEARCH.person, login="amara.okafor-lee"))
    names = {"name:corp/amara.okafor": "guid:a1", "name:corp/amara.okafor-lee": "guid:a1"}
    assert Front(records=(renamed,), names=names).refusal() == "no-workspace"
    front = Front(records=(renamed,), names=names)
    assert front.ask(caller=LOGIN_ROLE.sessions + "Amara.Okafor-Lee") == Preparing(domains=("research",))
    followed = replace(renamed, bindings=bound(replace(BINDING, login="amara.okafor-lee")))
    front = Front(records=(followed,), names=names)
    assert front.ask(caller=LOGIN_ROLE.sessions + "Amara.Okafor-Lee") == Opened(location=STUDIO_URL)
    assert Front(records=(followed,), names=names).refusal() == "no-workspace"


def test_two_people_with_one_login_are_nobody() -> None:
    other = replace(
        IN_RESEARCH,
        person=Person(id="guid:b2", login="amara.okafor", directory="corp"),
        memberships=in_groups("traders"),
        bindings=bound(replace(TRADES, person_id="guid:b2")),
    )
    assert Front(records=(IN_RESEARCH, other)).refusal() == "ambiguous-login"


@pytest.mark.parametrize(
    "caller",
    [
        "",
        "Amara.Okafor",
        f"arn:aws:iam::{ACCOUNT}:user/Amara.Okafor",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/another-role/Amara.Okafor",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/studio-concierge-login-2/Amara.Okafor",
        "arn:aws:sts::999999999999:assumed-role/studio-concierge-login/Amara.Okafor",
        f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/studio-concierge-login/Amara.Okafor",
        f"{LOGIN_ROLE.sessions}",
        f"{AMARA}/x",
        f"{AMARA}\n",
        f" {AMARA}",
    ],
)
def test_only_a_session_of_the_login_role_is_a_person(caller: str) -> None:
    assert Front().refusal(caller=caller) == "caller"


def test_the_identity_provider_gives_a_group_at_the_login() -> None:
    front = Front(catalog=JUST_IN_TIME)
    assert front.ask(Wish(workspace="research"), groups=front.says("Traders", "unlisted")) == Opened(
        location=STUDIO_URL
    )
    [told] = front.bus.told
    assert (told.what, told.group, told.at) == ("directory.member.added.v1", "traders", NOW)


def test_a_stranger_is_brought_in_by_what_the_identity_provider_says() -> None:
    front = Front(records=(), names={}, catalog=JUST_IN_TIME)
    assert front.ask(Wish(is_first=True), groups=front.says("traders")) == Preparing(domains=("trading",))
    assert [(each.what, each.group) for each in front.bus.told] == [("directory.member.added.v1", "traders")]


def test_the_identity_provider_takes_a_group_and_the_door_closes_with_this_login() -> None:
    front = Front(records=(IN_BOTH,), catalog=JUST_IN_TIME)
    assert front.ask(groups=front.says()) == Opened(location=STUDIO_URL)
    assert front.presigner.requests[0].domain_id == "d-research"
    assert [(each.what, each.group) for each in front.bus.told] == [("directory.member.removed.v1", "traders")]


def test_groups_that_the_catalog_does_not_list_are_neither_given_nor_taken() -> None:
    front = Front(records=(IN_RESEARCH,), catalog=JUST_IN_TIME)
    front.ask(groups=front.says("something", "else"))
    assert front.bus.told == []
    assert Front(records=(), names={}, catalog=CATALOG).refusal(groups=front.says("traders")) == "no-workspace"


def test_when_ledger_and_identity_provider_agree_nothing_is_told() -> None:
    front = Front(records=(IN_BOTH,), catalog=JUST_IN_TIME)
    front.ask(groups=front.says("TRADERS"))
    assert front.bus.told == []


def test_nobody_vouches_for_themselves() -> None:
    front = Front(records=(), names={}, catalog=JUST_IN_TIME)
    forged = sealed(Attested(login="amara.okafor", groups=("traders",), at=NOW), "b" * 64)
    others = front.says("traders", login="somebody.else")
    stale = front.says("traders", at=NOW - timedelta(minutes=15))
    for groups in (forged, others, stale, "", ".", "x.y", "é", front.says("traders")[:-2]):
        assert front.refusal(groups=groups) == "no-workspace"
    assert front.bus.told == []


def test_what_was_sealed_before_a_rotation_is_still_believed() -> None:
    front = Front(records=(), names={}, catalog=JUST_IN_TIME)
    said = front.says("traders")
    front.keys.secrets.insert(0, "c" * 64)
    assert front.ask(groups=said) == Preparing(domains=("trading",))
