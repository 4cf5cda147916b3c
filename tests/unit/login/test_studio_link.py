"""The caller's own profile becomes a link; nothing that the caller writes can name another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from concierge.catalog.model import Catalog, Domain, Persona, RoleScope
from concierge.errors import LoginRefused
from concierge.login.attempts import Attempt
from concierge.login.ports import LinkRequest
from concierge.login.studio_link import StudioLinks
from concierge.model import Door, ProfileBinding
from tests.support.login_fakes import ACCOUNT, LOGIN_ROLE, STUDIO_URL, BindingsInMemory, PresignerInMemory

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AMARA = LOGIN_ROLE.sessions + "Amara.Okafor"
RESEARCH = Domain(name="research", account=ACCOUNT, region="eu-west-1", domain_id="d-research")
TRADING = Domain(name="trading", account=ACCOUNT, region="us-east-1", domain_id="d-trading")
CATALOG = Catalog(
    version=1,
    directories=(),
    domains=(TRADING, RESEARCH),
    personas=(Persona(name="data-scientist", role_scope=RoleScope.USER, session_minutes=90),),
    lifecycle_configs=(),
    bindings=(),
    digest="0" * 64,
)
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


class Catalogs:
    def current(self, _now: datetime) -> Catalog:
        return CATALOG


def links(*bindings: ProfileBinding) -> tuple[StudioLinks, PresignerInMemory]:
    presigner = PresignerInMemory()
    return (
        StudioLinks(
            login_role=LOGIN_ROLE,
            url_expires=20,
            bindings=BindingsInMemory(bindings),
            catalogs=Catalogs(),
            presigner=presigner,
        ),
        presigner,
    )


def reason_of(caller: str, *bindings: ProfileBinding) -> str:
    studio, presigner = links(*bindings)
    with pytest.raises(LoginRefused) as refused:
        studio.enter(caller, attempt=Attempt(correlation="c-1"), now=NOW)
    assert presigner.requests == []
    return refused.value.reason


def test_the_callers_own_profile_becomes_a_link() -> None:
    studio, presigner = links(BINDING)
    attempt = Attempt(correlation="c-1")
    assert studio.enter(AMARA, attempt=attempt, now=NOW) == STUDIO_URL
    assert presigner.requests == [
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
    assert (attempt.login, attempt.domain, attempt.profile) == ("amara.okafor", "research", "amara-okafor-x")


def test_of_several_doors_the_catalogs_first_one_opens() -> None:
    studio, presigner = links(BINDING, replace(BINDING, domain="trading", profile="amara-okafor-t"))
    studio.enter(AMARA, attempt=Attempt(correlation="c-1"), now=NOW)
    assert presigner.requests[0].domain_id == "d-trading"


@pytest.mark.parametrize(
    "bindings",
    [
        (),
        (replace(BINDING, door=Door.CLOSED),),
        (replace(BINDING, login="somebody.else"),),
        (replace(BINDING, domain="gone-from-the-catalog"),),
        (replace(BINDING, persona="gone-from-the-catalog"),),
    ],
)
def test_without_an_open_door_there_is_no_link(bindings: tuple[ProfileBinding, ...]) -> None:
    assert reason_of(AMARA, *bindings) == "no-workspace"


def test_a_former_holder_of_the_login_does_not_stand_in_the_way() -> None:
    former = replace(BINDING, person_id="guid:old", profile="amara-okafor-old", door=Door.CLOSED)
    studio, presigner = links(former, BINDING)
    studio.enter(AMARA, attempt=Attempt(correlation="c-1"), now=NOW)
    assert presigner.requests[0].profile == "amara-okafor-x"


def test_two_people_with_one_login_are_nobody() -> None:
    assert reason_of(AMARA, BINDING, replace(BINDING, person_id="guid:b2", domain="trading")) == "ambiguous-login"


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
    assert reason_of(caller, BINDING) == "caller"
