"""One identity provider for all tests of the front door."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from concierge.login.saml.metadata import IdentityProvider, read_metadata
from tests.support.login_fakes import ACS, LOGIN_ROLE, PROVIDER_ARN, FrontDoor, Sts, sts_session
from tests.support.saml_idp import KeyPair, SamlIdp

ROLE_PAIR = f"{LOGIN_ROLE.arn},{PROVIDER_ARN}"


@pytest.fixture(scope="session")
def idp(tmp_path_factory: pytest.TempPathFactory) -> SamlIdp:
    return SamlIdp(KeyPair.create(tmp_path_factory.mktemp("idp")), acs=ACS, role_pair=ROLE_PAIR)


@pytest.fixture(scope="session")
def impostor(tmp_path_factory: pytest.TempPathFactory) -> SamlIdp:
    """Says the same things under the same name, with a key of its own."""
    return SamlIdp(KeyPair.create(tmp_path_factory.mktemp("impostor")), acs=ACS, role_pair=ROLE_PAIR)


@pytest.fixture(scope="session")
def provider(idp: SamlIdp) -> IdentityProvider:
    return read_metadata(idp.metadata)


@pytest.fixture(scope="session")
def signed(idp: SamlIdp) -> bytes:
    """A good response, for tests that do not let anybody in with it."""
    return idp.response()


@pytest.fixture
def door(provider: IdentityProvider) -> FrontDoor:
    return FrontDoor(provider=provider, sts=Sts(sts_session()))


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)
