"""Every way in and every way to stay outside, on the deployed functions under their own roles."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from concierge.aws.crt.signed_http import ExecuteApi
from concierge.aws.crt.wire import Wire
from concierge.login.attested import HEADER, Attested, sealed
from concierge.login.ports import Credentials
from local.character import Character
from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story
from tests.integration.conftest import EXAMPLE, ROOT
from tests.support.login_browser import LoginBrowser, question_in

GROUPS = "https://idp.example.com/groups"
RESEARCH, RISK, FRAUD = "studio-ml-research", "studio-risk-analytics", "studio-fraud-ds"


@pytest.fixture(scope="module")
def stack(idp: DemoIdp) -> Iterator[LocalStack]:
    """With the identity provider's word about groups switched on."""
    with LocalStack(
        ROOT / "template.yaml",
        {"RequeueSeconds": "1", "CatalogMaxAgeSeconds": "0", "GroupsAttribute": GROUPS},
        catalog=EXAMPLE,
        idp_metadata=idp.metadata_at("https://idp.example.com/sso"),
        clock=Clock(),
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def catalog_as_it_was(stack: LocalStack) -> Iterator[None]:
    """Each test begins with the example."""
    s3, bucket = stack.session().client("s3"), stack.outputs["CatalogBucket"]
    kept = s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read()
    yield
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=kept)


def changed(stack: LocalStack, **sections: Any) -> None:
    """The catalog with other sections."""
    s3, bucket = stack.session().client("s3"), stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=json.dumps(compiled | sections).encode())


def somebody(login: str, story: Story, group: str = RESEARCH) -> Story:
    person = Character(login=login, guid=str(uuid.uuid5(uuid.NAMESPACE_DNS, login)))
    return Story(stack=story.stack, idp=story.idp, group=group, person=person)


def place(stack: LocalStack, route: str) -> str:
    return stack.outputs["AcsUrl"].replace("/saml/acs", route)


def says(person: Story, *groups: str) -> str:
    return person.saml_response(attributes={GROUPS: list(groups)})


def just_in_time(stack: LocalStack, *groups: str) -> None:
    rules = {"directory": "corp.example.com", "groups": list(groups)}
    changed(stack, login={"while_held": "refuse", "just_in_time": rules})


def made(stack: LocalStack, since: int) -> list[str]:
    """What the two login functions asked of AWS, in order."""
    calls = stack.calls[since:]
    ours = ("SamlValidator", "PresignedUrl", "-login", "-presigner")
    return [each.action for each in calls if not each.dependent and any(name in each.principal_role for name in ours)]


WARM = [
    "dynamodb:PutItem",  # the assertion is used up
    "execute-api:Invoke",  # by the session that AssumeRoleWithSAML gave, which needs no permission
    "dynamodb:Query",  # who has this login
    "dynamodb:Query",  # what they may do, as it is now
    "sts:AssumeRole",  # the presigner of this one person
    "sagemaker:CreatePresignedDomainUrl",
]


def test_a_warm_login_makes_these_calls_and_no_other(stack: LocalStack, story: Story) -> None:
    person = somebody("warm", story)
    person.joins()
    person.logs_in()
    since = len(stack.calls)
    assert person.logs_in().status == 302
    catalog_is_asked_for_every_time_here = "s3:GetObject"
    assert [each for each in made(stack, since) if each != catalog_is_asked_for_every_time_here] == WARM


def test_a_login_that_starts_here_comes_back_to_this_browser_alone(stack: LocalStack, story: Story) -> None:
    person = somebody("starts.here", story)
    person.joins()
    browser, stranger = LoginBrowser(), LoginBrowser()
    asked = browser.get(stack.outputs["LoginUrl"])
    assert asked.location.startswith("https://idp.example.com/sso?SAMLRequest=")
    request_id, _ = question_in(asked.location)
    answer = person.saml_response(in_response_to=request_id)
    assert stranger.post(stack.outputs["AcsUrl"], SAMLResponse=answer).status == 403
    assert browser.post(stack.outputs["AcsUrl"], SAMLResponse=answer).status == 302
    assert browser.cookies == {}


def test_several_workspaces_are_chosen_from_and_a_deep_link_needs_no_choice(stack: LocalStack, story: Story) -> None:
    for group in (RESEARCH, FRAUD):
        somebody("chooses", story, group).joins()
    person = somebody("chooses", story)
    browser = LoginBrowser()
    page = browser.post(stack.outputs["AcsUrl"], SAMLResponse=person.saml_response())
    assert (page.status, page.location) == (303, place(stack, "/saml/workspace"))
    chooser = browser.get(page.location)
    assert chooser.status == 200
    assert 'href="workspace?choice=fraud"' in chooser.body
    for choice in ("fraud", "research"):
        opened = browser.get(f"{page.location}?choice={choice}")
        assert opened.status == 302
        assert browser.get(opened.location).status == 200
    assert browser.get(f"{page.location}?choice=somebody-elses").status == 200  # the chooser once more
    deep = LoginBrowser()
    request_id, relay_state = question_in(deep.get(stack.outputs["LoginUrl"] + "?workspace=fraud").location)
    answer = person.saml_response(in_response_to=request_id)
    assert deep.post(stack.outputs["AcsUrl"], SAMLResponse=answer, RelayState=relay_state).status == 302


