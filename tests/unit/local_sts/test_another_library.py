"""Responses that pysaml2 builds and xmlsec1 signs, as companies' identity providers do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.sts_saml.verify import SamlRefused, verified
from tests.support.saml_idp import ENTITY_ID, KeyPair, SamlIdp, Signing

from .conftest import ACS, PROVIDER, ROLE


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SamlIdp:
    return SamlIdp(KeyPair.create(tmp_path_factory.mktemp("idp")), acs=ACS, role_pair=f"{ROLE},{PROVIDER}")


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_whatever_the_provider_signs_is_enough(company: SamlIdp, sign: Signing) -> None:
    subject = verified(company.response(sign=sign), company.metadata.encode(), ROLE, PROVIDER, datetime.now(UTC))
    assert (subject.issuer, subject.session_name, subject.recipient) == (ENTITY_ID, "Amara.Okafor", ACS)
    assert subject.subject_type == "persistent"


def test_nothing_signed_is_not(company: SamlIdp) -> None:
    with pytest.raises(SamlRefused, match="signature invalid"):
        verified(company.response(sign="nothing"), company.metadata.encode(), ROLE, PROVIDER, datetime.now(UTC))


def test_a_certificate_that_has_run_out_still_verifies(tmp_path: Path) -> None:
    old = SamlIdp(KeyPair.create(tmp_path, days=1), acs=ACS, role_pair=f"{ROLE},{PROVIDER}")
    assert verified(old.response(), old.metadata.encode(), ROLE, PROVIDER, datetime.now(UTC))
