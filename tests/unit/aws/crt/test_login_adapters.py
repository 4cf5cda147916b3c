"""What the login asks of AWS, call by call, and what it makes of the answers."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from concierge.aws.catalog_store import CatalogStore
from concierge.aws.crt import login_keys
from concierge.aws.crt.announcements import SOURCE, BusAnnouncements
from concierge.aws.crt.catalog_object import CatalogObject
from concierge.aws.crt.decryption_keys import SecretDecryptionKeys
from concierge.aws.crt.dynamodb import Table
from concierge.aws.crt.login_keys import LoginKeys
from concierge.aws.crt.memory import LedgerAssertions, LedgerVisits, LedgerWishes
from concierge.aws.crt.people import LedgerPeople
from concierge.aws.crt.presigned import PresignerRole
from concierge.aws.crt.saml_provider import GRACE, MAX_AGE, RETRY, IamSamlProvider
from concierge.aws.crt.service import Service
from concierge.aws.crt.signed_http import ExecuteApi
from concierge.aws.crt.sts import SamlSts
from concierge.directory.events import read
from concierge.errors import AlreadyExists, AwsError, Denied, NotFound, SettingsError, Throttled
from concierge.login.ports import Announcement, Credentials, LinkRequest
from concierge.model import Identity
from local.idp import DemoIdp
from tests.support.login_fakes import ACS, LOGIN_ROLE, PROVIDER_ARN, SECRETS, STUDIO_URL, sts_session
from tests.support.scripted_aws import REGION, ScriptedAws

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECRET = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:keys-AbCdEf"
CREDENTIALS = (
    f"<Credentials><AccessKeyId>{SECRETS.access_key_id}</AccessKeyId>"
    f"<SecretAccessKey>{SECRETS.secret_access_key}</SecretAccessKey>"
    f"<SessionToken>{SECRETS.session_token}</SessionToken></Credentials>"
)
REQUEST = LinkRequest(
    login="amara.okafor",
    account="210987654321",
    region="us-east-1",
    domain_id="d-1",
    profile="amara-okafor-x",
    expires=20,
    session_seconds=28_800,
)


def provider_answer(idp: DemoIdp) -> str:
    text = idp.metadata.replace("&", "&amp;").replace("<", "&lt;")
    return f"<R><GetSAMLProviderResult><SAMLMetadataDocument>{text}</SAMLMetadataDocument></GetSAMLProviderResult></R>"


@pytest.fixture(scope="module")
def idp() -> DemoIdp:
    return DemoIdp("https://idp.test.example.com/metadata")


@pytest.fixture(scope="module")
def other() -> DemoIdp:
    return DemoIdp("https://idp.test.example.com/metadata")


def test_metadata_is_read_from_iam_and_kept_for_a_while(aws: ScriptedAws, idp: DemoIdp, other: DemoIdp) -> None:
    aws.will(provider_answer(idp), provider_answer(other))
    source = IamSamlProvider(aws.service("iam"), arn=PROVIDER_ARN)
    first = source.current(TEN)
    assert first.entity_id == idp.entity_id
    assert aws.asked[0].form["SAMLProviderArn"] == PROVIDER_ARN
    assert source.current(TEN + MAX_AGE - timedelta(seconds=1)) is first
    assert source.current(TEN + MAX_AGE).certificates != first.certificates
    assert len(aws.asked) == 2


def test_an_unknown_signature_asks_for_newer_metadata_not_more_than_twice_a_minute(
    aws: ScriptedAws, idp: DemoIdp, other: DemoIdp
) -> None:
    aws.will(provider_answer(idp), provider_answer(idp), provider_answer(other))
    source = IamSamlProvider(aws.service("iam"), arn=PROVIDER_ARN)
    first = source.current(TEN)
    assert source.newer(first, TEN + RETRY - timedelta(seconds=1)) is None
    assert len(aws.asked) == 1
    assert source.newer(first, TEN + RETRY) is None
    newer = source.newer(first, TEN + 2 * RETRY)
    assert newer is not None
    assert newer.certificates != first.certificates
    assert source.current(TEN + 2 * RETRY) == newer
    assert len(aws.asked) == 3


def test_metadata_survives_an_hour_without_iam_and_no_longer(aws: ScriptedAws, idp: DemoIdp) -> None:
    aws.will(provider_answer(idp))
    source = IamSamlProvider(aws.service("iam"), arn=PROVIDER_ARN)
    first = source.current(TEN)
    aws.fails("ServiceFailure", 500)
    assert source.current(TEN + GRACE - timedelta(seconds=1)) is first
    with pytest.raises(Throttled):
        source.current(TEN + GRACE)


def test_a_provider_that_was_deleted_is_trusted_no_more(aws: ScriptedAws, idp: DemoIdp) -> None:
    aws.will(provider_answer(idp))
    source = IamSamlProvider(aws.service("iam"), arn=PROVIDER_ARN)
    source.current(TEN)
    aws.will("<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>", status=404)
    with pytest.raises(NotFound):
        source.current(TEN + MAX_AGE)


def test_broken_new_metadata_is_not_replaced_by_old(aws: ScriptedAws, idp: DemoIdp) -> None:
    aws.will(provider_answer(idp))
    source = IamSamlProvider(aws.service("iam"), arn=PROVIDER_ARN)
    source.current(TEN)
    aws.will("<R><GetSAMLProviderResult><SAMLMetadataDocument>x</SAMLMetadataDocument></GetSAMLProviderResult></R>")
    with pytest.raises(SettingsError):
        source.current(TEN + MAX_AGE)


def test_an_assertion_is_used_once_by_a_conditional_write(aws: ScriptedAws) -> None:
    aws.will({})
    used = LedgerAssertions(table=Table(service=aws.service("dynamodb"), name="ledger"))
    used.use("abc", keep_until=TEN)
    [asked] = aws.asked
    assert asked.operation == "PutItem"
    assert asked.json == {
        "TableName": "ledger",
        "Item": {
            "pk": {"S": "assertion#abc"},
            "sk": {"S": "used"},
            "expires_at": {"N": str(int(TEN.timestamp()))},
        },
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    aws.fails("ConditionalCheckFailedException")
    with pytest.raises(AlreadyExists):
        used.use("abc", keep_until=TEN)


def test_a_wish_is_only_for_the_question_that_it_came_with(aws: ScriptedAws) -> None:
    table = Table(service=aws.service("dynamodb"), name="ledger")
    aws.will({})
    LedgerWishes(table=table).keep("k", "research", "_q1", keep_until=TEN)
    item = aws.asked[0].json["Item"]
    aws.will({"Item": item})
    assert LedgerWishes(table=table).kept("k", "_q1") == "research"
    with pytest.raises(NotFound):
        LedgerWishes(table=table).kept("k", "_q2")
    aws.will({})
    with pytest.raises(NotFound):
        LedgerVisits(table=table).kept("k")


def test_people_are_read_page_by_page_and_as_they_are_now(aws: ScriptedAws) -> None:
    people = LedgerPeople(table=Table(service=aws.service("dynamodb"), name="ledger"))
    member = {
        "pk": {"S": "person#guid:a"},
        "sk": {"S": "member#g1"},
        "group": {"S": "researchers"},
        "present": {"BOOL": True},
        "occurred_at": {"S": TEN.isoformat()},
    }
    disabled = {
        "pk": {"S": "person#guid:a"},
        "sk": {"S": "standing"},
        "name": {"S": "amara.okafor"},
        "handle": {"S": "amara.okafor"},
        "directory": {"S": "corp"},
        "generation": {"N": "0"},
        "disabled_at": {"S": TEN.isoformat()},
    }
    aws.will({"Items": [member], "LastEvaluatedKey": {"pk": {"S": "x"}}}, {"Items": [disabled]})
    record = people.record_of("guid:a")
    assert record.memberships["g1"].present
    assert not record.is_enabled
    assert [each.json.get("ExclusiveStartKey") for each in aws.asked] == [None, {"pk": {"S": "x"}}]
    assert all(each.json["ConsistentRead"] for each in aws.asked)
    aws.will({"Item": {"owner": {"S": "guid:a"}}})
    assert people.owners_of(["name:corp/amara.okafor", "name:other/amara.okafor"]) == ("guid:a",)
    aws.will({})
    assert people.owners_of(["name:corp/nobody"]) == ()


def test_sts_gets_the_bytes_that_were_verified_without_a_signature_of_ours(aws: ScriptedAws) -> None:
    aws.will(
        f"<R xmlns='https://sts'><AssumeRoleWithSAMLResult>{CREDENTIALS}<AssumedRoleUser><Arn>{sts_session().arn}</Arn>"
        f"</AssumedRoleUser><Issuer>https://idp.example.com/saml</Issuer><Audience>{ACS}</Audience>"
        "<Subject>a1b2c3</Subject></AssumeRoleWithSAMLResult></R>"
    )
    sts = SamlSts(service=aws.service("sts", None))
    session = sts.assume(role_arn=LOGIN_ROLE.arn, provider_arn=PROVIDER_ARN, document=b"<x/>")
    assert session == sts_session()
    [asked] = aws.asked
    assert "authorization" not in asked.headers
    assert base64.b64decode(asked.form["SAMLAssertion"]) == b"<x/>"
    assert (asked.form["RoleArn"], asked.form["PrincipalArn"]) == (LOGIN_ROLE.arn, PROVIDER_ARN)
    assert asked.form["DurationSeconds"] == "900"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("InvalidIdentityToken", 400, Denied),
        ("ExpiredTokenException", 400, Denied),
        ("IDPRejectedClaim", 403, Denied),
        ("AccessDenied", 403, Denied),
        ("Throttling", 400, Throttled),
        ("RegionDisabledException", 403, AwsError),
    ],
)
def test_a_refusal_of_sts_is_told_from_its_faults(
    aws: ScriptedAws, code: str, status: int, error: type[AwsError]
) -> None:
    aws.will(f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>", status=status)
    with pytest.raises(AwsError) as raised:
        SamlSts(service=aws.service("sts", None)).assume(
            role_arn=LOGIN_ROLE.arn, provider_arn=PROVIDER_ARN, document=b"<x/>"
        )
    assert type(raised.value) is error
    assert raised.value.code == code


def test_a_link_is_minted_as_the_person_that_it_is_for_in_the_domains_own_account(aws: ScriptedAws) -> None:
    aws.will(f"<R><AssumeRoleResult>{CREDENTIALS}</AssumeRoleResult></R>", {"AuthorizedUrl": STUDIO_URL})
    used: list[tuple[str, Credentials]] = []

    def studio(region: str, credentials: Credentials) -> Service:
        used.append((region, credentials))
        return aws.service("sagemaker", credentials)

    role = "arn:aws:iam::123456789012:role/studio-platform/presigner"
    presigner = PresignerRole(sts=aws.service("sts"), role_arn=role, studio=studio)
    landing = replace(REQUEST, landing_uri="app:JupyterLab:", space="amara-lab")
    assert presigner.url(landing) == STUDIO_URL
    assumed, minted = aws.asked
    assert assumed.form == {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": "arn:aws:iam::210987654321:role/studio-platform/presigner",
        "RoleSessionName": "amara.okafor",
        "DurationSeconds": "900",
        "Tags.member.1.Key": "studiouserid",
        "Tags.member.1.Value": "amara.okafor",
    }
    assert used == [("us-east-1", SECRETS)]
    assert minted.headers["x-amz-target"] == "SageMaker.CreatePresignedDomainUrl"
    assert minted.headers["x-amz-security-token"] == SECRETS.session_token
    assert minted.json == {
        "DomainId": "d-1",
        "UserProfileName": "amara-okafor-x",
        "ExpiresInSeconds": 20,
        "SessionExpirationDurationInSeconds": 28_800,
        "LandingUri": "app:JupyterLab:",
        "SpaceName": "amara-lab",
    }


def test_the_api_is_asked_once_and_no_redirect_is_followed(aws: ScriptedAws) -> None:
    aws.replies = [(302, b"", {"Location": "/v1/elsewhere"})]
    api = ExecuteApi(region=REGION, wire=aws.wire)
    answer = api.get(f"{aws.url}/v1/studio", SECRETS, headers={"X-Correlation-Id": "c-1"})
    assert (answer.status, answer.location) == (302, "/v1/elsewhere")
    [asked] = aws.asked
    assert f"/{REGION}/execute-api/aws4_request" in asked.headers["authorization"]
    assert "x-correlation-id" in asked.headers["authorization"]
    with pytest.raises(Throttled) as error:
        api.get("http://127.0.0.1:9/v1/studio", SECRETS, headers={})
    assert SECRETS.session_token not in str(error.value)


def test_the_secret_is_read_seldom_and_its_predecessor_only_when_asked_for(aws: ScriptedAws) -> None:
    aws.will({"SecretString": "a" * 64}, {"SecretString": "b" * 64})
    keys = LoginKeys(aws.service("secretsmanager"), arn=SECRET)
    assert (keys.current(TEN), keys.current(TEN + timedelta(minutes=4))) == ("a" * 64, "a" * 64)
    assert next(keys.all(TEN)) == "a" * 64
    assert [each.json for each in aws.asked] == [{"SecretId": SECRET, "VersionStage": "AWSCURRENT"}]
    assert list(keys.all(TEN)) == ["a" * 64, "b" * 64]
    aws.fails("ResourceNotFoundException")
    with pytest.raises(NotFound):
        keys.current(TEN + login_keys.MAX_AGE)


def test_a_secret_that_was_never_rotated_has_no_predecessor(aws: ScriptedAws) -> None:
    aws.will({"SecretString": "a" * 64})
    keys = LoginKeys(aws.service("secretsmanager"), arn=SECRET)
    keys.current(TEN)
    aws.fails("ResourceNotFoundException")
    assert list(keys.all(TEN)) == ["a" * 64]


def test_a_secret_that_anybody_could_guess_signs_nothing(aws: ScriptedAws) -> None:
    aws.will({"SecretString": "short"})
    with pytest.raises(SettingsError, match="at least 32") as raised:
        LoginKeys(aws.service("secretsmanager"), arn=SECRET).current(TEN)
    assert "short" not in str(raised.value)


def test_without_a_secret_for_it_nothing_is_decrypted_and_nobody_is_asked(aws: ScriptedAws) -> None:
    assert SecretDecryptionKeys(aws.service("secretsmanager"), arn="").current(TEN) == ()
    assert aws.asked == []
    aws.will({"SecretString": "no key"})
    with pytest.raises(SettingsError):
        SecretDecryptionKeys(aws.service("secretsmanager"), arn=SECRET).current(TEN)


def test_the_catalog_is_asked_for_again_by_its_etag(aws: ScriptedAws) -> None:
    source = CatalogObject(service=aws.service("s3"), bucket="bucket", key="catalog.json")
    aws.replies = [(200, b"{}", {"ETag": '"1"'})]
    fetched = source.fetch("")
    assert fetched is not None
    assert (fetched.content, fetched.etag, aws.asked[0].path) == (b"{}", '"1"', "/bucket/catalog.json")
    aws.replies = [(304, b"", {})]
    assert source.fetch('"1"') is None
    assert aws.asked[-1].headers["if-none-match"] == '"1"'
    aws.replies = [(404, b"<Error><Code>NoSuchKey</Code></Error>", {})]
    with pytest.raises(NotFound):
        CatalogStore(source, max_age=timedelta(0)).current(TEN)


def test_what_a_login_tells_is_a_canonical_event_that_membership_events_reads(aws: ScriptedAws) -> None:
    aws.will({"FailedEntryCount": 0})
    about = Identity(directory="corp", upn="amara@example.com")
    told = [
        Announcement(what="directory.member.added.v1", about=about, at=TEN, key=f"k-{number}", group="traders")
        for number in range(11)
    ]
    look = Announcement(what="directory.user.look.v1", about=about, at=TEN, key="k-look")
    BusAnnouncements(service=aws.service("events")).tell([*told, look])
    assert [len(each.json["Entries"]) for each in aws.asked] == [10, 2]
    for entry in aws.asked[1].json["Entries"]:
        event = {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
        [change] = read(event, now=TEN)
        assert change.dedupe_key in ("k-10", "k-look")
        assert entry["Source"] == SOURCE
    aws.will({"FailedEntryCount": 1})
    with pytest.raises(Throttled):
        BusAnnouncements(service=aws.service("events")).tell([look])
