"""In which language a browser wants its pages."""

from __future__ import annotations

import re
from enum import StrEnum

_MEMBER = re.compile(
    r"(?P<range>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(?P<q>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII | re.IGNORECASE,
)


class Language(StrEnum):
    """A language that the pages are written in; the value is its tag in HTML and HTTP."""

    ENGLISH = "en"
    KOREAN = "ko"


def preferred_language(accept_language: str) -> Language:
    """The language that an Accept-Language header prefers; English if it prefers none of ours, or is broken.

    Source: RFC 9110, 12.5.4, for the header, and 12.4.2 for weights. A regional variant (`ko-KR`) counts as its
    language. Of several with the same weight the first one named is taken, as browsers mean it.
    """
    weights = _weights(accept_language)
    if weights is None:
        return Language.ENGLISH
    others = weights.get("*", 0.0)
    named = [Language(tag) for tag in weights if tag in set(Language)]
    candidates = [*named, *(language for language in Language if language not in named)]
    best = max(candidates, key=lambda language: weights.get(language, others))  # the first of equals
    return best if weights.get(best, others) > 0 else Language.ENGLISH


def _weights(header: str) -> dict[str, float] | None:
    """The highest weight of each primary language and of `*`, in the header's order; None if the header is broken."""
    weights: dict[str, float] = {}
    for member in (each.strip(" \t") for each in header.split(",")):
        if not member:
            continue  # a recipient must take empty members (RFC 9110, 5.6.1)
        found = _MEMBER.fullmatch(member)
        if found is None:
            return None
        language = found["range"].partition("-")[0].lower()
        weights[language] = max(weights.get(language, 0.0), float(found["q"] or 1))
    return weights
