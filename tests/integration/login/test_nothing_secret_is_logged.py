"""Whatever happens, and at the lowest level of logging, no function writes down what lets somebody in.

The whole corpus runs with LogLevel=DEBUG: what the tests before this one sent and got is searched for, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from moto.sts.models import sts_backends

from local.story import Story
from tests.integration.login.browser import Answer, Post, document_post, form
from tests.integration.login.case import untouched
from tests.integration.login.edits import values
from tests.integration.login.front import Front
from tests.integration.login.questions import answered, asked
from tests.integration.login.test_keys import impostor
from tests.integration.login.test_times import at
from tests.support.identity_providers.software import NAMES
from tests.support.log_scan import Secret, found_in, of_a_form, of_credentials, of_headers
from tests.support.saml_idp import ROLE_SESSION_NAME, posted


def everything_happens(front: Front) -> list[Answer]:
    """Every outcome of a login, by every software; answers in order."""
    answers: list[Answer] = []
    for name in NAMES:
        genuine = front.genuine(name, sign="both")
        attempts = (
            impostor(genuine),
            untouched(genuine),
            untouched(genuine),  # the second time is a replay
            at("Conditions NotOnOrAfter", -5)(front.genuine(name)),  # STS refuses
            front.genuine(name).again(values(ROLE_SESSION_NAME, "somebody.else")),  # has no workspace
            document_post(genuine.document[:-20]),
            Post(body=form(("SAMLResponse", posted(genuine.document) + "!"))),
        )
        answers += [front.exchange(attempt) for attempt in attempts]
    return answers


def our_own_failure(front: Front) -> Answer:
    """The presigner may not make links any more: the error of AWS, with all that it quotes, comes to the functions."""
    stack = front.story.stack
    [role] = {
        call.resource
        for call in stack.calls
        if call.action == "sts:AssumeRole" and "presigner" in call.resource.lower()
    }
    with front.story.shut_out(role):
        return front.exchange(untouched(front.genuine("samlp")))


def started_by_us(front: Front) -> None:
    """The browser comes to us first, and keeps a cookie until the provider sends it back; once without the cookie."""
    question = asked(front)
    document = front.genuine("simplesamlphp", in_response_to=question.id).document
    front.refused(front.exchange(answered(document, "")), "in-response-to")
    front.let_in(front.exchange(answered(document, question.cookie)))


def log_lines(story: Story) -> list[str]:
    """Of every function of the deployment."""
    functions = story.stack._deployment.functions.values()
    return [line for function in functions for line in story.stack.logs(function.logical_id)]


def secrets(front: Front) -> Iterator[Secret]:
    """All that browsers sent and got, and all that STS gave to anybody."""
    for post, answer in front.seen:
        yield from of_a_form(post.body)
        yield from of_headers((*post.headers, *answer.headers))
    for account in sts_backends.values():
        for backend in account.values():
            for role in backend.assumed_roles:
                yield from of_credentials(role.access_key_id, role.secret_access_key, role.session_token)


@pytest.fixture(scope="module")
def lines(front: Front) -> list[str]:
    """What was logged, after all of it has happened."""
    answers = everything_happens(front)
    failure = our_own_failure(front)
    started_by_us(front)
    pages = [answer for answer in (*answers, failure) if not answer.location]
    reasons = {front.logged(page.correlation)["reason"] for page in pages}
    assert {"signature", "replayed", "sts", "no-workspace", "xml", "base64"} < reasons
    assert failure.status == 500
    return log_lines(front.story)


def test_no_log_line_holds_what_lets_somebody_in(front: Front, lines: list[str]) -> None:
    collected = list(secrets(front))
    kinds = {secret.kind for secret in collected}
    assert {"a posted response", "a value of a signature", "an address", "a cookie", "a session token"} <= kinds
    assert found_in(lines, collected) == []


def test_the_search_would_find_it(front: Front, lines: list[str]) -> None:
    """The very secrets of this run, planted among the very lines of it."""
    address = next(answer.location for _, answer in front.seen if answer.location)
    planted = [*lines, json.dumps({"message": f"redirect to {address}"})]
    assert found_in(planted, secrets(front))
