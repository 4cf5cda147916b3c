"""What all pages have in common: the head, the mark, the style, and the reference for the support team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from concierge.login.site.answers import Look, page_answer
from concierge.login.site.markup import NOTHING, Html, fill
from concierge.login.site.style import STYLE
from concierge.login.site.translations import TEXTS

_PAGE = Template("""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>$title · Studio Concierge</title>
<style nonce="$nonce">$style</style>
</head>
<body class="$shape">
<header>
<svg viewBox="0 0 28 28" aria-hidden="true" focusable="false">
<rect width="28" height="28" rx="7" fill="currentColor"/>
<g fill="none" stroke="var(--on-accent)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
<path d="M6 20.5h16M8 17a6 6 0 0 1 12 0zM14 11V8.5M12 8h4"/></g>
</svg>
<span>Studio Concierge</span>
</header>
<main>
<h1 id="title">$title</h1>
$content
</main>
$footer
$script
</body>
</html>
""")
_SCRIPT = Template('<script type="module" nonce="$nonce">$script</script>')
_REFERENCE = Template("<span>$label</span> <code>$correlation</code>")
_FOOTER = Template("<footer><p>$reference</p></footer>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page without its frame.

    title:    heading and title of the window.
    content:  below the heading.
    script:   empty for a page that needs none.
    connects: the script asks this host.
    wide:     there is enough on the page for several columns.
    footer:   the reference stands below the page; if not, the content shows it.
    """

    title: str
    content: Html
    script: Html = NOTHING
    connects: bool = False
    wide: bool = False
    footer: bool = True


def reference(look: Look) -> Html:
    """The words and the id by which the support team finds the log lines."""
    return fill(_REFERENCE, label=TEXTS[look.language].reference, correlation=look.correlation)


def framed(status: int, page: Page, look: Look, cookies: Sequence[str]) -> dict[str, Any]:
    """The whole answer."""
    body = fill(
        _PAGE,
        language=look.language.value,
        title=page.title,
        nonce=look.nonce,
        style=STYLE,
        shape="wide" if page.wide else "narrow",
        content=page.content,
        footer=fill(_FOOTER, reference=reference(look)) if page.footer else NOTHING,
        script=fill(_SCRIPT, nonce=look.nonce, script=page.script) if page.script else NOTHING,
    )
    return page_answer(status, body, look, script=bool(page.script), connects=page.connects, cookies=cookies)
