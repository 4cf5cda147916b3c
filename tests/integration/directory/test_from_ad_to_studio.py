"""From a real Active Directory, without a single event, to Studio's door: polled by day, reconciled by night."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from concierge.names import profile_name
from local.character import Character
from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story
from tests.integration.conftest import EXAMPLE, GROUP, ROOT
from tests.support.samba_ad import BASE, GROUPS, ActiveDirectory

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:directory-reader-"
PARAMETERS = {
    "RequeueSeconds": "1",
    "ResyncDelaySeconds": "1",
    "ReplicationMarginSeconds": "0",
    "CatalogMaxAgeSeconds": "0",
    "DirectorySecretArns": f"{SECRET}??????",
}
TEAM, HIDDEN = f"CN={GROUP},{GROUPS}", f"CN=studio-risk-analytics,{GROUPS}"
_numbers = count(1)

pytestmark = pytest.mark.timeout(300)  # a directory and a whole stack begin with the first test


def write_catalog(folder: Path, ad: ActiveDirectory, secret: str) -> Path:
    """The example's studio.yaml, whose directory is read over LDAPS."""
    (folder / "ca.pem").write_text(ad.ca)
    text = EXAMPLE.read_text()
    ldap = (
        f"    ldap:\n      servers: [{ad.host}]\n      base_dn: {BASE}\n      secret: {secret}\n      ca_file: ca.pem\n"
    )
    text, found = re.subn(r"(  - name: corp\.example\.com\n)", rf"\1{ldap}", text)
    assert found == 1
    file = folder / "studio.yaml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def ad(active_directory: ActiveDirectory) -> ActiveDirectory:
    """With groups that the catalog knows, and somebody who stays in each."""
    for number, group in enumerate((TEAM, HIDDEN)):
        active_directory.add_group(group[3:].partition(",")[0], active_directory.add_user(f"resident{number}"))
    return active_directory


