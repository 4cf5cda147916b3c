"""The straight way in: a signed response becomes a link into Studio, once."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from concierge.errors import AwsError, LoginRefused, Throttled
from concierge.login.ports import HttpAnswer
from tests.support.login_fakes import BASE_URL, LOGIN_ROLE, PROVIDER_ARN, STUDIO_URL, FrontDoor, sts_session
from tests.support.saml_idp import ENTITY_ID, SamlIdp, Signing, posted


def reason_of(door: FrontDoor, document: bytes, now: datetime) -> str:
    with pytest.raises(LoginRefused) as refused:
        door.enter(posted(document), now=now)
    return refused.value.reason


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_a_signed_response_leads_into_studio(idp: SamlIdp, door: FrontDoor, now: datetime, sign: Signing) -> None:
    document = idp.response(sign=sign)
    assert door.enter(posted(document), now=now) == STUDIO_URL
    assert door.attempt.login == "amara.okafor"
    assert door.sts.documents == [document]
    assert door.http.urls == [f"{BASE_URL}/studio?first=1"]


def test_the_role_pair_may_come_in_either_order(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    document = idp.response(edits=[(idp.role_pair, f"{PROVIDER_ARN},{LOGIN_ROLE.arn}")])
    assert door.enter(posted(document), now=now) == STUDIO_URL


@pytest.mark.parametrize("family", ["sha384", "sha512"])
def test_stronger_algorithms_are_welcome(idp: SamlIdp, door: FrontDoor, now: datetime, family: str) -> None:
    document = idp.response(
        signature_algorithm=f"http://www.w3.org/2001/04/xmldsig-more#rsa-{family}",
        digest_algorithm="http://www.w3.org/2001/04/xmlenc#sha512",
    )
    assert door.enter(posted(document), now=now) == STUDIO_URL


def test_an_assertion_opens_the_door_once(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    document = idp.response()
    door.enter(posted(document), now=now)
    assert reason_of(door, document, now) == "replayed"
    assert len(door.sts.documents) == 1


def test_another_envelope_around_a_used_assertion_is_a_replay_too(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    document = idp.response()
    door.enter(posted(document), now=now)
    outside = document.replace(b"<ns0:Response ", b'<ns0:Response Consent="urn:x" ', 1)
    assert reason_of(door, outside, now) == "replayed"


def test_a_used_assertion_is_remembered_for_longer_than_it_could_be_used(
    idp: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    document = idp.response()
    door.enter(posted(document), now=now)
    [(key, keep_until)] = door.used.keys.items()
    assert len(key) == len(hashlib.sha256().hexdigest())
    door.used.keys.clear()
    assert reason_of(door, document, keep_until) in {"too-old", "expired"}


def test_a_refusal_of_sts_ends_the_attempt(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.sts.session = None
    assert reason_of(door, idp.response(), now) == "sts"
    assert door.http.urls == []
    assert len(door.used.keys) == 1  # an assertion that STS has seen is used up


@pytest.mark.parametrize(
    "session",
    [
        sts_session("somebody.else"),
        sts_session(issuer="https://other.example.com"),
        sts_session(audience="https://other.example.com/saml/acs"),
        sts_session(subject="another-subject"),
        replace(sts_session(), arn="arn:aws:sts::123456789012:assumed-role/other/Amara.Okafor"),
        replace(sts_session(), arn="arn:aws:sts::999999999999:assumed-role/studio-concierge-login/Amara.Okafor"),
    ],
)
def test_nobody_enters_when_sts_reads_something_else(
    idp: SamlIdp, door: FrontDoor, now: datetime, session: object
) -> None:
    door.sts.session = session  # type: ignore[assignment]  # parametrize knows no types
    assert reason_of(door, idp.response(), now) == "sts-disagrees"
    assert door.http.urls == []


def test_somebody_without_a_workspace_is_told_so(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.http.answer = HttpAnswer(status=403, body=b'{"reason": "no-workspace"}')
    assert reason_of(door, idp.response(), now) == "no-workspace"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (HttpAnswer(status=403), AwsError),
        (HttpAnswer(status=403, body=b'{"message": "Forbidden"}'), AwsError),
        (HttpAnswer(status=403, body=b'{"reason": "caller"}'), AwsError),
        (HttpAnswer(status=200, body=b'{"offers": [{"domain": "x"}], "preparing": []}'), AwsError),
        (HttpAnswer(status=500, body=b"<html>"), AwsError),
        (HttpAnswer(status=200, location=STUDIO_URL), AwsError),
        (HttpAnswer(status=302), AwsError),
        (HttpAnswer(status=302, location="javascript:alert(1)"), AwsError),
        (HttpAnswer(status=302, location="http://plain.example.com"), AwsError),
        (HttpAnswer(status=503), Throttled),
        (HttpAnswer(status=429), Throttled),
    ],
)
def test_anything_but_a_safe_redirect_is_our_own_fault(
    idp: SamlIdp, door: FrontDoor, now: datetime, answer: HttpAnswer, error: type[Exception]
) -> None:
    door.http.answer = answer
    with pytest.raises(error):
        door.enter(posted(idp.response()), now=now)


def test_no_logger_ever_sees_the_assertion(
    idp: SamlIdp, door: FrontDoor, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("signxml", "signxml.processor", "concierge"):
        caplog.set_level(logging.DEBUG, logger=name)
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    document = idp.response()
    caplog.clear()
    door.enter(posted(document), now=now)
    for secret in (ENTITY_ID, "a1b2c3", "a-secret-key", "a-session-token", "a-presigned-secret"):
        assert secret not in caplog.text
    assert "a-secret-key" not in repr(door.sts.session)
    assert "presigned-secret" not in repr(door.http.answer)


def test_a_little_clock_skew_is_forgiven(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    assert door.enter(posted(idp.response()), now=now - timedelta(seconds=58)) == STUDIO_URL


def test_an_application_number_of_entra_id_is_no_part_of_the_audience(
    idp: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    door.entity_id = "https://signin.aws.amazon.com/saml#2"
    audience = ("<ns1:Audience>urn:amazon:webservices<", "<ns1:Audience>https://signin.aws.amazon.com/saml<")
    assert door.enter(posted(idp.response(edits=[audience])), now=now) == STUDIO_URL
    assert reason_of(door, idp.response(), now) == "audience"
