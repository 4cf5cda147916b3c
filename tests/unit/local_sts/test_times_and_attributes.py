"""For how long a response counts, and what STS reads of its attributes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from .forge import Forge, refused, response, the, verify

AWS = "https://aws.amazon.com/SAML/Attributes/"


@pytest.fixture(scope="module")
def forge() -> Forge:
    return Forge()


class TestTimes:
    """A response counts for five minutes."""

    @pytest.mark.parametrize("late", [timedelta(minutes=5), -timedelta(minutes=5)])
    def test_five_minutes_are_in_time(self, forge: Forge, late: timedelta) -> None:
        assert verify(response(forge, lifetime=timedelta(hours=1)), forge, late=late)

    @pytest.mark.parametrize("late", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
    def test_more_are_not_even_if_the_provider_says_so(self, forge: Forge, late: timedelta) -> None:
        assert refused(response(forge, lifetime=timedelta(hours=1)), forge, late=late) == "ExpiredTokenException"

    def test_less_if_the_provider_says_so(self, forge: Forge) -> None:
        document = response(forge, lifetime=timedelta(minutes=1))
        assert refused(document, forge, late=timedelta(minutes=1)) == "ExpiredTokenException"

    @pytest.mark.parametrize("path", ["saml:Conditions", "saml:Subject/saml:SubjectConfirmation/*"])
    @pytest.mark.parametrize(
        ("attribute", "value", "code"),
        [
            ("NotOnOrAfter", "2026-03-02T10:00:00Z", "ExpiredTokenException"),
            ("NotBefore", "2026-03-02T10:05:01Z", "ExpiredTokenException"),
            ("NotOnOrAfter", "tomorrow", "InvalidIdentityToken"),
            ("NotOnOrAfter", "2026-03-02T11:00:00", "InvalidIdentityToken"),
            ("NotBefore", "", "InvalidIdentityToken"),
        ],
    )
    def test_each_limit_counts(self, forge: Forge, path: str, attribute: str, value: str, code: str) -> None:
        assert refused(response(forge, lambda found: the(found, path).set(attribute, value)), forge) == code

    @pytest.mark.parametrize("value", ["yesterday", "2026-03-02T10:00:00", ""])
    def test_the_time_of_issue_is_a_time(self, forge: Forge, value: str) -> None:
        assert refused(response(forge, lambda found: found.set("IssueInstant", value)), forge) == "InvalidIdentityToken"


class TestAttributes:
    """Session name, tags, and what AWS does not accept of them."""

    @pytest.mark.parametrize("name", ["ab", "amara.okafor@example.com", "a" * 64, "A_b+c=d,e.f@g-h"])
    def test_a_session_may_be_called_so(self, forge: Forge, name: str) -> None:
        assert verify(response(forge, session_name=name), forge).session_name == name

    @pytest.mark.parametrize("name", ["", "a", "a" * 65, "two words", "zoë.x", "a/b"])
    def test_a_session_may_not_be_called_so(self, forge: Forge, name: str) -> None:
        assert refused(response(forge, session_name=name), forge) == "InvalidIdentityToken"

    def test_a_session_has_one_name(self, forge: Forge) -> None:
        def edit(assertion: etree._Element) -> None:
            statement = the(assertion, "saml:AttributeStatement")
            second = etree.fromstring(etree.tostring(statement[1]))
            second[0].text = "admin"
            statement.append(second)

        assert refused(response(forge, edit), forge) == "InvalidIdentityToken"

    @pytest.mark.parametrize(
        "attributes",
        [
            {f"{AWS}PrincipalTag:team": ["vision", "speech"]},
            {f"{AWS}PrincipalTag:team": []},
            {f"{AWS}PrincipalTag:team": ["a"], f"{AWS}PrincipalTag:Team": ["b"]},
            {f"{AWS}PrincipalTag:": ["a"]},
            {f"{AWS}PrincipalTag:team": ["x" * 257]},
            {f"{AWS}PrincipalTag:team": ["CN=a,DC=b"]},
            {f"{AWS}PrincipalTag:k{number}": ["v"] for number in range(51)},
            {f"{AWS}TransitiveTagKeys": ["team"]},
            {f"{AWS}SourceIdentity": ["a", "b"]},
        ],
        ids=["two", "none", "case", "no key", "long", "comma", "51", "transitive", "identities"],
    )
    def test_tags_have_limits(self, forge: Forge, attributes: dict[str, list[str]]) -> None:
        assert refused(response(forge, attributes=attributes), forge) == "InvalidIdentityToken"

    def test_tags_can_be_handed_on_to_further_roles(self, forge: Forge) -> None:
        document = response(
            forge,
            session_tags={"team": "vision", "cost-centre": "7"},
            attributes={f"{AWS}TransitiveTagKeys": ["team"]},
        )
        found = verify(document, forge)
        assert (found.tags, found.transitive_tag_keys) == ({"team": "vision", "cost-centre": "7"}, ("team",))

    def test_a_value_with_markup_inside_is_refused(self, forge: Forge) -> None:
        def edit(assertion: etree._Element) -> None:
            etree.SubElement(the(assertion, "saml:AttributeStatement")[1][0], "b").tail = "admin"

        assert refused(response(forge, edit), forge) == "InvalidIdentityToken"
