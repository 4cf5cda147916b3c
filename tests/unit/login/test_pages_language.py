"""Which language a browser's Accept-Language header means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from concierge.login.site import Language, preferred_language


@pytest.mark.parametrize(
    "header",
    [
        "ko",
        "ko-KR",
        "KO-kr",
        "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7",
        "en;q=0.5, ko;q=0.501",
        "en;q=0.8,ko",
        "ja, ko;q=0.1",
        "ko-Hang-KR",
        "ko;q=0.2, ko-KR;q=0.9, en;q=0.5",
        "ko ; q=1.000 , en;q=0.999",
        ",, ko,",
        "ko,en",
        "ko, *",
        "en;q=0, *",
        "en;q=0.1, *;q=0.5",
    ],
)
def test_korean_is_shown_to_who_prefers_it(header: str) -> None:
    assert preferred_language(header) is Language.KOREAN


@pytest.mark.parametrize(
    "header",
    [
        "",
        "en",
        "en-GB,en;q=0.9,ko;q=0.8",
        "ko;q=0.8,en",
        "en,ko",
        "*",
        "*, ko;q=0.5",
        "ko;q=0",
        "ko;q=0, en;q=0",
        "fr-FR, de;q=0.5",
        "kok, kok-IN",  # Konkani is not Korean
    ],
)
def test_everybody_else_reads_english(header: str) -> None:
    assert preferred_language(header) is Language.ENGLISH


@pytest.mark.parametrize(
    "header",
    [
        "ko;q=1.5",
        "ko;q=",
        "ko;q=0.1234",
        "ko;q=-1",
        "ko;q=nan",
        "ko;v=1",
        "ko q=1",
        "ko_KR",
        "korean-language",
        "ko, en/gb",
        "한국어",
        "ko\r\nSet-Cookie: a=b",
        "ko;q=\u0660.\u0665",  # digits, but not ASCII
    ],
)
def test_a_broken_header_gives_english(header: str) -> None:
    assert preferred_language(header) is Language.ENGLISH


@given(some.text(alphabet="enko-*;q=0.1, \t", max_size=60))
def test_whatever_a_browser_sends_there_is_a_language(header: str) -> None:
    assert preferred_language(header) in Language
