"""How the gate reads IAM policies: the semantics that are easily got wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.gate.policy import Policy, Request, Statement, UnknownElement, decide, like, statements
from local.gate.trust import trust_allows

BUCKET = "arn:aws:s3:::data/users/amara/x"


def policy(*found: dict[str, Any]) -> list[Statement]:
    body = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **each} for each in found]
    return list(statements(Policy("test", json.dumps({"Version": "2012-10-17", "Statement": body}))))


def allowed(
    found: list[Statement], *, boundary: list[Statement] | None = None, **context: str | tuple[str, ...]
) -> bool:
    keys = {
        name.replace("__", ":").replace("_slash_", "/"): (value,) if isinstance(value, str) else value
        for name, value in context.items()
    }
    return decide(Request(action="s3:GetObject", resource=BUCKET, context=keys), found, boundary).allowed


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    assert not allowed([])
    assert not allowed(policy({"Action": "s3:PutObject"}))


def test_an_explicit_deny_wins_over_any_allow() -> None:
    assert not allowed(policy({}, {"Effect": "Deny"}))


def test_a_boundary_bounds_and_grants_nothing() -> None:
    assert allowed(policy({}), boundary=policy({}))
    assert not allowed(policy({}), boundary=[])
    assert not allowed([], boundary=policy({}))
    assert not allowed(policy({}), boundary=policy({}, {"Effect": "Deny"}))


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("*", True), ("arn:aws:s3:::data/*", True), ("arn:aws:s3:::data", False), ("arn:aws:s3:::dat?/users/*", True)],
)
def test_resources_fit_by_wildcards(pattern: str, fits: bool) -> None:
    assert allowed(policy({"Resource": pattern})) is fits


def test_brackets_in_a_pattern_are_letters_and_no_set() -> None:
    assert like("a[b]*", "a[b]c")
    assert not like("a[b]", "ab")


def test_actions_compare_without_case_and_resources_with() -> None:
    assert allowed(policy({"Action": "S3:getobject"}))
    assert not allowed(policy({"Resource": BUCKET.upper()}))


def test_not_action_and_not_resource_are_everything_else() -> None:
    body = {"Effect": "Allow", "NotAction": "s3:PutObject", "NotResource": "arn:aws:s3:::other/*"}
    found = list(statements(Policy("test", json.dumps({"Statement": body}))))
    assert allowed(found)


def test_a_variable_without_a_value_fits_nothing() -> None:
    own = policy({"Resource": "arn:aws:s3:::data/users/${aws:PrincipalTag/studiouserid}/*"})
    assert not allowed(own)
    assert not allowed(own, aws__principaltag_slash_studiouserid="somebody-else")
    assert allowed(own, aws__principaltag_slash_studiouserid="amara")


@pytest.mark.parametrize(
    ("condition", "value", "fits"),
    [
        ({"StringEquals": {"aws:k": "x"}}, None, False),
        ({"StringEquals": {"aws:k": "x"}}, "x", True),
        ({"StringEquals": {"aws:k": ["x", "y"]}}, "y", True),
        ({"StringEqualsIfExists": {"aws:k": "x"}}, None, True),
        ({"StringEqualsIfExists": {"aws:k": "x"}}, "z", False),
        ({"StringNotEquals": {"aws:k": "x"}}, None, True),
        ({"StringNotEquals": {"aws:k": "x"}}, "x", False),
        ({"StringNotEquals": {"aws:k": ["x", "y"]}}, "y", False),
        ({"StringLike": {"aws:k": "?*"}}, None, False),
        ({"StringLike": {"aws:k": "?*"}}, "x", True),
        ({"Null": {"aws:k": "true"}}, None, True),
        ({"Null": {"aws:k": "true"}}, "x", False),
        ({"Null": {"aws:k": "false"}}, "x", True),
        ({"Bool": {"aws:k": "true"}}, "TRUE", True),
        ({"ArnLike": {"aws:k": "arn:aws:iam::*:role/a"}}, "arn:aws:iam::1:role/a", True),
        ({"ForAllValues:StringEquals": {"aws:k": ["x", "y"]}}, None, True),
        ({"ForAllValues:StringEquals": {"aws:k": ["x", "y"]}}, ("x", "y"), True),
        ({"ForAllValues:StringEquals": {"aws:k": ["x", "y"]}}, ("x", "z"), False),
        ({"ForAnyValue:StringEquals": {"aws:k": ["x"]}}, None, False),
        ({"ForAnyValue:StringEquals": {"aws:k": ["x"]}}, ("z", "x"), True),
    ],
)
def test_conditions_hold_as_aws_says(condition: dict[str, Any], value: Any, fits: bool) -> None:
    given = {} if value is None else {"aws__k": value}
    assert allowed(policy({"Condition": condition}), **given) is fits


def test_an_operator_that_is_not_known_is_an_error_and_no_pass() -> None:
    with pytest.raises(UnknownElement, match="BinaryEquals"):
        allowed(policy({"Condition": {"BinaryEquals": {"aws:k": "1"}}}), aws__k="0")


TRUST = json.dumps(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/link"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringLike": {"aws:RequestTag/studiouserid": "?*"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["studiouserid"]},
            },
        }
    }
)
TAGS = {"aws:requesttag/studiouserid": ("amara",), "aws:tagkeys": ("studiouserid",)}


def test_a_role_is_assumed_only_by_whom_it_trusts_and_as_it_says() -> None:
    link = {"AWS": "arn:aws:iam::123456789012:role/link"}
    assert trust_allows(TRUST, link, "sts:AssumeRole", TAGS)
    assert not trust_allows(TRUST, link, "sts:AssumeRole", {})
    assert not trust_allows(TRUST, link, "sts:AssumeRole", {**TAGS, "aws:tagkeys": ("studiouserid", "admin")})
    assert not trust_allows(TRUST, {"AWS": "arn:aws:iam::123456789012:role/other"}, "sts:AssumeRole", TAGS)
    assert not trust_allows(TRUST, {"Federated": link["AWS"]}, "sts:AssumeRole", TAGS)
