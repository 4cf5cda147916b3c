"""spoke.yaml in an account of its own: who comes in from the hub, and whose account their calls are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.operator import OperatorSession
from local.template.release import release
from tests.unit.local_gate.conftest import ACCOUNT, REGION, document

if TYPE_CHECKING:
    from tests.unit.local_gate.conftest import Account

SPOKE_ACCOUNT, STRANGER = "210987654321", "333333333333"
SPOKE = f"arn:aws:iam::{SPOKE_ACCOUNT}:role/studio-platform/studio-concierge-spoke"
PRESIGNER = f"arn:aws:iam::{SPOKE_ACCOUNT}:role/studio-platform/studio-concierge-presigner"
BOUNDARY = f"arn:aws:iam::{SPOKE_ACCOUNT}:policy/studio-platform/studio-concierge-execution-boundary"
KNOWN = "a-long-random-text-of-this-account"
ONBOARDING = "studio-concierge-OnboardingRole-1A2B3C"
LINKS = "studio-concierge-PresignedUrlRole-1A2B3C"
MAY_LEAVE = {"Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "arn:aws:iam::*:role/studio-platform/*"}
TAGS = [{"Key": key, "Value": "x"} for key in ("persona", "domain")] + [
    {"Key": "managed-by", "Value": "studio-concierge"}
]


@pytest.fixture
def spoke(account: Account) -> Account:
    return with_spoke(account)


def with_spoke(account: Account, **parameters: str) -> Account:
    given = {"HubAccountId": ACCOUNT, "ExternalId": KNOWN, "CatalogBucketArn": "arn:aws:s3:::catalog", **parameters}
    session = OperatorSession(account.endpoint, REGION, SPOKE_ACCOUNT)
    release(Path(__file__).parents[3] / "spoke.yaml", given, session, account=SPOKE_ACCOUNT, region=REGION)
    return account


def function(account: Account, name: str, *, of: str = ACCOUNT, may: Mapping[str, Any] | None = MAY_LEAVE) -> Any:
    """Credentials of a function's role in some account."""
    iam = OperatorSession(account.endpoint, REGION, of).client("iam")
    trust = document({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if may is not None:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(may))
    return account.assume(arn)


def test_a_function_of_the_hub_comes_in_and_acts_in_that_account_only(spoke: Account) -> None:
    inside = spoke.assume(SPOKE, by=function(spoke, ONBOARDING), ExternalId=KNOWN)
    iam = spoke.client("iam", inside)
    made = iam.create_role(
        RoleName="studio-exec-x",
        Path="/studio/exec/",
        AssumeRolePolicyDocument=document(
            {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
        PermissionsBoundary=BOUNDARY,
        Tags=TAGS,
    )["Role"]["Arn"]
    assert made == f"arn:aws:iam::{SPOKE_ACCOUNT}:role/studio/exec/studio-exec-x"
    assert spoke.client("sts", inside).get_caller_identity()["Account"] == SPOKE_ACCOUNT
    assert spoke.client("iam").list_roles(PathPrefix="/studio/")["Roles"] == []
    assert all(call.decision.allowed for call in spoke.gate.calls)


@pytest.mark.parametrize(
    ("role", "of", "external_id"),
    [
        (ONBOARDING, ACCOUNT, {}),
        (ONBOARDING, ACCOUNT, {"ExternalId": "what-somebody-else-uses"}),
        (ONBOARDING, ACCOUNT, {"ExternalId": f"{KNOWN}*"}),
        (ONBOARDING, STRANGER, {"ExternalId": KNOWN}),
        ("another-stack-OnboardingRole-1A2B3C", ACCOUNT, {"ExternalId": KNOWN}),
        ("studio-concierge-MembershipEventsRole-1A2B3C", ACCOUNT, {"ExternalId": KNOWN}),
        (LINKS, ACCOUNT, {"ExternalId": KNOWN}),
    ],
)
def test_nobody_else_comes_in_and_nobody_without_the_external_id(
    spoke: Account, role: str, of: str, external_id: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        spoke.assume(SPOKE, by=function(spoke, role, of=of), **external_id)
    assert spoke.last().reason == f"the trust policy of {SPOKE} does not allow it"


def test_being_trusted_there_is_not_enough_without_a_policy_here(spoke: Account) -> None:
    with pytest.raises(ClientError, match="no identity-based policy allows it"):
        spoke.assume(SPOKE, by=function(spoke, ONBOARDING, may=None), ExternalId=KNOWN)


def test_while_the_external_id_changes_both_are_good(account: Account) -> None:
    with_spoke(account, ExternalId="the-new-long-random-text", FormerExternalId=KNOWN)
    caller = function(account, ONBOARDING)
    for external_id in (KNOWN, "the-new-long-random-text"):
        account.assume(SPOKE, by=caller, ExternalId=external_id)
    with pytest.raises(ClientError, match="AccessDenied"):
        account.assume(SPOKE, by=caller, ExternalId="the-one-before-that")


def test_an_administrator_comes_in_if_the_account_says_so(account: Account) -> None:
    with_spoke(account, AdministratorRoleArn=f"arn:aws:iam::{ACCOUNT}:role/admin")
    account.assume(SPOKE, by=function(account, "admin"), ExternalId=KNOWN)
    with pytest.raises(ClientError, match="AccessDenied"):
        account.assume(SPOKE, by=function(account, "admin-2"), ExternalId=KNOWN)


def test_inside_nothing_of_the_platform_can_be_changed(spoke: Account) -> None:
    iam = spoke.client("iam", spoke.assume(SPOKE, by=function(spoke, ONBOARDING), ExternalId=KNOWN))
    nothing = document({"Action": "*", "Resource": "*"})
    attempts: tuple[Callable[[], object], ...] = (
        lambda: iam.put_role_policy(RoleName="studio-concierge-spoke", PolicyName="more", PolicyDocument=nothing),
        lambda: iam.update_assume_role_policy(RoleName="studio-concierge-spoke", PolicyDocument=nothing),
        lambda: iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=nothing, SetAsDefault=True),
        lambda: iam.create_role(
            RoleName="unbounded", Path="/studio/exec/", AssumeRolePolicyDocument=nothing, Tags=TAGS
        ),
    )
    for attempt in attempts:
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


@pytest.mark.parametrize(
    ("role", "tags"),
    [
        (LINKS, {}),
        (LINKS, {"studiouserid": "amara", "team": "fraud"}),
        (LINKS, {"studiouserid": ""}),
        (ONBOARDING, {"studiouserid": "amara"}),
    ],
)
def test_the_presigner_is_for_the_link_function_and_for_one_person_at_a_time(
    spoke: Account, role: str, tags: dict[str, str]
) -> None:
    spoke.assume(
        PRESIGNER, by=function(spoke, "studio-concierge-PresignedUrlRole-2"), Tags=tagged(studiouserid="amara")
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        spoke.assume(PRESIGNER, by=function(spoke, role), Tags=tagged(**tags))


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
