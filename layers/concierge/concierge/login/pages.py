"""What a browser gets: a redirect, or one of few constant pages that differ in their correlation id only."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass
from string import Template
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --text: #16191f; --page: #f4f5f7; --card: #fff; --line: #5f6b7a; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e9ebed; --page: #0f1b2a; --card: #17263a; --line: #8d99a8; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 36rem; margin: 12vh auto; padding: 2rem; background: var(--card); border-radius: .5rem; }
h1 { margin-top: 0; font-size: 1.5rem; line-height: 1.3; }
code { display: inline-block; padding: 0 .4em; border: 1px solid var(--line); border-radius: .25rem; }
code { overflow-wrap: anywhere; }
"""

_BODY = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
<h1>$title</h1>
<p>$what</p>
<p>$next</p>
<p>Reference for your support team: <code>$correlation</code></p>
</main>
</body>
</html>
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in plain words: what happened, and what to do next."""

    status: int
    title: str
    what: str
    next: str


REFUSED = Page(
    status=403,
    title="You are not signed in",
    what="SageMaker Studio could not confirm this sign-in. A sign-in works once, and only for a few minutes.",
    next="Go back to your company portal and open Studio again. If this page returns, contact your support team.",
)
NO_WORKSPACE = Page(
    status=403,
    title="There is no workspace for you yet",
    what="You are signed in, but no SageMaker Studio workspace is open to you.",
    next="If you were given access just now, wait a few minutes and open Studio from your company portal again."
    " Otherwise ask for access where you ask for it in your company.",
)
FAILED = Page(
    status=500,
    title="Studio could not be opened",
    what="Something went wrong on our side. It is not your fault, and nothing was changed.",
    next="Open Studio from your company portal again. If this page returns, contact your support team.",
)
BUSY = Page(
    status=503,
    title="Studio is busy",
    what="Your workspace could not be opened at this moment.",
    next="Wait a minute, then open Studio from your company portal again.",
)

_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
}


def redirect(location: str) -> dict[str, Any]:
    """302 to `location`, as a response of Lambda's proxy integration."""
    return {"statusCode": 302, "headers": {**_HEADERS, "Location": location}, "body": ""}


def page(which: Page, correlation: str) -> dict[str, Any]:
    """The page as a response of Lambda's proxy integration."""
    body = _BODY.substitute(
        title=which.title, style=_STYLE, what=which.what, next=which.next, correlation=html.escape(correlation)
    )
    headers = {**_HEADERS, "Content-Type": "text/html; charset=utf-8"}
    return {"statusCode": which.status, "headers": headers, "body": body}
