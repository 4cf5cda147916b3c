"""An answer belongs to the browser that asked: nobody pushes a login of their own choice into somebody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.login.browser import Post
from tests.integration.login.edits import DATA, attribute
from tests.integration.login.front import Front, Genuine
from tests.integration.login.questions import Question, answered, asked
from tests.support.identity_providers.software import NAMES

Attack = Callable[[Genuine, Question, Question], Post]


def with_cookies(make: Callable[[Question, Question], str]) -> Attack:
    """The true answer, in a browser with other cookies: those of a question that it asked, too."""
    return lambda genuine, question, other: answered(genuine.document, make(question, other))


def altered(text: str) -> str:
    """The last letter is another one."""
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def in_the_form(genuine: Genuine, question: Question, _: Question) -> Post:
    return answered(genuine.document, "", ("Cookie", question.cookie), (question.name, question.value))


def envelope_answers_another(genuine: Genuine, question: Question, other: Question) -> Post:
    cookies = f"{question.cookie}; {other.cookie}"
    return answered(genuine.signed(attribute("", "InResponseTo", other.id)), cookies)


def assertion_answers_another(genuine: Genuine, question: Question, other: Question) -> Post:
    cookies = f"{question.cookie}; {other.cookie}"
    return answered(genuine.signed(attribute(DATA, "InResponseTo", other.id)), cookies)


def assertion_answers_nothing(genuine: Genuine, question: Question, _: Question) -> Post:
    """The envelope need not be signed, so it alone is no answer."""
    return answered(genuine.signed(attribute(DATA, "InResponseTo", None)), question.cookie)


def answer_with_more_behind(genuine: Genuine, question: Question, _: Question) -> Post:
    changes = [attribute(path, "InResponseTo", f"{question.id} ") for path in ("", DATA)]
    return answered(genuine.signed(*changes), question.cookie)


def answer_to_the_cookie(genuine: Genuine, question: Question, _: Question) -> Post:
    """The cookie's name instead of the question's id."""
    changes = [attribute(path, "InResponseTo", question.name) for path in ("", DATA)]
    return answered(genuine.signed(*changes), question.cookie)


ATTACKS: dict[str, Attack] = {
    "no cookie": with_cookies(lambda *_: ""),
    "the cookie of another question": with_cookies(lambda _, other: other.cookie),
    "the value of another question": with_cookies(lambda question, other: f"{question.name}={other.value}"),
    "the name of another question": with_cookies(lambda question, other: f"{other.name}={question.value}"),
    "an altered value": with_cookies(lambda question, _: altered(question.cookie)),
    "half a value": with_cookies(lambda question, _: question.cookie[: -len(question.value) // 2]),
    "no value": with_cookies(lambda question, _: f"{question.name}="),
    "a value of zeros": with_cookies(lambda question, _: f"{question.name}={'0' * len(question.value)}"),
    "a quoted value": with_cookies(lambda question, _: f'{question.name}="{question.value}"'),
    "the id as the value": with_cookies(lambda question, _: f"{question.name}={question.id}"),
    "a name in capitals": with_cookies(lambda question, _: f"{question.name.upper()}={question.value}"),
    "a name without its prefix": with_cookies(lambda question, _: question.cookie.removeprefix("__Host-")),
    "the cookie twice": with_cookies(lambda question, _: f"{question.cookie}; {question.cookie}"),
    "another value in front": with_cookies(lambda question, other: f"{question.name}={other.value}; {question.cookie}"),
    "a hundred cookies in front": with_cookies(lambda question, _: "; ".join(["a=b"] * 100 + [question.cookie])),
    "the cookie in the form": in_the_form,
    "the envelope answers another question": envelope_answers_another,
    "the assertion answers another question": assertion_answers_another,
    "the assertion answers nothing": assertion_answers_nothing,
    "an answer with more behind": answer_with_more_behind,
    "an answer to the cookie": answer_to_the_cookie,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_answer_in_a_browser_that_did_not_ask_lets_nobody_in(front: Front, name: str) -> None:
    question, other = asked(front), asked(front)
    genuine = front.genuine(NAMES[len(name) % len(NAMES)], in_response_to=question.id)
    before = front.asked()
    front.refused(front.send(ATTACKS[name](genuine, question, other)), "in-response-to")
    front.left_alone(before)
    front.let_in(front.send(answered(genuine.document, question.cookie)))


@pytest.mark.parametrize("idp", NAMES)
def test_each_software_answers_the_browser_that_asked(front: Front, idp: str) -> None:
    """With the cookies of other tabs and other sites around it."""
    question, other = asked(front), asked(front)
    document = front.genuine(idp, in_response_to=question.id).document
    front.let_in(front.send(answered(document, f"x=y; {other.cookie}; {question.cookie}; z")))


def test_the_same_answer_is_no_answer_to_a_second_question(front: Front) -> None:
    question = asked(front)
    document = front.genuine("samlp", in_response_to=question.id).document
    front.let_in(front.send(answered(document, question.cookie)))
    front.refused(front.send(answered(document, question.cookie)), "replayed")
