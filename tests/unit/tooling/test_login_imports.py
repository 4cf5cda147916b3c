"""What a login function has loaded when it has answered: nothing that the login did not need."""

import pytest

from benchmarks.cold_start.logins import ours
from benchmarks.cold_start.measure import respond
from benchmarks.cold_start.scene import Scene

EVERYWHERE = frozenset({"boto3", "botocore", "pydantic", "aws_lambda_powertools", "urllib3", "requests"})
OF_SIGNATURES = frozenset({"signxml", "lxml"})


@pytest.mark.parametrize(
    ("function", "needless"), [("presigned_url", EVERYWHERE | OF_SIGNATURES), ("saml_validator", EVERYWHERE)]
)
def test_a_login_loads_only_what_it_uses(scene: Scene, function: str, needless: frozenset[str]) -> None:
    assert respond(ours(function), scene).modules & needless == frozenset()
