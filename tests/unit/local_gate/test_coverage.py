"""Which permissions recorded calls needed: exactly those whose removal would deny one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.gate.coverage import Permission, permissions, unneeded
from local.gate.gate import Call
from local.gate.policy import Policy, Request, Statement, decide, statements, without_action

BUCKET = "arn:aws:s3:::b/k"


def policy(*bodies: dict[str, Any], name: str = "p") -> tuple[Statement, ...]:
    found = [{"Effect": "Allow", "Resource": "*", **each} for each in bodies]
    return statements(Policy(name, json.dumps({"Version": "2012-10-17", "Statement": found})))


def call(found: tuple[Statement, ...], action: str, resource: str = BUCKET, **context: tuple[str, ...]) -> Call:
    keys = {key.replace("__", ":"): values for key, values in context.items()}
    return Call(
        at=datetime(2026, 11, 24, tzinfo=UTC),
        principal_role="role",
        session_name="s",
        action=action,
        resource=resource,
        context=keys,
        decision=decide(Request(action=action, resource=resource, context=keys), found),
    )


def unused(found: tuple[Statement, ...], *calls: Call, denies: bool = False) -> list[str]:
    return [each.action for each in unneeded({"role": found}, calls, denies=denies)]


def test_an_action_that_nothing_called_is_not_needed() -> None:
    found = policy({"Sid": "Read", "Action": ["s3:GetObject", "s3:PutObject"]})
    assert unneeded({"role": found}, [call(found, "s3:GetObject")]) == (
        Permission("role", "p", "Read", "s3:PutObject"),
    )


def test_two_permissions_for_the_same_calls_are_each_not_needed() -> None:
    found = policy({"Action": "s3:GetObject"}, {"Action": "s3:Get*"})
    assert unused(found, call(found, "s3:GetObject")) == ["s3:Get*", "s3:GetObject"]
    assert unused(found, call(found, "s3:GetObject"), call(found, "s3:GetObjectAcl")) == ["s3:GetObject"]


def test_another_roles_calls_do_not_need_it() -> None:
    found = policy({"Action": "s3:GetObject"})
    assert [each.role for each in unneeded({"other": found}, [call(found, "s3:GetObject")])] == ["other"]


def test_a_denied_call_needs_nothing() -> None:
    found = policy({"Action": "s3:GetObject"}, {"Effect": "Deny", "Action": "s3:*"})
    assert unused(found, call(found, "s3:GetObject")) == ["s3:GetObject"]


def test_conditions_tell_two_statements_apart() -> None:
    found = policy(
        {"Action": "s3:GetObject", "Condition": {"StringEquals": {"aws:k": "a"}}},
        {"Action": "s3:GetObject", "Condition": {"StringEquals": {"aws:k": "b"}}},
    )
    assert len(unused(found, call(found, "s3:GetObject", aws__k=("a",)))) == 1
    assert unused(found, *[call(found, "s3:GetObject", aws__k=(value,)) for value in "ab"]) == []


def test_a_variable_tells_calls_apart_too() -> None:
    found = policy(
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/u}"},
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"},
    )
    own = call(found, "s3:GetObject", "arn:aws:s3:::b/amara", **{"aws__principaltag/u": ("amara",)})
    assert len(unused(found, own)) == 1


def test_prohibitions_are_listed_only_when_asked_for_and_only_if_nothing_ran_into_them() -> None:
    found = policy(
        {"Action": "s3:*"}, {"Effect": "Deny", "Action": ["s3:PutObject", "s3:DeleteObject", "sqs:SendMessage"]}
    )
    calls = [call(found, "s3:GetObject"), call(found, "s3:PutObject"), call(found, "sqs:SendMessage")]
    assert unused(found, *calls) == []
    assert unused(found, *calls, denies=True) == ["s3:DeleteObject", "sqs:SendMessage"]


def test_not_action_is_one_permission() -> None:
    found = policy({"NotAction": "iam:*"})
    assert unused(found) == ["NotAction"]
    assert unused(found, call(found, "s3:GetObject")) == []


ACTIONS = ["s3:GetObject", "s3:Get*", "s3:PutObject", "s3:*"]
CALLED = ["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject"]


@given(
    st.lists(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True), min_size=1, max_size=3),
    st.lists(st.sampled_from(CALLED), max_size=4),
)
def test_it_agrees_with_taking_each_action_away_and_asking_again(bodies: list[list[str]], called: list[str]) -> None:
    found = policy(*[{"Sid": str(index), "Action": actions} for index, actions in enumerate(bodies)])
    calls = [call(found, action) for action in called]
    allowed = [each for each in calls if each.decision.allowed]
    expected = []
    for permission, statement in permissions("role", found):
        less = list(without_action(found, statement, permission.action))
        requests = [Request(action=each.action, resource=each.resource, context={}) for each in allowed]
        if all(decide(request, less).allowed for request in requests):
            expected.append(permission)
    assert unneeded({"role": found}, calls) == tuple(sorted(expected))
