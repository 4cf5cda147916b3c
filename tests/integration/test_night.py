"""The night: idle machines stopped on evidence, tags mended, settings kept, by the deployed state machine."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from concierge.catalog.model import Catalog
from concierge.names import profile_name
from local.character import Character
from local.story import Story

ALL = ("idle_shutdown", "tag_remediation", "studio_settings", "compliance_audit", "domain_backup")
HOURS = 60


def app_status(story: Story, domain_id: str, space: str) -> str:
    studio = story.stack.session().client("sagemaker")
    found = studio.describe_app(DomainId=domain_id, SpaceName=space, AppType="JupyterLab", AppName="default")
    return str(found["Status"])


def execution_role(story: Story, domain_id: str) -> str:
    studio = story.stack.session().client("sagemaker")
    profile = studio.describe_user_profile(DomainId=domain_id, UserProfileName=profile_name(story.person.login))
    return str(profile["UserSettings"]["ExecutionRole"]).rpartition("/")[2]


def report(story: Story, role: str, domain_id: str, space: str, *, idle_minutes: int) -> dict[str, Any]:
    """What the reporter in the app writes, as it would at this moment of the stack's clock."""
    now = story.stack.clock.now()
    times = {
        "seen_at": now,
        "started_at": now - timedelta(minutes=idle_minutes),
        "active_at": now - timedelta(minutes=idle_minutes),
    }
    named = {"pk": f"role#{role}", "sk": f"app#{domain_id}/space/{space}/JupyterLab/default", "why": "kernel used"}
    return {name: {"S": str(value)} for name, value in named.items()} | {
        name: {"S": f"{value:%Y-%m-%dT%H:%M:%SZ}"} for name, value in times.items()
    }


def tell(story: Story, item: dict[str, Any]) -> None:
    story.stack.session().client("dynamodb").put_item(TableName=story.stack.outputs["ActivityTable"], Item=item)


@pytest.fixture
def someone(story: Story) -> Story:
    """Somebody whom no other test knows."""
    login = f"night.{time.monotonic_ns()}"
    person = replace(story, person=Character(login=login, guid=login))
    person.joins()
    return person


