"""AssumeRoleWithSAML over HTTP: who gets in, as whom, for how long."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sts.responses import TokenResponse

from local.gate.trust import trust_allows
from local.idp import DemoIdp
from local.sts_saml import moto_sts

from .conftest import ACS, ENTITY_ID, NOW, PROVIDER, ROLE, TRUST, Sts

AWS = "https://aws.amazon.com/SAML/Attributes/"


def test_the_answer_tells_who_came_from_where(sts: Sts) -> None:
    found = sts.assume(sts.response())
    digest = hashlib.sha1(f"{ENTITY_ID}123456789012/corp".encode(), usedforsecurity=False).digest()
    qualifier = base64.b64encode(digest).decode()
    assert found["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/login/amara.okafor"
    assert found["AssumedRoleUser"]["AssumedRoleId"].endswith(":amara.okafor")
    told = {name: found[name] for name in ("Subject", "SubjectType", "Issuer", "Audience", "NameQualifier")}
    assert told == {
        "Subject": "amara.okafor",
        "SubjectType": "persistent",
        "Issuer": ENTITY_ID,
        "Audience": ACS,
        "NameQualifier": qualifier,
    }


def test_the_credentials_work(sts: Sts) -> None:
    keys = sts.assume(sts.response())["Credentials"]
    caller = sts.client(
        "sts",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    ).get_caller_identity()
    assert caller["Arn"] == "arn:aws:sts::123456789012:assumed-role/login/amara.okafor"


def test_session_tags_are_handed_on(sts: Sts) -> None:
    keys = sts.assume(sts.response(session_tags={"team": "big vision", "note": ""}))["Credentials"]
    assert sts.sessions == {keys["AccessKeyId"]: {"team": "big vision", "note": ""}}


def test_replay_is_not_stopped_here_because_sts_does_not(sts: Sts) -> None:
    response = sts.response()
    assert sts.assume(response)["AssumedRoleUser"] == sts.assume(response)["AssumedRoleUser"]


@pytest.mark.parametrize(
    "pair", [f"{ROLE},{PROVIDER}", f"{PROVIDER},{ROLE}", f" {PROVIDER} , {ROLE} "], ids=["role", "provider", "spaces"]
)
def test_role_and_provider_come_in_either_order(sts: Sts, pair: str) -> None:
    other = f"{ROLE}-other,{PROVIDER}"
    assert sts.assume(sts.response(attributes={f"{AWS}Role": [other, pair]}))


def test_a_role_that_the_response_does_not_name_stays_closed(sts: Sts) -> None:
    response = sts.response(attributes={f"{AWS}Role": [f"{ROLE}-other,{PROVIDER}", f"{ROLE},{PROVIDER}-other"]})
    assert sts.refusal(response)[0] == "AccessDenied"


class TestTrust:
    """The role's trust policy has the last word."""

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("SAML:aud", "https://signin.aws.amazon.com/saml"),
            ("SAML:iss", "https://other.example.com"),
            ("SAML:sub", "somebody.else"),
            ("SAML:sub_type", "transient"),
            ("SAML:doc", "123456789012/other"),
            ("aws:RequestTag/team", "speech"),
            ("sts:RoleSessionName", "somebody.else"),
        ],
    )
    def test_a_condition_that_does_not_hold_keeps_the_role_closed(self, sts: Sts, key: str, value: str) -> None:
        response = sts.response(session_tags={"team": "vision"})
        assert sts.assume(response)
        sts.sessions.clear()
        sts.trusting({**TRUST, "Condition": {"StringEquals": {key: value}}})
        assert sts.refusal(response)[0] == "AccessDenied"

    def test_tag_keys_can_be_limited(self, sts: Sts) -> None:
        sts.trusting({**TRUST, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}})
        assert sts.assume(sts.response(session_tags={"team": "vision"}))
        sts.sessions.clear()
        assert sts.refusal(sts.response(session_tags={"team": "vision", "admin": "yes"}))[0] == "AccessDenied"

    def test_tags_need_their_own_permission(self, sts: Sts) -> None:
        sts.trusting({**TRUST, "Action": "sts:AssumeRoleWithSAML"})
        assert sts.refusal(sts.response(session_tags={"team": "vision"})) == (
            "AccessDenied",
            "Not authorized to perform sts:TagSession",
        )
        assert sts.assume(sts.response())

    def test_a_source_identity_needs_its_own_permission(self, sts: Sts) -> None:
        response = sts.response(attributes={f"{AWS}SourceIdentity": ["amara"]})
        assert "sts:SetSourceIdentity" in sts.refusal(response)[1]
        sts.trusting({**TRUST, "Action": ["sts:AssumeRoleWithSAML", "sts:SetSourceIdentity"]})
        assert sts.assume(response)["SourceIdentity"] == "amara"

    def test_another_provider_of_the_account_is_not_meant(self, sts: Sts) -> None:
        other = DemoIdp("https://other.example.com")
        sts.client("iam").create_saml_provider(Name="other", SAMLMetadataDocument=other.metadata)
        arn = f"{PROVIDER.rpartition('/')[0]}/other"
        response = base64.b64decode(other.response("amara.okafor", ACS, ROLE, arn, NOW))
        assert sts.refusal(response, PrincipalArn=arn)[0] == "AccessDenied"

    def test_a_role_that_is_not_there_looks_no_different(self, sts: Sts) -> None:
        response = sts.response(attributes={f"{AWS}Role": [f"{ROLE}-gone,{PROVIDER}"]})
        assert sts.refusal(response, RoleArn=f"{ROLE}-gone")[0] == "AccessDenied"


