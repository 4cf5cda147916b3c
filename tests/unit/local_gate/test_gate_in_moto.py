"""Calls through boto3 into a moto that has the gate: who gets in, who is refused, and how it looks to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError
from moto.core import errors
from moto.core.responses import BaseResponse

from local.clock import Clock
from local.gate import moto_gate
from local.gate.gate import Gate
from local.gate.refused import Refused

if TYPE_CHECKING:
    from tests.unit.local_gate.conftest import Account

ACCOUNT, REGION = "123456789012", "eu-west-1"
EVERYTHING = {"Action": "*", "Resource": "*"}
EXEC = f"arn:aws:iam::{ACCOUNT}:role/studio/exec/*"

CALLS: dict[str, tuple[str, Callable[[Any], object]]] = {  # service -> a call of each of AWS's protocols
    "iam": ("iam:ListRoles", lambda client: client.list_roles()),  # query
    "sns": ("sns:ListTopics", lambda client: client.list_topics()),
    "sqs": ("sqs:ListQueues", lambda client: client.list_queues()),  # JSON
    "dynamodb": ("dynamodb:ListTables", lambda client: client.list_tables()),
    "events": ("events:ListEventBuses", lambda client: client.list_event_buses()),
    "sagemaker": ("sagemaker:ListDomains", lambda client: client.list_domains()),
    "resourcegroupstaggingapi": ("tag:GetResources", lambda client: client.get_resources()),
    "lambda": ("lambda:ListFunctions", lambda client: client.list_functions()),  # REST with JSON
    "scheduler": ("scheduler:ListSchedules", lambda client: client.list_schedules()),
    "s3": ("s3:ListAllMyBuckets", lambda client: client.list_buckets()),  # REST with XML
}


def denial(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("service", CALLS)
def test_every_protocol_lets_in_what_is_allowed_and_refuses_the_rest(account: Account, service: str) -> None:
    action, call = CALLS[service]
    call(account.client(service, account.session("may", {"Action": action, "Resource": "*"})))
    with pytest.raises(ClientError) as raised:
        call(account.client(service, account.session("may-not")))
    code, message = denial(raised)
    assert code in ("AccessDenied", "AccessDeniedException")
    assert f"assumed-role/may-not/session is not authorized to perform: {action} on resource:" in message
    assert "no identity-based policy allows it" in message
    assert [(each.principal_role, each.action, each.decision.allowed) for each in account.gate.calls] == [
        ("may", action, True),
        ("may-not", action, False),
    ]


def test_the_operator_is_counted_and_not_judged(account: Account) -> None:
    account.client("sqs").list_queues()
    assert account.gate.calls == ()
    assert account.gate.operator_calls["sqs:ListQueues"] == 1


def test_who_one_is_may_always_be_asked(account: Account) -> None:
    caller = account.client("sts", account.session("nobody")).get_caller_identity()
    assert caller["Arn"].endswith("assumed-role/nobody/session")


def test_a_call_that_fails_is_recorded_all_the_same(account: Account) -> None:
    credentials = account.session("reader", {"Action": "dynamodb:GetItem", "Resource": "*"})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        account.client("dynamodb", credentials).get_item(TableName="missing", Key={"pk": {"S": "x"}})
    assert account.last().allowed


def test_a_resource_is_allowed_and_its_neighbour_is_not(account: Account) -> None:
    sqs = account.client("sqs")
    ours, theirs = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("ours", "theirs"))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:ours"
    sender = account.client("sqs", account.session("sender", {"Action": "sqs:SendMessage", "Resource": arn}))
    sender.send_message_batch(QueueUrl=ours, Entries=[{"Id": "1", "MessageBody": "x"}])
    with pytest.raises(ClientError, match="AccessDenied"):
        sender.send_message(QueueUrl=theirs, MessageBody="x")


def test_an_object_of_a_bucket_is_allowed_and_its_neighbour_is_not(account: Account) -> None:
    operator = account.client("s3")
    operator.create_bucket(Bucket="catalog", CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in ("catalog.json", "secret.json"):
        operator.put_object(Bucket="catalog", Key=key, Body=b"{}")
    credentials = account.session("reader", {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::catalog/catalog.json"})
    reader = account.client("s3", credentials)
    assert reader.get_object(Bucket="catalog", Key="catalog.json")["Body"].read() == b"{}"
    reader.head_object(Bucket="catalog", Key="catalog.json")
    attempts: tuple[Callable[[], object], ...] = (
        lambda: reader.get_object(Bucket="catalog", Key="secret.json"),
        lambda: reader.list_objects_v2(Bucket="catalog"),
        lambda: reader.put_object(Bucket="catalog", Key="catalog.json", Body=b"[]"),
        lambda: reader.delete_objects(Bucket="catalog", Delete={"Objects": [{"Key": "secret.json"}]}),
        lambda: reader.copy_object(Bucket="catalog", Key="copy", CopySource="catalog/secret.json"),
    )
    for attempt in attempts:
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_can_do_no_more_than_who_signed_it(account: Account, version: str) -> None:
    account.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    may = account.session("may", {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::bucket"})
    for credentials, status in ((may, 200), (account.session("may-not"), 403)):
        signer = account.client("s3", credentials, signature_version=version)
        url = signer.generate_presigned_url("list_objects_v2", Params={"Bucket": "bucket"})
        assert urllib3.request("GET", url).status == status


def test_request_tags_decide(account: Account) -> None:
    own = {
        "Action": ["iam:CreateRole", "iam:TagRole"],
        "Resource": EXEC,
        "Condition": {
            "StringEquals": {"aws:RequestTag/managed-by": "studio-concierge"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["managed-by", "team"]},
        },
    }
    iam = account.client("iam", account.session("creator", own))

    def create(name: str, path: str = "/studio/exec/", **tags: str) -> None:
        found = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps({}), Tags=found)

    create("a", managed_by="studio-concierge", team="fraud")
    for tags in ({"managed_by": "somebody"}, {"team": "fraud"}, {"managed_by": "studio-concierge", "admin": "yes"}):
        with pytest.raises(ClientError, match="AccessDenied"):
            create("b", **tags)
    with pytest.raises(ClientError, match="AccessDenied"):
        create("c", path="/studio-platform/", managed_by="studio-concierge")


def test_a_role_is_judged_by_its_path_tags_and_boundary(account: Account) -> None:
    boundary = account.client("iam").create_policy(
        PolicyName="bound",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **EVERYTHING}]}),
    )["Policy"]["Arn"]
    account.role("bounded", Path="/studio/exec/", PermissionsBoundary=boundary, Tags=[{"Key": "mine", "Value": "yes"}])
    account.role("free", Path="/studio/exec/", Tags=[{"Key": "mine", "Value": "yes"}])
    account.role("elsewhere", Path="/", PermissionsBoundary=boundary, Tags=[{"Key": "mine", "Value": "yes"}])
    account.role("foreign", Path="/studio/exec/", PermissionsBoundary=boundary)
    own = {
        "Action": "iam:DeleteRolePolicy",
        "Resource": EXEC,
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary, "aws:ResourceTag/mine": "yes"}},
    }
    iam = account.client("iam", account.session("keeper", own))
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_role_policy(RoleName="bounded", PolicyName="x")
    for name in ("free", "elsewhere", "foreign"):
        with pytest.raises(ClientError, match="AccessDenied"):
            iam.delete_role_policy(RoleName=name, PolicyName="x")


def test_the_boundary_bounds_the_caller(account: Account) -> None:
    bound = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    arn = account.client("iam").create_policy(PolicyName="bound", PolicyDocument=json.dumps(bound))["Policy"]["Arn"]
    credentials = account.session("bounded", EVERYTHING, PermissionsBoundary=arn)
    account.client("sqs", credentials).list_queues()
    with pytest.raises(ClientError) as raised:
        account.client("sns", credentials).list_topics()
    assert "no permissions boundary allows it" in denial(raised)[1]


def test_attached_managed_policies_count_by_their_default_version(account: Account) -> None:
    iam = account.client("iam")
    body = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    arn = iam.create_policy(PolicyName="queues", PolicyDocument=json.dumps(body))["Policy"]["Arn"]
    credentials = account.session("attached")
    iam.attach_role_policy(RoleName="attached", PolicyArn=arn)
    account.client("sqs", credentials).list_queues()
    body["Statement"] = [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(body), SetAsDefault=True)
    with pytest.raises(ClientError, match="AccessDenied"):
        account.client("sqs", credentials).list_queues()


def test_handing_a_role_to_studio_needs_to_be_allowed_for_studio(account: Account) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/studio/exec/amara"
    create = {"Action": "sagemaker:CreateDomain", "Resource": "*"}

    def domain(credentials: dict[str, str]) -> None:
        account.client("sagemaker", credentials).create_domain(
            DomainName="house", AuthMode="IAM", DefaultUserSettings={"ExecutionRole": role}, SubnetIds=["s"], VpcId="v"
        )

    def passing(service: str) -> dict[str, Any]:
        return {
            "Action": "iam:PassRole",
            "Resource": EXEC,
            "Condition": {"StringEquals": {"iam:PassedToService": service}},
        }

    domain(account.session("passes", create, passing("sagemaker.amazonaws.com")))
    for name, allowed in (("keeps", [create]), ("passes-to-others", [create, passing("lambda.amazonaws.com")])):
        with pytest.raises(ClientError, match="iam:PassRole"):
            domain(account.session(name, *allowed))


def test_a_resource_policy_grants_alone_and_its_deny_wins(account: Account) -> None:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
    guest, other, denied = (
        account.role(name, *allowed) for name, allowed in (("guest", []), ("other", []), ("denied", [EVERYTHING]))
    )

    def statement(effect: str, principal: str) -> dict[str, Any]:
        return {"Effect": effect, "Principal": {"AWS": principal}, "Action": "sqs:SendMessage", "Resource": arn}

    root = f"arn:aws:iam::{ACCOUNT}:root"
    found = [statement("Allow", guest), statement("Allow", root), statement("Deny", denied)]
    body = json.dumps({"Version": "2012-10-17", "Statement": found})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": body})
    account.client("sqs", account.assume(guest)).send_message(QueueUrl=url, MessageBody="x")
    assert account.last().by_resource
    for refused in (other, denied):  # naming the whole account grants nothing by itself
        with pytest.raises(ClientError, match="AccessDenied"):
            account.client("sqs", account.assume(refused)).send_message(QueueUrl=url, MessageBody="x")


def test_a_bucket_policy_is_judged_too(account: Account) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
    }
    tls = {**refusal, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    credentials = account.session("reader", EVERYTHING)
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls]}))
    account.client("s3", credentials).list_objects_v2(Bucket="bucket")
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [refusal]}))
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        account.client("s3", credentials).list_objects_v2(Bucket="bucket")


def test_services_are_let_in_by_the_policies_of_queues_and_functions(account: Account) -> None:
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn, rule = f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"
    allows = account.gate.resource_policy_allows
    assert not allows("events.amazonaws.com", "sqs:SendMessage", arn, {"aws:sourcearn": (rule,)})
    body = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [body]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    assert allows("events.amazonaws.com", "sqs:SendMessage", arn, {"aws:sourcearn": (rule,)})
    assert not allows("sns.amazonaws.com", "sqs:SendMessage", arn, {"aws:sourcearn": (rule,)})
    assert not allows("events.amazonaws.com", "sqs:SendMessage", arn, {})


@pytest.fixture
def presigner(account: Account) -> str:
    """Trusts `link` for one session tag, and may presign only where the resource has the same one."""
    link = f"arn:aws:iam::{ACCOUNT}:role/link"
    trust = {
        "Principal": {"AWS": link},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringLike": {"aws:RequestTag/studiouserid": "?*"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["studiouserid"]},
        },
    }
    own = {
        "Action": "sagemaker:CreatePresignedDomainUrl",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/studiouserid": "${aws:PrincipalTag/studiouserid}"}},
    }
    return account.role("presigner", own, trust=trust)


def tags(**found: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in found.items()]


def test_a_session_tag_opens_only_the_resource_that_has_it(account: Account, presigner: str) -> None:
    link = account.session("link", {"Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": presigner})
    session = account.assume(presigner, link, Tags=tags(studiouserid="amara"))
    profile = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:user-profile/d-1/"
    account.studio_tags[profile + "amara"] = {"studiouserid": "amara"}
    account.studio_tags[profile + "li"] = {"studiouserid": "li"}
    decided = [
        account.gate.authorize(session["AccessKeyId"], "sagemaker:CreatePresignedDomainUrl", profile + name).allowed
        for name in ("amara", "li", "untagged")
    ]
    assert decided == [True, False, False]


def test_a_role_lets_in_only_whom_it_trusts_with_the_tags_that_it_asks_for(account: Account, presigner: str) -> None:
    may = {"Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": presigner}
    link, stranger = account.session("link", may), account.session("stranger", may)
    for credentials, given in (
        (link, {}),
        (link, {"studiouserid": "amara", "admin": "yes"}),
        (stranger, {"studiouserid": "amara"}),
    ):
        with pytest.raises(ClientError, match=r"the trust policy of .* does not allow it"):
            account.assume(presigner, credentials, Tags=tags(**given))
        assert not account.last().allowed


def test_tagging_a_session_needs_the_right_to(account: Account) -> None:
    target = account.role("target")
    link = account.session("link", {"Action": "sts:AssumeRole", "Resource": target})
    account.assume(target, link)
    with pytest.raises(ClientError, match="sts:TagSession"):
        account.assume(target, link, Tags=tags(a="b"))
    with pytest.raises(ClientError, match="sts:SetSourceIdentity"):
        account.assume(target, link, SourceIdentity="amara")


def test_transitive_tags_and_the_source_identity_go_with_the_chain(account: Account) -> None:
    first = account.assume(
        account.role("first", EVERYTHING),
        Tags=tags(kept="1", dropped="2"),
        TransitiveTagKeys=["kept"],
        SourceIdentity="amara",
    )
    second = account.assume(account.role("second"), first)
    principal = account.gate.principal(second["AccessKeyId"])
    assert principal is not None
    assert (principal.tags, principal.source_identity) == ({"kept": "1"}, "amara")


def test_a_session_policy_bounds_the_session(account: Account) -> None:
    policy = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    )
    session = account.assume(account.role("wide", EVERYTHING), Policy=policy)
    account.client("sqs", session).list_queues()
    with pytest.raises(ClientError, match="no session policy allows it"):
        account.client("sns", session).list_topics()


def test_the_session_of_a_role_that_is_gone_can_do_nothing(account: Account) -> None:
    credentials = account.session("gone")
    account.client("iam").delete_role(RoleName="gone")
    with pytest.raises(ClientError, match="security token included in the request is invalid"):
        account.client("s3", credentials).list_buckets()
    assert not account.gate.authorize(credentials["AccessKeyId"], "execute-api:Invoke", "*").allowed


def test_a_policy_that_cannot_be_judged_allows_nothing_and_says_why(account: Account) -> None:
    strange = {"Action": "sqs:*", "Resource": "*", "Condition": {"BinaryEquals": {"aws:k": "eA=="}}}
    credentials = account.session("strange", EVERYTHING, strange)
    with pytest.raises(ClientError, match="BinaryEquals is not known to the gate"):
        account.client("sqs", credentials).list_queues()


def test_a_service_uses_a_role_only_as_far_as_it_goes(account: Account) -> None:
    arn = account.role("polling", {"Action": "sqs:ReceiveMessage", "Resource": "*"})
    account.gate.require(arn, "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:1:q")
    with pytest.raises(Refused, match="sqs:DeleteMessage"):
        account.gate.require(arn, "sqs:DeleteMessage", "arn:aws:sqs:eu-west-1:1:q")


def test_the_gate_leaves_moto_as_it_was() -> None:
    before, codes = BaseResponse.call_action, list(errors.COMMON_ERROR_CODES)
    with moto_gate.installed(Gate(Clock(), lambda _: {})):
        assert BaseResponse.call_action is not before
    assert BaseResponse.call_action is before
    assert codes == errors.COMMON_ERROR_CODES
