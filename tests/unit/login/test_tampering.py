"""No change to a signed response changes what is read from it: it is refused, or it reads the same."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from concierge.errors import LoginRefused
from concierge.login.saml.claims import Claims, claims_of
from concierge.login.saml.documents import parsed
from concierge.login.saml.metadata import IdentityProvider
from concierge.login.saml.signature import verified

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


def read(document: bytes, provider: IdentityProvider) -> Claims | None:
    """What is read, or None if the document is refused; the certificate's own period is not the subject here."""
    now = provider.certificates[0].not_valid_before_utc
    try:
        return claims_of(verified(parsed(document), provider, now=now))
    except LoginRefused:
        return None


@pytest.fixture(scope="module")
def original(signed: bytes, provider: IdentityProvider) -> Claims:
    claims = read(signed, provider)
    assert claims is not None
    return claims


@SHARED
@given(place=st.integers(min_value=0), byte=st.integers(min_value=0, max_value=255))
@example(place=0, byte=0)
def test_any_one_byte(signed: bytes, provider: IdentityProvider, original: Claims, place: int, byte: int) -> None:
    start = signed.index(b"<ns1:Assertion")
    place = start + place % (len(signed) - start)
    claims = read(signed[:place] + bytes([byte]) + signed[place + 1 :], provider)
    assert claims is None or claims == original


@SHARED
@given(data=st.data())
def test_any_one_character_of_a_signed_text(signed: bytes, provider: IdentityProvider, data: st.DataObject) -> None:
    text = signed.decode()
    spans = [
        match.span(1)
        for match in re.finditer(r'(?:>|=")([^<>"=]+)(?=[<"])', text)
        if match.start() > text.index("<ns1:Subject>") and "xmlns" not in text[match.start() - 10 : match.start()]
    ]
    start, end = data.draw(st.sampled_from(spans))
    place = data.draw(st.integers(min_value=start, max_value=end - 1))
    other = data.draw(st.characters(min_codepoint=32, exclude_characters=f'<>&"{text[place]}', codec="utf-8"))
    changed = text[:place] + other + text[place + 1 :]
    assert read(changed.encode(), provider) is None


@SHARED
@given(data=st.data())
def test_any_part_cut_out_or_doubled(
    signed: bytes, provider: IdentityProvider, original: Claims, data: st.DataObject
) -> None:
    """Whatever happens to the unsigned envelope, which can only be a reason to refuse."""
    edges = sorted(data.draw(st.tuples(*[st.integers(min_value=0, max_value=len(signed))] * 2)))
    piece = data.draw(st.sampled_from([b"", signed[edges[0] : edges[1]] * 2]))
    claims = read(signed[: edges[0]] + piece + signed[edges[1] :], provider)
    assert claims is None or replace(claims, envelope=original.envelope) == original
