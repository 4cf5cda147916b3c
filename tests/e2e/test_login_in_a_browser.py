"""The deployed login as a person sees it: from the identity provider's page to Studio, or to a page that helps."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Response, expect

from concierge.login.site import Language, Notice
from concierge.login.site.translations import TEXTS
from concierge.names import profile_name
from local.idp import post_form
from local.story import Character, Story
from tests.e2e.served import Site
from tests.integration.conftest import GROUP
from tests.support.browser import Visit, visit

UNSIGNED = "PHNhbWxwOlJlc3BvbnNlLz4="


def somebody(login: str, story: Story) -> Story:
    person = Character(login=login, guid=str(uuid.uuid5(uuid.NAMESPACE_DNS, login)))
    return Story(stack=story.stack, idp=story.idp, group=GROUP, person=person)


def logs_in(seen: Visit, site: Site, story: Story, saml_response: str | None = None) -> Response:
    """Opens the identity provider's page, which posts by itself; returns what the ACS URL answered."""
    acs = story.stack.outputs["AcsUrl"]
    form = post_form(acs, saml_response or story.saml_response())
    portal = site.shows("/portal", {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": form})
    with seen.page.expect_response(acs) as answered:
        seen.page.goto(portal)
    return answered.value


def gateway(story: Story) -> str:
    return urlsplit(story.stack.outputs["AcsUrl"]).netloc


def test_the_way_from_the_portal_into_studio_needs_no_click(browser: Browser, site: Site, story: Story) -> None:
    person = somebody("in.a.browser", story)
    person.joins()
    with visit(browser) as seen:
        answer = logs_in(seen, site, person)
        assert answer.status == 302
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("Studio (local stand-in)")
        expect(seen.page.get_by_text(profile_name(person.person.login), exact=True)).to_be_visible()
        assert seen.complaints == []
        assert seen.hosts == {site.address.removeprefix("http://"), gateway(person)}


def test_without_scripts_the_identity_provider_shows_a_button(browser: Browser, site: Site, story: Story) -> None:
    person = somebody("no.scripts", story)
    person.joins()
    form = post_form(person.stack.outputs["AcsUrl"], person.saml_response())
    portal = site.shows("/portal", {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": form})
    with visit(browser, java_script_enabled=False) as seen:
        seen.page.goto(portal)
        seen.page.get_by_role("button", name="Log in to Studio").click()
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("Studio (local stand-in)")


@pytest.mark.parametrize(("locale", "language"), [("en-GB", Language.ENGLISH), ("ko-KR", Language.KOREAN)])
def test_an_unsigned_response_ends_on_a_page_in_the_person_s_language_with_a_reference(
    browser: Browser, site: Site, story: Story, locale: str, language: Language
) -> None:
    with visit(browser, locale=locale) as seen:
        answer = logs_in(seen, site, story, UNSIGNED)
        assert answer.status == 403
        title = TEXTS[language].notices[Notice.REFUSED].title
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(seen.page.locator("html")).to_have_attribute("lang", language.value)
        assert uuid.UUID(seen.page.locator("code").inner_text())
        assert seen.page.url == story.stack.outputs["AcsUrl"]
        assert seen.complaints == []


def test_the_back_button_does_not_log_in_a_second_time(browser: Browser, site: Site, story: Story) -> None:
    person = somebody("back.button", story)
    person.joins()
    response = person.saml_response()
    with visit(browser) as seen:
        assert logs_in(seen, site, person, response).status == 302
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("Studio (local stand-in)")
        assert logs_in(seen, site, person, response).status == 403
        expect(seen.page.get_by_role("heading", level=1)).not_to_have_text("Studio (local stand-in)")
