"""Which role, and who: the two attributes that decide everything, with more, less or something else in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.login.browser import Post
from tests.integration.login.case import Attack, Case, each, in_turn, stands_firm
from tests.integration.login.edits import as_usual, attribute, named, said, values, without
from tests.integration.login.front import Front, Genuine
from tests.support.saml_idp import ROLE, ROLE_SESSION_NAME

_ADMIN = "arn:aws:iam::123456789012:role/admin"
_FOREIGN = "arn:aws:iam::999999999999"


def roles(*texts: Callable[[str, str], str]) -> Attack:
    """The values of the role attribute, each made of the true role and the true provider."""

    def attack(genuine: Genuine) -> Post:
        role, provider = genuine.role_pair.split(",")
        return genuine.again(values(ROLE, *[text(role, provider) for text in texts]))

    return attack


def pair(role: str, provider: str) -> str:
    return f"{role},{provider}"


def names(*texts: str) -> Attack:
    return said(values(ROLE_SESSION_NAME, *texts))


ROLES = in_turn(
    ("another pair behind", roles(pair, lambda _, provider: f"{_ADMIN},{provider}"), "role"),
    ("another pair in front", roles(lambda _, provider: f"{_ADMIN},{provider}", pair), "role"),
    ("the same pair twice", roles(pair, pair), "role"),
    ("the pair and its turned form", roles(pair, lambda role, provider: f"{provider},{role}"), "role"),
    ("another role", roles(lambda _, provider: f"{_ADMIN},{provider}"), "role"),
    ("a longer name", roles(lambda role, provider: f"{role}-admin,{provider}"), "role"),
    ("a shorter name", roles(lambda role, provider: f"{role[:-1]},{provider}"), "role"),
    ("without the path", roles(lambda role, p: f"{role.replace('studio-platform/', '')},{p}"), "role"),
    ("in capitals", roles(lambda role, provider: f"{role.upper()},{provider}"), "role"),
    ("another provider", roles(lambda role, provider: f"{role},{provider}2"), "role"),
    ("a provider of another account", roles(lambda role, _: f"{role},{_FOREIGN}:saml-provider/corp"), "role"),
    ("a role of another account", roles(lambda _, p: f"{_FOREIGN}:role/studio-platform/x,{p}"), "role"),
    ("the role alone", roles(lambda role, _: role), "role"),
    ("the provider alone", roles(lambda _, provider: provider), "role"),
    ("role and role", roles(lambda role, _: f"{role},{role}"), "role"),
    ("a third part", roles(lambda role, provider: f"{role},{provider},{_ADMIN}"), "role"),
    ("an empty third part", roles(lambda role, provider: f"{role},{provider},"), "role"),
    ("a comma in front", roles(lambda role, provider: f",{role},{provider}"), "role"),
    ("two commas", roles(lambda role, provider: f"{role},,{provider}"), "role"),
    ("a blank after the comma", roles(lambda role, provider: f"{role}, {provider}"), "role"),
    ("another comma", roles(lambda role, provider: f"{role}\uff0c{provider}"), "role"),
    ("a semicolon", roles(lambda role, provider: f"{role};{provider}"), "role"),
    ("a line end", roles(lambda role, provider: f"{role},{provider}\n"), "role"),
    ("an asterisk as the role", roles(lambda _, provider: f"arn:aws:iam::123456789012:role/*,{provider}"), "role"),
    ("an empty role", roles(lambda *_: ""), "role"),
    ("no value of the role", roles(), "role"),
    ("no role", said(without(named(ROLE))), "role"),
    ("the role by its short name", said(attribute(named(ROLE), "Name", "Role")), "role"),
    ("by another scheme", said(attribute(named(ROLE), "Name", ROLE.replace("https:", "http:"))), "role"),
    ("by a name in capitals", said(attribute(named(ROLE), "Name", ROLE.upper())), "role"),
    control=as_usual,
)

NAMES = in_turn(
    ("two values", names("amara.okafor", "the.boss"), "session-name"),
    ("the same value twice", names("amara.okafor", "amara.okafor"), "session-name"),
    ("an empty first value", names("", "amara.okafor"), "session-name"),
    ("an empty value", names(""), "session-name"),
    ("no value", names(), "session-name"),
    ("no name", said(without(named(ROLE_SESSION_NAME))), "session-name"),
    ("one letter", names("a"), "session-name"),
    ("65 letters", names("a" * 65), "session-name"),
    ("a Cyrillic a", names("\u0430mara.okafor"), "session-name"),
    ("a Greek omicron", names("amara.\u03bfkafor"), "session-name"),
    ("wide letters", names("\uff41mara.okafor"), "session-name"),
    ("a dotless i", names("amara.okaf\u0131r"), "session-name"),
    ("a soft hyphen", names("amara\u00ad.okafor"), "session-name"),
    ("a mark that joins a letter", names("amara.okafo\u0301r"), "session-name"),
    ("a mark that turns the direction", names("\u202eamara.okafor"), "session-name"),
    ("a space of no width", names("amara\u200b.okafor"), "session-name"),
    ("a blank in front", names(" amara.okafor"), "session-name"),
    ("a blank behind", names("amara.okafor "), "session-name"),
    ("a line end behind", names("amara.okafor\n"), "session-name"),
    ("a line end in the middle", names("amara.okafor\nthe.boss"), "session-name"),
    ("a carriage return", names("amara.okafor\r"), "session-name"),
    ("a tab", names("amara\tokafor"), "session-name"),
    ("a slash", names("amara.okafor/the.boss"), "session-name"),
    ("a path", names("../the.boss"), "session-name"),
    ("a colon", names("corp:amara.okafor"), "session-name"),
    ("a backslash", names("CORP\\amara.okafor"), "session-name"),
    ("an asterisk", names("*"), "session-name"),
    ("a filter", names("amara)(uid=*"), "session-name"),
    ("markup", names("<b>amara</b>"), "session-name"),
    ("digits of another script", names("amara\u0661"), "session-name"),
    ("by its short name", said(attribute(named(ROLE_SESSION_NAME), "Name", "RoleSessionName")), "session-name"),
    control=as_usual,
)

CASES = (*ROLES, *NAMES)


@each(CASES)
def test_nobody_chooses_another_role_or_another_name(front: Front, case: Case) -> None:
    stands_firm(front, case)


def test_aws_takes_the_pair_in_either_order_and_so_do_we(front: Front) -> None:
    post = roles(lambda role, provider: f"{provider},{role}")(front.genuine("samlp"))
    front.let_in(front.send(post))


@pytest.mark.parametrize("name", ["AMARA.OKAFOR", "Amara.Okafor"])
def test_the_case_of_letters_makes_nobody_another(front: Front, name: str) -> None:
    """Directories ignore it; the workspace that opens is the one of the person whose name it is."""
    front.let_in(front.send(names(name)(front.genuine("pysaml2"))))


@pytest.mark.parametrize("name", ["amara.okafor@corp.example.com", "amara+okafor", "a,b=c", "the_boss-2"])
def test_a_stranger_with_a_possible_name_has_no_workspace(front: Front, name: str) -> None:
    """STS believes the provider; no door is open to them, and no link is made."""
    before = front.asked()
    answer = front.send(names(name)(front.genuine("simplesamlphp")))
    assert (answer.status, answer.location) == (403, "")
    assert front.logged(answer.correlation)["reason"] == "no-workspace"
    made = [call.action for call in front.story.stack.calls[before.calls :]]
    assert "sagemaker:CreatePresignedDomainUrl" not in made
