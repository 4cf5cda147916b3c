"""A real Chromium for a test: the system's own, without a download, a profile or a word to anybody outside.

Needs Debian's package chromium (or another Chromium on the PATH); Playwright drives it through its debugging protocol.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-sandbox",  # Chromium's own needs rights that root and containers do not give
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_PATIENCE = 10_000.0  # milliseconds that a step may take


def lacking() -> str:
    """Why no browser can be started on this machine; empty if one can."""
    return "" if _program() else "needs chromium: apt-get install chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window and with a profile of its own; gone at the end. Raises LookupError without one."""
    program = _program()
    if program is None:
        raise LookupError(lacking())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_QUIET, timeout=30_000)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A window with nothing in its history, and what it did that a page should not do.

    hosts:      `host:port` of every request.
    complaints: console errors and warnings (a violation of the policy is one) and uncaught errors of scripts.
    """

    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._requested)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _requested(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium reports a document that came with 403, as a notice does, on the console of that very document, and
        # asks for an icon by itself where no policy forbids it.
        url = message.location["url"]
        expected = message.text.startswith("Failed to load resource") and (
            url == self.page.url or url.endswith("/favicon.ico")
        )
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(f"{message.type}: {message.text}")


@contextmanager
def visit(browser: Browser, **options: Any) -> Iterator[Visit]:
    """A new window; `options` are those of Playwright's `Browser.new_context`."""
    context: BrowserContext = browser.new_context(**options)
    context.set_default_timeout(_PATIENCE)
    try:
        yield Visit(context.new_page())
    finally:
        context.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What axe-core says of a page: rules that it breaks, cannot decide, and keeps; each with the elements."""

    broken: Mapping[str, list[str]]
    undecided: Mapping[str, list[str]]
    kept: frozenset[str]


def audit(page: Page, axe: str) -> Audit:
    """Every rule of WCAG 2.2 A and AA and the best practices; `axe` is the text of axe.min.js.

    The debugging protocol brings the program in, so that the page's own policy stays as strict as it is.
    """
    session = page.context.new_cdp_session(page)
    try:
        session.send("Runtime.evaluate", {"expression": axe})
    finally:
        session.detach()
    found = page.evaluate("tags => axe.run(document, { runOnly: { type: 'tag', values: tags } })", list(_TAGS))
    return Audit(
        broken=_by_rule(found["violations"]),
        undecided=_by_rule(found["incomplete"]),
        kept=frozenset(each["id"] for each in found["passes"]),
    )


def _by_rule(results: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {
        each["id"]: [f"{node['html'][:120]}: {node['failureSummary']}" for node in each["nodes"]] for each in results
    }


def _program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
