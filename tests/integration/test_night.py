"""The night: idle machines stopped on evidence, tags mended, by the deployed schedules."""

from __future__ import annotations

import time
from datetime import timedelta

from concierge.catalog.model import Catalog
from concierge.names import profile_name
from local.story import Story


def app_status(story: Story, domain_id: str, space: str) -> str:
    studio = story.stack.session().client("sagemaker")
    found = studio.describe_app(DomainId=domain_id, SpaceName=space, AppType="JupyterLab", AppName="default")
    return str(found["Status"])


def test_a_machine_in_use_stays_and_an_idle_one_is_stopped(story: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    story.joins()
    space = story.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    story.works_in(space)
    story.night("IdleShutdown")
    assert app_status(story, domain.domain_id, space) == "InService"
    story.hours_pass(5)  # the limit of data scientists is two hours; the schedule runs twice an hour
    story.stack.clock.advance(timedelta(seconds=1))  # Studio takes a moment to delete what was stopped
    assert app_status(story, domain.domain_id, space) == "Deleted"
    stopped = story.audited("stop app")
    assert len(stopped) == 1
    assert "limit" in stopped[0]["reason"]


def test_a_foreign_machine_is_never_touched(story: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    session = story.stack.session()
    role = session.client("iam").create_role(
        RoleName="somebody-elses",
        AssumeRolePolicyDocument=(
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
            '"Principal":{"Service":"sagemaker.amazonaws.com"}}]}'
        ),
    )["Role"]["Arn"]
    studio = session.client("sagemaker")
    time.sleep(0.6)  # until the role is no longer new
    studio.create_user_profile(
        DomainId=domain.domain_id, UserProfileName="foreign", UserSettings={"ExecutionRole": role}
    )
    story.stack.advance(timedelta(minutes=2))
    studio.create_app(DomainId=domain.domain_id, UserProfileName="foreign", AppType="JupyterServer", AppName="default")
    story.hours_pass(100)
    found = studio.describe_app(
        DomainId=domain.domain_id, UserProfileName="foreign", AppType="JupyterServer", AppName="default"
    )
    assert found["Status"] == "InService"


def test_spoiled_tags_are_mended_once(story: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    studio = story.stack.session().client("sagemaker")
    arn = studio.describe_user_profile(DomainId=domain.domain_id, UserProfileName=profile_name(story.person.login))[
        "UserProfileArn"
    ]
    studio.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "spoiled"}, {"Key": "mine", "Value": "kept"}])
    story.night("TagRemediation")
    tags = {tag["Key"]: tag["Value"] for tag in studio.list_tags(ResourceArn=arn)["Tags"]}
    assert tags["team"] == "ml-research"
    assert tags["mine"] == "kept"
    mended = len(story.audited("set tags"))
    story.night("TagRemediation")
    assert len(story.audited("set tags")) == mended
