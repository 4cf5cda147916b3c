"""A login that starts here, and one that goes on over several pages."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from concierge.errors import LoginRefused, SettingsError
from concierge.login import visits
from concierge.login.attested import unsealed
from concierge.login.cookies import cookies_in
from concierge.login.ports import HttpAnswer
from concierge.login.saml import authn_requests
from tests.support.login_fakes import ACS, BASE_URL, ENTITY_ID, GROUPS, STUDIO_URL, FrontDoor
from tests.support.saml_idp import ROLE, ROLE_SESSION_NAME, SamlIdp, posted

PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
OFFERS = [
    {
        "key": name,
        "domain": name,
        "persona": "data-scientist",
        "account": "123456789012",
        "region": "eu-west-1",
        "opens": "JupyterLab",
        "space": "lab",
    }
    for name in ("research", "trading")
]
TO_CHOOSE = HttpAnswer(status=200, body=json.dumps({"offers": OFFERS, "preparing": ["risk"]}).encode())
PREPARING = HttpAnswer(status=202, body=b'{"preparing": ["research"]}')


def kept_by_browser(response: dict[str, Any]) -> dict[str, str]:
    """The cookies that a browser sends back."""
    jar: SimpleCookie = SimpleCookie()
    for header in response["multiValueHeaders"]["Set-Cookie"]:
        jar.load(header)
    return dict(cookies_in("; ".join(f"{name}={each.value}" for name, each in jar.items())))


def started(door: FrontDoor, now: datetime, workspace: str = "") -> tuple[str, str, dict[str, str]]:
    """The id of the question, the RelayState, and the browser's cookies."""
    response = door.doorway.start(workspace, door.browser(now), door.attempt)
    query = parse_qs(urlsplit(response["headers"]["Location"]).query)
    document = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
    return etree.fromstring(document).get("ID", ""), query.get("RelayState", [""])[0], kept_by_browser(response)


def reason(door: FrontDoor, document: bytes, now: datetime, cookies: dict[str, str]) -> str:
    with pytest.raises(LoginRefused) as refused:
        door.post(posted(document), now=now, cookies=cookies)
    return refused.value.reason


