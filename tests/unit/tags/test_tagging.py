"""Tags as Resource Groups Tagging and SageMaker tell them."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber

from concierge.aws.tagging import StudioTags
from concierge.errors import AwsError, Denied, NotFound, Throttled
from concierge.tags.model import Kind, Tagged

PLACE = "arn:aws:sagemaker:eu-west-1:111122223333"
PROFILE, LAB = f"{PLACE}:user-profile/d-research/amara", f"{PLACE}:app/d-research/lab/jupyterlab/default"
OF_DOMAINS = ["sagemaker:user-profile", "sagemaker:space", "sagemaker:app"]
OF_ACCOUNTS = [
    "sagemaker:training-job",
    "sagemaker:processing-job",
    "sagemaker:transform-job",
    "sagemaker:hyper-parameter-tuning-job",
    "sagemaker:pipeline",
    "sagemaker:model",
    "sagemaker:endpoint",
    "sagemaker:endpoint-config",
    "sagemaker:notebook-instance",
    "sagemaker:feature-group",
]
FRAUD = {"team": "fraud"}
ONE = {"ResourceArn": LAB, "Tags": [{"Key": "team", "Value": "fraud"}]}
BOTH = {"ResourceARNList": [PROFILE, LAB], "Tags": FRAUD}

Aws = tuple[StudioTags, Stubber, Stubber]


@pytest.fixture
def aws() -> Iterator[Aws]:
    sagemaker = boto3.client("sagemaker", region_name="eu-west-1")
    tagging = boto3.client("resourcegroupstaggingapi", region_name="eu-west-1")
    with Stubber(sagemaker) as one, Stubber(tagging) as other:
        yield StudioTags(sagemaker=sagemaker, tagging=tagging), one, other
        one.assert_no_pending_responses()
        other.assert_no_pending_responses()


def mapping(arn: str, **tags: str) -> dict[str, object]:
    return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def failed(code: str, message: str = "said by AWS", status: int = 400, arn: str = LAB) -> dict[str, object]:
    return {arn: {"StatusCode": status, "ErrorCode": code, "ErrorMessage": message}}


def test_the_index_is_read_page_by_page_to_the_last(aws: Aws) -> None:
    tags, _, tagging = aws
    page = {"ResourceTypeFilters": [*OF_DOMAINS, *OF_ACCOUNTS], "ResourcesPerPage": 100}
    first = {"ResourceTagMappingList": [mapping(PROFILE, team="fraud")], "PaginationToken": "more"}
    strange, run = mapping(f"{PLACE}:domain/d-research"), mapping(f"{PLACE}:pipeline/daily/execution/abc")
    last = {
        "ResourceTagMappingList": [mapping(LAB), strange, run, mapping(f"{PLACE}:pipeline/daily")],
        "PaginationToken": "",
    }
    tagging.add_response("get_resources", first, page)
    pages = tags.index()
    assert next(pages) == (Tagged(arn=PROFILE, kind=Kind.PROFILE, tags=FRAUD),)
    tagging.add_response("get_resources", last, {**page, "PaginationToken": "more"})
    assert list(pages) == [
        (
            Tagged(arn=LAB, kind=Kind.APP, tags={}),
            Tagged(arn=f"{PLACE}:pipeline/daily", kind=Kind.PIPELINE, tags={}),
        )
    ]


def test_an_index_that_cannot_be_read_says_which_call_failed(aws: Aws) -> None:
    tags, _, tagging = aws
    tagging.add_client_error("get_resources", "ThrottledException", "slow down")
    with pytest.raises(Throttled, match="tag:GetResources"):
        list(tags.index())


def test_what_carries_a_tag_is_found_by_its_key(aws: Aws) -> None:
    tags, _, tagging = aws
    page = {"ResourceTypeFilters": OF_DOMAINS, "TagFilters": [{"Key": "keep"}], "ResourcesPerPage": 100}
    answer = {"ResourceTagMappingList": [mapping(LAB.upper(), keep="2026-03-03", team="fraud")], "PaginationToken": "x"}
    tagging.add_response("get_resources", answer, page)
    last = {"ResourceTagMappingList": [mapping(PROFILE, keep="")], "PaginationToken": ""}
    tagging.add_response("get_resources", last, {**page, "PaginationToken": "x"})
    assert tags.having("keep") == {LAB.lower(): "2026-03-03", PROFILE: ""}


def test_tags_of_one_resource_are_read_to_the_last_page(aws: Aws) -> None:
    tags, sagemaker, _ = aws
    first = {"Tags": [{"Key": "team", "Value": "fraud"}], "NextToken": "more"}
    sagemaker.add_response("list_tags", first, {"ResourceArn": LAB})
    last = {"Tags": [{"Key": "domain", "Value": "research"}]}
    sagemaker.add_response("list_tags", last, {"ResourceArn": LAB, "NextToken": "more"})
    assert tags.read(LAB) == {"team": "fraud", "domain": "research"}


def test_one_resource_is_written_by_sagemaker_itself(aws: Aws) -> None:
    tags, sagemaker, _ = aws
    sent = [{"Key": "domain", "Value": "research"}, {"Key": "team", "Value": "fraud"}]
    sagemaker.add_response("add_tags", {"Tags": sent}, {"ResourceArn": LAB, "Tags": sent})
    tags.add((LAB,), {"team": "fraud", "domain": "research"})


def test_several_are_written_in_one_call(aws: Aws) -> None:
    tags, _, tagging = aws
    tagging.add_response("tag_resources", {"FailedResourcesMap": {}}, BOTH)
    tags.add((PROFILE, LAB), FRAUD)


@pytest.mark.parametrize(
    ("code", "message"), [("ResourceNotFound", "gone"), ("ValidationException", "App does not exist")]
)
def test_a_resource_that_is_gone_cannot_be_read_and_needs_no_tags(aws: Aws, code: str, message: str) -> None:
    tags, sagemaker, tagging = aws
    sagemaker.add_client_error("list_tags", code, message)
    sagemaker.add_client_error("add_tags", code, message)
    tagging.add_response("tag_resources", {"FailedResourcesMap": failed(code, message)}, BOTH)
    with pytest.raises(NotFound):
        tags.read(LAB)
    tags.add((LAB,), FRAUD)
    tags.add((PROFILE, LAB), FRAUD)


def test_any_other_refusal_stays_what_it_is(aws: Aws) -> None:
    tags, sagemaker, tagging = aws
    sagemaker.add_client_error("add_tags", "ValidationException", "too many tags")
    with pytest.raises(AwsError, match="too many tags") as refused:
        tags.add((LAB,), FRAUD)
    assert not isinstance(refused.value, NotFound)
    tagging.add_response("tag_resources", {"FailedResourcesMap": failed("AccessDeniedException", "no")}, BOTH)
    with pytest.raises(Denied, match=f"{LAB}: no"):
        tags.add((PROFILE, LAB), FRAUD)


def test_a_kind_that_only_sagemaker_can_tag_is_tagged_by_it(aws: Aws) -> None:
    tags, sagemaker, tagging = aws
    tagging.add_response("tag_resources", {"FailedResourcesMap": failed("InternalServiceException", status=500)}, BOTH)
    sagemaker.add_response("add_tags", {"Tags": []}, ONE)
    tags.add((PROFILE, LAB), FRAUD)


def test_what_may_be_tried_again_is_said_before_what_may_not(aws: Aws) -> None:
    tags, _, tagging = aws
    answer = {**failed("AccessDeniedException", arn=LAB), **failed("ThrottlingException", arn=PROFILE)}
    tagging.add_response("tag_resources", {"FailedResourcesMap": answer}, BOTH)
    with pytest.raises(Throttled, match=PROFILE):
        tags.add((PROFILE, LAB), FRAUD)


def test_every_resource_has_its_turn_whatever_became_of_another(aws: Aws) -> None:
    tags, sagemaker, tagging = aws
    internal = [failed("InternalServiceException", status=500, arn=arn) for arn in (LAB, PROFILE)]
    tagging.add_response("tag_resources", {"FailedResourcesMap": {**internal[0], **internal[1]}}, BOTH)
    sagemaker.add_client_error("add_tags", "AccessDeniedException", "no", expected_params=ONE)
    sagemaker.add_response("add_tags", {"Tags": []}, {**ONE, "ResourceArn": PROFILE})
    with pytest.raises(Denied, match=LAB):
        tags.add((PROFILE, LAB), FRAUD)
