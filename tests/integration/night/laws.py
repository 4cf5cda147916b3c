"""What must hold of every night, however it went: found in what was sent and in what was answered."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tests.integration.night.watching import Attempt

_STOP = "sagemaker:DeleteApp"
_READING = ("Get", "List", "Describe", "Query", "Scan", "BatchGet")
_RECORDS = ("events:PutEvents", "s3:PutObject")

Thing = tuple[str, str]  # kind as in an ARN, and name; an app goes by the name of its space


def stops(attempts: Iterable[Attempt], *, lost: bool) -> Counter[str]:
    """How often each app, by its space, was asked to stop and AWS did so.

    Answered with a success; or, where answers are lost, not answered at all. Studio refuses what is Deleting already
    (ResourceInUse), so a stop that is sent again for a lost answer is none.
    """
    done = ("", None) if lost else ("",)
    return Counter(each.asked["SpaceName"] for each in attempts if each.operation == _STOP and each.code in done)


def needless(attempts: Iterable[Attempt]) -> list[str]:
    """Apps that were asked to stop again, although a stop had been answered with a success."""
    answered: set[str] = set()
    again: list[str] = []
    for each in attempts:
        if each.operation == _STOP:
            space = each.asked["SpaceName"]
            again += [space] if space in answered else []
            answered |= {space} if each.code == "" else set()
    return again


def unannounced(attempts: Sequence[Attempt]) -> list[str]:
    """Writes that were sent before the bus had confirmed a "Change Begun" of what they change."""
    words = [
        (each.answered, thing)
        for each in attempts
        if each.operation == "events:PutEvents" and each.code == "" and each.answered is not None
        for entry in each.asked["Entries"]
        if entry["DetailType"] == "Change Begun"
        for thing in _named(json.loads(entry["Detail"])["subject"])
    ]
    return [
        f"{each.operation} of {thing}"
        for each in writes(attempts)
        for thing in _changed(each)
        if not any(thing == named and at < each.sent for at, named in words)
    ]


def writes(attempts: Iterable[Attempt]) -> list[Attempt]:
    """All that changes something but the audit and the record of the run."""
    return [each for each in attempts if each.operation not in _RECORDS and not is_read(each.operation)]


def is_read(operation: str) -> bool:
    """Whether it changes nothing."""
    return operation.partition(":")[2].startswith(_READING)


def told(attempts: Iterable[Attempt], kind: str) -> list[dict[str, Any]]:
    """The audit events of a kind that the bus has confirmed."""
    return [
        json.loads(entry["Detail"])
        for each in attempts
        if each.operation == "events:PutEvents" and each.code == ""
        for entry in each.asked["Entries"]
        if entry["DetailType"] == kind
    ]


def _changed(attempt: Attempt) -> Iterator[Thing]:
    asked = attempt.asked
    match attempt.operation:
        case "sagemaker:DeleteApp":
            yield "app", asked["SpaceName"]
        case "sagemaker:AddTags":
            yield _of_arn(asked["ResourceArn"])
        case "tag:TagResources":
            yield from map(_of_arn, asked["ResourceARNList"])
        case "dynamodb:PutItem" if asked["Item"]["pk"]["S"] == "pace":
            return  # what the next run should know of AWS's limits changes nothing for anybody
        case other:
            raise AssertionError(f"{other} is a write that no sweep here has any business with")


def _of_arn(arn: str) -> Thing:
    kind, _, name, *_ = arn.split(":", 5)[-1].split("/")
    return kind, name


def _named(subject: str) -> Iterator[Thing]:
    """`2 profiles in bench: a, b` or `app JupyterLab/default of a in bench`, in both rooms' words."""
    words = re.split(r"[ ,:]+", subject)
    kind = next(kind for kind in ("app", "space", "profile") if any(kind in word for word in words[:2]))
    for word in words:
        yield ("user-profile" if kind == "profile" else kind), word
