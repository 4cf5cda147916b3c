"""What is easily got wrong about IAM's operators, wildcards and variables."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gate.policy import Context, Policy, Request, Statement, UnknownElement, decide, like, statements

USER = "aws:principaltag/user"
ANY = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def policy(*bodies: dict[str, Any]) -> tuple[Statement, ...]:
    return statements(Policy("test", json.dumps({"Version": "2012-10-17", "Statement": [*bodies]})))


def allowed(*bodies: dict[str, Any], resource: str = "arn:aws:s3:::data/amara", keys: Context | None = None) -> bool:
    return decide(Request(action="s3:GetObject", resource=resource, context=keys or {}), policy(*bodies)).allowed


def holds(operator: str, wanted: Any, *values: str) -> bool:
    return allowed({**ANY, "Condition": {operator: {"aws:k": wanted}}}, keys={"aws:k": values} if values else {})


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "fits"),
    [
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", 10, "10", False),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericGreaterThanEquals", ["100", "5"], "7", True),
        ("NumericLessThan", "10", "many", False),
        ("DateLessThan", "2030-01-01T00:00:00Z", "2026-11-24T14:00:00Z", True),
        ("DateGreaterThan", "2030-01-01T00:00:00Z", "2026-11-24T14:00:00Z", False),
        ("DateGreaterThan", "1700000000", "2026-11-24T14:00:00Z", True),
        ("DateEquals", "2026-11-24", "2026-11-24T00:00:00+00:00", True),
        ("IpAddress", ["10.0.0.0/8", "127.0.0.0/8"], "127.0.0.1", True),
        ("IpAddress", "10.0.0.0/8", "192.0.2.1", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("NotIpAddress", "10.0.0.0/8", "192.0.2.1", True),
        ("NotIpAddress", "10.0.0.0/8", "10.1.1.1", False),
        ("Bool", False, "false", True),
        ("StringNotEqualsIgnoreCase", "Amara", "AMARA", False),
        ("StringNotLike", ["a*", "b*"], "c", True),
        ("StringNotLike", ["a*", "b*"], "bar", False),
        ("ArnNotLike", "arn:aws:iam::*:role/a", "arn:aws:iam::1:role/b", True),
    ],
)
def test_operators_compare_as_aws_says(operator: str, wanted: Any, value: str, fits: bool) -> None:
    assert holds(operator, wanted, value) is fits


@pytest.mark.parametrize(
    "operator", ["StringNotEquals", "StringNotLike", "ArnNotEquals", "NumericNotEquals", "NotIpAddress"]
)
def test_a_negated_operator_holds_for_a_missing_key(operator: str) -> None:
    wanted = {"NumericNotEquals": "1", "NotIpAddress": "10.0.0.0/8"}.get(operator, "arn:aws:iam::1:role/x")
    assert holds(operator, wanted)
    assert holds(operator + "IfExists", wanted)


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ArnLike", "NumericLessThan", "IpAddress", "Bool"])
def test_a_positive_operator_fails_for_a_missing_key_unless_it_says_if_exists(operator: str) -> None:
    wanted = {"NumericLessThan": "1", "IpAddress": "10.0.0.0/8", "Bool": "true"}.get(operator, "arn:aws:iam::1:role/x")
    assert not holds(operator, wanted)
    assert holds(operator + "IfExists", wanted)


def test_for_any_value_of_no_values_is_false_even_with_if_exists() -> None:
    assert not holds("ForAnyValue:StringEqualsIfExists", "team")
    assert not holds("ForAnyValue:StringNotEquals", "team")
    assert holds("ForAllValues:StringNotEquals", "team")


def test_set_operators_negate_value_by_value() -> None:
    assert holds("ForAnyValue:StringNotEquals", "a", "a", "b")
    assert not holds("ForAllValues:StringNotEquals", "a", "a", "b")


def test_several_values_need_a_set_operator() -> None:
    with pytest.raises(UnknownElement, match="needs ForAllValues or ForAnyValue"):
        holds("StringEquals", "a", "a", "b")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Condition": {"StringEqualz": {"aws:k": "x"}}}, "StringEqualz is not known"),
        ({"Condition": {"BinaryEquals": {"aws:k": "x"}}}, "BinaryEquals is not known"),
        ({"Condition": {"ForSomeValues:StringEquals": {"aws:k": "x"}}}, "is not known"),
        ({"Condition": {"NumericEquals": {"aws:k": "ten"}}}, "'ten' is no value"),
        ({"Condition": {"IpAddress": {"aws:k": "10.0.0.300"}}}, "is no value"),
        ({"Condition": {"Null": {"aws:k": "maybe"}}}, "true or false"),
        ({"Resources": "*"}, "Resources is no element"),
        ({"Effect": "allow"}, "Effect must be"),
        ({"NotAction": "s3:*"}, "one of Action and NotAction"),
    ],
)
def test_a_policy_that_cannot_be_read_is_an_error_where_it_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownElement, match=message) as raised:
        policy({**ANY, "Sid": "Wrong", **change})
    assert "test, Wrong" in str(raised.value)


def test_an_unknown_operator_in_a_deny_is_an_error_though_its_key_is_missing() -> None:
    with pytest.raises(UnknownElement):
        allowed(ANY, {**ANY, "Effect": "Deny", "Condition": {"StringEqualz": {"aws:k": "x"}}})


@pytest.mark.parametrize(
    ("pattern", "resource", "fits"),
    [
        ("arn:aws:iam::*:role/a", "arn:aws:iam::1:role/a", True),
        ("arn:aws:iam::*:role/a", "arn:aws:iam::1:user/x:role/a", False),
        ("arn:aws:s3:::data/*", "arn:aws:s3:::data/a/b", True),
        ("arn:aws:logs:*:1:log-group:*", "arn:aws:logs:eu-west-1:1:log-group:g:log-stream:s", True),
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:1:q", True),
        ("arn:aws:sqs:*", "arn:aws:sns:eu-west-1:1:q", False),
        ("*", "*", True),
        ("arn:aws:sagemaker:*:*:*", "*", False),
    ],
)
def test_a_wildcard_in_an_arn_ends_at_the_colon(pattern: str, resource: str, fits: bool) -> None:
    assert allowed({**ANY, "Resource": pattern}, resource=resource) is fits


def test_what_a_variable_holds_is_never_a_wildcard() -> None:
    own = {**ANY, "Resource": "arn:aws:s3:::data/${aws:PrincipalTag/user}"}
    assert allowed(own, keys={USER: ("amara",)})
    assert not allowed(own, keys={USER: ("*",)})
    assert not allowed(own, keys={USER: ("a?ara",)})


def test_variables_have_defaults_and_escapes() -> None:
    defaulted = {**ANY, "Resource": "arn:aws:s3:::data/${aws:PrincipalTag/user, 'amara'}"}
    assert allowed(defaulted)
    assert not allowed(defaulted, keys={USER: ("li",)})
    star = {**ANY, "Resource": "arn:aws:s3:::data/${*}"}
    assert allowed(star, resource="arn:aws:s3:::data/*")
    assert not allowed(star)


def test_variables_need_the_version_that_has_them() -> None:
    body = {**ANY, "Resource": "arn:aws:s3:::data/${aws:PrincipalTag/user}"}
    with pytest.raises(UnknownElement, match="Version"):
        statements(Policy("old", json.dumps({"Version": "2008-10-17", "Statement": body})))


def test_an_exemption_that_is_not_known_exempts_nothing() -> None:
    others = {"Action": "s3:*", "NotResource": "arn:aws:s3:::data/${aws:PrincipalTag/user}"}
    assert not allowed({"Effect": "Allow", **others})
    assert not allowed(ANY, {"Effect": "Deny", **others})
    assert allowed(ANY, {"Effect": "Deny", **others}, keys={USER: ("amara",)})


def test_session_policies_bound_and_resource_policies_grant() -> None:
    request = Request(action="s3:GetObject", resource="arn:aws:s3:::data/amara", context={})
    grant, nothing = policy(ANY), policy({**ANY, "Action": "sqs:*"})
    deny = policy({**ANY, "Effect": "Deny"})
    assert not decide(request, grant, session=nothing).allowed
    assert decide(request, grant, session=grant).allowed
    assert decide(request, [], resource=grant).by_resource
    assert not decide(request, [], nothing, resource=grant).allowed
    assert not decide(request, grant, resource=deny).allowed
    assert "explicit deny in a resource-based policy" in decide(request, grant, resource=deny).reason


@given(st.text(string.ascii_letters + ":/*?.[]{}^\\-", max_size=20))
def test_every_text_is_like_itself_and_like_a_star(text: str) -> None:
    assert like(text, text)
    assert like("*", text)
    assert like(text + "*", text)


@given(st.sampled_from(["StringEquals", "StringLike"]), st.lists(st.sampled_from("abc"), max_size=4))
def test_for_all_and_for_any_are_each_others_contradiction(operator: str, values: list[str]) -> None:
    negated = operator.replace("String", "StringNot")
    assert holds(f"ForAllValues:{operator}", ["a", "b"], *values) is not holds(
        f"ForAnyValue:{negated}", ["a", "b"], *values
    )


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_allowed_is_granted_within_the_boundary_and_not_denied(
    granted: bool, bounded: bool, denied: bool, denied_by_boundary: bool
) -> None:
    request = Request(action="s3:GetObject", resource="arn:aws:s3:::data/amara", context={})
    deny = {**ANY, "Effect": "Deny"}
    identity = policy(*[ANY] * granted, *[deny] * denied)
    boundary = policy(*[ANY] * bounded, *[deny] * denied_by_boundary)
    expected = granted and bounded and not denied and not denied_by_boundary
    assert decide(request, identity, boundary).allowed is expected
