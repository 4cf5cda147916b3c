"""The fake's SageMaker and tagging APIs, as boto3 sees them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.night.population import space_of
from benchmarks.night.stand_in import StandIn

Clients = Callable[..., Any]
NOW = 1_800_000_000


@pytest.fixture
def sagemaker(aws: StandIn, client: Clients) -> Any:
    """Of a domain with 25 apps and 230 profiles."""
    aws.world(apps=25, profiles=230, now=NOW)
    return client("sagemaker")


def app(space: str) -> dict[str, str]:
    return {"DomainId": "d-bench", "AppType": "JupyterLab", "AppName": "default", "SpaceName": space}


def profile_arn(name: str) -> str:
    return f"arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d-bench/{name}"


def space_arn(number: int) -> str:
    return f"arn:aws:sagemaker:eu-west-1:111122223333:space/d-bench/{space_of(number)}"


def test_a_list_has_ten_a_page_unless_more_are_asked_for(aws: StandIn, sagemaker: Any) -> None:
    pages = list(sagemaker.get_paginator("list_apps").paginate())
    assert [len(page["Apps"]) for page in pages] == [10, 10, 5]
    list(sagemaker.get_paginator("list_user_profiles").paginate(PaginationConfig={"PageSize": 100}))
    assert aws.calls() == {"sagemaker:ListApps": 3, "sagemaker:ListUserProfiles": 3}


def test_every_profile_is_listed_once(sagemaker: Any) -> None:
    pages = sagemaker.get_paginator("list_user_profiles").paginate(DomainIdEquals="d-bench")
    names = [each["UserProfileName"] for page in pages for each in page["UserProfiles"]]
    assert names == [f"person-{number:05}" for number in range(1, 231)]


def test_no_page_has_more_than_a_hundred(sagemaker: Any) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        sagemaker.list_apps(MaxResults=101)


def test_lists_are_filtered_by_whose_things_they_are(sagemaker: Any) -> None:
    assert [each["SpaceName"] for each in sagemaker.list_apps(SpaceNameEquals=space_of(24))["Apps"]] == [space_of(24)]
    assert sagemaker.list_apps(UserProfileNameEquals="person-00024")["Apps"] == []
    assert sagemaker.list_spaces(DomainIdEquals="d-other")["Spaces"] == []


def test_a_list_of_apps_says_less_than_describing_one_does(sagemaker: Any) -> None:
    listed = sagemaker.list_apps(MaxResults=1)["Apps"][0]
    described = sagemaker.describe_app(**app(listed["SpaceName"]))
    assert described.keys() - listed.keys() == {
        "AppArn",
        "LastHealthCheckTimestamp",
        "LastUserActivityTimestamp",
        "ResponseMetadata",
    }
    assert described["LastHealthCheckTimestamp"] == datetime.fromtimestamp(NOW - 60, UTC)


def test_a_private_space_names_its_owner(sagemaker: Any) -> None:
    space = sagemaker.list_spaces(MaxResults=1)["Spaces"][0]
    assert space["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "person-00001"}
    assert space["SpaceSharingSettingsSummary"] == {"SharingType": "Private"}


def test_a_domain_is_listed_and_described(sagemaker: Any) -> None:
    (domain,) = sagemaker.list_domains()["Domains"]
    assert sagemaker.describe_domain(DomainId=domain["DomainId"])["DomainArn"] == domain["DomainArn"]


def test_a_stopped_app_is_on_its_way_and_cannot_be_stopped_again(sagemaker: Any) -> None:
    sagemaker.delete_app(**app(space_of(3)))
    assert sagemaker.describe_app(**app(space_of(3)))["Status"] == "Deleting"
    with pytest.raises(ClientError, match="ResourceInUse"):
        sagemaker.delete_app(**app(space_of(3)))


def test_the_state_says_what_is_left_to_do(aws: StandIn, sagemaker: Any) -> None:
    aws.world(apps=20, profiles=40, tagged_share=0.5)
    assert aws.state() == {"apps": {"InService": 20}, "wrong_profiles": 4, "untagged": 20}
    sagemaker.delete_app(**app(space_of(1)))
    due = [{"Key": "cost-centre", "Value": "team-09"}]
    sagemaker.add_tags(ResourceArn=profile_arn("person-00010"), Tags=due)
    sagemaker.add_tags(ResourceArn=space_arn(1), Tags=due)
    assert aws.state() == {"apps": {"Deleting": 1, "InService": 19}, "wrong_profiles": 3, "untagged": 19}


def test_an_unknown_app_is_not_found(sagemaker: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.delete_app(**app("nobody-lab"))


def test_tags_that_are_added_are_listed(sagemaker: Any) -> None:
    arn = profile_arn("person-00010")  # the first one without a cost centre
    before = {each["Key"] for each in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "cost-centre", "Value": "team-09"}])
    after = {each["Key"] for each in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    assert (len(before), after - before) == (5, {"cost-centre"})


def test_the_tagging_index_leaves_out_what_never_had_a_tag(aws: StandIn, client: Clients) -> None:
    aws.world(apps=20, profiles=150, tagged_share=0.5)
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources")
    kinds = [f"sagemaker:{kind}" for kind in ("user-profile", "space", "app")]
    found = list(pages.paginate(ResourceTypeFilters=kinds, PaginationConfig={"PageSize": 100}))
    assert [len(page["ResourceTagMappingList"]) for page in found] == [100, 70]


def test_asked_for_by_name_the_index_leaves_it_out_too(aws: StandIn, client: Clients) -> None:
    aws.world(apps=2, profiles=2, tagged_share=0.5)
    spaces = [space_arn(number) for number in (1, 2)]
    answer = client("resourcegroupstaggingapi").get_resources(ResourceARNList=spaces)
    assert [each["ResourceARN"] for each in answer["ResourceTagMappingList"]] == spaces[1:]


def test_a_resource_that_lost_its_last_tag_stays_in_the_index(sagemaker: Any, client: Clients) -> None:
    arn = profile_arn("person-00001")
    keys = [each["Key"] for each in sagemaker.list_tags(ResourceArn=arn)["Tags"]]
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=keys)
    (found,) = client("resourcegroupstaggingapi").get_resources(ResourceARNList=[arn])["ResourceTagMappingList"]
    assert found == {"ResourceARN": arn, "Tags": []}


def test_tag_filters_ask_for_a_key_or_for_values(sagemaker: Any, client: Clients) -> None:
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources")

    def count(*filters: dict[str, Any]) -> int:
        of = {"ResourceTypeFilters": ["sagemaker:user-profile"], "TagFilters": list(filters)}
        return sum(len(page["ResourceTagMappingList"]) for page in pages.paginate(**of))

    assert count({"Key": "cost-centre"}) == 230 - 12
    assert count({"Key": "cost-centre", "Values": ["unknown"]}) == 11
    assert count({"Key": "team", "Values": ["team-00", "team-01"]}, {"Key": "cost-centre", "Values": ["unknown"]}) == 3


def test_twenty_resources_are_tagged_at_once_and_those_that_failed_are_named(sagemaker: Any, client: Clients) -> None:
    tagging = client("resourcegroupstaggingapi")
    good, bad = [profile_arn(f"person-{number:05}") for number in range(1, 20)], profile_arn("nobody")
    answer = tagging.tag_resources(ResourceARNList=[*good, bad], Tags={"owner": "finance"})
    assert list(answer["FailedResourcesMap"]) == [bad]
    filters = [{"Key": "owner", "Values": ["finance"]}]
    assert len(tagging.get_resources(TagFilters=filters)["ResourceTagMappingList"]) == 19
    with pytest.raises(ClientError, match="InvalidParameterException"):
        tagging.tag_resources(ResourceARNList=[f"{bad}{number}" for number in range(21)], Tags={"a": "b"})


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("list_training_jobs", "TrainingJobSummaries"),
        ("list_processing_jobs", "ProcessingJobSummaries"),
        ("list_transform_jobs", "TransformJobSummaries"),
        ("list_hyper_parameter_tuning_jobs", "HyperParameterTuningJobSummaries"),
        ("list_pipelines", "PipelineSummaries"),
        ("list_models", "Models"),
        ("list_endpoints", "Endpoints"),
        ("list_endpoint_configs", "EndpointConfigs"),
        ("list_notebook_instances", "NotebookInstances"),
        ("list_feature_groups", "FeatureGroupSummaries"),
    ],
)
def test_there_are_no_jobs_models_or_endpoints(sagemaker: Any, operation: str, member: str) -> None:
    (page,) = sagemaker.get_paginator(operation).paginate(PaginationConfig={"PageSize": 100})
    assert page[member] == []
