"""Somebody with workspaces in two domains chooses on the deployed stack, or says at once where to go."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from concierge.login.site import Notice
from concierge.names import profile_name, space_name
from tests.e2e.logins import (
    CHOOSER,
    FOUR,
    FRAUD,
    RESEARCH,
    THREE,
    Entrance,
    cookies,
    in_studio,
    is_at,
    is_told,
    logs_in,
)
from tests.support.browser import Visit, audit, visit


def cards(seen: Visit) -> list[str]:
    """What each workspace is called, and what it opens."""
    links = seen.page.get_by_role("list").get_by_role("link")
    return [" | ".join(each.splitlines()) for each in links.all_inner_texts()]


def test_the_keyboard_chooses_and_the_way_back_leads_to_the_choice(
    browser: Browser, entrance: Entrance, axe: str
) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(), FOUR)
        is_at(seen, CHOOSER)
        expect(seen.page.get_by_role("link")).to_have_count(4)
        found = audit(seen.page, axe)
        assert (found.broken, found.undecided) == ({}, {})

        seen.page.keyboard.press("3")
        profile = profile_name(FOUR)
        opened = in_studio(seen)
        assert (opened["Domain"], opened["User profile"]) == (FRAUD, profile)
        assert (opened["Space"], opened["Opens at"]) == (space_name(profile, "lab"), "app:JupyterLab:")

        seen.page.go_back()
        is_at(seen, CHOOSER)
        for _ in range(2):
            seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        opened = in_studio(seen)
        assert (opened["Domain"], opened["User profile"]) == (RESEARCH, profile)
        assert not {"Space", "Opens at"} & opened.keys()
        assert seen.complaints == []
        assert seen.hosts == entrance.hosts


def test_the_cards_say_where_as_what_and_what_opens(browser: Browser, entrance: Entrance) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.stack.portal, FOUR)
        is_at(seen, CHOOSER)
        expect(seen.page.get_by_text(FOUR)).to_be_visible()
        shown = cards(seen)
        assert [each.startswith("research") for each in shown] == [True, True, False, False]
        assert [each.startswith("fraud") for each in shown] == [False, False, True, True]
        assert ["JupyterLab" in each and "lab" in each for each in shown] == [True, False, True, False]
        assert ["start page" in each for each in shown] == [False, True, False, True]
        assert ["210987654321" in each for each in shown] == [False, False, True, True]
        assert all("data-scientist" in each for each in shown)


def test_the_visit_s_cookie_comes_along_with_links_only_and_replaces_the_question_s(
    browser: Browser, entrance: Entrance
) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(), FOUR)
        is_at(seen, CHOOSER)
        (kept,) = cookies(seen)
        assert kept["name"] == "__Host-studio-visit"
        flags = {name: kept[name] for name in ("domain", "path", "httpOnly", "secure", "sameSite")}
        assert flags == {"domain": "127.0.0.1", "path": "/", "httpOnly": True, "secure": True, "sameSite": "Lax"}
        assert seen.page.evaluate("document.cookie") == ""


@pytest.mark.parametrize(
    ("wanted", "domain", "app"),
    [("research", RESEARCH, None), ("fraud/home", FRAUD, None), ("fraud/notebooks", FRAUD, "app:JupyterLab:")],
)
def test_a_link_that_names_a_workspace_leads_straight_there(
    browser: Browser, entrance: Entrance, wanted: str, domain: str, app: str | None
) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(wanted), THREE)
        opened = in_studio(seen)
        assert (opened["Domain"], opened.get("Opens at")) == (domain, app)
        assert cookies(seen) == []


@pytest.mark.parametrize("wanted", ["nowhere", "fraud"])
def test_a_link_that_names_no_one_workspace_leads_to_the_choice(
    browser: Browser, entrance: Entrance, wanted: str
) -> None:
    """An unknown name, and a domain in which the person has two places."""
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(wanted), THREE)
        is_at(seen, CHOOSER)
        expect(seen.page.get_by_role("link")).to_have_count(3)


def test_a_choice_whose_visit_is_over_is_told_so(browser: Browser, entrance: Entrance, axe: str) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(), FOUR)
        is_at(seen, CHOOSER)
        seen.page.context.clear_cookies(name="__Host-studio-visit")
        seen.page.keyboard.press("1")
        is_told(seen, Notice.EXPIRED)
        assert entrance.reason(seen.page) == "visit"
        assert audit(seen.page, axe).broken == {}
        assert seen.complaints == []
