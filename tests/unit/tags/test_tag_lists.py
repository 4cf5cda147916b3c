"""SageMaker's lists, page by page."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from concierge.aws.ledger import DynamoLedger
from concierge.aws.studio_apps import StudioApps
from concierge.aws.tag_lists import StudioLists
from concierge.errors import Denied
from concierge.tags.model import IN_THE_ACCOUNT, Kind, Made

SINCE = datetime(2026, 2, 23, 22, tzinfo=UTC)
PLACE = "arn:aws:sagemaker:eu-west-1:111122223333"
OPERATIONS = {
    Kind.TRAINING_JOB: ("list_training_jobs", "TrainingJobSummaries", "TrainingJob"),
    Kind.PROCESSING_JOB: ("list_processing_jobs", "ProcessingJobSummaries", "ProcessingJob"),
    Kind.TRANSFORM_JOB: ("list_transform_jobs", "TransformJobSummaries", "TransformJob"),
    Kind.TUNING_JOB: (
        "list_hyper_parameter_tuning_jobs",
        "HyperParameterTuningJobSummaries",
        "HyperParameterTuningJob",
    ),
    Kind.PIPELINE: ("list_pipelines", "PipelineSummaries", "Pipeline"),
    Kind.MODEL: ("list_models", "Models", "Model"),
    Kind.ENDPOINT: ("list_endpoints", "Endpoints", "Endpoint"),
    Kind.ENDPOINT_CONFIG: ("list_endpoint_configs", "EndpointConfigs", "EndpointConfig"),
    Kind.NOTEBOOK_INSTANCE: ("list_notebook_instances", "NotebookInstances", "NotebookInstance"),
    Kind.FEATURE_GROUP: ("list_feature_groups", "FeatureGroupSummaries", "FeatureGroup"),
}
MORE: Mapping[Kind, Mapping[str, object]] = {  # what the answers must have besides
    Kind.TRAINING_JOB: {"TrainingJobStatus": "Completed"},
    Kind.PROCESSING_JOB: {"ProcessingJobStatus": "Completed"},
    Kind.TRANSFORM_JOB: {"TransformJobStatus": "Completed"},
    Kind.TUNING_JOB: {
        "HyperParameterTuningJobStatus": "Completed",
        "Strategy": "Bayesian",
        "TrainingJobStatusCounters": {},
        "ObjectiveStatusCounters": {},
    },
    Kind.ENDPOINT: {"EndpointStatus": "InService", "LastModifiedTime": SINCE},
}


@pytest.fixture
def aws() -> Iterator[tuple[StudioLists, Stubber]]:
    client = boto3.client("sagemaker", region_name="eu-west-1")
    with Stubber(client) as stubber:
        studio = StudioApps(client=client, account="111122223333")
        yield StudioLists(client=client, apps_of_studio=studio), stubber
        stubber.assert_no_pending_responses()


@pytest.mark.parametrize("kind", IN_THE_ACCOUNT)
def test_what_was_made_lately_is_listed_to_the_last_page(kind: Kind, aws: tuple[StudioLists, Stubber]) -> None:
    lists, stubber = aws
    method, items, name = OPERATIONS[kind]
    asked = {"CreatedAfter" if kind is Kind.PIPELINE else "CreationTimeAfter": SINCE, "MaxResults": 100}

    def shown(what: str) -> dict[str, object]:
        arn = f"{PLACE}:{kind}/{what}"
        return {f"{name}Name": what, f"{name}Arn": arn, "CreationTime": SINCE, **MORE.get(kind, {})}

    stubber.add_response(method, {items: [shown("a-model")], "NextToken": "more"}, asked)
    stubber.add_response(method, {items: [shown("b-model")]}, {**asked, "NextToken": "more"})
    assert list(lists.made_since(kind, SINCE)) == [
        Made(arn=f"{PLACE}:{kind}/{what}", kind=kind, name=what) for what in ("a-model", "b-model")
    ]


@pytest.mark.parametrize("kind", IN_THE_ACCOUNT)
def test_a_list_that_is_refused_is_named_as_iam_names_it(kind: Kind, aws: tuple[StudioLists, Stubber]) -> None:
    lists, stubber = aws
    stubber.add_client_error(OPERATIONS[kind][0], "AccessDeniedException", "no")
    with pytest.raises(Denied) as refused:
        list(lists.made_since(kind, SINCE))
    api = lists.client.meta.service_model.operation_names
    assert refused.value.operation.removeprefix("sagemaker:") in api


def test_profiles_come_page_by_page_without_those_that_go(aws: tuple[StudioLists, Stubber]) -> None:
    lists, stubber = aws
    page = {"DomainIdEquals": "d-research", "MaxResults": 100}
    both = [{"UserProfileName": "amara", "Status": "InService"}, {"UserProfileName": "ben", "Status": "Deleting"}]
    stubber.add_response("list_user_profiles", {"UserProfiles": both, "NextToken": "more"}, page)
    names = lists.profiles("d-research")
    assert next(names) == "amara"
    last = {"UserProfiles": [{"UserProfileName": "zoe", "Status": "Failed"}]}
    stubber.add_response("list_user_profiles", last, {**page, "NextToken": "more"})
    assert list(names) == ["zoe"]


def test_the_arn_of_a_profile_is_built_as_aws_spells_it(aws: tuple[StudioLists, Stubber]) -> None:
    lists, _ = aws
    assert lists.profile_arn("d-Research", "Amara") == f"{PLACE}:user-profile/d-research/amara"


def test_spaces_and_apps_are_those_of_studio(aws: tuple[StudioLists, Stubber]) -> None:
    lists, stubber = aws
    page = {"DomainIdEquals": "d-research", "MaxResults": 100}
    stubber.add_response("list_spaces", {"Spaces": []}, page)
    stubber.add_response("list_apps", {"Apps": []}, page)
    assert (lists.spaces("d-research"), lists.apps("d-research")) == ((), ())


def test_bindings_are_read_as_they_are_needed() -> None:
    client = boto3.client("dynamodb", region_name="eu-west-1")
    asked = {
        "TableName": "ledger",
        "IndexName": "by_domain",
        "KeyConditionExpression": "#domain = :domain",
        "ExpressionAttributeNames": {"#domain": "domain"},
        "ExpressionAttributeValues": {":domain": {"S": "research"}},
        "Limit": 1024,
    }
    with Stubber(client) as stubber:
        key = {"pk": {"S": "person#1"}, "sk": {"S": "binding#research"}}
        stubber.add_response("query", {"Items": [_item("amara")], "LastEvaluatedKey": key}, asked)
        found = DynamoLedger(client=client, table="ledger").each_binding_in_domain("research")
        assert next(found).profile == "amara"
        stubber.add_response("query", {"Items": [_item("ben")]}, {**asked, "ExclusiveStartKey": key})
        assert [each.profile for each in found] == ["ben"]


def _item(profile: str) -> dict[str, dict[str, str]]:
    fields = {
        "pk": f"person#guid:{profile}",
        "sk": "binding#research",
        "login": profile,
        "domain": "research",
        "profile": profile,
        "persona": "data-scientist",
        "role": "role",
        "tags": "{}",
        "door": "open",
        "fingerprint": "f",
        "since": "2026-03-02T22:00:00.000000+00:00",
    }
    return {name: {"S": value} for name, value in fields.items()}
