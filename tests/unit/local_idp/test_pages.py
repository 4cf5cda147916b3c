"""The pages of the demonstration identity provider: what it asks, what it answers, and what it does not answer."""

from __future__ import annotations

import base64
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from lxml import etree

from local.http.demo_idp import PATHS, IdpSite
from local.http.pages import Asked
from local.idp import DemoIdp

from .test_questions import DOCUMENT, packed

PORT = 8123
ACS = "http://127.0.0.1:8123/v1/saml/acs"
SSO, PORTAL = f"http://localhost:{PORT}{PATHS}sso", f"http://localhost:{PORT}{PATHS}portal"
OUTPUTS = {"AcsUrl": ACS, "SamlRolePair": "arn:aws:iam::1:role/login,arn:aws:iam::1:saml-provider/corp"}
QUESTION = DOCUMENT.replace("https://sp.example.com/saml/acs", ACS).replace("https://idp.example.com/sso", SSO)


@pytest.fixture(scope="module")
def site() -> IdpSite:
    return IdpSite(idp=DemoIdp("https://idp.example.com", suggests='a"<b>'), port=PORT)


def get(site: IdpSite, url: str, **fields: str) -> tuple[int, str]:
    return site.page(OUTPUTS)(Asked.read("GET", f"{url}?{urlencode(fields)}", b""))


def post(site: IdpSite, url: str, **fields: str) -> tuple[int, str]:
    return site.page(OUTPUTS)(Asked.read("POST", url, urlencode(fields).encode()))


def inputs(html: str) -> dict[str, str]:
    """The fields of the form on a page."""
    return {name: unescape(value) for name, value in re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', html)}


def answered(html: str) -> etree._Element:
    return etree.fromstring(base64.b64decode(inputs(html)["SAMLResponse"]))


def test_the_metadata_says_where_logins_start(site: IdpSite) -> None:
    (service,) = etree.fromstring(site.metadata).iterfind(".//{*}SingleSignOnService")
    assert service.get("Binding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    assert service.get("Location") == SSO


def test_the_page_says_who_asks_suggests_somebody_and_keeps_what_it_was_asked(site: IdpSite) -> None:
    request = packed(QUESTION)
    status, html = get(site, SSO, SAMLRequest=request, RelayState='"><script>')
    assert status == 200
    assert "urn:amazon:webservices asks who you are" in html
    assert inputs(html) == {"login": 'a"<b>', "SAMLRequest": request, "RelayState": '"><script>'}
    assert "<script>" not in html
    assert "<b>" not in html


def test_the_answer_names_the_question_twice_and_brings_the_relay_state_back(site: IdpSite) -> None:
    status, html = post(site, SSO, SAMLRequest=packed(QUESTION), RelayState="state", login=" amara.okafor ")
    assert status == 200
    assert f'action="{ACS}"' in html
    assert inputs(html)["RelayState"] == "state"
    response = answered(html)
    data = response.find(".//{*}SubjectConfirmationData")
    assert data is not None
    assert (response.get("InResponseTo"), data.get("InResponseTo")) == ("_a1", "_a1")
    assert response.findtext(".//{*}NameID") == "amara.okafor"


def test_the_portal_answers_without_a_question(site: IdpSite) -> None:
    status, html = get(site, PORTAL, SAMLRequest="whatever", RelayState="whatever")
    assert (status, set(inputs(html))) == (200, {"login"})
    status, html = post(site, PORTAL, login="amara.okafor", SAMLRequest="whatever", RelayState="whatever")
    assert (status, set(inputs(html))) == (200, {"SAMLResponse"})
    assert b"InResponseTo" not in etree.tostring(answered(html))


def test_without_a_name_it_asks_again(site: IdpSite) -> None:
    status, html = post(site, SSO, SAMLRequest=packed(QUESTION), login="  ")
    assert (status, "SAMLResponse" in html) == (200, False)
    assert "SAMLRequest" in inputs(html)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (QUESTION.replace(ACS, "https://evil.example.com/acs"), f"answers go to {ACS} only"),
        (QUESTION.replace(SSO, "https://idp.example.com/sso"), "another identity provider"),
        ("<x/>", "no AuthnRequest"),
    ],
)
def test_a_question_of_others_is_answered_by_nobody(site: IdpSite, question: str, why: str) -> None:
    for status, html in (
        get(site, SSO, SAMLRequest=packed(question)),
        post(site, SSO, SAMLRequest=packed(question), login="amara.okafor"),
    ):
        assert status == 400
        assert why in html
        assert "<form" not in html


@pytest.mark.parametrize(("method", "url"), [("GET", f"{SSO}/more"), ("PUT", SSO), ("DELETE", PORTAL)])
def test_nothing_else_is_there(site: IdpSite, method: str, url: str) -> None:
    assert site.page(OUTPUTS)(Asked.read(method, url, b""))[0] == 404


def test_of_a_field_that_comes_twice_the_last_counts_and_a_body_that_is_no_form_has_none() -> None:
    assert Asked.read("POST", "http://h/p?a=1&a=2", b"a=3&b=%26").fields == {"a": "3", "b": "&"}
    assert Asked.read("POST", "http://h/p", b"\xff\xfe{}").fields == {}
