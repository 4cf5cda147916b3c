"""What a person sees who is not let in, and that nobody comes in by what another browser, or another time, was for."""

from __future__ import annotations

import uuid

import pytest
from playwright.sync_api import Browser, expect

from concierge.login.site import Language, Notice
from local.idp import post_form
from tests.e2e.logins import ANALYST, ONE, STUDIO, Entrance, in_studio, is_at, is_told, logs_in, says_who
from tests.e2e.served import Site
from tests.support.browser import audit, visit

UNSIGNED = "PHNhbWxwOlJlc3BvbnNlLz4="
LANGUAGES = pytest.mark.parametrize(("locale", "language"), [("en-GB", Language.ENGLISH), ("ko-KR", Language.KOREAN)])


def portal(site: Site, entrance: Entrance, saml_response: str) -> str:
    """A page that posts this response by itself."""
    form = post_form(entrance.stack.outputs["AcsUrl"], saml_response)
    return site.shows("/portal", {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": form})


@LANGUAGES
def test_an_unsigned_response_ends_on_a_page_in_the_person_s_language_with_a_reference(
    browser: Browser, site: Site, entrance: Entrance, axe: str, locale: str, language: Language
) -> None:
    with visit(browser, locale=locale) as seen:
        with seen.page.expect_response(entrance.stack.outputs["AcsUrl"]) as answered:
            seen.page.goto(portal(site, entrance, UNSIGNED))
        assert answered.value.status == 403
        is_told(seen, Notice.REFUSED, language)
        expect(seen.page.locator("html")).to_have_attribute("lang", language.value)
        assert uuid.UUID(seen.page.locator("code").inner_text())
        assert seen.page.url == entrance.stack.outputs["AcsUrl"]
        assert audit(seen.page, axe).broken == {}
        assert seen.complaints == []


@LANGUAGES
def test_somebody_whom_nobody_knows_is_told_that_there_is_no_workspace(
    browser: Browser, entrance: Entrance, axe: str, locale: str, language: Language
) -> None:
    with visit(browser, locale=locale) as seen:
        logs_in(seen, entrance.login_url(), "a.stranger")
        is_told(seen, Notice.NO_WORKSPACE, language)
        assert audit(seen.page, axe).broken == {}
        assert seen.complaints == []
        assert seen.hosts == entrance.hosts


def test_the_back_button_leads_to_the_identity_provider_and_its_question_is_answered_once(
    browser: Browser, entrance: Entrance
) -> None:
    with visit(browser) as seen:
        logs_in(seen, entrance.login_url(), ONE)
        in_studio(seen)
        seen.page.go_back()
        says_who(seen, ONE)
        is_told(seen, Notice.REFUSED)
        assert entrance.reason(seen.page) == "in-response-to"


def test_an_answer_that_the_back_button_brings_back_is_posted_in_vain(
    browser: Browser, site: Site, entrance: Entrance
) -> None:
    """Without scripts the page with the answer stays in the history; with them, Chromium puts Studio in its place."""
    person = entrance.story(ONE)
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(portal(site, entrance, person.saml_response()))
        seen.page.get_by_role("button", name="Log in to Studio").click()
        is_at(seen, STUDIO)
        seen.page.go_back()
        seen.page.get_by_role("button", name="Log in to Studio").click()
        is_told(seen, Notice.REFUSED)
        assert entrance.reason(seen.page) == "replayed"


def test_a_reload_of_the_refusal_posts_again_and_is_refused_again(
    browser: Browser, site: Site, entrance: Entrance
) -> None:
    person = entrance.story(ONE)
    response = person.saml_response()
    assert person.logs_in(response).status == 302
    with visit(browser) as seen:
        seen.page.goto(portal(site, entrance, response))
        is_told(seen, Notice.REFUSED)
        first = seen.page.locator("code").inner_text()
        with seen.page.expect_request(lambda request: request.method == "POST"):
            seen.page.reload()
        is_told(seen, Notice.REFUSED)
        assert seen.page.locator("code").inner_text() != first
        assert entrance.reason(seen.page) == "replayed"


def test_an_answer_is_for_the_browser_that_asked_and_for_no_other(
    browser: Browser, site: Site, entrance: Entrance
) -> None:
    with visit(browser, java_script_enabled=False) as asking, visit(browser) as other:
        logs_in(asking, entrance.login_url(), ONE)
        answer = asking.page.locator("input[name=SAMLResponse]").input_value()
        other.page.goto(entrance.login_url())  # it asked a question, too, but not this one
        other.page.goto(portal(site, entrance, answer))
        is_told(other, Notice.REFUSED)
        assert entrance.reason(other.page) == "in-response-to"
        asking.page.get_by_role("button", name="Log in to Studio").click()
        in_studio(asking)


def test_somebody_whose_removal_waits_for_a_decision_is_told_so(browser: Browser, entrance: Entrance, axe: str) -> None:
    person = entrance.story("is.held", ANALYST)
    person.joins()
    person.leaves()
    with visit(browser, locale="ko-KR") as seen:
        logs_in(seen, entrance.login_url(), "is.held")
        is_told(seen, Notice.HELD, Language.KOREAN)
        assert audit(seen.page, axe).broken == {}
        assert seen.complaints == []
