"""People who log in with a browser, and what they meet: the identity provider, the pages, the stand-in Studio."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Page, expect

from concierge.login.site import Language, Notice
from concierge.login.site.translations import TEXTS
from local.character import Character
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story
from local.studio.resources import Durations
from tests.support.browser import Visit

ANALYST = "studio-risk-analytics"  # research, one landing
SCIENTIST = "studio-ml-research"  # research, two landings
ELSEWHERE = "studio-fraud-ds"  # fraud, in another account, two landings
ONE, THREE, FOUR = "one.workspace", "three.workspaces", "four.workspaces"  # who has as many
MEMBERS = {ONE: [ANALYST], THREE: [ANALYST, ELSEWHERE], FOUR: [SCIENTIST, ELSEWHERE]}
RESEARCH, FRAUD = "d-abcdefghijkl", "d-mnopqrstuvwx"
STUDIO = "Studio (local stand-in)"
CHOOSER, WAITING = TEXTS[Language.ENGLISH].chooser.title, TEXTS[Language.ENGLISH].waiting.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """The deployed stack and its identity provider; slowly: how long kinds of Studio's resources take from now on."""

    stack: LocalStack
    idp: DemoIdp
    slowly: dict[str, Durations]

    def story(self, login: str, group: str = ANALYST) -> Story:
        """Of somebody who has not joined yet."""
        person = Character(login=login, guid=str(uuid.uuid5(uuid.NAMESPACE_DNS, login)))
        return Story(stack=self.stack, idp=self.idp, group=group, person=person)

    def gather(self) -> None:
        """`MEMBERS` join, all at once."""
        stories = [self.story(login, group) for login, groups in MEMBERS.items() for group in groups]
        stories[0].tell(*(each.membership("added") for each in stories))

    def login_url(self, workspace: str = "") -> str:
        """Where a login starts here."""
        return self.stack.outputs["LoginUrl"] + (f"?{urlencode({'workspace': workspace})}" if workspace else "")

    @property
    def hosts(self) -> set[str]:
        """Of the API and Studio's stand-in, and of the identity provider."""
        return {urlsplit(self.stack.outputs["AcsUrl"]).netloc, urlsplit(self.stack.portal).netloc}

    def reason(self, page: Page) -> str:
        """What the log says under the reference of the page."""
        correlation = page.locator("code").inner_text()
        lines = [json.loads(each) for each in self.stack.logs("SamlValidator") if correlation in each]
        (refused,) = [each["reason"] for each in lines if each.get("outcome") == "refused"]
        return str(refused)


def says_who(seen: Visit, login: str) -> None:
    """The identity provider's page is there; the person fills it in and goes on."""
    seen.page.get_by_label("Continue as").fill(login)
    seen.page.get_by_role("button", name="Continue").click()


def logs_in(seen: Visit, url: str, login: str) -> None:
    """From a link to the identity provider, and on from there."""
    seen.page.goto(url)
    says_who(seen, login)


def is_at(seen: Visit, title: str) -> None:
    """The page with this heading is there."""
    expect(seen.page.get_by_role("heading", level=1)).to_have_text(title)


def is_told(seen: Visit, notice: Notice, language: Language = Language.ENGLISH) -> None:
    """One of the constant notices is there."""
    is_at(seen, TEXTS[language].notices[notice].title)


def in_studio(seen: Visit) -> dict[str, str]:
    """What the link that opened Studio was for, by the stand-in's words."""
    is_at(seen, STUDIO)
    names, values = (seen.page.locator(each).all_inner_texts() for each in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


def cookies(seen: Visit) -> list[dict[str, Any]]:
    """Every cookie that the browser keeps for anybody."""
    return [dict(each) for each in seen.page.context.cookies()]
