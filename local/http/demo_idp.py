"""The demonstration identity provider in a browser: it believes whoever says who they are, and sends them on.

Its pages are on `localhost`, and the API is on 127.0.0.1: for a browser these are two sites, as a company's identity
provider and AWS are, so that cookies and forms meet the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from html import escape
from http import HTTPStatus

from local.http.pages import Asked, Page
from local.http.questions import NoQuestion, Question, question_in
from local.idp import DemoIdp, post_form

PATHS = "/demo-idp/"
_SSO, _PORTAL = f"{PATHS}sso", f"{PATHS}portal"
_TITLE = "Demonstration identity provider"
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 30rem; margin: 4rem auto; padding: 0 1.5rem }}
label {{ display: block; font-weight: 600; margin-top: 1.5rem }}
input, button {{ font: inherit; box-sizing: border-box; width: 100%; margin-top: .5rem; padding: .5rem .75rem }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""
_FORM = """<p>{why} Nobody has to prove anything here: whoever you say you are is who you are.</p>
<form method="post" action="{action}">{hidden}<label for="login">Continue as</label>
<input id="login" name="login" value="{login}" required maxlength="64" autocomplete="off" spellcheck="false">
<button>Continue</button></form>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdpSite:
    """The pages of `idp` on a gateway's port."""

    idp: DemoIdp
    port: int

    @property
    def metadata(self) -> str:
        """With the address where logins may start."""
        return self.idp.metadata_at(self._sso)

    @property
    def portal(self) -> str:
        """The address where the identity provider starts a login by itself."""
        return f"http://localhost:{self.port}{_PORTAL}"

    @property
    def _sso(self) -> str:
        return f"http://localhost:{self.port}{_SSO}"

    def page(self, outputs: Mapping[str, str]) -> Page:
        """What answers below `PATHS`; outputs: of the deployed template, which is the one application known here."""
        return partial(self._page, outputs)

    def _page(self, outputs: Mapping[str, str], asked: Asked) -> tuple[int, str]:
        if asked.path not in (_SSO, _PORTAL) or asked.method not in ("GET", "POST"):
            return HTTPStatus.NOT_FOUND, _framed("There is no such page.")
        try:
            question = self._question(outputs["AcsUrl"], asked) if asked.path == _SSO else None
        except NoQuestion as error:
            return HTTPStatus.BAD_REQUEST, _framed(f"<p>This request cannot be answered: {escape(str(error))}.</p>")
        login = asked.fields.get("login", "").strip()
        if asked.method == "GET" or not login:
            return HTTPStatus.OK, _framed(self._form(asked, question))
        return HTTPStatus.OK, self._answer(outputs, asked, question, login)

    def _question(self, acs: str, asked: Asked) -> Question:
        """The one that was asked, if it is for this provider and its answer for the application that is known here."""
        question = question_in(asked.fields.get("SAMLRequest", ""))
        if question.acs != acs:
            raise NoQuestion(f"answers go to {acs} only")
        if question.destination != self._sso:
            raise NoQuestion("it was sent to another identity provider")
        return question

    def _form(self, asked: Asked, question: Question | None) -> str:
        """The request comes back with the form, so that nothing has to be remembered in between."""
        kept = {name: asked.fields[name] for name in ("SAMLRequest", "RelayState") if question and name in asked.fields}
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(text)}">' for name, text in kept.items())
        why = f"{escape(question.issuer)} asks who you are." if question else "From here you get into Studio."
        return _FORM.format(why=why, action=asked.path, hidden=hidden, login=escape(self.idp.suggests))

    def _answer(self, outputs: Mapping[str, str], asked: Asked, question: Question | None, login: str) -> str:
        role_arn, provider_arn = outputs["SamlRolePair"].split(",")
        acs, now = outputs["AcsUrl"], datetime.now(UTC)
        if question is None:
            return post_form(acs, self.idp.response(login, acs, role_arn, provider_arn, now))
        response = self.idp.response(login, acs, role_arn, provider_arn, now, in_response_to=question.id)
        return post_form(acs, response, asked.fields.get("RelayState", ""))


def _framed(body: str) -> str:
    return _FRAME.format(title=_TITLE, body=body)
