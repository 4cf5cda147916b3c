"""What real identity providers' software says is what login reads, however the software writes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from concierge.login.saml.claims import claims_of
from concierge.login.saml.documents import parsed
from concierge.login.saml.metadata import read_metadata
from concierge.login.saml.signature import verified
from tests.support.identity_providers.protocol import AUDIENCE, NAME_ID, RealIdp, Variations
from tests.support.identity_providers.software import NAMES, started
from tests.support.login_fakes import ACS
from tests.support.saml_idp import ENTITY_ID, ROLE, ROLE_SESSION_NAME, KeyPair, Signing
from tests.unit.login.conftest import ROLE_PAIR


@pytest.fixture(scope="module", params=NAMES)
def software(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealIdp]:
    idp = started(request.param, KeyPair.create(tmp_path_factory.mktemp(request.param)))
    yield idp
    idp.close()


def test_its_metadata_names_it_and_its_key(software: RealIdp) -> None:
    provider = read_metadata(software.metadata)
    assert provider.entity_id == ENTITY_ID
    assert len(provider.certificates) == 1


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
@pytest.mark.parametrize("question", ["", "_a-question"])
def test_its_responses_say_what_it_was_told(software: RealIdp, sign: Signing, question: str) -> None:
    variations: Variations = {"sign": sign, "in_response_to": question} if question else {"sign": sign}
    document = software.response("amara.okafor", acs=ACS, role_pair=ROLE_PAIR, **variations)
    claims = claims_of(verified(parsed(document), read_metadata(software.metadata), now=datetime.now(UTC)))
    assert (claims.issuer, claims.subject, claims.audiences) == (ENTITY_ID, NAME_ID, (frozenset({AUDIENCE}),))
    assert claims.attributes == {ROLE: (ROLE_PAIR,), ROLE_SESSION_NAME: ("amara.okafor",)}
    assert (claims.confirmation.recipient, claims.envelope.destination) == (ACS, ACS)
    assert claims.confirmation.in_response_to == claims.envelope.in_response_to == (question or None)


def test_two_responses_are_two(software: RealIdp) -> None:
    made = [software.response("amara.okafor", acs=ACS, role_pair=ROLE_PAIR) for _ in range(2)]
    first, second = (parsed(document)[-1].get("ID") for document in made)
    assert first != second
