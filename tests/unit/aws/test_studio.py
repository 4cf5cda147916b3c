"""What a leaver still runs: their own apps and those of their private spaces, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from concierge.aws.studio import SageMakerStudio
from concierge.aws.studio_apps import StudioApps
from concierge.model import App, Status

DOMAIN = "d-abcdefghijkl"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def studio() -> Iterator[tuple[SageMakerStudio, Stubber]]:
    client = boto3.client("sagemaker")
    with Stubber(client) as stubber:
        yield SageMakerStudio(client=client, apps=StudioApps(client=client, account="123456789012")), stubber


def listed(app_type: str, status: str = "InService", **owner: str) -> dict[str, Any]:
    return {
        "DomainId": DOMAIN,
        "AppType": app_type,
        "AppName": "default",
        "Status": status,
        "CreationTime": NOW,
        **owner,
    }


def space(name: str, sharing: str, owner: str) -> dict[str, Any]:
    return {
        "DomainId": DOMAIN,
        "SpaceName": name,
        "Status": "InService",
        "SpaceSharingSettingsSummary": {"SharingType": sharing},
        "OwnershipSettingsSummary": {"OwnerUserProfileName": owner},
    }


def test_a_shared_space_that_the_leaver_made_goes_on_for_the_others(studio: tuple[SageMakerStudio, Stubber]) -> None:
    adapter, stubber = studio
    own = [
        listed("JupyterServer", UserProfileName="amara"),
        listed("Canvas", UserProfileName="amara"),
        listed("KernelGateway", status="Deleted", UserProfileName="amara"),
    ]
    spaces = [space("own", "Private", "amara"), space("team", "Shared", "amara"), space("li", "Private", "li.wei")]
    stubber.add_response(
        "list_apps", {"Apps": own}, {"DomainIdEquals": DOMAIN, "UserProfileNameEquals": "amara", "MaxResults": ANY}
    )
    stubber.add_response("list_spaces", {"Spaces": spaces}, {"DomainIdEquals": DOMAIN, "MaxResults": ANY})
    stubber.add_response(
        "list_apps",
        {"Apps": [listed("JupyterLab", SpaceName="own")]},
        {"DomainIdEquals": DOMAIN, "SpaceNameEquals": "own", "MaxResults": ANY},
    )
    found = adapter.running_apps(DOMAIN, "amara")
    assert [(app.app_type, app.profile, app.space) for app in found] == [
        ("JupyterServer", "amara", None),
        ("JupyterLab", None, "own"),
    ]
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize("code", ["ResourceNotFound", "ResourceInUse"])
def test_stopping_what_is_gone_or_going_is_a_success(studio: tuple[SageMakerStudio, Stubber], code: str) -> None:
    adapter, stubber = studio
    stubber.add_client_error("delete_app", code)
    app = App(
        domain_id=DOMAIN, app_type="JupyterLab", name="default", status=Status.IN_SERVICE, created_at=NOW, space="own"
    )
    adapter.stop_app(app)
    stubber.assert_no_pending_responses()