def test_a_login_that_starts_here_asks_the_identity_provider(door: FrontDoor, now: datetime) -> None:
    response = door.doorway.start("", door.browser(now), door.attempt)
    where = urlsplit(response["headers"]["Location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == door.provider.sso_url
    query = parse_qs(where.query)
    assert set(query) == {"SAMLRequest"}
    request = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    assert request.tag == f"{PROTOCOL}AuthnRequest"
    assert request.get("AssertionConsumerServiceURL") == ACS
    assert request.get("Destination") == door.provider.sso_url
    assert request.findtext(f"{ASSERTION}Issuer") == ENTITY_ID
    [cookie] = response["multiValueHeaders"]["Set-Cookie"]
    for rule in ("__Host-", "Secure", "HttpOnly", "SameSite=None", "Path=/", "Max-Age=600"):
        assert rule in cookie


def test_the_answer_to_this_browsers_question_opens_the_door(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.idp_initiated = False
    request_id, _, cookies = started(door, now)
    response = door.post(posted(idp.response(in_response_to=request_id)), now=now, cookies=cookies)
    assert response["headers"]["Location"] == STUDIO_URL
    [forgotten] = response["multiValueHeaders"]["Set-Cookie"]
    assert "Max-Age=0" in forgotten


def test_an_answer_in_another_browser_is_refused(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    request_id, _, cookies = started(door, now)
    another_id, _, another_browser = started(door, now)
    answer = idp.response(in_response_to=request_id)
    assert reason(door, answer, now, {}) == "in-response-to"
    assert reason(door, answer, now, another_browser) == "in-response-to"
    [(name, value)] = cookies.items()
    [(_, other)] = another_browser.items()
    assert reason(door, answer, now, {name: other}) == "in-response-to"
    assert reason(door, answer, now, {name: value[:-2] + "xx"}) == "in-response-to"
    assert reason(door, answer, now, {name: "not-signed"}) == "in-response-to"
    assert door.was_left_alone
    assert door.post(posted(answer), now=now, cookies=cookies | another_browser)["statusCode"] == 302
    assert another_id != request_id


def test_a_question_is_open_for_ten_minutes(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    request_id, _, cookies = started(door, now - authn_requests.LASTS)
    assert reason(door, idp.response(in_response_to=request_id), now, cookies) == "in-response-to"
    request_id, _, cookies = started(door, now - authn_requests.LASTS + timedelta(seconds=1))
    assert door.post(posted(idp.response(in_response_to=request_id)), now=now, cookies=cookies)["statusCode"] == 302


def test_a_question_survives_a_rotation_of_the_secret(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    request_id, _, cookies = started(door, now)
    door.keys.secrets.insert(0, "b" * 64)
    assert door.post(posted(idp.response(in_response_to=request_id)), now=now, cookies=cookies)["statusCode"] == 302


def test_logins_of_the_identity_provider_can_be_switched_off(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.idp_initiated = False
    assert reason(door, idp.response(), now, {}) == "unsolicited"


def test_a_deep_link_travels_in_the_table_and_never_in_the_browser(
    idp: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    request_id, relay_state, cookies = started(door, now, "trading")
    assert "trading" not in relay_state
    door.post(posted(idp.response(in_response_to=request_id)), now=now, cookies=cookies, relay_state=relay_state)
    assert door.http.urls == [f"{BASE_URL}/studio?workspace=trading&first=1"]


@pytest.mark.parametrize("state", ["https://evil.example.com", "trading", "//evil", "javascript:alert(1)", "A" * 43])
def test_any_other_relay_state_means_nothing(idp: SamlIdp, door: FrontDoor, now: datetime, state: str) -> None:
    request_id, _, cookies = started(door, now, "trading")
    answer = posted(idp.response(in_response_to=request_id))
    response = door.post(answer, now=now, cookies=cookies, relay_state=state)
    assert response["headers"]["Location"] == STUDIO_URL
    assert door.http.urls == [f"{BASE_URL}/studio?first=1"]


def test_somebody_elses_wish_is_not_taken_over(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    _, others, _ = started(door, now, "trading")
    request_id, _, cookies = started(door, now)
    door.post(posted(idp.response(in_response_to=request_id)), now=now, cookies=cookies, relay_state=others)
    assert door.http.urls == [f"{BASE_URL}/studio?first=1"]


@pytest.mark.parametrize("workspace", ["https://evil.example.com", "a b", "-x", "x" * 129, "é", "x\ny"])
def test_a_workspace_has_a_plain_name(door: FrontDoor, now: datetime, workspace: str) -> None:
    with pytest.raises(LoginRefused):
        door.doorway.start(workspace, door.browser(now), door.attempt)


def test_metadata_without_an_address_to_start_at_is_named(door: FrontDoor, now: datetime) -> None:
    door.provider = type(door.provider)(entity_id="x", certificates=door.provider.certificates)
    with pytest.raises(SettingsError, match="SingleSignOnService"):
        door.doorway.start("", door.browser(now), door.attempt)


def test_several_workspaces_are_chosen_from_on_a_page_of_its_own(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.http.answer = TO_CHOOSE
    response = door.post(posted(idp.response()), now=now)
    assert (response["statusCode"], response["headers"]["Location"]) == (303, f"{BASE_URL}/saml/workspace")
    cookies = kept_by_browser(response)
    page = door.doorway.go_on("", door.browser(now, cookies), door.attempt)
    assert page["statusCode"] == 200
    for text in ("research", "trading", "risk", "amara.okafor", 'href="workspace?choice=trading"'):
        assert text in page["body"]
    door.http.answer = HttpAnswer(status=302, location=STUDIO_URL)
    chosen = door.doorway.go_on("trading", door.browser(now, cookies), door.attempt)
    assert chosen["headers"]["Location"] == STUDIO_URL
    assert door.http.urls[-1] == f"{BASE_URL}/studio?workspace=trading"


def test_somebody_who_waits_is_told_when_it_is_ready(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.http.answer = PREPARING
    cookies = kept_by_browser(door.post(posted(idp.response()), now=now))
    browser = door.browser(now, cookies)
    page = door.doorway.go_on("", browser, door.attempt)
    assert page["statusCode"] == 200
    assert "prepared" in page["body"]
    assert json.loads(door.doorway.tell_state(browser, door.attempt)["body"]) == {"state": "preparing"}
    door.http.answer = TO_CHOOSE
    assert json.loads(door.doorway.tell_state(browser, door.attempt)["body"]) == {"state": "ready"}
    assert door.http.urls[-1] == f"{BASE_URL}/studio?list=1"


def test_a_visit_lies_sealed_and_ends(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.http.answer = TO_CHOOSE
    cookies = kept_by_browser(door.post(posted(idp.response()), now=now))
    [(name, box)] = door.boxes.boxes.items()
    assert cookies[visits.COOKIE] not in name
    for secret in (b"a-secret-key", b"a-session-token", b"amara.okafor"):
        assert secret not in base64.b64decode(box)

    def refusal(at: datetime, sent: dict[str, str]) -> str:
        with pytest.raises(LoginRefused) as refused:
            door.doorway.go_on("", door.browser(at, sent), door.attempt)
        return refused.value.reason

    assert refusal(now + visits.LASTS, cookies) == "visit"
    assert refusal(now, {}) == "visit"
    assert refusal(now, {visits.COOKIE: "x"}) == "visit"
    assert refusal(now, {visits.COOKIE: "A" * 43}) == "visit"
    door.boxes.boxes[name] = base64.b64encode(base64.b64decode(box)[:-1] + b"x").decode()
    assert refusal(now, cookies) == "visit"


def test_what_the_identity_provider_says_of_groups_travels_sealed(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    door.groups_attribute = GROUPS
    statement = "</ns1:AttributeStatement>"
    values = "".join(f"<ns1:AttributeValue>{each}</ns1:AttributeValue>" for each in ("traders", "researchers"))
    attribute = f'<ns1:Attribute Name="{GROUPS}">{values}</ns1:Attribute>'
    door.post(posted(idp.response(edits=[(statement, attribute + statement)])), now=now)
    sealed = door.http.headers[0]["X-Concierge-Groups"]
    attested = unsealed(sealed, door.keys.all(now), login="amara.okafor", now=now)
    assert attested is not None
    assert attested.groups == ("researchers", "traders")


def test_an_identity_provider_that_says_nothing_of_groups_takes_none(
    idp: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    door.groups_attribute = GROUPS
    door.post(posted(idp.response()), now=now)
    assert "X-Concierge-Groups" not in door.http.headers[0]


def test_more_groups_than_a_header_holds_are_none(
    idp: SamlIdp, door: FrontDoor, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    door.groups_attribute = GROUPS
    statement = "</ns1:AttributeStatement>"
    names = (f"{number * 7919**9:x}" for number in range(1, 700))
    values = "".join(f"<ns1:AttributeValue>{each}</ns1:AttributeValue>" for each in names)
    attribute = f'<ns1:Attribute Name="{GROUPS}">{values}</ns1:Attribute>'
    door.post(posted(idp.response(edits=[(statement, attribute + statement)])), now=now)
    assert "X-Concierge-Groups" not in door.http.headers[0]
    assert "too many groups" in caplog.text


def test_metadata_says_who_we_are_and_what_we_need(door: FrontDoor, now: datetime) -> None:
    response = door.doorway.describe(door.browser(now), door.attempt)
    root = etree.fromstring(response["body"].encode())
    assert root.get("entityID") == ENTITY_ID
    [service] = root.iter("{urn:oasis:names:tc:SAML:2.0:metadata}AssertionConsumerService")
    assert service.get("Location") == ACS
    asked = {each.get("Name") for each in root.iter("{urn:oasis:names:tc:SAML:2.0:metadata}RequestedAttribute")}
    assert asked == {ROLE, ROLE_SESSION_NAME}


def test_a_cookie_that_comes_twice_is_nobodys() -> None:
    assert cookies_in("__Host-a=1; __Host-b=2; __Host-a=3; other=4") == {"__Host-b": "2"}
    assert cookies_in("") == {}
