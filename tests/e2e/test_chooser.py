"""Somebody with several workspaces chooses one: by mouse, by keyboard, by digit, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from concierge.login.site import Choice, Language, chooser
from tests.e2e.gallery import LOGIN, choices, look
from tests.e2e.served import Site
from tests.support.browser import visit

OPENED = {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "<title>opened</title>"}


def put(site: Site, count: int, language: Language = Language.ENGLISH) -> str:
    for choice in choices(count):
        site.shows(choice.href, OPENED)
    return site.shows("/choose", chooser(LOGIN, choices(count), look(language)))


def focused(page: Page) -> str:
    """The address of the link that has the focus; empty if no link has it."""
    return str(page.evaluate("document.activeElement.getAttribute('href') || ''"))


def outline(page: Page) -> str:
    """How the element that has the focus shows it."""
    style = "getComputedStyle(document.activeElement)"
    return str(page.evaluate(f"{style}.outlineStyle + ' ' + {style}.outlineWidth"))


@pytest.mark.parametrize("count", [1, 3, 12])
def test_tab_visits_every_workspace_in_order_and_enter_opens_it(browser: Browser, site: Site, count: int) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, count))
        for choice in choices(count):
            seen.page.keyboard.press("Tab")
            assert focused(seen.page) == choice.href
            assert outline(seen.page) == "solid 3px"
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url(site.address + choices(count)[-1].href)


@pytest.mark.parametrize(("count", "key"), [(1, "1"), (3, "1"), (3, "3"), (12, "9")])
def test_a_digit_opens_its_workspace_at_once(browser: Browser, site: Site, count: int, key: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, count))
        seen.page.keyboard.press(key)
        seen.page.wait_for_url(site.address + choices(count)[int(key) - 1].href)
        assert seen.complaints == []


def test_a_digit_works_from_any_card_that_has_the_focus(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, 3))
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("2")
        seen.page.wait_for_url("**/open/fraud")


@pytest.mark.parametrize("key", ["0", "4", "9", "a", "Control+1", "Alt+1", "Meta+1"])
def test_no_other_key_opens_anything(browser: Browser, site: Site, key: str) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, 3))
        seen.page.keyboard.press(key)
        seen.page.keyboard.press("Tab")  # would not reach a card if a page had opened
        assert focused(seen.page) == choices(3)[0].href
        assert [path for path, _ in site.asked if path.startswith("/open")] == []


def test_a_digit_opens_nothing_while_the_focus_is_elsewhere(browser: Browser, site: Site) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, 3))
        seen.page.get_by_role("heading", level=1).click()
        seen.page.keyboard.press("1")
        seen.page.wait_for_timeout(100)
        assert site.times("/open/research") == 0


@pytest.mark.parametrize(("language", "said"), [(Language.ENGLISH, "from 1 to 3"), (Language.KOREAN, "숫자 1~3 키")])
def test_the_digits_are_announced_in_words_and_on_the_cards(
    browser: Browser, site: Site, language: Language, said: str
) -> None:
    with visit(browser) as seen:
        seen.page.goto(put(site, 3, language))
        expect(seen.page.get_by_text(said)).to_be_visible()
        expect(seen.page.locator("kbd").first).to_be_visible()
        shortcuts = seen.page.eval_on_selector_all("a", "all => all.map(each => each.ariaKeyShortcuts)")
        assert shortcuts == ["1", "2", "3"]
        expect(seen.page.get_by_role("list")).to_have_accessible_description(re.compile(re.escape(said)))


def test_a_telephone_is_not_told_of_keys(browser: Browser, site: Site) -> None:
    with visit(browser, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as seen:
        seen.page.goto(put(site, 3))
        expect(seen.page.locator("#keys")).to_be_hidden()
        expect(seen.page.locator("kbd").first).to_be_hidden()
        seen.page.get_by_role("link").nth(1).tap()
        seen.page.wait_for_url("**/open/fraud")


def test_without_scripts_the_links_are_links_and_no_digit_is_promised(browser: Browser, site: Site) -> None:
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(put(site, 3))
        expect(seen.page.locator("#keys")).to_be_hidden()
        expect(seen.page.locator("kbd").first).to_be_hidden()
        seen.page.get_by_role("link", name="marketing-analytics").click()
        seen.page.wait_for_url("**/open/marketing-analytics")


def test_what_others_wrote_is_shown_and_never_run(browser: Browser, site: Site) -> None:
    hostile = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    script = "javascript:void(document.title='run')"
    choice = Choice(href=script, title=hostile, persona=hostile, place=hostile, opens=hostile, space=hostile)
    url = site.shows("/choose", chooser(hostile, [choice], look(Language.ENGLISH), preparing=[hostile]))
    with visit(browser) as seen:
        seen.page.goto(url)
        expect(seen.page.get_by_text(hostile).first).to_be_visible()
        assert seen.complaints == []
        seen.page.get_by_role("link").click()
        seen.page.wait_for_timeout(100)
        assert seen.page.title() == "Choose a workspace · Studio Concierge"
        assert len(seen.complaints) == 1  # the policy stopped the address that is a script
