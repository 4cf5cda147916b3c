"""The page of a person who has several workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from concierge.login.site.answers import Look
from concierge.login.site.frame import Page, framed
from concierge.login.site.markup import NOTHING, Html, fill, joined, named
from concierge.login.site.scripts import CHOOSE
from concierge.login.site.texts import ChooserText
from concierge.login.site.translations import TEXTS

_IN_ONE_COLUMN = 3
_WITH_KEYS = 9

_CONTENT = Template("""<p class="soft">$signed_in <span id="keys" hidden>$keys</span></p>
<ol id="workspaces" class="workspaces" role="list" tabindex="-1" aria-labelledby="title" aria-describedby="keys">
$cards
</ol>
$preparing""")
_CARD = Template("""<li><a href="$href">
<span class="top"><bdi class="title">$title</bdi>
$key<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="M7.5 4.5 13 10l-5.5 5.5" fill="none"
 stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg></span>
<bdi class="about">$persona</bdi>
<span class="about">$opens$space</span>
<bdi class="about place">$place</bdi>
</a></li>""")
_KEY = Template('<kbd aria-hidden="true" hidden>$number</kbd>')
_PREPARING = Template("""<section class="preparing" aria-labelledby="preparing">
<h2 id="preparing">$title</h2>
<ul>
$names
</ul>
<p class="soft">$text</p>
</section>""")
_NAME = Template("<li><bdi>$name</bdi></li>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A workspace that can be opened.

    href:    where its link leads: an address that we made, opened by GET.
    title:   the domain's name, as "research".
    persona: as what, as "data-scientist".
    place:   account and region, as "123456789012 · eu-west-1".
    opens:   the app that opens, as "JupyterLab"; empty for Studio's start page.
    space:   the space that opens; empty if none.
    """

    href: str
    title: str
    persona: str
    place: str
    opens: str
    space: str


def chooser(
    login: str,
    choices: Sequence[Choice],
    look: Look,
    *,
    preparing: Sequence[str] = (),
    cookies: Sequence[str] = (),
) -> dict[str, Any]:
    """Links to the choices, in their order; the first nine open by their digit, too.

    choices:   at least one.
    preparing: domains of the person that cannot be opened yet.
    """
    words = TEXTS[look.language].chooser
    content = fill(
        _CONTENT,
        signed_in=named(words.signed_in, login),
        keys=words.key if len(choices) == 1 else words.keys.format(n=min(len(choices), _WITH_KEYS)),
        cards=joined(_card(number, choice, words) for number, choice in enumerate(choices, start=1)),
        preparing=_still_preparing(preparing, words) if preparing else NOTHING,
    )
    page = Page(title=words.title, content=content, script=CHOOSE, wide=len(choices) > _IN_ONE_COLUMN)
    return framed(200, page, look, cookies)


def _card(number: int, choice: Choice, words: ChooserText) -> Html:
    opens = named(words.opens, choice.opens) if choice.opens else words.opens_start_page
    return fill(
        _CARD,
        href=choice.href,
        title=choice.title,
        persona=choice.persona,
        opens=opens,
        space=Html(" · " + named(words.space, choice.space)) if choice.space else NOTHING,
        place=choice.place,
        key=fill(_KEY, number=str(number)) if number <= _WITH_KEYS else NOTHING,
    )


def _still_preparing(names: Sequence[str], words: ChooserText) -> Html:
    return fill(
        _PREPARING,
        title=words.preparing_title,
        names=joined(fill(_NAME, name=name) for name in names),
        text=words.preparing,
    )
