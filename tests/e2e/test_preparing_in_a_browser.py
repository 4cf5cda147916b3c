"""Somebody logs in before their onboarding is done: the page waits, and opens Studio by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Browser, expect

from concierge.names import profile_name
from local.story import Story
from local.studio.resources import Durations
from tests.e2e.logins import (
    ANALYST,
    ELSEWHERE,
    FRAUD,
    RESEARCH,
    STUDIO,
    WAITING,
    Entrance,
    cookies,
    in_studio,
    is_at,
    logs_in,
)
from tests.support.browser import Visit, audit, visit

AN_HOUR = timedelta(hours=1)  # of the stack's clock, which a test moves
PATIENCE = 30.0  # seconds


@contextmanager
def slow_studio(entrance: Entrance) -> Iterator[None]:
    """While open, Studio takes an hour to make a profile; afterwards, nothing is left to do."""
    entrance.slowly["UserProfile"] = Durations(create=AN_HOUR)
    try:
        yield
    finally:
        entrance.slowly.clear()
        entrance.stack.clock.advance(AN_HOUR)
        entrance.stack.settle()


def begins(story: Story, domain_id: str, account: str | None = None) -> None:
    """The person joins; returns when Studio has begun to make the profile."""
    studio = story.stack.session(account).client("sagemaker")
    story.stack.put_event(story.membership("added"))
    deadline = time.monotonic() + PATIENCE
    profile = profile_name(story.person.login)
    while not studio.list_user_profiles(DomainIdEquals=domain_id, UserProfileNameContains=profile)["UserProfiles"]:
        assert time.monotonic() < deadline, "no profile is made"
        time.sleep(0.05)


def comes_by_itself(seen: Visit, story: Story) -> None:
    """The page has asked and was told to wait; then the hour is over, and nobody touches the page any more."""
    with seen.page.expect_response(lambda answer: answer.request.resource_type == "fetch") as first:
        pass
    assert first.value.json() == {"state": "preparing"}
    is_at(seen, WAITING)
    story.stack.clock.advance(AN_HOUR)
    expect(seen.page.get_by_role("heading", level=1)).to_have_text(STUDIO, timeout=PATIENCE * 1000)


def test_the_page_waits_for_the_onboarding_and_opens_studio_by_itself(
    browser: Browser, entrance: Entrance, axe: str
) -> None:
    story = entrance.story("just.joined", ANALYST)
    with slow_studio(entrance), visit(browser) as seen:
        begins(story, RESEARCH)
        logs_in(seen, entrance.login_url(), "just.joined")
        is_at(seen, WAITING)
        assert [each["name"] for each in cookies(seen)] == ["__Host-studio-visit"]
        found = audit(seen.page, axe)
        assert (found.broken, found.undecided) == ({}, {})
        comes_by_itself(seen, story)
        opened = in_studio(seen)
        assert (opened["Domain"], opened["User profile"]) == (RESEARCH, profile_name("just.joined"))
        assert seen.complaints == []
        assert seen.hosts == entrance.hosts


def test_the_workspace_that_a_link_named_is_opened_after_the_wait(browser: Browser, entrance: Entrance) -> None:
    story = entrance.story("joined.elsewhere", ELSEWHERE)
    with slow_studio(entrance), visit(browser, locale="ko-KR") as seen:
        begins(story, FRAUD, "210987654321")
        logs_in(seen, entrance.login_url("fraud/notebooks"), "joined.elsewhere")
        expect(seen.page.locator("html")).to_have_attribute("lang", "ko")
        story.stack.clock.advance(AN_HOUR)
        expect(seen.page.get_by_role("heading", level=1)).to_have_text(STUDIO, timeout=PATIENCE * 1000)
        opened = in_studio(seen)
        assert (opened["Domain"], opened["Opens at"]) == (FRAUD, "app:JupyterLab:")


def test_a_second_domain_that_is_not_ready_does_not_keep_anybody_from_the_first(
    browser: Browser, entrance: Entrance
) -> None:
    login = "gets.a.second"
    entrance.story(login, ANALYST).joins()
    with slow_studio(entrance), visit(browser) as seen:
        begins(entrance.story(login, ELSEWHERE), FRAUD, "210987654321")
        logs_in(seen, entrance.login_url(), login)
        assert in_studio(seen)["Domain"] == RESEARCH
