"""Tags as Resource Groups Tagging and SageMaker tell them."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber

from concierge.aws.tagging import StudioTags
from concierge.errors import AwsError, NotFound
from concierge.tags.model import Kind, Tagged

PLACE = "arn:aws:sagemaker:eu-west-1:111122223333"
PROFILE, LAB = f"{PLACE}:user-profile/d-research/amara", f"{PLACE}:app/d-research/lab/jupyterlab/default"
TYPES = ["sagemaker:user-profile", "sagemaker:space", "sagemaker:app"]


@pytest.fixture
def aws() -> Iterator[tuple[StudioTags, Stubber, Stubber]]:
    sagemaker = boto3.client("sagemaker", region_name="eu-west-1")
    tagging = boto3.client("resourcegroupstaggingapi", region_name="eu-west-1")
    with Stubber(sagemaker) as one, Stubber(tagging) as other:
        yield StudioTags(sagemaker=sagemaker, tagging=tagging), one, other
        one.assert_no_pending_responses()
        other.assert_no_pending_responses()


def mapping(arn: str, **tags: str) -> dict[str, object]:
    return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def test_the_index_is_read_to_its_last_page(aws: tuple[StudioTags, Stubber, Stubber]) -> None:
    tags, _, tagging = aws
    page = {"ResourceTypeFilters": TYPES, "ResourcesPerPage": 100}
    first = {"ResourceTagMappingList": [mapping(PROFILE, team="fraud")], "PaginationToken": "more"}
    strange = mapping(f"{PLACE}:endpoint/serving")
    last = {"ResourceTagMappingList": [mapping(LAB), strange], "PaginationToken": ""}
    tagging.add_response("get_resources", first, page)
    tagging.add_response("get_resources", last, {**page, "PaginationToken": "more"})
    assert tags.index() == (
        Tagged(arn=PROFILE, kind=Kind.PROFILE, tags={"team": "fraud"}),
        Tagged(arn=LAB, kind=Kind.APP, tags={}),
    )


def test_tags_of_one_resource_are_read_to_the_last_page(aws: tuple[StudioTags, Stubber, Stubber]) -> None:
    tags, sagemaker, _ = aws
    first = {"Tags": [{"Key": "team", "Value": "fraud"}], "NextToken": "more"}
    sagemaker.add_response("list_tags", first, {"ResourceArn": LAB})
    last = {"Tags": [{"Key": "domain", "Value": "research"}]}
    sagemaker.add_response("list_tags", last, {"ResourceArn": LAB, "NextToken": "more"})
    assert tags.read(LAB) == {"team": "fraud", "domain": "research"}


def test_tags_are_added_in_one_call(aws: tuple[StudioTags, Stubber, Stubber]) -> None:
    tags, sagemaker, _ = aws
    sent = [{"Key": "domain", "Value": "research"}, {"Key": "team", "Value": "fraud"}]
    sagemaker.add_response("add_tags", {"Tags": sent}, {"ResourceArn": LAB, "Tags": sent})
    tags.add(LAB, {"team": "fraud", "domain": "research"})


@pytest.mark.parametrize(
    ("code", "message"), [("ResourceNotFound", "gone"), ("ValidationException", "App does not exist")]
)
def test_a_resource_that_is_gone_cannot_be_read_and_needs_no_tags(
    aws: tuple[StudioTags, Stubber, Stubber], code: str, message: str
) -> None:
    tags, sagemaker, _ = aws
    sagemaker.add_client_error("list_tags", code, message)
    sagemaker.add_client_error("add_tags", code, message)
    with pytest.raises(NotFound):
        tags.read(LAB)
    tags.add(LAB, {"team": "fraud"})


def test_any_other_refusal_stays_what_it_is(aws: tuple[StudioTags, Stubber, Stubber]) -> None:
    tags, sagemaker, _ = aws
    sagemaker.add_client_error("add_tags", "ValidationException", "too many tags")
    with pytest.raises(AwsError, match="too many tags") as refused:
        tags.add(LAB, {"team": "fraud"})
    assert not isinstance(refused.value, NotFound)
