"""Every permission in template.yaml is needed, and what is not permitted is denied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from moto.iam.models import iam_backends

from concierge.catalog.model import Catalog, Domain
from concierge.names import profile_name
from local.character import Character
from local.clock import Clock
from local.gate.coverage import unneeded
from local.gate.policy import Policy, Request, Statement, decide, statements
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story
from tests.integration.conftest import EXAMPLE, ROOT
from tests.support.login_browser import LoginBrowser, question_in

if TYPE_CHECKING:
    from types_boto3_identitystore.type_defs import NameTypeDef

# Permissions that AWS's own services use with the function's role, or that only a fault calls for.
pytestmark = pytest.mark.timeout(300)  # one story in which every function does everything

USED_BY_AWS_ITSELF = {
    "states:StopExecution": "Step Functions ends the children of a run that is stopped",
    "logs:CreateLogGroup": "Lambda writes the log with the function's role",
    "logs:CreateLogStream": "Lambda writes the log with the function's role",
    "logs:PutLogEvents": "Lambda writes the log with the function's role",
}
ONLY_WHERE_AWS_REFUSES = {
    ("RememberRates", "dynamodb:PutItem"): "a rate is learnt from calls that were refused for it",
    ("MendTags", "sagemaker:ListTags"): "of kinds that the tagging index does not serve",
}
ON_FAILURE = re.compile(r"OnFailure|SQSSendMessage|EventInvokeConfig")  # SAM's name for the destination's policy


# Only a directory over LDAPS makes the poller go all its ways; test_from_ad_to_studio.py tells that story.
TOLD_ELSEWHERE = "studio-concierge-DirectoryPollerRole"
CLIENT_STATE = "what only Microsoft Graph knows"


@pytest.fixture(scope="module")
def stack(idp: DemoIdp) -> Iterator[LocalStack]:
    """As everywhere, with every source of events switched on."""
    with LocalStack(
        ROOT / "template.yaml",
        {
            "RequeueSeconds": "1",
            "ResyncDelaySeconds": "1",
            "ReplicationMarginSeconds": "0",
            "CatalogMaxAgeSeconds": "0",
            "GroupsAttribute": GROUPS,
        },
        catalog=EXAMPLE,
        idp_metadata=idp.metadata_at("https://idp.example.com/sso"),
        clock=Clock(),
        secrets={"EntraClientStateSecretArn": CLIENT_STATE},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def told(stack: LocalStack, story_of_all: Story, catalog: Catalog) -> LocalStack:
    """A story in which every function does everything that it is there for."""
    story, domain = story_of_all, catalog.domains[0]
    story.joins()
    story.follows(story.logs_in())
    _logs_in_every_way(story)
    space = story.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    story.works_in(space)
    story.hours_pass(5)
    story.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    story.spoils_tags(domain.domain_id)
    _makes_things_by_hand(story, domain)
    _another_account(story)
    story.hours_pass(60)  # the machines are too old: their owner is warned, and then they are stopped
    story.night("NightIdle")
    _somebody_deletes_a_profile(story, domain)
    story.night("NightHouse")
    _takes_it_away_again(story, domain)
    _change_the_catalog(stack)
    story.joins()
    story.leaves()
    story.joins()
    story.leaves()
    story.night("ReconcileDirectory")  # the grace period is none, so everything goes
    _identity_center(story)
    _too_many_leave(story)
    _graph_notifies(story)
    return stack


@pytest.fixture(scope="module")
def story_of_all(stack: LocalStack, idp: DemoIdp) -> Story:
    return Story(stack=stack, idp=idp, group="studio-ml-research")


def _change_the_catalog(stack: LocalStack) -> None:
    """The persona loses its managed policy and gets another idle limit; a second directory; no grace period."""
    s3, bucket = stack.session().client("s3"), stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    persona = next(each for each in compiled["personas"] if each["name"] == "data-scientist")
    persona["managed_policies"] = []
    persona["idle"]["idle_minutes"] = 180
    compiled["personas"][0]["tags"] = {"changed": "yes"}
    compiled["grace_days"] = 0
    compiled["removals"] = {"floor": 1, "share_percent": 10, "most": 50, "window_minutes": 60}
    store = {"id": STORE, "region": stack.region}
    compiled["directories"].append({"name": "center", "ids": [STORE], "login_id": "sam", "identity_store": store})
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=json.dumps(compiled).encode())


STORE = "d-1234567890"
GROUPS = "https://idp.example.com/groups"


def _logs_in_every_way(story: Story) -> None:
    """A stranger whom the identity provider vouches for, in a login that starts here, with a deep link."""
    s3, bucket = story.stack.session().client("s3"), story.stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    compiled["login"]["just_in_time"] = {"directory": "corp.example.com", "groups": ["studio-risk-analytics"]}
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=json.dumps(compiled).encode())
    stranger = replace(story, person=Character(login="just.in.time", guid="just-in-time"))
    browser = LoginBrowser()
    question, relay_state = question_in(browser.get(story.stack.outputs["LoginUrl"] + "?workspace=research").location)
    answer = stranger.saml_response(in_response_to=question, attributes={GROUPS: ["studio-risk-analytics"]})
    page = browser.post(story.stack.outputs["AcsUrl"], SAMLResponse=answer, RelayState=relay_state)
    assert page.status == 303
    story.stack.settle(timeout=30)
    assert browser.get(page.location).status == 302


def _makes_things_by_hand(story: Story, domain: Domain) -> None:
    """A space of their own with an app in it, and people whom nobody ever tagged; a machine that is too old."""
    studio, profile = story.stack.session().client("sagemaker"), profile_name(story.person.login)
    studio.create_space(
        DomainId=domain.domain_id,
        SpaceName="own-space",
        OwnershipSettings={"OwnerUserProfileName": profile},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "JupyterLab"},
    )
    story.stack.clock.advance(timedelta(minutes=2))
    studio.create_app(DomainId=domain.domain_id, SpaceName="own-space", AppType="JupyterLab", AppName="default")
    role = f"arn:aws:iam::{story.stack.account}:role/x"
    studio.create_model(ModelName="nobodys", ExecutionRoleArn=role)
    _warn_first(story.stack)


def _takes_it_away_again(story: Story, domain: Domain) -> None:
    """A profile with a space that is not ours is not deleted."""
    studio = story.stack.session().client("sagemaker")
    own = {"DomainId": domain.domain_id, "SpaceName": "own-space"}
    story.stack.clock.advance(timedelta(minutes=2))
    running = studio.list_apps(DomainIdEquals=domain.domain_id, SpaceNameEquals="own-space")["Apps"]
    if any(each["Status"] == "InService" for each in running):  # whether the night has stopped it is told elsewhere
        studio.delete_app(**own, AppType="JupyterLab", AppName="default")
        story.stack.clock.advance(timedelta(minutes=2))
    studio.delete_space(**own)
    story.stack.clock.advance(timedelta(minutes=2))


def _somebody_deletes_a_profile(story: Story, domain: Domain) -> None:
    """Past Studio Concierge, so that the tagging index does not name it."""
    lost = replace(story, group="SageMaker-123456789012-ml-engineer", person=Character(login="lost", guid="lost"))
    lost.joins()
    studio = story.stack.session().client("sagemaker")
    studio.delete_user_profile(DomainId=domain.domain_id, UserProfileName=profile_name("lost"))
    story.stack.clock.advance(timedelta(minutes=2))


def _warn_first(stack: LocalStack) -> None:
    s3, bucket = stack.session().client("s3"), stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    persona = next(each for each in compiled["personas"] if each["name"] == "data-scientist")
    persona["idle"]["warning_minutes"] = 10
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=json.dumps(compiled).encode())


def _another_account(story: Story) -> None:
    person = replace(story, group="studio-fraud-ds", person=Character(login="far.away", guid="far-away"))
    person.joins()
    person.follows(person.logs_in())


def _identity_center(story: Story) -> None:
    """Groups of Identity Center, by name, by pattern and by id; an event that does not say enough; all leave again."""
    store = story.stack.session().client("identitystore")
    names = (*IN_THE_STORE, "bound by its id")
    groups = [store.create_group(IdentityStoreId=STORE, DisplayName=name)["GroupId"] for name in names]
    _bind_by_id(story.stack, groups[2])
    # More people than one page of the list holds: the last are asked for one by one.
    for number in range(102):
        name = f"store.{number}"
        full: NameTypeDef = {"Formatted": name, "FamilyName": name, "GivenName": name}
        user = store.create_user(IdentityStoreId=STORE, UserName=name, Name=full, DisplayName=name)["UserId"]
        if number in (0, 101):
            for group in groups:
                store.create_group_membership(IdentityStoreId=STORE, GroupId=group, MemberId={"UserId": user})
    event = json.loads((ROOT / "events" / "identitystore-delete-group-membership.json").read_text())
    event["detail"]["requestParameters"]["identityStoreId"] = STORE
    story.tell(event)
    assert story.audited("create profile")[-1]["subject"].startswith("profile store-")
    pages = [store.list_group_memberships(IdentityStoreId=STORE, GroupId=each) for each in groups]
    for membership in (each for page in pages for each in page["GroupMemberships"]):
        store.delete_group_membership(IdentityStoreId=STORE, MembershipId=membership["MembershipId"])
    story.night("ReconcileDirectory")


def _bind_by_id(stack: LocalStack, group_id: str) -> None:
    s3, bucket = stack.session().client("s3"), stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    binding = {"group": "whatever it is called", "group_id": group_id, "line": 99}
    compiled["bindings"].append({**binding, "domain": "research", "persona": "data-scientist", "tags": {}})
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=json.dumps(compiled).encode())


IN_THE_STORE = ("studio-ml-research", "SageMaker-123456789012-data-scientist")  # whose people share no role


def _too_many_leave(story: Story) -> None:
    people = [
        replace(story, person=Character(login=f"one.of.many.{number}", guid=f"one-of-many-{number}"))
        for number in range(3)
    ]
    for person in people:
        person.joins()
    for person in people:
        person.leaves()
    people[-1].joins()


def _graph_notifies(story: Story) -> None:
    body = (ROOT / "events" / "entra-graph-notification.json").read_text().replace("lab-client-state", CLIENT_STATE)
    url = story.stack.outputs["AcsUrl"].replace("/saml/acs", "/webhooks/entra")
    assert story.http.request("POST", url, body=body).status == 202


def statements_of_the_template(stack: LocalStack) -> dict[str, list[Statement]]:
    roles = iam_backends[stack.account]["aws"].roles.values()
    return {str(role.name): stack.gate.policies(role) for role in roles if role.name.startswith("studio-concierge-")}


def test_no_call_of_the_whole_story_was_denied(told: LocalStack) -> None:
    denied = [(call.principal_role, call.action, call.resource) for call in told.calls if not call.decision.allowed]
    assert denied == []


def test_taking_away_any_one_action_would_deny_a_call(told: LocalStack) -> None:
    left = [
        permission
        for permission in unneeded(statements_of_the_template(told), told.calls)
        if permission.action not in USED_BY_AWS_ITSELF
        and (permission.sid, permission.action) not in ONLY_WHERE_AWS_REFUSES
        and not _is_of_sam(permission.policy, permission.action)
        and not permission.role.startswith(TOLD_ELSEWHERE)
    ]
    assert left == [], "\n".join(map(str, left))


def _is_of_sam(policy: str, action: str) -> bool:
    """Policies that SAM adds by itself: failure destinations, tracing, network interfaces in a VPC."""
    destination = bool(ON_FAILURE.search(policy)) and action == "sqs:SendMessage"
    return destination or action.startswith("xray:") or policy == "AWSLambdaVPCAccessExecutionRole"


def test_a_star_as_resource_is_only_for_calls_that_name_none(told: LocalStack) -> None:
    listing = re.compile(
        r"sagemaker:List\w+|tag:(GetResources|TagResources)|identitystore:(Describe|Get|List)\w+|xray:\w+|logs:\w+"
    )
    for role, found in statements_of_the_template(told).items():
        for statement in found:
            of_sam = statement.policy == "AWSLambdaVPCAccessExecutionRole"
            if statement.effect == "Allow" and statement.body.get("Resource") == "*" and not of_sam:
                assert all(listing.fullmatch(action) for action in statement.actions), (role, statement.sid)


GENERATED = "arn:aws:iam::123456789012:role/studio/exec/studio-exec-x"
PROFILE = "arn:aws:sagemaker:eu-west-1:123456789012:user-profile/d/x"
PLATFORM = "arn:aws:iam::123456789012:role/studio-platform/studio-concierge-login"
TAGS = {
    "aws:requesttag/managed-by": ("studio-concierge",),
    "aws:requesttag/persona": ("p",),
    "aws:requesttag/domain": ("d",),
    "aws:tagkeys": ("managed-by", "persona", "domain"),
}


@pytest.mark.parametrize(
    ("action", "resource", "context", "sid"),
    [
        ("iam:CreateRole", GENERATED, TAGS, "NoRoleWithoutTheBoundary"),
        ("iam:PutRolePolicy", GENERATED, {"iam:permissionsboundary": ("other",)}, "NoRoleWithoutTheBoundary"),
        ("iam:TagRole", GENERATED, {**TAGS, "aws:resourcetag/managed-by": ("x",)}, "TagRolesOnlyAtBirth"),
        ("iam:DeleteRolePolicy", PLATFORM, {}, "NeverThePlatformItself"),
        ("iam:UpdateAssumeRolePolicy", GENERATED, {}, "NeverLoosen"),
        ("iam:DeleteRolePermissionsBoundary", GENERATED, {}, "NeverLoosen"),
    ],
)
def test_every_denial_of_onboarding_bites(
    told: LocalStack, action: str, resource: str, context: dict[str, tuple[str, ...]], sid: str
) -> None:
    found = statements_of_the_template(told)
    name = next(role for role in found if role.startswith("studio-concierge-OnboardingRole"))
    decision = decide(Request(action=action, resource=resource, context=context), found[name])
    assert not decision.allowed
    assert decision.statement is not None
    assert (decision.statement.effect, decision.statement.sid) == ("Deny", sid)


@pytest.mark.parametrize(
    ("action", "resource", "sid"),
    [
        ("iam:PassRole", PLATFORM, "PassOnlyGeneratedRoles"),
        (
            "sagemaker:UpdateUserProfile",
            "arn:aws:sagemaker:eu-west-1:123456789012:user-profile/d/x",
            "NeverRunTheHouse",
        ),
        ("sagemaker:AddTags", PROFILE, "NeverWriteOwnershipTags"),
        ("s3:GetObject", "arn:aws:s3:::{CatalogBucket}/catalog.json", "NeverTouchTheCatalogOrTheLedger"),
    ],
)
def test_no_execution_role_can_do_more_than_the_boundary(
    told: LocalStack, action: str, resource: str, sid: str
) -> None:
    roles = iam_backends[told.account]["aws"].roles.values()
    boundary = next(told.gate.boundary(role) for role in roles if role.path == "/studio/exec/")
    everything = list(statements(Policy("all", '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')))
    request = Request(action=action, resource=resource.format(**told.outputs), context={})
    decision = decide(request, everything, boundary)
    assert not decision.allowed
    assert decision.statement is not None
    assert decision.statement.sid == sid
