"""The pages that say why Studio does not open."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template
from typing import Any, assert_never

from concierge.login.site.answers import Look
from concierge.login.site.frame import Page, framed, reference
from concierge.login.site.markup import fill
from concierge.login.site.texts import Notice
from concierge.login.site.translations import TEXTS

_CONTENT = Template("""<p>$what</p>
<p>$next</p>
<p class="reference">$reference</p>""")


def notice(which: Notice, look: Look, *, cookies: Sequence[str] = ()) -> dict[str, Any]:
    """The same for everybody who gets this notice, but for nonce, correlation and language."""
    words = TEXTS[look.language].notices[which]
    content = fill(_CONTENT, what=words.what, next=words.next, reference=reference(look))
    return framed(_status(which), Page(title=words.title, content=content, footer=False), look, cookies)


def _status(which: Notice) -> int:
    match which:
        case Notice.REFUSED | Notice.NO_WORKSPACE | Notice.HELD | Notice.EXPIRED:
            return 403
        case Notice.FAILED:
            return 500
        case Notice.BUSY:
            return 503
    assert_never(which)
