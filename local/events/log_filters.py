"""Filter patterns of log subscriptions, as far as templates use them: any of several terms.

Source: "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail" (CloudWatch
Logs User Guide): `?term` or `?"term with other characters"`, compared with case; no pattern lets every line through.
"""

from __future__ import annotations

import re

_ANY_OF = re.compile(r'\?(?:"((?:[^"\\]|\\.)+)"|([A-Za-z0-9_]+))')
_LONGEST = 1024  # PutSubscriptionFilter, API reference


def terms(pattern: str) -> tuple[str, ...]:
    """What a line must hold one of; none for a pattern that lets every line through. Raises ValueError for others."""
    if len(pattern) > _LONGEST:
        raise ValueError(f"a filter pattern has at most {_LONGEST} characters, not {len(pattern)}")
    if _ANY_OF.sub("", pattern).strip():
        raise ValueError(f"only patterns such as ?one ?two are known here, not {pattern!r}")
    return tuple(quoted or plain for quoted, plain in _ANY_OF.findall(pattern))


def passes(line: str, any_of: tuple[str, ...]) -> bool:
    """Whether a subscription with these terms is given the line."""
    return not any_of or any(each in line for each in any_of)
