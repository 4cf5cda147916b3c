"""Two accounts: people of both, through the spoke roles, and one account that fails while the other goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from concierge.catalog.model import Catalog
from concierge.names import profile_name
from local.character import Character
from local.stack import LocalStack
from local.story import Story

RESEARCH, FRAUD = "studio-ml-research", "studio-fraud-ds"
SPOKE = "210987654321"
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


def somebody(login: str, story: Story, group: str) -> Story:
    return replace(story, group=group, person=Character(login=login, guid=f"guid-of-{login}"))


def domains_of(stack: LocalStack, login: str, catalog: Catalog) -> list[str]:
    """In which domains the person has a profile."""
    found = []
    for domain in catalog.domains:
        studio = stack.session(domain.account).client("sagemaker", region_name=domain.region)
        profiles = studio.list_user_profiles(
            DomainIdEquals=domain.domain_id, UserProfileNameContains=profile_name(login)
        )
        found += [domain.name] if profiles["UserProfiles"] else []
    return found


@contextmanager
def an_account_that_refuses_everything(stack: LocalStack) -> Iterator[None]:
    iam = stack.session(SPOKE).client("iam")
    role = {"RoleName": "studio-concierge-spoke", "PolicyName": "frozen"}
    iam.put_role_policy(**role, PolicyDocument=json.dumps(NOTHING))
    yield
    iam.delete_role_policy(**role)


def soon(what: str, wanted: object, look: object, patience: float = 20.0) -> None:
    deadline = time.monotonic() + patience
    while (found := look()) != wanted:  # type: ignore[operator]  # a function
        assert time.monotonic() < deadline, f"{what}: {found}, not {wanted}"
        time.sleep(0.1)


def test_a_person_of_another_account_gets_role_profile_and_link_there(
    stack: LocalStack, story: Story, catalog: Catalog
) -> None:
    person = somebody("far.away", story, FRAUD)
    person.joins()
    assert domains_of(stack, "far.away", catalog) == ["fraud"]
    page = person.logs_in()
    assert page.status == 302
    assert profile_name("far.away") in person.follows(page).body
    (role,) = stack.session(SPOKE).client("iam").list_roles(PathPrefix="/studio/exec/")["Roles"]
    assert role["Arn"].split(":")[4] == SPOKE
    assert stack.session().client("iam").list_roles(PathPrefix="/studio/exec/")["Roles"] == []


def test_an_account_that_fails_keeps_no_other_from_its_turn_and_no_later_news_waiting(
    stack: LocalStack, story: Story, catalog: Catalog
) -> None:
    here, there = somebody("of.both", story, RESEARCH), somebody("of.both", story, FRAUD)
    with an_account_that_refuses_everything(stack):
        for event in (there.membership("added"), here.membership("added")):
            stack.put_event(event)
        soon("domains", ["research"], lambda: domains_of(stack, "of.both", catalog))
        soon("login", 302, lambda: here.logs_in().status)
        stack.put_event(here.standing("disabled"))  # while the other account is still waited for
        soon("login of a disabled person", 403, lambda: here.logs_in().status)
    here.tell(here.standing("enabled"))
    soon("domains", ["research", "fraud"], lambda: domains_of(stack, "of.both", catalog))
    stack.settle(timeout=60)
    findings = [each["detail"] for each in stack.audit_events if each["detail-type"] == "Finding"]
    assert any("fraud" in each["subject"] and "cannot be looked at" in each["reason"] for each in findings)


def test_leaving_one_accounts_group_leaves_the_others_door_open(
    stack: LocalStack, story: Story, catalog: Catalog
) -> None:
    here, there = somebody("of.two", story, RESEARCH), somebody("of.two", story, FRAUD)
    here.joins()
    there.joins()
    here.leaves()
    page = there.logs_in()
    assert page.status == 302
    assert catalog.domain("fraud").domain_id in there.follows(page).body
    there.leaves()
    assert there.logs_in().status == 403


def test_the_night_reaches_the_other_account(stack: LocalStack, story: Story, catalog: Catalog) -> None:
    person = somebody("by.night", story, FRAUD)
    person.joins()
    domain = catalog.domain("fraud")
    studio = stack.session(SPOKE).client("sagemaker")
    profile = studio.describe_user_profile(DomainId=domain.domain_id, UserProfileName=profile_name("by.night"))
    studio.add_tags(ResourceArn=profile["UserProfileArn"], Tags=[{"Key": "team", "Value": "spoiled"}])
    person.night("NightHouse")
    tags = studio.list_tags(ResourceArn=profile["UserProfileArn"])["Tags"]
    assert {"Key": "team", "Value": "fraud"} in tags
