"""The page of a person whose workspace is not ready yet."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template
from typing import Any

from concierge.login.site.answers import Look
from concierge.login.site.frame import Page, framed
from concierge.login.site.markup import Html, fill, named
from concierge.login.site.scripts import WAIT
from concierge.login.site.translations import TEXTS

# Without a refresh by itself (WCAG 2.2.1): who has no script gets a link.
_CONTENT = Template("""<div id="waiting" data-poll="$poll" data-again="$again" data-ready="$ready"
 data-interrupted="$interrupted" data-stopped="$stopped">
<p class="soft">$signed_in</p>
<ol class="steps" role="list">
<li><svg viewBox="0 0 22 22" aria-hidden="true" focusable="false"><circle cx="11" cy="11" r="10"
 fill="currentColor"/><path d="m6.5 11.5 3 3 6-6.5" fill="none" stroke="var(--on-accent)" stroke-width="2"
 stroke-linecap="round" stroke-linejoin="round"/></svg>$done</li>
<li aria-current="step"><svg viewBox="0 0 22 22" aria-hidden="true" focusable="false" fill="none"
 stroke="currentColor" stroke-width="2.5" stroke-linecap="round"><circle cx="11" cy="11" r="9" opacity=".25"/>
<path class="turning" d="M11 2a9 9 0 0 1 9 9"/></svg>$now</li>
<li class="next"><svg viewBox="0 0 22 22" aria-hidden="true" focusable="false"><circle cx="11" cy="11" r="9"
 fill="none" stroke="currentColor" stroke-width="2"/></svg>$next</li>
</ol>
<p>$usual <span id="automatic" hidden>$automatic</span></p>
<noscript><p>$by_hand</p></noscript>
<p id="status" role="status"></p>
<section id="long" class="long" aria-labelledby="long-title"$hidden>
<h2 id="long-title">$long_title</h2>
<p>$long</p>
</section>
<p><a class="button" href="$again">$check</a></p>
</div>""")


def waiting(
    login: str,
    look: Look,
    *,
    poll: str,
    again: str,
    takes_long: bool = False,
    cookies: Sequence[str] = (),
) -> dict[str, Any]:
    """A page that asks `poll` until the workspace is ready, and then goes to `again`.

    poll:       answers JSON, `{"state": "preparing"}` until there is another state, or refuses with a status of 400,
                401, 403, 404 or 410; anything else counts as a hiccup. Of this host. Both are addresses that we made.
    takes_long: says at once that it takes longer than usual, and what to do; else, after five minutes.
    """
    words = TEXTS[look.language].waiting
    done, now, following = words.steps
    content = fill(
        _CONTENT,
        poll=poll,
        again=again,
        ready=words.ready,
        interrupted=words.interrupted,
        stopped=words.stopped,
        signed_in=named(words.signed_in, login),
        done=done,
        now=now,
        next=following,
        usual=words.usual,
        automatic=words.automatic,
        by_hand=words.by_hand,
        hidden=Html("" if takes_long else " hidden"),
        long_title=words.long_title,
        long=words.long,
        check=words.again,
    )
    return framed(200, Page(title=words.title, content=content, script=WAIT, connects=True), look, cookies)
