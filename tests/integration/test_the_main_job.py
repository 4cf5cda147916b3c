"""Somebody joins, logs in, is cared for at night, leaves and comes back: the deployed functions, one story."""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

import pytest

from concierge.catalog.model import Catalog
from concierge.names import person_tag, profile_name
from local.character import Character
from local.stack import LocalStack
from local.story import Story
from tests.integration.conftest import GROUP


def somebody(login: str, story: Story) -> Story:
    person = Character(login=login, guid=str(uuid.uuid5(uuid.NAMESPACE_DNS, login)))
    return Story(stack=story.stack, idp=story.idp, group=GROUP, person=person)


def profile_of(story: Story, catalog: Catalog) -> dict[str, Any]:
    studio = story.stack.session().client("sagemaker")
    found = studio.describe_user_profile(
        DomainId=catalog.domains[0].domain_id, UserProfileName=profile_name(story.person.login)
    )
    tags = studio.list_tags(ResourceArn=found["UserProfileArn"])["Tags"]
    return {**found, "Tags": {tag["Key"]: tag["Value"] for tag in tags}}


def writes(stack: LocalStack, since: int) -> list[str]:
    reads = ("Get", "List", "Describe", "Query", "BatchGet", "Receive", "DeleteMessage", "SendMessage")
    actions = [call.action for call in stack.calls[since:]]
    return [action for action in actions if not action.partition(":")[2].startswith(reads)]


def test_an_event_of_managed_ad_becomes_a_role_and_a_tagged_profile(story: Story, catalog: Catalog) -> None:
    directory_id = catalog.directories[0].ids[0]
    story.tell(story.directory_service_data("AddGroupMember", directory_id))
    found = profile_of(story, catalog)
    assert found["Status"] == "InService"
    assert found["Tags"] == {
        "studiouserid": "amara.okafor",
        "studio-person": person_tag("name:corp.example.com/amara.okafor"),
        "managed-by": "studio-concierge",
        "domain": "research",
        "persona": "data-scientist",
        "team": "ml-research",
        "cost-centre": "cc-4711",
        "environment": "production",
    }
    role = (
        story.stack.session()
        .client("iam")
        .get_role(RoleName=found["UserSettings"]["ExecutionRole"].rpartition("/")[2])["Role"]
    )
    assert role["Path"] == "/studio/exec/"
    assert "boundary" in role["PermissionsBoundary"]["PermissionsBoundaryArn"]


def test_the_second_identical_event_makes_no_write_call(story: Story) -> None:
    other = somebody("second.event", story)
    event = other.membership("added")
    other.tell(event)
    since = len(other.stack.calls)
    other.tell(event)
    same_again = {**event, "detail": {**event["detail"], "id": "another-id-of-the-same-news"}}
    other.tell(same_again)
    assert writes(other.stack, since) == []


def test_a_signed_response_ends_in_studio_and_a_replay_does_not(story: Story) -> None:
    person = somebody("log.in", story)
    person.joins()
    response = person.saml_response()
    page = person.logs_in(response)
    assert page.status == 302
    studio = person.follows(page)
    assert studio.status == 200
    assert profile_name("log.in") in studio.body
    assert person.follows(page).status == 403  # a link works once
    assert person.logs_in(response).status == 403


def test_an_unsigned_response_gets_the_one_error_page_and_nothing_else(story: Story) -> None:
    person = somebody("un.signed", story)
    person.joins()
    since = len(story.stack.calls)
    page = person.logs_in("PHNhbWxwOlJlc3BvbnNlLz4=")
    assert page.status == 403
    assert "Location" not in page.body
    actions = {call.action for call in story.stack.calls[since:]}
    assert not actions & {"sts:AssumeRoleWithSAML", "sagemaker:CreatePresignedDomainUrl", "dynamodb:PutItem"}


def test_a_stranger_with_a_valid_signature_gets_no_link(story: Story) -> None:
    stranger = somebody("stran.ger", story)
    assert stranger.logs_in().status == 403


def test_leaving_the_last_group_closes_the_door_and_keeps_home(story: Story, catalog: Catalog) -> None:
    person = somebody("lea.ver", story)
    person.joins()
    person.starts_an_app(domain_id=catalog.domains[0].domain_id, region=story.stack.region)
    person.leaves()
    assert person.logs_in().status == 403
    found = profile_of(person, catalog)
    role = found["UserSettings"]["ExecutionRole"].rpartition("/")[2]
    policies = person.stack.session().client("iam").list_role_policies(RoleName=role)["PolicyNames"]
    assert "studio-door-closed" in policies
    person.joins()
    assert person.logs_in().status == 302


def test_a_disabled_person_is_out_at_once_and_back_when_enabled(story: Story) -> None:
    person = somebody("dis.abled", story)
    person.joins()
    person.tell(person.standing("disabled"))
    assert person.logs_in().status == 403
    person.tell(person.standing("enabled"))
    assert person.logs_in().status == 302


@pytest.mark.parametrize("seed", range(10))
def test_shuffled_and_repeated_events_end_in_the_same_state(story: Story, catalog: Catalog, seed: int) -> None:
    person = somebody(f"shuffled.{seed}", story)
    start = story.stack.clock.now()
    history = [
        person.membership(what, at=start, key=f"{seed}-{number}")
        for number, what in enumerate(["added", "removed", "added"])
    ]
    for number, event in enumerate(history):
        event["detail"]["occurredat"] = f"2026-03-02T10:00:0{number}+00:00"
    told = history + history[:2]
    Random(seed).shuffle(told)
    person.tell(*told)
    assert profile_of(person, catalog)["Status"] == "InService"
    assert person.logs_in().status == 302
