"""Lists in pages, and tags through both of their APIs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import DOMAIN, Studio, refusal


def names(page: dict[str, Any], kind: str = "UserProfile") -> list[str]:
    return [each[f"{kind}Name"] for each in page[f"{kind}s"]]


def found(studio: Studio, **query: Any) -> list[str]:
    page = studio.client("resourcegroupstaggingapi").get_resources(**query)
    return [
        each["ResourceARN"].partition("sagemaker:eu-west-1:123456789012:")[2] for each in page["ResourceTagMappingList"]
    ]


def test_a_page_has_ten_unless_asked_otherwise(studio: Studio) -> None:
    for number in range(12):
        studio.client().create_user_profile(DomainId=DOMAIN, UserProfileName=f"p{number}")
    first = studio.client().list_user_profiles()
    assert len(first["UserProfiles"]) == 10
    rest = studio.client().list_user_profiles(NextToken=first["NextToken"])
    assert names(rest) == ["p10", "p11"]
    assert "NextToken" not in rest
    assert len(studio.client().list_user_profiles(MaxResults=100)["UserProfiles"]) == 12
    with pytest.raises(ClientError, match="less than or equal to 100"):
        studio.client().list_user_profiles(MaxResults=101)


@pytest.mark.parametrize("token", ["zzz", "LTE=", "4pi6", "bm9uZQ=="])
def test_a_token_that_was_never_given_is_refused(studio: Studio, token: str) -> None:
    with pytest.raises(ClientError, match="pagination token") as refused:
        studio.client().list_user_profiles(NextToken=token)
    assert refusal(refused) == "ValidationException"
    with pytest.raises(ClientError) as expired:
        studio.client("resourcegroupstaggingapi").get_resources(PaginationToken=token)
    assert refusal(expired) == "PaginationTokenExpiredException"


def test_lists_are_sorted_as_asked(studio: Studio) -> None:
    for name in ("amara", "li", "noor"):
        studio.profile(name)
    studio.client().update_user_profile(DomainId=DOMAIN, UserProfileName="li", UserSettings={})
    listed = studio.client().list_user_profiles
    assert names(listed()) == ["amara", "li", "noor"]
    assert names(listed(SortOrder="Descending")) == ["noor", "li", "amara"]
    assert names(listed(SortBy="LastModifiedTime")) == ["amara", "noor", "li"]


def test_lists_are_filtered_as_asked(studio: Studio) -> None:
    studio.profile("amara")
    studio.profile("li")
    studio.space("lab", owner="amara")
    studio.app(SpaceName="lab")
    studio.app(UserProfileName="li", AppType="JupyterServer")
    client = studio.client()
    assert names(client.list_user_profiles(UserProfileNameContains="MAR")) == ["amara"]
    assert client.list_user_profiles(DomainIdEquals="d-other")["UserProfiles"] == []
    assert [app["AppType"] for app in client.list_apps(SpaceNameEquals="lab")["Apps"]] == ["JupyterLab"]
    assert [app["AppType"] for app in client.list_apps(UserProfileNameEquals="li")["Apps"]] == ["JupyterServer"]
    with pytest.raises(ClientError, match="cannot both be set"):
        client.list_apps(SpaceNameEquals="lab", UserProfileNameEquals="li")


def test_a_list_of_spaces_says_whose_they_are_and_what_for(studio: Studio) -> None:
    studio.profile()
    studio.space("lab")
    (space,) = studio.client().list_spaces(DomainIdEquals=DOMAIN, SpaceNameContains="LA")["Spaces"]
    assert space["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "amara"}
    assert space["SpaceSharingSettingsSummary"] == {"SharingType": "Private"}
    assert space["SpaceSettingsSummary"] == {"AppType": "JupyterLab"}


def test_lifecycle_configurations_are_found_by_app_type_and_time(studio: Studio) -> None:
    for name, app_type in (("b-lab", "JupyterLab"), ("a-editor", "CodeEditor")):
        studio.client().create_studio_lifecycle_config(
            StudioLifecycleConfigName=name, StudioLifecycleConfigContent="eA==", StudioLifecycleConfigAppType=app_type
        )
        studio.later()

    def listed(**query: Any) -> list[str]:
        return names(studio.client().list_studio_lifecycle_configs(**query), "StudioLifecycleConfig")

    assert listed(AppTypeEquals="JupyterLab") == ["b-lab"]
    assert listed(SortBy="Name", SortOrder="Ascending") == ["a-editor", "b-lab"]
    halfway = studio.clock.now() - timedelta(seconds=90)
    assert listed(CreationTimeAfter=halfway) == ["a-editor"]
    assert listed(CreationTimeBefore=halfway) == ["b-lab"]


def test_tags_are_added_replaced_and_removed(studio: Studio) -> None:
    arn = studio.profile(Tags=[{"Key": "team", "Value": "vision"}])
    client = studio.client()
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "speech"}, {"Key": "cost-centre", "Value": "7"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["cost-centre", "never-there"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "speech"}]
    assert studio.backend.tags_of(arn) == {"team": "speech"}
    assert studio.backend.tags_of("arn:aws:sagemaker:eu-west-1:123456789012:space/d-1/x") == {}


def test_fifty_tags_are_the_most_however_they_come(studio: Studio) -> None:
    arn = studio.profile(Tags=[{"Key": f"k{number}", "Value": ""} for number in range(49)])
    studio.client().add_tags(ResourceArn=arn, Tags=[{"Key": "k49", "Value": ""}, {"Key": "k0", "Value": "again"}])
    with pytest.raises(ClientError, match="50 are the most"):
        studio.client().add_tags(ResourceArn=arn, Tags=[{"Key": "k50", "Value": ""}])
    assert len(studio.backend.tags_of(arn)) == 50


def test_what_is_not_there_has_no_tags(studio: Studio) -> None:
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:user-profile/{DOMAIN}/nobody"
    with pytest.raises(ClientError, match="does not exist") as refused:
        studio.client().add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "vision"}])
    assert refusal(refused) == "ResourceNotFound"


def test_the_tagging_api_knows_what_was_ever_tagged(studio: Studio) -> None:
    studio.profile("plain")
    once = studio.profile("once", Tags=[{"Key": "team", "Value": "vision"}])
    studio.client().delete_tags(ResourceArn=once, TagKeys=["team"])
    assert found(studio, ResourceTypeFilters=["sagemaker:user-profile"]) == [f"user-profile/{DOMAIN}/once"]
    assert found(studio, ResourceTypeFilters=["sagemaker:domain"]) == [f"domain/{DOMAIN}"]
    assert found(studio, ResourceTypeFilters=["sagemaker"]) == [f"domain/{DOMAIN}", f"user-profile/{DOMAIN}/once"]


def test_the_tagging_api_filters_by_keys_and_values(studio: Studio) -> None:
    studio.profile("amara", Tags=[{"Key": "team", "Value": "vision"}, {"Key": "persona", "Value": "scientist"}])
    li = studio.profile("li", Tags=[{"Key": "team", "Value": "speech"}])
    profiles = ["sagemaker:user-profile"]

    def by(*filters: dict[str, Any]) -> list[str]:
        return [arn.rpartition("/")[2] for arn in found(studio, ResourceTypeFilters=profiles, TagFilters=list(filters))]

    assert by({"Key": "team", "Values": ["vision", "speech"]}) == ["amara", "li"]
    assert by({"Key": "team", "Values": ["speech"]}) == ["li"]
    assert by({"Key": "team", "Values": []}, {"Key": "persona", "Values": []}) == ["amara"]
    assert by({"Key": "domain", "Values": []}) == []
    assert found(studio, ResourceARNList=[li]) == [f"user-profile/{DOMAIN}/li"]


def test_the_tagging_api_gives_a_hundred_a_page(studio: Studio) -> None:
    for number in range(101):
        studio.client().create_user_profile(
            DomainId=DOMAIN, UserProfileName=f"p{number}", Tags=[{"Key": "team", "Value": "vision"}]
        )
    tagging = studio.client("resourcegroupstaggingapi")
    pages = list(tagging.get_paginator("get_resources").paginate(ResourceTypeFilters=["sagemaker:user-profile"]))
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [100, 1]


def test_the_tagging_api_still_knows_other_services(studio: Studio) -> None:
    queue = studio.client("sqs").create_queue(QueueName="jobs", tags={"team": "vision"})["QueueUrl"]
    arn = studio.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    studio.profile(Tags=[{"Key": "team", "Value": "vision"}])
    tagging = studio.client("resourcegroupstaggingapi")
    page = tagging.get_resources(TagFilters=[{"Key": "team", "Values": ["vision"]}])
    arns = [each["ResourceARN"] for each in page["ResourceTagMappingList"]]
    assert arns == [f"arn:aws:sagemaker:eu-west-1:123456789012:user-profile/{DOMAIN}/amara", arn]


def test_many_are_tagged_at_once_and_who_is_missing_is_told(studio: Studio) -> None:
    arns = [studio.profile("amara"), studio.profile("li")]
    tagging = studio.client("resourcegroupstaggingapi")
    missing = arns[0].replace("amara", "nobody")
    failed = tagging.tag_resources(ResourceARNList=[*arns, missing], Tags={"team": "vision"})["FailedResourcesMap"]
    assert list(failed) == [missing]
    assert [studio.backend.tags_of(arn) for arn in arns] == [{"team": "vision"}] * 2
    tagging.untag_resources(ResourceARNList=arns[:1], TagKeys=["team"])
    assert [studio.backend.tags_of(arn) for arn in arns] == [{}, {"team": "vision"}]
    with pytest.raises(ClientError) as refused:
        tagging.tag_resources(ResourceARNList=arns, Tags={"dn": "a,b"})
    assert refusal(refused) == "InvalidParameterException"
