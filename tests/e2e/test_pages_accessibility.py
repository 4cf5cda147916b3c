"""Everybody can read the pages: whatever their language, colours, window and eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from concierge.login.site import Choice, Language, chooser, json_answer, waiting
from tests.e2e.gallery import NAMES, look, pages
from tests.e2e.served import Site
from tests.support.browser import audit, visit

LONG = "a-name-of-sixty-three-characters-which-is-as-long-as-aws-allows"
every_page = pytest.mark.parametrize("name", NAMES)
every_language = pytest.mark.parametrize("language", Language)


def put(site: Site, name: str, language: Language) -> str:
    site.shows("/state", json_answer(200, {"state": "preparing"}))
    return site.shows(f"/{name}", pages(language)[name])


@every_page
@every_language
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_keeps_every_rule_says_nothing_on_the_console_and_asks_nobody_else(
    browser: Browser, site: Site, axe: str, name: str, language: Language, scheme: str
) -> None:
    with visit(browser, color_scheme=scheme) as seen:
        seen.page.goto(put(site, name, language))
        found = audit(seen.page, axe)
        assert (found.broken, found.undecided) == ({}, {})
        assert found.kept >= {"color-contrast", "html-has-lang", "landmark-one-main", "page-has-heading-one"}
        if not name.startswith("notice"):
            assert "target-size" in found.kept
        assert seen.complaints == []
        assert seen.hosts == {site.address.removeprefix("http://")}


@pytest.mark.parametrize("name", ["chooser-3", "waiting-long", "notice-held"])
def test_a_page_is_readable_in_the_colours_that_a_person_forces_on_it(
    browser: Browser, site: Site, axe: str, name: str
) -> None:
    with visit(browser, forced_colors="active", color_scheme="dark") as seen:
        seen.page.goto(put(site, name, Language.ENGLISH))
        assert audit(seen.page, axe).broken == {}


@every_page
@every_language
def test_nothing_sticks_out_of_a_narrow_window(browser: Browser, site: Site, name: str, language: Language) -> None:
    """320 px wide is a small phone, and a window of 1280 px at 400 % (WCAG 1.4.10)."""
    with visit(browser, viewport={"width": 320, "height": 640}) as seen:
        seen.page.goto(put(site, name, language))
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_longest_names_wrap(browser: Browser, site: Site) -> None:
    choice = Choice(href="/", title=LONG, persona=LONG, place=LONG, opens=LONG, space="x" * 63)
    shown = look(Language.ENGLISH)
    long = site.shows("/chooser", chooser("y" * 64, [choice] * 4, shown, preparing=["z" * 63]))
    also = site.shows("/waiting", waiting("y" * 64, shown, poll="/state", again="/"))
    for width in (320, 1280):
        with visit(browser, viewport={"width": width, "height": 640}) as seen:
            for url in (long, also):
                seen.page.goto(url)
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_turns_stands_still_for_those_who_ask_for_it(browser: Browser, site: Site) -> None:
    url = put(site, "waiting", Language.ENGLISH)
    with visit(browser, reduced_motion="no-preference") as seen:
        seen.page.goto(url)
        assert seen.page.evaluate("document.getAnimations().length") == 1
    with visit(browser, reduced_motion="reduce") as seen:
        seen.page.goto(url)
        assert seen.page.evaluate("document.getAnimations().length") == 0


def test_the_status_is_read_aloud_and_starts_silent(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, "waiting", Language.KOREAN))
        status = seen.page.get_by_role("status")
        assert status.count() == 1
        assert status.text_content() == ""


def test_a_click_selects_the_whole_reference(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, "notice-failed", Language.ENGLISH))
        seen.page.locator("code").click()
        selected = seen.page.evaluate("getSelection().toString()")
        assert selected.strip() == look(Language.ENGLISH).correlation


def test_the_checks_see_what_is_wrong(browser: Browser, site: Site, axe: str) -> None:
    wrong = pages(Language.ENGLISH)["notice-busy"]
    body = wrong["body"].replace(' lang="en"', "").replace("</main>", "<script>1</script><h4>x</h4></main>")
    url = site.shows("/wrong", {**wrong, "body": body})
    with visit(browser) as seen:
        seen.page.goto(url)
        assert {"html-has-lang", "heading-order"} <= audit(seen.page, axe).broken.keys()
        assert "Content Security Policy" in "".join(seen.complaints)