@pytest.fixture(scope="module")
def stack(ad: ActiveDirectory, idp: DemoIdp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Has read the directory once."""
    examples = tmp_path_factory.mktemp("catalog") / "examples"
    shutil.copytree(EXAMPLE.parent, examples)
    shutil.copytree(ROOT / "lifecycle", examples.parent / "lifecycle")
    catalog = write_catalog(examples, ad, f"{SECRET}beFore")
    with LocalStack(
        ROOT / "template.yaml", PARAMETERS, catalog=catalog, idp_metadata=idp.metadata, clock=Clock()
    ) as running:
        reader = json.dumps({"username": ad.reader.username, "password": ad.reader.password})
        made = running.session().client("secretsmanager").create_secret(Name="directory-reader", SecretString=reader)
        body = compile_file(write_catalog(examples, ad, made["ARN"]))
        bucket = running.outputs["CatalogBucket"]
        running.session().client("s3").put_object(Bucket=bucket, Key="catalog.json", Body=body)
        poll(running)
        yield running


def poll(stack: LocalStack) -> None:
    stack.invoke("DirectoryPoller", {"schedule": "directory-poller"})
    stack.settle()


def reconcile(stack: LocalStack) -> None:
    stack.invoke("ReconcileDirectory", {"schedule": "reconcile-directory"})
    stack.settle()


by_day_and_by_night = pytest.mark.parametrize("look", [poll, reconcile])
Look = Callable[[LocalStack], None]


class Somebody:
    """A person of the directory, and what has become of them in Studio."""

    def __init__(self, ad: ActiveDirectory, stack: LocalStack, idp: DemoIdp, login: str) -> None:
        self.dn = ad.add_user(login)
        self.login = login
        self._stack, self._idp = stack, idp
        self._domain = load(compile_file(EXAMPLE)).domains[0].domain_id

    @property
    def door(self) -> int:
        """What the login says: 302 into Studio, or 403."""
        story = Story(stack=self._stack, idp=self._idp, group=GROUP, person=Character(login=self.login))
        return story.logs_in().status

    def profile(self, name: str = "") -> dict[str, Any]:
        """As Studio describes it, with its tags; `name` is that of the first holder of the login unless given."""
        studio = self._stack.session().client("sagemaker")
        found = studio.describe_user_profile(DomainId=self._domain, UserProfileName=name or profile_name(self.login))
        tags = studio.list_tags(ResourceArn=found["UserProfileArn"])["Tags"]
        return {**found, "Tags": {tag["Key"]: tag["Value"] for tag in tags}}

    def profiles(self) -> list[str]:
        """Names of all profiles."""
        pages = self._stack.session().client("sagemaker").get_paginator("list_user_profiles").paginate()
        return [each["UserProfileName"] for page in pages for each in page["UserProfiles"]]

    def is_locked(self, name: str = "") -> bool:
        """Whether the execution role may do nothing any more."""
        role = self.profile(name)["UserSettings"]["ExecutionRole"].rpartition("/")[2]
        policies = self._stack.session().client("iam").list_role_policies(RoleName=role)["PolicyNames"]
        return "studio-door-closed" in policies


@pytest.fixture
def hired(ad: ActiveDirectory, stack: LocalStack, idp: DemoIdp) -> Somebody:
    """Somebody new, in no group yet."""
    return Somebody(ad, stack, idp, f"new.hire.{next(_numbers)}")


@by_day_and_by_night
def test_whoever_joins_gets_a_profile_and_whoever_leaves_finds_the_door_closed(
    ad: ActiveDirectory, stack: LocalStack, hired: Somebody, look: Look
) -> None:
    assert hired.door == 403
    ad.join(TEAM, hired.dn)
    look(stack)
    assert hired.profile()["Status"] == "InService"
    assert hired.profile()["Tags"]["team"] == "ml-research"
    assert hired.profile()["Tags"]["studiouserid"] == hired.login
    assert (hired.door, hired.is_locked()) == (302, False)

    ad.leave(TEAM, hired.dn)
    look(stack)
    assert (hired.door, hired.is_locked()) == (403, True)
    ad.join(TEAM, hired.dn)
    look(stack)
    assert (hired.door, hired.is_locked()) == (302, False)


@by_day_and_by_night
def test_a_group_inside_the_group_counts(ad: ActiveDirectory, stack: LocalStack, hired: Somebody, look: Look) -> None:
    inner = ad.add_group(f"inner.{hired.login}")
    ad.join(TEAM, ad.add_group(f"middle.{hired.login}", inner))
    look(stack)
    ad.join(inner, hired.dn)
    look(stack)
    assert hired.door == 302
    ad.leave(inner, hired.dn)
    look(stack)
    assert (hired.door, hired.is_locked()) == (403, True)


@by_day_and_by_night
def test_a_rename_keeps_the_profile_and_moves_the_login(
    ad: ActiveDirectory, stack: LocalStack, hired: Somebody, look: Look
) -> None:
    ad.join(TEAM, hired.dn)
    look(stack)
    profile = profile_name(hired.login)
    former, hired.login = hired.login, f"{hired.login}.x"
    ad.rename(hired.dn, hired.login)
    look(stack)
    assert hired.door == 302
    assert hired.profile(profile)["Tags"]["studiouserid"] == hired.login
    assert profile_name(hired.login) not in hired.profiles()
    hired.login = former
    assert hired.door == 403


@by_day_and_by_night
def test_a_disabled_account_is_out_and_an_enabled_one_is_back(
    ad: ActiveDirectory, stack: LocalStack, hired: Somebody, look: Look
) -> None:
    ad.join(TEAM, hired.dn)
    look(stack)
    ad.disable(hired.dn)
    look(stack)
    assert (hired.door, hired.is_locked()) == (403, True)
    ad.enable(hired.dn)
    look(stack)
    assert (hired.door, hired.is_locked()) == (302, False)


@by_day_and_by_night
def test_a_deleted_account_is_out_and_whoever_is_hired_under_that_name_is_somebody_else(
    ad: ActiveDirectory, stack: LocalStack, hired: Somebody, look: Look
) -> None:
    ad.join(TEAM, hired.dn)
    look(stack)
    profiles = hired.profiles()
    ad.delete(hired.dn)
    look(stack)
    assert (hired.door, hired.is_locked()) == (403, True)

    ad.join(TEAM, ad.add_user(hired.login))
    look(stack)
    assert hired.door == 302
    assert hired.is_locked()  # what the former holder had stays theirs
    [new] = set(hired.profiles()) - set(profiles)
    assert not hired.is_locked(new)
    assert hired.profile(new)["Tags"]["studiouserid"] == hired.login


def test_a_group_that_may_not_be_read_any_more_lets_nobody_out(
    ad: ActiveDirectory, stack: LocalStack, hired: Somebody
) -> None:
    ad.join(HIDDEN, hired.dn)
    poll(stack)
    assert hired.door == 302
    ad.hide_members(HIDDEN, ad.reader.username)
    reconcile(stack)
    assert (hired.door, hired.is_locked()) == (302, False)
    reasons = [event["detail"].get("reason", "") for event in stack.audit_events]
    assert any(f"2 say that they are members of {HIDDEN}, and it does not name them" in each for each in reasons)

    ad.hide(HIDDEN, ad.reader.username)
    reconcile(stack)
    assert (hired.door, hired.is_locked()) == (302, False)
    reasons = [event["detail"].get("reason", "") for event in stack.audit_events]
    assert "is not found in directory corp.example.com" in reasons


def test_no_call_of_all_these_was_denied(stack: LocalStack) -> None:
    denied = [(call.principal_role, call.action, call.resource) for call in stack.calls if not call.decision.allowed]
    assert denied == []
