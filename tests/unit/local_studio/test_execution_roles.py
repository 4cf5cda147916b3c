"""Which roles SageMaker can assume, and from when on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from local.studio.resources import Timings

from .conftest import TRUST, Studio, refusal


class TestExecutionRole:
    """A profile's role must be there, be old enough, and trust SageMaker."""

    def refused(self, studio: Studio, role: str) -> str:
        with pytest.raises(ClientError, match="unable to assume the execution role") as refused:
            studio.profile(UserSettings={"ExecutionRole": role})
        return refusal(refused)

    def test_one_that_trusts_sagemaker_will_do(self, studio: Studio) -> None:
        studio.profile(UserSettings={"ExecutionRole": studio.role("exec")})

    def test_one_that_is_not_there_will_not(self, studio: Studio) -> None:
        assert self.refused(studio, "arn:aws:iam::123456789012:role/nobody") == "ValidationException"

    @pytest.mark.parametrize(
        "statement",
        [
            {**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}},
            {**TRUST, "Effect": "Deny"},
            {**TRUST, "Action": "sts:TagSession"},
            {**TRUST, "Principal": {"AWS": "*"}, "Sid": "sagemaker.amazonaws.com"},
        ],
    )
    def test_one_that_only_mentions_sagemaker_will_not(self, studio: Studio, statement: dict[str, object]) -> None:
        assert self.refused(studio, studio.role("exec", statement)) == "ValidationException"


class TestYoungRole:
    """IAM needs a while until everybody knows a role."""

    @pytest.fixture
    def timings(self) -> Timings:
        return Timings(role_propagation=timedelta(hours=1))

    def test_a_role_made_just_now_cannot_be_assumed_yet(self, studio: Studio) -> None:
        role = studio.role("exec")
        with pytest.raises(ClientError, match="unable to assume the execution role") as refused:
            studio.profile(UserSettings={"ExecutionRole": role})
        assert refusal(refused) == "ValidationException"
