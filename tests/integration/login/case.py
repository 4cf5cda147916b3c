"""One attack: what it sends, which control must be let in afterwards, and which reason the log must name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

import pytest
from lxml import etree

from tests.integration.login.browser import Post, document_post
from tests.integration.login.front import Front, Genuine
from tests.support.identity_providers.protocol import Variations
from tests.support.identity_providers.signing import Element
from tests.support.identity_providers.software import NAMES

Attack = Callable[[Genuine], Post]


def untouched(genuine: Genuine) -> Post:
    """The document as the software made it."""
    return document_post(genuine.document)


class SeenBy(Enum):
    """US: before anything is asked of AWS. STS: after the assertion was used up. GATEWAY: its own answer is no page of
    ours, and has no reason.
    """

    US = auto()
    STS = auto()
    GATEWAY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`attack` is refused for `reason`; then `control`, which shares its assertion with the attack, is let in.

    variations: how the software is told to make the genuine document.
    seen_by:    who refuses.
    idp:        whose document it starts from.
    """

    name: str
    attack: Attack
    reason: str
    control: Attack = untouched
    variations: Variations
    seen_by: SeenBy = SeenBy.US
    idp: str


def cases(
    *parts: tuple[str, Attack, str],
    idps: tuple[str, ...] = NAMES,
    control: Attack = untouched,
    variations: Variations | None = None,
    seen_by: SeenBy = SeenBy.US,
) -> tuple[Case, ...]:
    """Every part as a case of every identity provider."""
    return tuple(
        Case(
            name=name,
            attack=attack,
            reason=reason,
            control=control,
            variations=variations or {},
            seen_by=seen_by,
            idp=idp,
        )
        for name, attack, reason in parts
        for idp in idps
    )


def in_turn(
    *parts: tuple[str, Attack, str],
    control: Attack = untouched,
    variations: Variations | None = None,
    seen_by: SeenBy = SeenBy.US,
) -> tuple[Case, ...]:
    """Every part once, each of the next identity provider: for what does not depend on how documents look."""
    return tuple(
        each
        for number, part in enumerate(parts)
        for each in cases(
            part, idps=(NAMES[number % len(NAMES)],), control=control, variations=variations, seen_by=seen_by
        )
    )


def tree(change: Callable[[Element], Element]) -> Attack:
    """An attack that moves the parts of the signed document about."""

    def attack(genuine: Genuine) -> Post:
        return document_post(etree.tostring(change(etree.fromstring(genuine.document))))

    return attack


def each(found: tuple[Case, ...]) -> pytest.MarkDecorator:
    """A test for each case."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.name}-{case.idp}") for case in found])


def stands_firm(front: Front, case: Case) -> None:
    """The attack is refused, and the control is let in."""
    genuine = front.genuine(case.idp, **case.variations)
    before = front.asked()
    answer = front.send(case.attack(genuine))
    match case.seen_by:
        case SeenBy.US:
            front.refused(answer, case.reason)
            front.left_alone(before)
        case SeenBy.STS:
            front.refused(answer, case.reason)
            assert front.asked_sts(before)
            genuine = front.genuine(case.idp, **case.variations)
        case SeenBy.GATEWAY:
            front.refused_by_gateway(answer)
            front.left_alone(before)
        case _:
            assert_never(case.seen_by)
    between = front.asked()
    front.let_in(front.send(case.control(genuine)))
    assert front.asked_sts(between)
