"""Too many people leave at once: an administrator looks, decides, and asks why somebody has access."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from concierge.aws import clients
from local.character import Character
from local.stack import LocalStack
from local.story import Story

Concierge = Callable[..., Result]
CLIENTS = (clients.dynamodb, clients.events, clients.iam, clients.s3, clients.sagemaker, clients.sqs, clients.sts)
PEOPLE = [Character(login=f"person.{n}", guid=f"f16bf178-c99f-51b5-b340-0000000000{n:02}") for n in range(7)]


@pytest.fixture
def concierge(stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Concierge:
    """The command, in the shell of somebody who may do everything."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "operator")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps(stack.outputs))
    for client in CLIENTS:
        client.cache_clear()

    def typed(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--outputs", str(outputs)])

    return typed


def everybody(story: Story, what: str) -> None:
    """The directory says the same of all seven."""
    story.tell(*(replace(story, person=person).membership(what) for person in PEOPLE))


def the_hold(concierge: Concierge) -> dict[str, Any]:
    (hold,) = json.loads(concierge("holds", "list", "--json").output)
    return dict(hold)


def gets_in(story: Story, login: str) -> bool:
    """Whether the login page leads this person into Studio."""
    person = next(each for each in PEOPLE if each.login == login)
    return replace(story, person=person).logs_in().status == 302


def test_a_mass_removal_from_the_first_look_to_the_last_decision(story: Story, concierge: Concierge) -> None:
    before = dict(os.environ)
    everybody(story, "added")
    everybody(story, "removed")
    hold = the_hold(concierge)
    waiting = [each["login"] for each in hold["people"]]
    assert hold["reason"] == "6 people in 60 minutes, at most 5 are allowed"
    assert len(waiting) == 2
    assert not any(gets_in(story, login) for login in waiting)  # they keep what they have, and wait outside
    gone = next(person.login for person in PEOPLE if person.login not in waiting)
    assert not gets_in(story, gone)

    audited = len(story.stack.audit_events)
    why = concierge("explain", waiting[0])
    assert f"next: nothing until an administrator decides on hold {hold['id']}" in why.output
    plan = concierge("plan", waiting[0])
    assert plan.exit_code == 2
    assert f"- record binding: door of {waiting[0]} in research: closed" in plan.output
    assert f"removals wait for an administrator: hold {hold['id']}" in plan.output

    assert concierge("holds", "reject", hold["id"], "--yes").exit_code == 0
    story.stack.settle()
    assert gets_in(story, waiting[0])
    assert concierge("plan", waiting[0]).exit_code == 0
    assert [event["detail-type"] for event in story.stack.audit_events[audited:]] == ["Hold Rejected"]

    person = next(each for each in PEOPLE if each.login == waiting[0])
    story.tell(replace(story, person=person).membership("removed"))
    again = the_hold(concierge)
    result = concierge("holds", "approve", again["id"], "--yes")
    assert result.output.splitlines()[-1] == f"approved, 1 person: access ends of {waiting[0]}"
    story.stack.settle()
    assert [gets_in(story, login) for login in waiting] == [False, True]
    assert concierge("holds", "list").output == "nothing waits for a decision\n"
    assert "door closed" in concierge("explain", waiting[0]).output
    assert concierge("plan").exit_code == 0
    assert dict(os.environ) == before
