"""SageMaker's lists and timestamps as our values; stopping is safe to repeat."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from concierge.aws.studio_apps import StudioApps
from concierge.errors import Denied, NotYet
from concierge.model import Status

CREATED = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAGE = {"DomainIdEquals": "d-Research", "MaxResults": 100}
LAB = {
    "DomainId": "d-Research",
    "SpaceName": "amara-lab",
    "AppType": "JupyterLab",
    "AppName": "default",
    "Status": "InService",
    "CreationTime": CREATED,
    "ResourceSpec": {"InstanceType": "ml.t3.medium"},
}
SERVER = {
    "DomainId": "d-Research",
    "UserProfileName": "amara-okafor",
    "AppType": "JupyterServer",
    "AppName": "default",
    "Status": "Pending",
    "CreationTime": CREATED,
}
KEY = {"DomainId": "d-Research", "AppType": "JupyterLab", "AppName": "default", "SpaceName": "amara-lab"}
PLACE = "arn:aws:sagemaker:eu-west-1:111122223333"


@pytest.fixture
def aws() -> Iterator[tuple[StudioApps, Stubber]]:
    client = boto3.client("sagemaker", region_name="eu-west-1")
    with Stubber(client) as stubber:
        yield StudioApps(client=client, account="111122223333"), stubber
        stubber.assert_no_pending_responses()


def test_apps_are_read_to_the_last_page_without_what_has_ended(aws: tuple[StudioApps, Stubber]) -> None:
    studio, stubber = aws
    ended = [{**LAB, "Status": status} for status in ("Deleted", "Deleting", "Failed")]
    stubber.add_response("list_apps", {"Apps": [LAB, *ended], "NextToken": "more"}, PAGE)
    stubber.add_response("list_apps", {"Apps": [SERVER]}, {**PAGE, "NextToken": "more"})
    lab, server = studio.apps("d-Research")
    assert (lab.profile, lab.space, lab.instance_type) == (None, "amara-lab", "ml.t3.medium")
    assert (lab.app_type, lab.status, lab.created_at) == ("JupyterLab", Status.IN_SERVICE, CREATED)
    assert (lab.last_user_activity, lab.last_health_check) == (None, None)
    assert (server.profile, server.space, server.instance_type) == ("amara-okafor", None, "")


def test_arns_that_no_list_tells_are_built_as_aws_spells_them(aws: tuple[StudioApps, Stubber]) -> None:
    studio, stubber = aws
    profiles = [{"UserProfileName": "Amara", "Status": "InService"}, {"UserProfileName": "b", "Status": "Deleting"}]
    spaces = [{"DomainId": "d-Research", "SpaceName": "Lab", "Status": "InService"}]
    stubber.add_response("list_apps", {"Apps": [LAB]}, PAGE)
    stubber.add_response("list_user_profiles", {"UserProfiles": profiles}, PAGE)
    stubber.add_response("list_spaces", {"Spaces": spaces}, PAGE)
    assert [app.arn for app in studio.apps("d-Research")] == [f"{PLACE}:app/d-research/amara-lab/jupyterlab/default"]
    assert studio.profiles("d-Research") == {"Amara": f"{PLACE}:user-profile/d-research/amara"}
    assert [space.arn for space in studio.spaces("d-Research")] == [f"{PLACE}:space/d-research/lab"]


@pytest.mark.parametrize(("sharing", "owner"), [("Private", "amara-okafor"), ("Shared", None)])
def test_only_a_private_space_has_an_owner(aws: tuple[StudioApps, Stubber], sharing: str, owner: str | None) -> None:
    studio, stubber = aws
    found = {
        "DomainId": "d-Research",
        "SpaceName": "lab",
        "Status": "InService",
        "SpaceSharingSettingsSummary": {"SharingType": sharing},
        "OwnershipSettingsSummary": {"OwnerUserProfileName": "amara-okafor"},
    }
    going = {"DomainId": "d-Research", "SpaceName": "old", "Status": "Deleting"}
    stubber.add_response("list_spaces", {"Spaces": [going], "NextToken": "more"}, PAGE)
    stubber.add_response("list_spaces", {"Spaces": [found]}, {**PAGE, "NextToken": "more"})
    (space,) = studio.spaces("d-Research")
    assert (space.name, space.owner) == ("lab", owner)


def test_only_describing_an_app_tells_its_activity(aws: tuple[StudioApps, Stubber]) -> None:
    studio, stubber = aws
    active, checked = datetime(2026, 3, 2, 19, 2, tzinfo=UTC), datetime(2026, 3, 2, 21, 59, tzinfo=UTC)
    told = {"AppArn": f"{PLACE}:app/told", "LastUserActivityTimestamp": active, "LastHealthCheckTimestamp": checked}
    stubber.add_response("list_apps", {"Apps": [LAB]}, PAGE)
    stubber.add_response("describe_app", {**LAB, **told}, KEY)
    described = studio.describe(studio.apps("d-Research")[0])
    assert described is not None
    assert (described.last_user_activity, described.last_health_check) == (active, checked)
    assert described.arn == f"{PLACE}:app/told"


def test_an_app_that_is_gone_is_described_as_none_and_stopped_already(aws: tuple[StudioApps, Stubber]) -> None:
    studio, stubber = aws
    stubber.add_response("list_apps", {"Apps": [LAB]}, PAGE)
    stubber.add_client_error("describe_app", "ResourceNotFound", expected_params=KEY)
    stubber.add_client_error("delete_app", "ResourceNotFound", expected_params=KEY)
    (app,) = studio.apps("d-Research")
    assert studio.describe(app) is None
    studio.stop(app)


def test_an_app_of_a_profile_is_stopped_by_the_profiles_name(aws: tuple[StudioApps, Stubber]) -> None:
    studio, stubber = aws
    key = {"DomainId": "d-Research", "AppType": "JupyterServer", "AppName": "default"}
    stubber.add_response("list_apps", {"Apps": [SERVER]}, PAGE)
    stubber.add_response("delete_app", {}, {**key, "UserProfileName": "amara-okafor"})
    studio.stop(studio.apps("d-Research")[0])


@pytest.mark.parametrize(("code", "kind"), [("ResourceInUse", NotYet), ("AccessDeniedException", Denied)])
def test_an_app_that_does_not_stop_is_no_success(
    aws: tuple[StudioApps, Stubber], code: str, kind: type[Exception]
) -> None:
    studio, stubber = aws
    stubber.add_response("list_apps", {"Apps": [LAB]}, PAGE)
    stubber.add_client_error("delete_app", code, expected_params=KEY)
    with pytest.raises(kind):
        studio.stop(studio.apps("d-Research")[0])
