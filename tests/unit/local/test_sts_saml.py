"""AssumeRoleWithSAML in the local stack: what STS checks of a response, signed by the demonstration provider."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from local.idp import DemoIdp
from local.sts_saml.verify import SamlRefused, Subject, verified

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ACS = "https://login.example.com/v1/saml/acs"
ROLE = "arn:aws:iam::123456789012:role/studio-platform/studio-concierge-login"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/corp"


@pytest.fixture(scope="module")
def idp() -> DemoIdp:
    return DemoIdp("https://idp.example.com/metadata")


def response(idp: DemoIdp, *, login: str = "amara.okafor", role: str = ROLE, at: datetime = NOW) -> bytes:
    return base64.b64decode(idp.response(login, ACS, role, PROVIDER, at, session_tags={"team": "vision"}))


def verify(document: bytes, idp: DemoIdp, *, now: datetime = NOW) -> Subject:
    return verified(document, idp.metadata.encode(), ROLE, PROVIDER, now)


def test_a_signed_response_says_who_where_and_with_which_tags(idp: DemoIdp) -> None:
    subject = verify(response(idp), idp)
    assert subject.session_name == "amara.okafor"
    assert subject.recipient == ACS
    assert subject.issuer == "https://idp.example.com/metadata"
    assert subject.tags == {"team": "vision"}


def test_a_response_of_another_provider_is_refused(idp: DemoIdp) -> None:
    other = DemoIdp("https://idp.example.com/metadata")
    with pytest.raises(SamlRefused, match="signature invalid"):
        verify(response(other), idp)


def test_a_changed_name_breaks_the_signature(idp: DemoIdp) -> None:
    with pytest.raises(SamlRefused, match="signature invalid"):
        verify(response(idp).replace(b"amara.okafor", b"admin.okafor"), idp)


@pytest.mark.parametrize("late", [timedelta(minutes=6), timedelta(days=1), -timedelta(minutes=6)])
def test_a_response_counts_for_five_minutes(idp: DemoIdp, late: timedelta) -> None:
    with pytest.raises(SamlRefused) as refused:
        verify(response(idp), idp, now=NOW + late)
    assert refused.value.code == "ExpiredTokenException"


def test_a_role_that_the_response_does_not_name_is_refused(idp: DemoIdp) -> None:
    with pytest.raises(SamlRefused) as refused:
        verify(response(idp, role=ROLE + "-other"), idp)
    assert refused.value.code == "AccessDenied"


@pytest.mark.parametrize("login", ["x", "two words", "a" * 65])
def test_a_session_name_that_sts_refuses_is_refused_here(idp: DemoIdp, login: str) -> None:
    with pytest.raises(SamlRefused, match="RoleSessionName"):
        verify(response(idp, login=login), idp)


def test_bytes_that_are_no_xml_are_refused_clearly(idp: DemoIdp) -> None:
    with pytest.raises(SamlRefused) as refused:
        verify(b"hello", idp)
    assert refused.value.code == "InvalidIdentityToken"