class TestDuration:
    """A session ends when the first of those who have a say wants it to."""

    def length(self, sts: Sts, response: bytes, **more: Any) -> timedelta:
        before = sts.client("sts").get_session_token(DurationSeconds=900)["Credentials"]["Expiration"]
        ends = sts.assume(response, **more)["Credentials"]["Expiration"]
        found: timedelta = ends - before + timedelta(seconds=900)
        return timedelta(seconds=round(found.total_seconds(), -1))  # both calls took some milliseconds

    def test_an_hour_unless_asked_otherwise(self, sts: Sts) -> None:
        assert self.length(sts, sts.response()) == timedelta(hours=1)
        assert self.length(sts, sts.response(), DurationSeconds=900) == timedelta(minutes=15)

    def test_not_beyond_the_providers_own_session(self, sts: Sts) -> None:
        response = sts.response(session_ends=NOW + timedelta(minutes=20))
        assert self.length(sts, response) == timedelta(minutes=20)
        assert self.length(sts, response, DurationSeconds=900) == timedelta(minutes=15)

    def test_a_session_of_the_provider_that_is_over_opens_nothing(self, sts: Sts) -> None:
        assert sts.refusal(sts.response(session_ends=NOW))[0] == "ExpiredTokenException"

    def test_not_beyond_what_the_role_allows(self, sts: Sts) -> None:
        code, message = sts.refusal(sts.response(), DurationSeconds=3601)
        assert code == "ValidationError"
        assert "exceeds the MaxSessionDuration" in message
        sts.trusting(MaxSessionDuration=7200)
        assert self.length(sts, sts.response(), DurationSeconds=7200) == timedelta(hours=2)

    def test_the_consoles_duration_is_checked_and_changes_nothing(self, sts: Sts) -> None:
        name = f"{AWS}SessionDuration"
        assert self.length(sts, sts.response(attributes={name: ["43200"]})) == timedelta(hours=1)
        sts.sessions.clear()
        for wrong in ("899", "43201", "an hour", "٩٠٠"):
            assert sts.refusal(sts.response(attributes={name: [wrong]}))[0] == "InvalidIdentityToken"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:user/amara"}, "ValidationError"),
        ({"PrincipalArn": "arn:aws:iam::12:saml-provider/corp"}, "ValidationError"),
        ({"PrincipalArn": f"{PROVIDER}-unknown"}, "InvalidIdentityToken"),
        ({"DurationSeconds": 43_201}, "ValidationError"),
        ({"SAMLAssertion": "not base64!"}, "InvalidIdentityToken"),
        ({"SAMLAssertion": "A" * 100_001}, "ValidationError"),
        ({"SAMLAssertion": "AAAA"}, "InvalidIdentityToken"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(sts: Sts, more: dict[str, Any], code: str) -> None:
    assert sts.refusal(sts.response(), **more)[0] == code


def test_moto_is_as_it_was_once_the_verification_is_taken_out(sts: Sts) -> None:
    before = dict(vars(TokenResponse))
    with moto_sts.installed(lambda: NOW, trust_allows, sts.sessions.__setitem__):
        assert vars(TokenResponse)["assume_role_with_saml"] is not before["assume_role_with_saml"]
    assert dict(vars(TokenResponse)) == before


def test_boto3_knows_the_errors(sts: Sts) -> None:
    with pytest.raises(ClientError) as refused:
        sts.assume(sts.response(issuer="https://other.example.com"))
    assert type(refused.value).__name__ == "InvalidIdentityTokenException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(ClientError) as denied:
        sts.assume(sts.response(attributes={f"{AWS}Role": [f"{ROLE}-other,{PROVIDER}"]}))
    assert denied.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