def test_a_machine_in_use_stays_and_an_idle_one_is_stopped(someone: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    space = someone.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    someone.works_in(space)
    someone.night("NightIdle")
    assert app_status(someone, domain.domain_id, space) == "InService"
    someone.hours_pass(5)  # the limit of data scientists is two hours; the schedule runs twice an hour
    someone.stack.clock.advance(timedelta(seconds=1))  # Studio takes a moment to delete what was stopped
    assert app_status(someone, domain.domain_id, space) == "Deleted"
    stopped = [each for each in someone.audited("stop app") if each["person"] == someone.person.login]
    assert len(stopped) == 1
    assert "limit" in stopped[0]["reason"]


def test_what_the_app_itself_reports_decides_and_studios_timestamps_do_not(someone: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    space = someone.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    role = execution_role(someone, domain.domain_id)
    someone.stack.clock.advance(timedelta(hours=8))
    tell(someone, report(someone, role, domain.domain_id, space, idle_minutes=10))
    someone.sweeps("idle_shutdown", schedule="in use")
    assert app_status(someone, domain.domain_id, space) == "InService"
    someone.works_in(space)  # a health check moves the timestamp, and nobody is there
    tell(someone, report(someone, role, domain.domain_id, space, idle_minutes=5 * HOURS))
    someone.sweeps("idle_shutdown", schedule="not in use")
    someone.stack.clock.advance(timedelta(seconds=1))
    assert app_status(someone, domain.domain_id, space) == "Deleted"
    (stopped,) = [each for each in someone.audited("stop app") if each["person"] == someone.person.login]
    assert "as the app reported" in stopped["reason"]


def test_an_app_may_report_under_its_own_roles_name_and_under_no_other(someone: Story, catalog: Catalog) -> None:
    domain, stack = catalog.domains[0], someone.stack
    role = execution_role(someone, domain.domain_id)
    arn = f"arn:aws:iam::{stack.account}:role/studio/exec/{role}"
    given = stack.session().client("sts").assume_role(RoleArn=arn, RoleSessionName="app")["Credentials"]
    app = boto3.client(
        "dynamodb",
        endpoint_url=stack.endpoint,
        region_name=stack.region,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    table = stack.outputs["ActivityTable"]
    app.put_item(TableName=table, Item=report(someone, role, domain.domain_id, "lab", idle_minutes=0))
    for name in (f"role#{role}x", "warning", "pace"):
        with pytest.raises(ClientError, match="AccessDenied"):
            app.put_item(TableName=table, Item={"pk": {"S": name}, "sk": {"S": "app#x"}})
    with pytest.raises(ClientError, match="AccessDenied"):
        app.scan(TableName=table)


def test_a_keep_alive_on_the_space_keeps_the_machine_until_it_ends(someone: Story, catalog: Catalog) -> None:
    domain, studio = catalog.domains[0], someone.stack.session().client("sagemaker")
    space = someone.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    someone.works_in(space)
    arn = studio.describe_space(DomainId=domain.domain_id, SpaceName=space)["SpaceArn"]
    until = someone.stack.clock.now() + timedelta(days=4)
    studio.add_tags(ResourceArn=arn, Tags=[{"Key": "studio-keep-until", "Value": f"{until:%Y-%m-%d}"}])
    someone.hours_pass(72)
    assert app_status(someone, domain.domain_id, space) == "InService"
    someone.hours_pass(72)
    someone.stack.clock.advance(timedelta(seconds=1))
    assert app_status(someone, domain.domain_id, space) == "Deleted"


def test_the_owner_is_warned_before_the_machine_is_stopped(story: Story, catalog: Catalog) -> None:
    domain, stack = catalog.domains[0], story.stack
    login = "warned.engineer"
    engineer = replace(
        story, group="SageMaker-123456789012-ml-engineer", person=Character(login=login, guid="warned-engineer")
    )
    engineer.joins()
    studio, profile = stack.session().client("sagemaker"), profile_name(login)
    owned: dict[str, Any] = {"DomainId": domain.domain_id, "UserProfileName": profile}
    app = {**owned, "AppType": "KernelGateway", "AppName": "gpu"}
    studio.create_app(**app, ResourceSpec={"InstanceType": "ml.g5.xlarge"})
    engineer.hours_pass(73)  # a day more than three: the lifetime of an engineer's machine
    assert studio.describe_app(**app)["Status"] == "InService"
    topic = stack.outputs["OwnerWarningsTopicArn"]
    told = [json.loads(each.message) for each in stack.notifications if each.topic == topic]
    (warning,) = [each for each in told if each["login"] == login]
    assert warning["about"] == f"owner of app KernelGateway/gpu of {profile} in {domain.name}"
    assert "lifetime limit" in warning["reason"]
    engineer.hours_pass(0.6)
    stack.clock.advance(timedelta(seconds=1))
    assert studio.describe_app(**app)["Status"] == "Deleted"
    (stopped,) = [each for each in engineer.audited("stop app") if each["person"] == login]
    assert "its owner was warned at" in stopped["reason"]


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


def test_spoiled_tags_are_mended_once(someone: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    studio = someone.stack.session().client("sagemaker")
    name = profile_name(someone.person.login)
    arn = studio.describe_user_profile(DomainId=domain.domain_id, UserProfileName=name)["UserProfileArn"]
    studio.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "spoiled"}, {"Key": "mine", "Value": "kept"}])
    someone.sweeps("tag_remediation")
    tags = {tag["Key"]: tag["Value"] for tag in studio.list_tags(ResourceArn=arn)["Tags"]}
    assert tags["team"] == "ml-research"
    assert tags["mine"] == "kept"
    mended = len(someone.audited("set tags"))
    someone.sweeps("tag_remediation")
    assert len(someone.audited("set tags")) == mended


def test_what_somebody_made_in_studio_gets_the_tags_of_who_made_it(someone: Story, catalog: Catalog) -> None:
    domain = catalog.domains[0]
    studio = someone.stack.session().client("sagemaker")
    name = profile_name(someone.person.login)
    maker = studio.describe_user_profile(DomainId=domain.domain_id, UserProfileName=name)["UserProfileArn"]
    role = f"arn:aws:iam::{someone.stack.account}:role/x"
    by_them: Any = [{"Key": "sagemaker:user-profile-arn", "Value": maker}]
    made = studio.create_model(ModelName=f"model-of-{name}", ExecutionRoleArn=role, Tags=by_them)["ModelArn"]
    nobodys = studio.create_model(
        ModelName=f"nobodys-{name}", ExecutionRoleArn=role, Tags=[{"Key": "mine", "Value": "yes"}]
    )["ModelArn"]
    someone.sweeps("tag_remediation")
    tags = {tag["Key"]: tag["Value"] for tag in studio.list_tags(ResourceArn=made)["Tags"]}
    assert (tags["team"], tags["studiouserid"]) == ("ml-research", someone.person.login)
    assert "managed-by" not in tags
    assert studio.list_tags(ResourceArn=nobodys)["Tags"] == [{"Key": "mine", "Value": "yes"}]
    findings = [each["detail"]["reason"] for each in someone.stack.audit_events if each["detail-type"] == "Finding"]
    assert any(f"nobodys-{name}" in each for each in findings)


def test_a_domain_gets_its_idle_settings_and_tag_propagation_once_and_a_record_of_itself(
    someone: Story, catalog: Catalog
) -> None:
    domain, stack = catalog.domains[0], someone.stack
    studio = stack.session().client("sagemaker")
    before = len(someone.audited("update domain settings"))
    studio.update_domain(DomainId=domain.domain_id, TagPropagation="DISABLED")
    stack.clock.advance(timedelta(minutes=1))
    someone.sweeps("studio_settings", "domain_backup")
    stack.clock.advance(timedelta(minutes=1))
    found = studio.describe_domain(DomainId=domain.domain_id)
    idle = found["DefaultUserSettings"]["CodeEditorAppSettings"]["AppLifecycleManagement"]["IdleSettings"]
    assert idle["IdleTimeoutInMinutes"] == 120
    assert found["TagPropagation"] == "ENABLED"
    mended = len(someone.audited("update domain settings"))
    assert mended > before
    someone.sweeps("studio_settings")
    assert len(someone.audited("update domain settings")) == mended
    day = f"{stack.clock.now():%Y-%m-%d}"
    s3 = stack.session().client("s3")
    record = s3.get_object(Bucket=stack.outputs["RecordsBucket"], Key=f"domains/{domain.name}/{day}.json")
    assert someone.person.login in record["Body"].read().decode()


def test_a_broken_account_is_named_and_never_keeps_the_others_from_their_turn(someone: Story, catalog: Catalog) -> None:
    fraud = catalog.domain("fraud")
    someone.spoils_tags(catalog.domains[0].domain_id)
    before = len(someone.audited("set tags"))
    with someone.shut_out(str(fraud.spoke_role)):
        run = someone.sweeps("tag_remediation", "compliance_audit", schedule="one is broken")
    assert (run.status, run.error) == ("FAILED", "NightIncomplete")
    assert f"tag_remediation {fraud.account}/{fraud.region}" in str(run.cause)
    assert catalog.domains[0].account not in json.loads(json.loads(str(run.cause))["errorMessage"])["unswept"]
    assert len(someone.audited("set tags")) == before + 1
    again = someone.sweeps("tag_remediation", "compliance_audit", schedule="one is broken")
    assert again.status == "SUCCEEDED"


def test_a_run_that_is_older_than_the_newest_is_refused_and_the_same_one_may_run_again(someone: Story) -> None:
    now = someone.stack.clock.now()
    for time_of_run, status in ((now, "SUCCEEDED"), (now, "SUCCEEDED"), (now - timedelta(minutes=30), "FAILED")):
        given = {"schedule": "fenced", "time": time_of_run.isoformat(), "rooms": ["compliance_audit"]}
        name = someone.stack.start_execution("Night", given)
        someone.stack.settle(timeout=60)
        run = next(each for each in someone.stack.executions if each.name == name)
        assert run.status == status
    assert run.error == "OlderRun"


def test_what_was_saved_is_kept_for_the_report(someone: Story, catalog: Catalog) -> None:
    domain, stack = catalog.domains[0], someone.stack
    space = someone.starts_an_app(domain_id=domain.domain_id, region=domain.region)
    stack.clock.advance(timedelta(hours=3))
    role = execution_role(someone, domain.domain_id)
    tell(someone, report(someone, role, domain.domain_id, space, idle_minutes=150))
    someone.sweeps("idle_shutdown", schedule="saves")
    s3, bucket = stack.session().client("s3"), stack.outputs["RecordsBucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="nights/saves/")["Contents"]
    (key,) = [each["Key"] for each in listed if each["Key"].endswith("summary.json")]
    summary = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    mine = summary["saved"]["persons"][someone.person.login]
    assert mine["stops"] == 1
    assert float(mine["hours"]) > 0
    assert float(mine["money"]) > 0


def test_nothing_of_all_that_was_denied_to_the_functions_of_the_night(someone: Story) -> None:
    someone.sweeps(*ALL)
    functions = ("IdleShutdown", "TagRemediation", "StudioSettings", "ComplianceAudit", "DomainBackup", "Night")
    denied = [
        (call.principal_role, call.action)
        for call in someone.stack.calls
        if not call.decision.allowed and any(f"-{name}" in str(call.principal_role) for name in functions)
    ]
    assert [each for each in denied if "sts:AssumeRole" not in each] == []