def test_the_persons_own_space_opens_in_the_app_that_the_catalog_names(stack: LocalStack, story: Story) -> None:
    person = somebody("lands", story)
    person.joins()
    s3, bucket = stack.session().client("s3"), stack.outputs["CatalogBucket"]
    compiled = json.loads(s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read())
    compiled["personas"][0]["landings"] = [{"name": "lab", "app": "JupyterLab", "space": "lab"}]
    changed(stack, personas=compiled["personas"])
    page = person.follows(person.logs_in())
    assert page.status == 200
    assert "app:JupyterLab:" in page.body
    assert "lands" in page.body


def test_a_stranger_whom_the_identity_provider_vouches_for_waits_and_gets_in(stack: LocalStack, story: Story) -> None:
    person = somebody("brand.new", story)
    just_in_time(stack, RESEARCH)
    browser = LoginBrowser()
    page = browser.post(stack.outputs["AcsUrl"], SAMLResponse=says(person, RESEARCH, "something-else"))
    assert page.status == 303
    waiting = place(stack, "/saml/workspace")
    first = json.loads(browser.get(waiting, Accept="application/json").body)
    assert first["state"] in ("preparing", "ready")
    stack.settle(timeout=30)
    assert json.loads(browser.get(waiting, Accept="application/json").body) == {"state": "ready"}
    opened = browser.get(waiting)
    assert opened.status == 302
    assert browser.get(opened.location).status == 200


def test_the_identity_provider_takes_a_group_and_the_door_is_shut_before_the_next_login(
    stack: LocalStack, story: Story
) -> None:
    person = somebody("taken.away", story)
    person.joins()
    just_in_time(stack, RESEARCH)
    assert person.logs_in(says(person, RESEARCH)).status == 302
    assert person.logs_in(says(person)).status == 403
    stack.settle(timeout=30)
    assert person.logs_in().status == 403  # even where the identity provider says nothing
    assert _closed(stack, "taken.away")


def _closed(stack: LocalStack, login: str) -> bool:
    table = stack.session().client("dynamodb")
    key = {":login": {"S": login}}
    found = table.query(
        TableName=stack.outputs["LedgerTable"],
        IndexName="by_login",
        KeyConditionExpression="login = :login",
        ExpressionAttributeValues=key,
    )["Items"]
    return [each["door"]["S"] for each in found] == ["closed"]


def test_groups_that_nobody_listed_change_nothing(stack: LocalStack, story: Story) -> None:
    person = somebody("not.listed", story)
    just_in_time(stack, RISK)
    assert person.logs_in(says(person, RESEARCH)).status == 403
    stack.settle(timeout=30)
    assert person.logs_in().status == 403


def test_nobody_vouches_for_themselves_with_the_session_of_their_own_login(stack: LocalStack, story: Story) -> None:
    """Whoever has their assertion can call STS themselves; the Studio route believes only what we sealed."""
    person = somebody("self.made", story)
    just_in_time(stack, RESEARCH)
    role_arn, provider_arn = stack.outputs["SamlRolePair"].split(",")
    sts = stack.session().client("sts")
    answer = sts.assume_role_with_saml(
        RoleArn=role_arn, PrincipalArn=provider_arn, SAMLAssertion=person.saml_response()
    )["Credentials"]
    session = Credentials(
        access_key_id=answer["AccessKeyId"],
        secret_access_key=answer["SecretAccessKey"],
        session_token=answer["SessionToken"],
    )
    forged = sealed(Attested(login="self.made", groups=(RESEARCH,), at=datetime.now(UTC)), "a key of my own")
    since = len(stack.calls)
    api = ExecuteApi(region=stack.region, wire=Wire())
    page = api.get(place(stack, "/studio"), session, headers={HEADER: forged})
    assert (page.status, json.loads(page.body)) == (403, {"reason": "no-workspace"})
    assert "events:PutEvents" not in made(stack, since)


def test_somebody_whose_binding_got_lost_is_looked_at_again(stack: LocalStack, story: Story) -> None:
    person = somebody("got.lost", story)
    person.joins()
    table = stack.session().client("dynamodb")
    owner = f"person#guid:{person.person.guid}"
    table.delete_item(TableName=stack.outputs["LedgerTable"], Key={"pk": {"S": owner}, "sk": {"S": "binding#research"}})
    browser = LoginBrowser()
    assert browser.post(stack.outputs["AcsUrl"], SAMLResponse=person.saml_response()).status == 303
    stack.settle(timeout=30)
    assert browser.get(place(stack, "/saml/workspace")).status == 302


def test_whoever_waits_for_a_decision_waits_outside(stack: LocalStack, story: Story) -> None:
    changed(stack, removals={"floor": 1, "share_percent": 0, "most": 1, "window_minutes": 60})
    people = [somebody(f"one.of.some.{number}", story, RISK) for number in range(3)]
    for person in people:
        person.joins()
    for person in people:
        person.leaves()
    held = people[-1]
    assert held.logs_in().status == 403
    changed(stack, login={"while_held": "allow", "just_in_time": None})
    assert held.logs_in().status == 302


def test_a_visit_that_nobody_began_is_over(stack: LocalStack) -> None:
    page = LoginBrowser(cookies={"__Host-studio-visit": "A" * 43}).get(place(stack, "/saml/workspace"))
    assert page.status == 403


def test_identity_providers_can_import_what_we_are(stack: LocalStack) -> None:
    page = LoginBrowser().get(stack.outputs["MetadataUrl"])
    assert page.status == 200
    assert f'Location="{stack.outputs["AcsUrl"]}"' in page.body
