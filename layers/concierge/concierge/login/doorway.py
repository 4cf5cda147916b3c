"""What the public routes do: log in, start a login, go on with one, and describe ourselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from concierge.errors import AwsError, SettingsError
from concierge.login import site
from concierge.login.attempts import Attempt, Response
from concierge.login.attested import HEADER as GROUPS_HEADER
from concierge.login.cookies import forgotten
from concierge.login.gateway import CORRELATION_HEADER, Posted
from concierge.login.ports import Credentials, SignedHttp
from concierge.login.saml.authn_requests import cookie_name
from concierge.login.saml.service_provider import CONTENT_TYPE, metadata
from concierge.login.saml_login import SamlLogin
from concierge.login.studio_route import (
    HELD,
    NO_WORKSPACE,
    Answer,
    Offer,
    Opened,
    Preparing,
    ToChoose,
    Wish,
    answer_of,
    outcome_of,
)
from concierge.login.visits import NO_VISIT, Visit, Visits

_TAKES_LONG = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """What one request brought along.

    base_url: this API as browsers see it, without a trailing slash.
    look:     how pages are shown to it.
    """

    base_url: str
    cookies: Mapping[str, str]
    look: site.Look
    now: datetime

    @property
    def acs(self) -> str:
        """Where identity providers have responses posted."""
        return f"{self.base_url}/saml/acs"

    @property
    def workspace(self) -> str:
        """Where a login goes on."""
        return f"{self.base_url}/saml/workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """The pages of saml_validator; every method raises what `attempts.answer` understands."""

    login: SamlLogin
    visits: Visits
    http: SignedHttp

    def log_in(self, posted: Posted, browser: Browser, attempt: Attempt) -> Response:
        """`POST /saml/acs`: straight into Studio, or to the page where the login goes on."""
        person = self.login.enter(
            posted.saml_response, acs=browser.acs, cookies=browser.cookies, attempt=attempt, now=browser.now
        )
        wanted, cookies = "", []
        if person.request_id:
            cookies.append(forgotten(cookie_name(person.request_id)))
            wanted = self.login.requests.wish(posted.relay_state, person.request_id)
        answer = self._ask(person.credentials, Wish(workspace=wanted, is_first=True), person.groups, browser, attempt)
        if isinstance(answer, Opened):
            return _into_studio(answer, browser, cookies)
        visit = Visit(login=person.login, credentials=person.credentials, started_at=browser.now, groups=person.groups)
        # A page of its own: the back button then leads to the choice, and not to an assertion that was used.
        again = f"?{urlencode({'choice': wanted})}" if wanted and isinstance(answer, Preparing) else ""
        return site.redirect(
            browser.workspace + again, status=HTTPStatus.SEE_OTHER, cookies=[*cookies, self.visits.begin(visit)]
        )

    def start(self, workspace: str, browser: Browser, attempt: Attempt) -> Response:
        """`GET /saml/login`: to the identity provider, with a question."""
        provider = self.login.providers.current(browser.now)
        if not provider.sso_url:
            raise SettingsError("the metadata of the IAM SAML provider has no SingleSignOnService for HTTP-Redirect")
        started = self.login.requests.start(provider.sso_url, browser.acs, workspace=workspace, now=browser.now)
        attempt.outcome = "started"
        return site.redirect(started.location, cookies=[started.cookie])

    def go_on(self, choice: str, browser: Browser, attempt: Attempt) -> Response:
        """`GET /saml/workspace`: the choice, the page that waits, or the way into Studio."""
        visit = self._visit(browser, attempt)
        answer = self._ask(visit.credentials, Wish(workspace=choice), visit.groups, browser, attempt)
        match answer:
            case Opened():
                return _into_studio(answer, browser, [])
            case ToChoose(offers=offers, preparing=preparing):
                return site.chooser(visit.login, [_choice(each) for each in offers], browser.look, preparing=preparing)
            case Preparing():
                query = f"?{urlencode({'choice': choice})}" if choice else ""
                long = browser.now >= visit.started_at + _TAKES_LONG
                return site.waiting(
                    visit.login, browser.look, poll="workspace", again=f"workspace{query}", takes_long=long
                )

    def tell_state(self, browser: Browser, attempt: Attempt) -> Response:
        """The same, asked by the page that waits: whether there is anything to open yet."""
        visit = self._visit(browser, attempt)
        answer = self._ask(visit.credentials, Wish(list_only=True), visit.groups, browser, attempt)
        state = "preparing" if isinstance(answer, Preparing) else "ready"
        return site.json_answer(HTTPStatus.OK, {"state": state})

    def describe(self, browser: Browser, attempt: Attempt) -> Response:
        """`GET /saml/metadata`: what identity providers import."""
        attempt.outcome = "described"
        text = metadata(self.login.entity_id, browser.acs)
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return {"statusCode": HTTPStatus.OK, "headers": headers, "body": text}

    def _visit(self, browser: Browser, attempt: Attempt) -> Visit:
        visit = self.visits.resume(browser.cookies, now=browser.now)
        attempt.login = visit.login
        return visit

    def _ask(self, credentials: Credentials, wish: Wish, groups: str, browser: Browser, attempt: Attempt) -> Answer:
        headers = {CORRELATION_HEADER: attempt.correlation, **({GROUPS_HEADER: groups} if groups else {})}
        answer = answer_of(self.http.get(f"{browser.base_url}/studio{wish.query}", credentials, headers=headers))
        attempt.outcome = outcome_of(answer)
        return answer


def _into_studio(answer: Opened, browser: Browser, cookies: Sequence[str]) -> Response:
    if urlsplit(answer.location).scheme != urlsplit(browser.base_url).scheme:
        raise AwsError("execute-api:Invoke", "Location", "the Studio route leads to another kind of address")
    return site.redirect(answer.location, cookies=cookies)


def _choice(offer: Offer) -> site.Choice:
    return site.Choice(
        href=f"workspace?{urlencode({'choice': offer.key})}",
        title=offer.key.replace("/", " · "),
        persona=offer.persona,
        place=f"{offer.account} · {offer.region}",
        opens=offer.opens,
        space=offer.space,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """`attempts.Words` for browsers: notices; look: made from the attempt's reference."""

    look: Callable[[str], site.Look]

    def refused(self, attempt: Attempt, reason: str) -> Response:
        """One notice for all who may not enter; another one where the person can do something about it."""
        return site.notice(_NOTICES.get(reason, site.Notice.REFUSED), self.look(attempt.correlation))

    def failed(self, attempt: Attempt, *, busy: bool) -> Response:
        """Ours to mend, or worth another try."""
        return site.notice(site.Notice.BUSY if busy else site.Notice.FAILED, self.look(attempt.correlation))


_NOTICES = {NO_WORKSPACE: site.Notice.NO_WORKSPACE, HELD: site.Notice.HELD, NO_VISIT: site.Notice.EXPIRED}
