"""What a rule tells: values in text are text, elsewhere they are JSON."""

from __future__ import annotations

from typing import Any

import pytest

from local.events.transformers import transformed

EVENT = {"detail": {"who": 'the "group"\nof ten', "count": 10, "each": ["a", "b"], "a-b": {"c d": "deep"}}}


@pytest.mark.parametrize(
    ("paths", "template", "expected"),
    [
        ({"who": "$.detail.who"}, '"<who> waits"', 'the "group"\nof ten waits'),
        ({"n": "$.detail.count"}, '"<n> people"', "10 people"),
        ({"n": "$.detail.count", "who": "$.detail.who"}, '{"n": <n>, "text": "<n>: <who>"}', None),
        ({"each": "$.detail.each"}, '{"each": <each>}', {"each": ["a", "b"]}),
        ({"deep": "$.detail.a-b['c d']"}, "<deep>", "deep"),
        ({"all": "$"}, "<all>", EVENT),
        ({"nothing": "$.detail.nothing.below"}, '"a<nothing>b"', "ab"),
        ({"n": "$.detail.count"}, r'"say \"<n>\" < 11"', 'say "10" < 11'),
    ],
)
def test_paths_are_filled_in(paths: dict[str, str], template: str, expected: Any) -> None:
    if expected is None:
        expected = {"n": 10, "text": '10: the "group"\nof ten'}
    assert transformed({"InputPathsMap": paths, "InputTemplate": template}, EVENT) == expected
