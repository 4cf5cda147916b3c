"""Whatever is made of a signed response, and whatever else is posted: it is refused, or it says what was signed.

Nothing but LoginRefused ever comes out: any other exception would be an error page that tells more than the others.
"""

from __future__ import annotations

import base64
import importlib.util
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concierge import bootstrap
from concierge.errors import LoginRefused
from concierge.login.saml.checks import Assertion, Expected, accepted
from concierge.login.saml.claims import Claims, Envelope, claims_of
from concierge.login.saml.documents import decoded, parsed
from concierge.login.saml.metadata import IdentityProvider
from concierge.login.saml.signature import verified
from tests.support.login_fakes import ACS, ENTITY_ID, LOGIN_ROLE, PROVIDER_ARN, STUDIO_URL, FrontDoor, Sts, sts_session
from tests.support.mutations import grafted, rearranged, spliced
from tests.support.saml_idp import SamlIdp, Signing, posted

REPOSITORY = Path(__file__).parents[3]
POST: dict[str, Any] = json.loads((REPOSITORY / "events" / "saml-acs-post.json").read_text())
FEW = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NOT_SIGNED = Envelope(version="", status="", issuer=None, destination=None, in_response_to=None)
SIGNINGS: tuple[Signing, ...] = ("assertion", "response", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A response that lets somebody in at the moment `now`, and what it says."""

    document: bytes = field(repr=False)
    sign: Signing
    provider: IdentityProvider = field(repr=False)
    now: datetime

    @property
    def read(self) -> tuple[Claims, Assertion]:
        return self.reading_of(posted(self.document))

    def reading_of(self, saml_response: str) -> tuple[Claims, Assertion]:
        """What login reads from a posted field; raises LoginRefused.

        An envelope that is not signed can only be a reason to refuse, so it is left out of what is compared.
        """
        expected = Expected(
            issuer=self.provider.entity_id,
            audience=ENTITY_ID,
            acs=ACS,
            role_arn=LOGIN_ROLE.arn,
            provider_arn=PROVIDER_ARN,
        )
        signed = verified(parsed(decoded(saml_response)), self.provider, now=self.now)
        claims = claims_of(signed)
        assertion = accepted(claims, expected, now=self.now)
        return (claims if signed.envelope_is_signed else replace(claims, envelope=NOT_SIGNED)), assertion

    def says_nothing_else(self, saml_response: str) -> bool:
        """Whether the field is refused, or reads as the original.

        Of a response where both are signed, the outer signature may be taken away: the inner one is enough.
        """
        try:
            claims, assertion = self.reading_of(saml_response)
        except LoginRefused:
            return True
        ours, signed_assertion = self.read
        if self.sign == "both" and claims.envelope == NOT_SIGNED:
            ours = replace(ours, envelope=NOT_SIGNED)
        return (claims, assertion) == (ours, signed_assertion)


@pytest.fixture(scope="module", params=SIGNINGS)
def original(request: pytest.FixtureRequest, idp: SamlIdp, provider: IdentityProvider) -> Original:
    sign: Signing = request.param
    return Original(document=idp.response(sign=sign), sign=sign, provider=provider, now=datetime.now(UTC))


@FEW
@given(data=st.data())
def test_bytes_of_a_signed_document_moved_about(original: Original, data: st.DataObject) -> None:
    assert original.says_nothing_else(posted(data.draw(spliced(original.document))))


@FEW
@given(data=st.data())
def test_characters_of_its_base64_moved_about(original: Original, data: st.DataObject) -> None:
    characters = data.draw(spliced(posted(original.document).encode()))
    assert original.says_nothing_else(characters.decode("latin-1"))


@FEW
@given(data=st.data())
def test_elements_of_a_signed_document_moved_about(original: Original, data: st.DataObject) -> None:
    assert original.says_nothing_else(posted(data.draw(rearranged(original.document))))


@FEW
@given(data=st.data())
def test_a_forged_document_with_parts_of_the_signed_one(original: Original, data: st.DataObject) -> None:
    assert original.says_nothing_else(posted(data.draw(grafted(original.document))))


@FEW
@given(document=st.binary(max_size=200))
def test_any_bytes(idp: SamlIdp, provider: IdentityProvider, document: bytes) -> None:
    nothing = Original(document=b"", sign="nothing", provider=provider, now=datetime.now(UTC))
    with pytest.raises(LoginRefused):
        nothing.reading_of(posted(document))


@FEW
@given(text=st.text(max_size=200))
def test_any_text_instead_of_base64(provider: IdentityProvider, text: str) -> None:
    nothing = Original(document=b"", sign="nothing", provider=provider, now=datetime.now(UTC))
    with pytest.raises(LoginRefused):
        nothing.reading_of(text)


@st.composite
def events(draw: st.DrawFn, document: bytes) -> dict[str, Any]:
    """What API Gateway could hand on: the sample event with another body, other headers, another method."""
    fields = st.lists(
        st.tuples(st.sampled_from(["SAMLResponse", "RelayState", "x", ""]), st.text(max_size=20)), max_size=9
    )
    usual = [("SAMLResponse", posted(document))]
    further = draw(fields)
    body = draw(
        st.one_of(
            st.none(),
            st.text(max_size=100),
            st.just(urlencode([*further, *usual], errors="surrogatepass")),
            st.just(urlencode([*usual, *further], errors="surrogatepass")),
            st.just(base64.b64encode(urlencode(usual).encode()).decode()),
        )
    )
    event = {**POST, "body": body, "isBase64Encoded": draw(st.booleans())}
    event["httpMethod"] = draw(st.sampled_from(["POST", "POST", "POST", "GET", "", None]))
    if draw(st.booleans()):
        names = st.sampled_from(
            ["Content-Type", "content-type", "Cookie", "Accept-Language", "X-Correlation-Id", "Host"]
        )
        event["headers"] = draw(st.one_of(st.none(), st.dictionaries(names, st.text(max_size=40))))
    return event


@pytest.fixture
def acs(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The function, behind whose door stands whatever the test puts there."""
    spec = importlib.util.spec_from_file_location(
        "saml_validator_fuzzed", REPOSITORY / "functions/saml_validator/app.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stage = SimpleNamespace(handler=module.handler, door=None)
    monkeypatch.setattr(bootstrap, "saml_settings", lambda: SimpleNamespace(public_base_url=""))
    monkeypatch.setattr(bootstrap, "doorway", lambda: stage.door.doorway)
    return stage


@FEW
@given(data=st.data())
def test_any_event_is_answered(acs: SimpleNamespace, original: Original, data: st.DataObject) -> None:
    acs.door = FrontDoor(provider=original.provider, sts=Sts(sts_session()))
    answer = acs.handler(data.draw(events(original.document)), None)
    assert answer["statusCode"] in (302, 403)
    if answer["statusCode"] == 302:
        assert answer["headers"]["Location"] == STUDIO_URL
        assert acs.door.sts.documents == [original.document]
    else:
        assert acs.door.was_left_alone


def test_the_original_lets_its_person_in(acs: SimpleNamespace, original: Original) -> None:
    """Else all of the above would be true of a door that is walled up."""
    acs.door = FrontDoor(provider=original.provider, sts=Sts(sts_session()))
    answer = acs.handler({**POST, "body": urlencode({"SAMLResponse": posted(original.document)})}, None)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, STUDIO_URL)
    assert original.read[1].login == "amara.okafor"
