"""The deployed login as a person with one workspace sees it: over the identity provider straight into Studio."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser

from concierge.login.site import Notice
from concierge.names import profile_name
from tests.e2e.logins import ONE, RESEARCH, Entrance, cookies, in_studio, is_told, logs_in, says_who
from tests.support.browser import visit

TEN_MINUTES = 600.0


def test_the_login_link_leads_over_the_identity_provider_straight_into_studio(
    browser: Browser, entrance: Entrance
) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(), ONE)
        opened = in_studio(seen)
        assert (opened["Domain"], opened["User profile"]) == (RESEARCH, profile_name(ONE))
        assert cookies(seen) == []
        assert seen.complaints == []
        assert seen.hosts == entrance.hosts


def test_the_question_s_cookie_is_for_this_host_over_tls_and_for_no_script(
    browser: Browser, entrance: Entrance
) -> None:
    """As Chromium keeps it, which takes loopback for as good as TLS; the identity provider is another site to it."""
    with visit(browser) as seen:
        seen.page.goto(entrance.login_url())
        (kept,) = cookies(seen)
        assert kept.pop("name").startswith("__Host-studio-login-")
        assert kept.pop("value")
        assert kept.pop("expires") == pytest.approx(time.time() + TEN_MINUTES, abs=30)
        assert kept == {"domain": "127.0.0.1", "path": "/", "httpOnly": True, "secure": True, "sameSite": "None"}
        seen.page.goto(f"{entrance.stack.outputs['LoginUrl'].removesuffix('login')}workspace")
        is_told(seen, Notice.EXPIRED)
        assert seen.page.evaluate("document.cookie") == ""


def test_two_tabs_that_ask_at_the_same_time_do_not_disturb_each_other(browser: Browser, entrance: Entrance) -> None:
    with visit(browser) as seen:
        seen.page.goto(entrance.login_url())
        other = seen.page.context.new_page()
        other.goto(entrance.login_url())
        assert len(cookies(seen)) == 2
        says_who(seen, ONE)
        in_studio(seen)
        assert len(cookies(seen)) == 1
        other.get_by_label("Continue as").fill(ONE)
        other.get_by_role("button", name="Continue").click()
        other.get_by_text(RESEARCH).wait_for()
        assert cookies(seen) == []


def test_the_portal_leads_into_studio_too(browser: Browser, entrance: Entrance) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.stack.portal, ONE)
        assert in_studio(seen)["User profile"] == profile_name(ONE)
        assert (cookies(seen), seen.complaints) == ([], [])
        assert seen.hosts == entrance.hosts


def test_without_scripts_the_identity_provider_shows_a_button(browser: Browser, entrance: Entrance) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        logs_in(seen, entrance.login_url(), ONE)
        seen.page.get_by_role("button", name="Log in to Studio").click()
        assert in_studio(seen)["User profile"] == profile_name(ONE)
