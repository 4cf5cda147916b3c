"""The demonstration identity provider: what the tests of STS do not show of it."""

from __future__ import annotations

import base64
from html.parser import HTMLParser

import pytest
from lxml import etree

from local.idp import DemoIdp, post_form
from local.sts_saml.verify import verified

from .conftest import ACS, NOW, PROVIDER, ROLE


@pytest.mark.parametrize("entity_id", ['https://idp.example.com/?a=1&b="2"', "urn:example:<idp>"])
def test_names_with_xmls_own_characters_survive(entity_id: str) -> None:
    idp = DemoIdp(entity_id)
    response = idp.response("amara", f"{ACS}?a=1&b=2", ROLE, PROVIDER, NOW, session_tags={"team": "vision"})
    subject = verified(base64.b64decode(response), idp.metadata.encode(), ROLE, PROVIDER, NOW)
    assert (subject.issuer, subject.recipient) == (entity_id, f"{ACS}?a=1&b=2")


def test_each_response_is_a_new_one() -> None:
    idp = DemoIdp("https://idp.example.com")
    ids = [
        etree.fromstring(base64.b64decode(idp.response("amara", ACS, ROLE, PROVIDER, NOW)))[-1].get("ID")
        for _ in range(2)
    ]
    assert ids[0] != ids[1]


def test_the_form_posts_itself_to_the_application() -> None:
    found: dict[str, dict[str, str | None]] = {}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found[tag] = dict(attrs)

    page = post_form(f'{ACS}?a="1"&b=2', "PHNhbWw+")
    Reader().feed(page)
    assert found["form"] == {"method": "post", "action": f'{ACS}?a="1"&b=2'}
    assert found["input"] == {"type": "hidden", "name": "SAMLResponse", "value": "PHNhbWw+"}
    assert "submit()" in page
    assert "noscript" in found


def test_a_form_that_answers_a_question_brings_its_relay_state_back() -> None:
    assert 'name="RelayState" value="&quot;&gt;"' in post_form(ACS, "PHNhbWw+", '">')


def test_an_answer_to_a_question_is_one_that_sts_takes_too() -> None:
    idp = DemoIdp("https://idp.example.com")
    response = base64.b64decode(idp.response("amara", ACS, ROLE, PROVIDER, NOW, in_response_to='_a"1'))
    assert etree.fromstring(response).get("InResponseTo") == '_a"1'
    metadata = idp.metadata_at("http://localhost:1/sso").encode()
    assert verified(response, metadata, ROLE, PROVIDER, NOW).issuer == idp.entity_id
