"""Names that AWS accepts, and that two people never share."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.names import canonical_login, content_name, profile_name, role_name, space_name

STUDIO_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")  # CreateUserProfile, API reference
logins = st.text(min_size=1, max_size=80).filter(lambda text: text.strip())
near_names = st.text(alphabet="ab.-_@A2 ", min_size=1, max_size=8).filter(lambda text: text.strip())


@given(st.one_of(logins, near_names), st.integers(0, 3))
def test_every_login_gets_a_name_that_studio_accepts(login: str, generation: int) -> None:
    name = profile_name(login, generation=generation)
    assert STUDIO_NAME.fullmatch(name)
    assert name == name.lower()


@given(st.one_of(logins, near_names), st.one_of(logins, near_names))
def test_two_people_never_share_a_profile(one: str, other: str) -> None:
    same_person = canonical_login(one) == canonical_login(other)
    assert (profile_name(one) == profile_name(other)) == same_person


@given(st.one_of(logins, near_names))
def test_nobody_can_choose_a_login_that_takes_over_a_digested_name(login: str) -> None:
    taken = profile_name(login)
    if taken != canonical_login(login):
        assert profile_name(taken) != taken


def test_a_plain_login_keeps_its_own_name() -> None:
    assert profile_name("amara") == "amara"
    assert profile_name("amara-okafor") == "amara-okafor"


def test_dots_give_a_readable_name_with_a_digest() -> None:
    assert re.fullmatch(r"amara-okafor-[a-z2-7]{12}", profile_name("Amara.Okafor"))
    assert profile_name("amara.okafor") == profile_name("AMARA.OKAFOR ")


@given(logins)
def test_a_reused_login_never_gets_the_former_holders_profile(login: str) -> None:
    assert len({profile_name(login, generation=each) for each in range(4)}) == 4


@given(logins, st.text(min_size=1, max_size=30))
def test_role_and_space_names_fit_their_services(login: str, other: str) -> None:
    assert re.fullmatch(r"[\w+=,.@-]{1,64}", role_name(login, other), re.ASCII)
    assert STUDIO_NAME.fullmatch(space_name(profile_name(login), "lab"))


@pytest.mark.parametrize("change", [" ", "\n", "# comment"])
def test_another_script_is_another_lifecycle_configuration(change: str) -> None:
    script = "#!/bin/bash\nset -eu\n"
    assert content_name("concierge-setup", script) == content_name("concierge-setup", script)
    assert content_name("concierge-setup", script) != content_name("concierge-setup", script + change)
