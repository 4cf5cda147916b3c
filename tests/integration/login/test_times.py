"""Every limit of time, a little outside and a little inside of it, and times that can be read in two ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.login.browser import Post
from tests.integration.login.case import Attack, Case, SeenBy, each, in_turn, stands_firm
from tests.integration.login.edits import ASSERTION, CONDITIONS, DATA, as_usual, attribute, said
from tests.integration.login.front import Front, Genuine

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_NEAR = 5.0  # seconds on this side of a limit; as long as a slow machine may take to post
_AGE, _SKEW = 300.0, 60.0  # the limits, in seconds
_TIMES = {
    "IssueInstant": ASSERTION,
    "Conditions NotBefore": CONDITIONS,
    "Conditions NotOnOrAfter": CONDITIONS,
    "Confirmation NotBefore": DATA,
    "Confirmation NotOnOrAfter": DATA,
}


def at(what: str, seconds: float) -> Attack:
    """One of the response's times is so far from now; negative is before."""
    path, name = _TIMES[what], what.rpartition(" ")[2]

    def attack(genuine: Genuine) -> Post:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return genuine.again(attribute(path, name, moment.strftime(_FORMAT)))

    return attack


def edge(what: str, limit: float, outside: float, reason: str) -> tuple[Case, ...]:
    """The attack is `outside` by so many seconds; the control is the same assertion on the other side of the limit."""
    inside = at(what, limit - _NEAR if outside > 0 else limit + _NEAR)
    part = (f"{what} {limit + outside:+.0f} s", at(what, limit + outside), reason)
    return in_turn(part, control=inside)


def written(what: str, how: str) -> Attack:
    """A good moment, written in another way; `how` is a format of strftime."""
    path, name = _TIMES[what], what.rpartition(" ")[2]

    def attack(genuine: Genuine) -> Post:
        moment = datetime.now(UTC) + timedelta(seconds=60 if "NotOnOrAfter" in what else 0)
        return genuine.again(attribute(path, name, moment.strftime(how)))

    return attack


EDGES = (
    *edge("IssueInstant", -_AGE, -2, "too-old"),
    *edge("IssueInstant", -_AGE, -86_400, "too-old"),
    *edge("IssueInstant", _SKEW, 5, "issued-in-future"),
    *edge("IssueInstant", _SKEW, 86_400, "issued-in-future"),
    *edge("Conditions NotBefore", _SKEW, 5, "not-yet-valid"),
    *edge("Confirmation NotBefore", _SKEW, 5, "not-yet-valid"),
    *in_turn(
        ("Conditions NotOnOrAfter", at("Conditions NotOnOrAfter", -_SKEW - 2), "expired"),
        ("Confirmation NotOnOrAfter", at("Confirmation NotOnOrAfter", -_SKEW - 2), "expired"),
        ("Conditions NotOnOrAfter a year ago", at("Conditions NotOnOrAfter", -31_536_000), "expired"),
        control=at("Conditions NotOnOrAfter", _NEAR * 2),
    ),
    *in_turn(  # our clock may be off by a minute, and STS's may not: the stricter of the two decides
        ("Conditions NotOnOrAfter within the skew", at("Conditions NotOnOrAfter", -_NEAR), "sts"),
        ("Confirmation NotOnOrAfter within the skew", at("Confirmation NotOnOrAfter", -_NEAR), "sts"),
        seen_by=SeenBy.STS,
    ),
)

FORMATS = in_turn(
    ("no zone", written("IssueInstant", "%Y-%m-%dT%H:%M:%S"), "time"),
    ("a zone of zero hours", written("IssueInstant", "%Y-%m-%dT%H:%M:%S+00:00"), "time"),
    ("another zone", written("Conditions NotOnOrAfter", "%Y-%m-%dT%H:%M:%S-12:00"), "time"),
    ("a small z", written("IssueInstant", "%Y-%m-%dT%H:%M:%Sz"), "time"),
    ("a blank in the middle", written("IssueInstant", "%Y-%m-%d %H:%M:%SZ"), "time"),
    ("blanks around", written("IssueInstant", " %Y-%m-%dT%H:%M:%SZ "), "time"),
    ("a line end behind", written("Conditions NotOnOrAfter", "%Y-%m-%dT%H:%M:%SZ\n"), "time"),
    ("a day only", written("Conditions NotOnOrAfter", "%Y-%m-%d"), "time"),
    ("a day of the year", written("IssueInstant", "%Y-%jT%H:%M:%SZ"), "time"),
    ("a week", written("IssueInstant", "%G-W%V-%uT%H:%M:%SZ"), "time"),
    ("no separators", written("IssueInstant", "%Y%m%dT%H%M%SZ"), "time"),
    ("seconds since 1970", written("Conditions NotOnOrAfter", "%s"), "time"),
    ("a comma before the fraction", written("IssueInstant", "%Y-%m-%dT%H:%M:%S,5Z"), "time"),
    ("ten digits of a second", written("IssueInstant", "%Y-%m-%dT%H:%M:%S.0123456789Z"), "time"),
    ("a year of five digits", written("Conditions NotOnOrAfter", "1%Y-%m-%dT%H:%M:%SZ"), "time"),
    ("a year before Christ", written("Conditions NotBefore", "-%Y-%m-%dT%H:%M:%SZ"), "time"),
    ("the thirtieth of February", written("Conditions NotBefore", "%Y-02-30T%H:%M:%SZ"), "time"),
    ("the second after the last", written("Confirmation NotOnOrAfter", "%Y-%m-%dT%H:%M:60Z"), "time"),
    ("hour 24", written("Conditions NotBefore", "%Y-%m-%dT24:00:00Z"), "time"),
    ("digits of another script", written("Conditions NotOnOrAfter", "\u0662%Y-%m-%dT%H:%M:%SZ"), "time"),
    ("no time of issue", said(attribute(ASSERTION, "IssueInstant", None)), "structure"),
    ("no end of the conditions", said(attribute(CONDITIONS, "NotOnOrAfter", None)), "structure"),
    ("no end of the confirmation", said(attribute(DATA, "NotOnOrAfter", None)), "structure"),
    ("an empty end", said(attribute(CONDITIONS, "NotOnOrAfter", "")), "structure"),
    ("an empty start", said(attribute(CONDITIONS, "NotBefore", "")), "structure"),
    control=as_usual,
)

CASES = (*EDGES, *FORMATS)


@each(CASES)
def test_a_response_is_for_now_and_says_so_in_one_way(front: Front, case: Case) -> None:
    stands_firm(front, case)


@pytest.mark.parametrize("fraction", [".1", ".123", ".1234567", ".123456789"])
def test_fractions_of_a_second_are_read(front: Front, fraction: str) -> None:
    post = written("IssueInstant", f"%Y-%m-%dT%H:%M:%S{fraction}Z")(front.genuine("simplesamlphp"))
    front.let_in(front.send(post))


def test_times_that_need_not_be_there_may_be_missing(front: Front) -> None:
    front.let_in(front.send(said(attribute(CONDITIONS, "NotBefore", None))(front.genuine("pysaml2"))))
