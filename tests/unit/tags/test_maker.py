"""Whose a job is, as far as the tags tell that Studio has put on it."""

import pytest

from concierge.tags.maker import Maker, maker_of
from concierge.tags.model import Kind, kind_of
from tests.support.night_fakes import ACCOUNT

ARN = "arn:aws:sagemaker:eu-west-1:111122223333"
PROFILE, SPACE = "sagemaker:user-profile-arn", "sagemaker:space-arn"
AMARA = Maker(domain_id="d-research", kind=Kind.PROFILE, name="amara")
LAB = Maker(domain_id="d-research", kind=Kind.SPACE, name="lab")


def maker(tags: dict[str, str]) -> Maker | None:
    return maker_of(tags, account=ACCOUNT, region="eu-west-1")


def test_a_profile_or_a_space_made_it_and_the_profile_counts_first() -> None:
    profile, space = {PROFILE: f"{ARN}:user-profile/d-Research/Amara"}, {SPACE: f"{ARN}:space/d-research/lab"}
    assert maker(profile) == maker({**space, **profile}) == AMARA
    assert maker(space) == maker({PROFILE: "somebody", **space}) == LAB


@pytest.mark.parametrize(
    "value",
    [
        "",
        "amara",
        f"{ARN}:user-profile/d-research",
        f"{ARN}:user-profile/d-research/",
        f"{ARN}:user-profile//amara",
        f"{ARN}:user-profile/d-research/amara/more",
        f"{ARN}:space/d-research/amara",
        f"{ARN}:domain/d-research",
        "arn:aws:sagemaker:us-east-1:111122223333:user-profile/d-research/amara",
        "arn:aws:sagemaker:eu-west-1:999900001111:user-profile/d-research/amara",
        "arn:aws:iam:eu-west-1:111122223333:user-profile/d-research/amara",
    ],
)
def test_what_is_no_profile_of_this_account_and_region_is_nobody(value: str) -> None:
    assert maker({PROFILE: value}) is None


def test_the_domain_alone_says_nothing_about_people() -> None:
    assert maker({"sagemaker:domain-arn": f"{ARN}:domain/d-research", "studiouserid": "amara"}) is None


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_told_by_its_arn(kind: Kind) -> None:
    in_a_domain = {Kind.PROFILE: "d-1/amara", Kind.SPACE: "d-1/lab", Kind.APP: "d-1/lab/jupyterlab/default"}
    assert kind_of(f"{ARN}:{kind}/{in_a_domain.get(kind, 'name')}") is kind


@pytest.mark.parametrize("path", ["domain/d-1", "pipeline/daily/execution/abc", "model-package/a/1", "model"])
def test_other_things_are_of_no_kind(path: str) -> None:
    assert kind_of(f"{ARN}:{path}") is None
