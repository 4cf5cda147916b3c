"""Somebody whose workspace is being prepared waits on a page that asks by itself, and can do without it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from concierge.login.site import Language, json_answer, waiting
from tests.e2e.gallery import LOGIN, look
from tests.e2e.served import Site
from tests.support.browser import visit

STUDIO = {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "<title>Studio</title>"}
PORTAL = {**STUDIO, "body": "<title>Portal</title>"}
PREPARING = json_answer(200, {"state": "preparing"})
READY = json_answer(200, {"state": "ready"})
MINUTE = 60_000  # milliseconds, as the page's clock counts
FIRST = 2_000
# Time does not pass by itself: each pause of the page is noted, and over at once.
HURRIED = """
  const real = window.setTimeout;
  window.pauses = [];
  window.setTimeout = (then, pause) => { window.pauses.push(pause); return real(then, 0); };
"""


def put(site: Site, *states: Mapping[str, Any]) -> str:
    site.shows("/state", *states)
    site.shows("/studio", STUDIO)
    return site.shows("/wait", waiting(LOGIN, look(Language.ENGLISH), poll="/state", again="/studio"))


def until(page: Page, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def test_the_page_asks_until_the_workspace_is_ready_and_goes_there(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.add_init_script(HURRIED)
        seen.page.goto(site.shows("/portal", PORTAL))
        seen.page.goto(put(site, PREPARING, PREPARING, READY))
        seen.page.wait_for_url("**/studio")
        assert site.times("/state") == 3
        assert {headers["accept"] for path, headers in site.asked if path == "/state"} == {"application/json"}
        assert (seen.complaints, seen.hosts) == ([], {site.address.removeprefix("http://")})
        seen.page.go_back()
        assert seen.page.url == f"{site.address}/portal"  # not the page that waited


def test_the_first_look_comes_after_two_seconds(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.clock.install(time=0)
        seen.page.clock.pause_at(1)
        seen.page.goto(put(site, PREPARING))
        seen.page.clock.run_for(FIRST - 1)
        seen.page.wait_for_timeout(100)
        assert site.times("/state") == 0
        seen.page.clock.run_for(1)
        until(seen.page, lambda: site.times("/state") == 1)


def test_the_page_asks_less_and_less_often(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.add_init_script(HURRIED)
        seen.page.goto(put(site, PREPARING))
        until(seen.page, lambda: seen.page.evaluate("window.pauses.length") > 12)
        pauses = seen.page.evaluate("window.pauses.slice(0, 12)")
        assert pauses[0] == FIRST
        assert pauses == sorted(pauses)
        assert pauses[1] > FIRST
        assert pauses[-2:] == [10_000, 10_000]


@pytest.mark.parametrize("state", ["expired", "refused", "held"])
def test_any_other_end_is_shown_by_the_page_that_it_leads_to(browser: Browser, site: Site, state: str) -> None:
    with visit(browser) as seen:
        seen.page.add_init_script(HURRIED)
        seen.page.goto(put(site, PREPARING, json_answer(200, {"state": state})))
        seen.page.wait_for_url("**/studio")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_needs_no_json_to_be_understood(browser: Browser, site: Site, status: int) -> None:
    refusal = {"statusCode": status, "headers": {"Content-Type": "text/html"}, "body": "<h1>No</h1>"}
    with visit(browser) as seen:
        seen.page.add_init_script(HURRIED)
        seen.page.goto(put(site, PREPARING, refusal))
        seen.page.wait_for_url("**/studio")


@pytest.mark.parametrize(
    "hiccup",
    [
        json_answer(502, {"message": "Internal server error"}),
        json_answer(200, {"state": 1}),
        json_answer(429, {"message": None}),
        {"statusCode": 504, "headers": {"Content-Type": "text/html"}, "body": "<h1>Gateway Timeout</h1>"},
        {"statusCode": 200, "headers": {}, "body": "null"},
    ],
)
def test_an_answer_without_a_state_is_a_hiccup_and_is_asked_again(
    browser: Browser, site: Site, hiccup: Mapping[str, Any]
) -> None:
    with visit(browser) as seen:
        seen.page.clock.install()
        seen.page.goto(put(site, hiccup, PREPARING, READY))
        status = seen.page.get_by_role("status")
        seen.page.clock.run_for(FIRST)
        expect(status).to_have_text("The connection was interrupted. Trying again.")
        seen.page.clock.run_for(10_000)
        expect(status).to_have_text("")
        seen.page.clock.run_for(10_000)
        seen.page.wait_for_url("**/studio")


def test_a_lost_connection_is_a_hiccup_too(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.clock.install()
        seen.page.goto(put(site, READY))
        seen.page.context.set_offline(True)
        seen.page.clock.run_for(FIRST)
        expect(seen.page.get_by_role("status")).to_have_text("The connection was interrupted. Trying again.")
        seen.page.context.set_offline(False)
        seen.page.clock.run_for(10_000)
        seen.page.wait_for_url("**/studio")


def test_after_five_minutes_the_page_says_what_else_to_do(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.clock.install()
        seen.page.goto(put(site, PREPARING))
        long = seen.page.get_by_role("heading", name="This is taking longer than usual")
        expect(long).to_be_hidden()
        seen.page.clock.fast_forward(5 * MINUTE)
        expect(long).to_be_visible()


def test_after_ten_minutes_the_page_stops_and_says_so(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.clock.install()
        seen.page.goto(put(site, PREPARING))
        expect(seen.page.locator("#automatic")).to_be_visible()
        seen.page.clock.fast_forward(10 * MINUTE)
        expect(seen.page.get_by_role("status")).to_contain_text("has stopped checking")
        expect(seen.page.locator("#automatic")).to_be_hidden()
        asked = site.times("/state")
        seen.page.clock.run_for(MINUTE)
        seen.page.wait_for_timeout(100)
        assert site.times("/state") == asked
        assert seen.page.evaluate("document.getAnimations().length") == 0
        seen.page.get_by_role("link", name="Check again").click()
        seen.page.wait_for_url("**/studio")


def test_without_scripts_a_link_asks_again_and_nothing_moves_by_itself(browser: Browser, site: Site) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(put(site, READY))
        expect(seen.page.locator("noscript p")).to_be_visible()
        expect(seen.page.locator("#automatic")).to_be_hidden()
        seen.page.wait_for_timeout(FIRST + 500)
        assert site.times("/state") == 0
        seen.page.get_by_role("link", name="Check again").click()
        seen.page.wait_for_url("**/studio")
