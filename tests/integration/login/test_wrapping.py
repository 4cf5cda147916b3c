"""Signature wrapping: a true signature stays in the document, while somebody else's words stand where one looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.integration.login import wrapped_assertions, wrapped_responses
from tests.integration.login.case import Attack, Case, cases, each, in_turn, stands_firm, tree
from tests.integration.login.front import Front
from tests.support.identity_providers.protocol import Variations
from tests.support.identity_providers.signing import Element
from tests.support.saml_idp import Signing

Wrap = Callable[[Element], Element]


def _parts(forms: Sequence[Wrap], sign: Signing) -> list[tuple[str, Attack, str]]:
    return [(f"{form.__name__.replace('_', ' ')}, signed {sign}", tree(form), "assertion-count") for form in forms]


def _wrapped(forms: Sequence[Wrap], sign: Signing) -> tuple[Case, ...]:
    """The eight classic forms are tried on the documents of every software."""
    classic = [form for form in forms if form.__name__.startswith("xsw")]
    further = [form for form in forms if form not in classic]
    variations: Variations = {"sign": sign}
    return (
        *cases(*_parts(classic, sign), variations=variations),
        *in_turn(*_parts(further, sign), variations=variations),
    )


BOTH = [*wrapped_responses.FORMS[-3:], *wrapped_assertions.FORMS[:6]]
CASES = (
    *_wrapped(wrapped_responses.FORMS, "response"),
    *_wrapped(wrapped_assertions.FORMS, "assertion"),
    *in_turn(*_parts(BOTH, "both"), variations={"sign": "both"}),
    *in_turn(("an assertion as the document", tree(wrapped_assertions.forged_assertion_as_the_document), "structure")),
)


@each(CASES)
def test_a_wrapped_signature_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)
