"""Domains as SageMaker describes, lists and updates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from concierge.aws.domains import StudioDomains
from concierge.aws.studio_apps import StudioApps
from concierge.catalog.model import Domain
from concierge.compliance.model import Posture
from concierge.errors import AwsError, Denied, NotFound, NotYet
from concierge.house.model import Place
from concierge.model import Status
from tests.support.house_fakes import TWO_HOURS, limits

ID = "d-abcdefghijkl"
ROLE = "arn:aws:iam::111122223333:role/default"
DOMAIN = Domain(name="research", account="111122223333", region="eu-west-1", domain_id=ID, idle=TWO_HOURS)
BORN = datetime(2026, 3, 2, 10, tzinfo=UTC)

Fixture = tuple[StudioDomains, Stubber]


@pytest.fixture
def studio() -> Iterator[Fixture]:
    client = boto3.client("sagemaker", region_name="eu-west-1")
    with Stubber(client) as stubber:
        yield StudioDomains(client=client, inventory=StudioApps(client=client, account="111122223333")), stubber
        stubber.assert_no_pending_responses()


def describes(stubber: Stubber, **found: Any) -> None:
    answer = {"DomainId": ID, "Status": "InService", "CreationTime": BORN, **found}
    stubber.add_response("describe_domain", answer, {"DomainId": ID})


def test_settings_are_read_where_the_domain_has_them(studio: Fixture) -> None:
    domains, stubber = studio
    user = {"ExecutionRole": ROLE, "JupyterLabAppSettings": limits()}
    describes(stubber, DefaultUserSettings=user, TagPropagation="ENABLED")
    found = domains.settings(ID)
    assert found.idle == {Place.JUPYTER_LAB: TWO_HOURS, Place.CODE_EDITOR: None}
    assert found.propagates_tags


def test_mending_describes_again_and_sends_the_whole_structure(studio: Fixture) -> None:
    domains, stubber = studio
    user = {"ExecutionRole": ROLE, "JupyterLabAppSettings": {"LifecycleConfigArns": [f"{ROLE}/theirs"]}}
    describes(stubber, DefaultUserSettings=user)
    sent = {
        "ExecutionRole": ROLE,
        "JupyterLabAppSettings": {"LifecycleConfigArns": [f"{ROLE}/theirs"], **limits()},
        "CodeEditorAppSettings": limits(),
    }
    asked = {"DomainId": ID, "TagPropagation": "ENABLED", "DefaultUserSettings": sent}
    stubber.add_response("update_domain", {"DomainArn": "arn"}, asked)
    domains.mend(DOMAIN)


def test_what_somebody_else_has_mended_is_not_written_again(studio: Fixture) -> None:
    domains, stubber = studio
    user = {"JupyterLabAppSettings": limits(), "CodeEditorAppSettings": limits()}
    describes(stubber, DefaultUserSettings=user, TagPropagation="ENABLED", Status="Updating")
    domains.mend(DOMAIN)


@pytest.mark.parametrize("status", ["Pending", "Updating", "Deleting"])
def test_a_domain_in_transition_is_not_written_to(studio: Fixture, status: str) -> None:
    domains, stubber = studio
    describes(stubber, Status=status)
    with pytest.raises(NotYet, match=status):
        domains.mend(DOMAIN)


def test_a_domain_that_is_being_updated_since_is_for_another_time(studio: Fixture) -> None:
    domains, stubber = studio
    describes(stubber)
    stubber.add_client_error("update_domain", "ResourceInUse", "being updated")
    with pytest.raises(NotYet):
        domains.mend(replace(DOMAIN, idle=None))


def test_a_refusal_stays_what_it_is(studio: Fixture) -> None:
    domains, stubber = studio
    describes(stubber)
    stubber.add_client_error("update_domain", "AccessDeniedException", "no iam:PassRole")
    with pytest.raises(Denied, match="sagemaker:UpdateDomain"):
        domains.mend(DOMAIN)


def test_what_this_release_does_not_know_is_never_sent_back_in_part(studio: Fixture) -> None:
    domains, client = studio[0], boto3.client("sagemaker", region_name="eu-west-1")
    unknown = {"SDK_UNKNOWN_MEMBER": {"name": "NewFileSystemConfig"}}  # as botocore reads a kind that came after it

    class Newer:
        """A service that knows more than the SDK."""

        update_domain = staticmethod(client.update_domain)

        def describe_domain(self, **_asked: str) -> dict[str, Any]:
            return {"Status": "InService", "DefaultUserSettings": {"CustomFileSystemConfigs": [unknown]}}

    newer = replace(domains, client=Newer())  # type: ignore[arg-type]  # the two calls that are made
    with pytest.raises(AwsError, match="CustomFileSystemConfigs"):
        newer.mend(DOMAIN)


def test_a_domain_that_is_gone_is_not_found(studio: Fixture) -> None:
    domains, stubber = studio
    stubber.add_client_error("describe_domain", "ResourceNotFound", "gone")
    with pytest.raises(NotFound):
        domains.settings(ID)


def test_posture_is_in_the_words_of_aws_and_empty_where_it_says_nothing(studio: Fixture) -> None:
    domains, stubber = studio
    describes(stubber)
    assert domains.posture(ID) == Posture()
    describes(
        stubber,
        AuthMode="SSO",
        AppNetworkAccessType="PublicInternetOnly",
        KmsKeyId="key",
        TagPropagation="DISABLED",
        DomainSettings={
            "ExecutionRoleIdentityConfig": "DISABLED",
            "DockerSettings": {"EnableDockerAccess": "ENABLED"},
        },
    )
    assert domains.posture(ID) == Posture(
        auth_mode="SSO",
        network_access="PublicInternetOnly",
        kms_key="key",
        tag_propagation="DISABLED",
        identity_config="DISABLED",
        docker_access="ENABLED",
    )


def test_a_description_is_plain_json_with_iso_times(studio: Fixture) -> None:
    domains, stubber = studio
    describes(stubber, DefaultUserSettings={"ExecutionRole": ROLE})
    assert domains.description(ID) == {
        "DomainId": ID,
        "Status": "InService",
        "CreationTime": "2026-03-02T10:00:00+00:00",
        "DefaultUserSettings": {"ExecutionRole": ROLE},
    }


def test_profiles_are_listed_to_the_last_page_whatever_becomes_of_them(studio: Fixture) -> None:
    domains, stubber = studio
    asked = {"DomainIdEquals": ID, "MaxResults": ANY}
    first = {"UserProfiles": [{"UserProfileName": "amara", "Status": "InService"}], "NextToken": "more"}
    last = {"UserProfiles": [{"UserProfileName": "ben", "Status": "Deleting"}]}
    stubber.add_response("list_user_profiles", first, asked)
    stubber.add_response("list_user_profiles", last, {**asked, "NextToken": "more"})
    assert domains.profiles(ID) == {"amara": Status.IN_SERVICE, "ben": Status.DELETING}
