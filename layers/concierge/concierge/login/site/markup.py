"""HTML in which nothing foreign is markup."""

from __future__ import annotations

import html
from collections.abc import Iterable
from string import Template


class Html(str):
    """Markup that is ready to be sent. Whatever is a plain `str` is text, and is escaped before it gets here."""

    __slots__ = ()


NOTHING = Html()


def fill(template: Template, **values: str) -> Html:
    """The template with its values: Html as it is, any other text escaped, for elements and quoted attributes alike.

    Raises KeyError for a value that the template needs and does not get.
    """
    return Html(template.substitute({name: _safe(value) for name, value in values.items()}))


def joined(parts: Iterable[Html]) -> Html:
    """The parts, one after the other, each on its own line."""
    return Html("\n".join(parts))


def _safe(value: str) -> Html:
    return value if isinstance(value, Html) else Html(html.escape(value))


_STRONG = Template("<strong><bdi>$text</bdi></strong>")


def named(sentence: str, name: str) -> Html:
    """A sentence of ours with a name in the place of `{}`: emphasised, and kept apart from the sentence's direction."""
    before, _, after = sentence.partition("{}")
    return Html(_safe(before) + fill(_STRONG, text=name) + _safe(after))
