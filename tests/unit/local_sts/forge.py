"""An identity provider that signs what a test makes of an assertion."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from local.idp import DemoIdp
from local.sts_saml.verify import SamlRefused, Subject, verified

from .conftest import ACS, ENTITY_ID, NOW, PROVIDER, ROLE

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
Edit = Callable[[etree._Element], None]


class Forge(DemoIdp):
    """Signs what `edit` makes of an assertion."""

    def __init__(self) -> None:
        super().__init__(ENTITY_ID)
        self.edit: Edit = lambda _: None

    def _assertion(self, *given: Any) -> etree._Element:
        found = super()._assertion(*given)
        self.edit(found)
        return found


def response(forge: Forge, edit: Edit = lambda _: None, **overrides: Any) -> bytes:
    """A response that the provider signed, after `edit`."""
    forge.edit = edit
    return base64.b64decode(forge.response("amara.okafor", ACS, ROLE, PROVIDER, NOW, **overrides))


def verify(document: bytes, forge: DemoIdp, *, late: timedelta = timedelta()) -> Subject:
    return verified(document, forge.metadata.encode(), ROLE, PROVIDER, NOW + late)


def refused(document: bytes, forge: DemoIdp, *, late: timedelta = timedelta()) -> str:
    with pytest.raises(SamlRefused) as error:
        verify(document, forge, late=late)
    return error.value.code


def the(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, {"saml": SAML})
    assert found is not None, f"{path} is not in the assertion"
    return found
