"""The answers that a browser gets while logging in, without a browser: headers, words, and what cannot get in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from concierge.login.site import (
    Choice,
    Language,
    Look,
    Notice,
    chooser,
    json_answer,
    notice,
    redirect,
    waiting,
)
from concierge.login.site.translations import TEXTS
from tests.e2e.gallery import CORRELATION, LOGIN, NAMES, choices, look, pages

LAYER = Path(__file__).parents[3] / "layers" / "concierge"
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;$title ${nonce} {} {n}\u202e"
COOKIES = ["__Host-visit=abc; Path=/; Secure; HttpOnly; SameSite=Strict", "__Host-old=; Path=/; Secure; Max-Age=0"]
ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
every_page = pytest.mark.parametrize("name", NAMES)
every_language = pytest.mark.parametrize("language", Language)


def policy(answer: Mapping[str, Any]) -> dict[str, str]:
    """The content security policy, by directive."""
    directives = answer["headers"]["Content-Security-Policy"].split("; ")
    return {name: value for name, _, value in (each.partition(" ") for each in directives)}


def tree(answer: Mapping[str, Any]) -> Any:
    """The page as a browser reads it; untyped, for every XPath gives another type."""
    return etree.fromstring(answer["body"], etree.HTMLParser())


def skeleton(answer: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Elements and the names of their attributes; no text."""
    return [(str(each.tag), sorted(map(str, each.attrib))) for each in tree(answer).iter()]


def words(value: object) -> Iterator[str]:
    """Every text in a structure of texts, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from words(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from words(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from words(getattr(value, each.name))


def every_answer() -> dict[str, dict[str, Any]]:
    answers = {f"{language}-{name}": page for language in Language for name, page in pages(language).items()}
    return {**answers, "redirect": redirect("https://example.com/"), "json": json_answer(200, {"state": "ready"})}


@pytest.mark.parametrize("answer", every_answer().values(), ids=every_answer().keys())
def test_nobody_keeps_frames_or_sniffs_an_answer(answer: dict[str, Any]) -> None:
    assert {name: answer["headers"].get(name) for name in ALWAYS} == ALWAYS
    closed = {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"}
    assert policy(answer).items() >= closed.items()
    assert "unsafe" not in answer["headers"]["Content-Security-Policy"]
    assert "multiValueHeaders" not in answer
    assert json.loads(json.dumps(answer)) == answer  # Lambda can send it


def test_a_redirect_says_where_to_and_nothing_else() -> None:
    answer = redirect("https://studio.example.com/?a=b&c")
    assert (answer["statusCode"], answer["body"]) == (302, "")
    assert answer["headers"]["Location"] == "https://studio.example.com/?a=b&c"
    assert redirect("/v1/studio", status=303)["statusCode"] == 303


def test_a_script_gets_json() -> None:
    answer = json_answer(HTTPStatus.ACCEPTED, {"state": "preparing", "name": "<b>"})
    assert answer["statusCode"] == 202
    assert answer["headers"]["Content-Type"] == "application/json"
    assert json.loads(answer["body"]) == {"state": "preparing", "name": "<b>"}


@pytest.mark.parametrize(
    "answer",
    [
        redirect("/", cookies=COOKIES),
        json_answer(200, {}, cookies=COOKIES),
        notice(Notice.BUSY, look(Language.ENGLISH), cookies=COOKIES),
        chooser(LOGIN, choices(2), look(Language.ENGLISH), cookies=COOKIES),
        waiting(LOGIN, look(Language.ENGLISH), poll="/p", again="/a", cookies=COOKIES),
    ],
)
def test_every_answer_can_set_several_cookies(answer: dict[str, Any]) -> None:
    assert answer["multiValueHeaders"] == {"Set-Cookie": COOKIES}
    assert "Set-Cookie" not in answer["headers"]


@every_language
@every_page
def test_a_page_needs_nothing_from_outside_and_runs_only_what_carries_its_nonce(language: Language, name: str) -> None:
    answer = pages(language)[name]
    nonce = look(language).nonce
    page = tree(answer)
    scripts = page.xpath("//script")
    allowed = {"style-src": f"'nonce-{nonce}'"}
    if scripts:
        allowed["script-src"] = f"'nonce-{nonce}'"
    if name.startswith("waiting"):
        allowed["connect-src"] = "'self'"
    always = {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert {key: value for key, value in policy(answer).items() if key not in always} == allowed
    assert {each.get("nonce") for each in page.xpath("//script | //style")} == {nonce}
    assert page.xpath("//@src | //@style | //@*[starts-with(name(), 'on')] | //link | //img | //form") == []
    assert page.xpath("//meta[@http-equiv]") == []  # a page that reloads itself takes the reader's place away
    assert not re.search(r"https?:|data:|url\(|@import", answer["body"])
    assert bool(scripts) == (not name.startswith("notice"))


@every_language
@every_page
def test_a_page_says_in_which_language_it_is(language: Language, name: str) -> None:
    answer = pages(language)[name]
    page = tree(answer)
    assert page.get("lang") == answer["headers"]["Content-Language"] == language.value
    assert answer["headers"]["Vary"] == "Accept-Language, Cookie"
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert page.xpath("count(//main)") == page.xpath("count(//h1)") == 1
    assert page.findtext(".//title") == f"{page.findtext('.//h1')} · Studio Concierge"
    assert page.xpath("string(//code)") == CORRELATION


def test_both_languages_say_the_same_things_in_their_own_words() -> None:
    english, korean = (list(words(TEXTS[language])) for language in Language)
    assert len(english) == len(korean) > 40
    assert set(TEXTS) == set(Language)
    for language in Language:
        assert set(TEXTS[language].notices) == set(Notice)
    for ours, theirs in zip(english, korean, strict=True):
        assert re.findall(r"\{n?\}", ours) == re.findall(r"\{n?\}", theirs)
        assert not re.search("[가-힣]", ours)
        assert re.search("[가-힣]", theirs)


@pytest.mark.parametrize(
    ("which", "status"),
    [
        (Notice.REFUSED, 403),
        (Notice.NO_WORKSPACE, 403),
        (Notice.HELD, 403),
        (Notice.EXPIRED, 403),
        (Notice.FAILED, 500),
        (Notice.BUSY, 503),
    ],
)
def test_a_notice_has_the_status_of_what_happened(which: Notice, status: int) -> None:
    assert notice(which, look(Language.KOREAN))["statusCode"] == status


@every_language
@pytest.mark.parametrize("which", Notice)
def test_the_same_notice_differs_in_nothing_but_nonce_and_reference(which: Notice, language: Language) -> None:
    one = notice(which, Look(language=language, nonce="first-nonce", correlation="first-reference"))
    other = notice(which, Look(language=language, nonce="second-nonce", correlation="second-reference"))
    assert one != other
    as_text = json.dumps(other).replace("second-nonce", "first-nonce").replace("second-reference", "first-reference")
    assert as_text == json.dumps(one)


def test_no_two_notices_look_alike() -> None:
    for language in Language:
        assert len({notice(which, look(language))["body"] for which in Notice}) == len(Notice)


def test_the_chooser_links_to_every_workspace_and_says_what_is_behind_it() -> None:
    page = tree(chooser(LOGIN, choices(12), look(Language.ENGLISH)))
    links = page.xpath("//main//a")
    assert [link.get("href") for link in links] == [choice.href for choice in choices(12)]
    for link, choice in zip(links, choices(12), strict=True):
        text = " ".join("".join(link.itertext()).split())
        assert choice.title in text
        assert choice.persona in text
        assert choice.place in text
        assert (f"Opens {choice.opens}" if choice.opens else "Opens the Studio start page") in text
        assert (f"Space: {choice.space}" in text) == bool(choice.space)
    assert page.xpath("//kbd/text()") == list("123456789")
    assert LOGIN in page.xpath("//p[1]//strong//text()")


@pytest.mark.parametrize(("count", "said"), [(1, "press 1 "), (2, "from 1 to 2"), (9, "from 1 to 9"), (12, "1 to 9")])
def test_the_chooser_says_which_digits_work(count: int, said: str) -> None:
    assert said in tree(chooser(LOGIN, choices(count), look(Language.ENGLISH))).xpath("string(//*[@id='keys'])")


def test_a_workspace_that_is_not_ready_is_named_and_is_no_link() -> None:
    page = tree(chooser(LOGIN, choices(1), look(Language.ENGLISH), preparing=["fraud", "claims"]))
    assert page.xpath("//section//li//text()") == ["fraud", "claims"]
    assert page.xpath("//section//a") == []
    assert tree(chooser(LOGIN, choices(2), look(Language.ENGLISH))).xpath("//section") == []


def test_the_waiting_page_knows_where_to_ask_and_where_to_go() -> None:
    page = tree(waiting(LOGIN, look(Language.ENGLISH), poll="/v1/state?a=1&b=2", again="/v1/studio?c=3&d=4"))
    [waits] = page.xpath("//*[@id='waiting']")
    assert waits.get("data-poll") == "/v1/state?a=1&b=2"
    assert waits.get("data-again") == "/v1/studio?c=3&d=4"
    [link] = page.xpath("//main//a")
    assert link.get("href") == "/v1/studio?c=3&d=4"
    assert page.xpath("//*[@id='long']/@hidden") != []


def test_who_waits_long_is_told_so_at_once() -> None:
    page = tree(waiting(LOGIN, look(Language.ENGLISH), poll="/p", again="/a", takes_long=True))
    assert page.xpath("//*[@id='long']/@hidden") == []
    assert "longer than usual" in page.xpath("string(//*[@id='long'])")


def with_names(name: str) -> list[dict[str, Any]]:
    """Every page that shows what others wrote, with this text wherever it can stand."""
    shown = Look(language=Language.ENGLISH, nonce="nonce", correlation=name)
    choice = Choice(href=name, title=name, persona=name, place=name, opens=name, space=name)
    return [
        notice(Notice.REFUSED, shown),
        chooser(name, [choice, choice], shown, preparing=[name]),
        waiting(name, shown, poll=name, again=name),
    ]


@pytest.mark.parametrize("position", range(3))
def test_what_others_wrote_stays_text(position: int) -> None:
    tame, hostile = with_names("harmless")[position], with_names(HOSTILE)[position]
    assert skeleton(hostile) == skeleton(tame)
    tame_text, hostile_text = ("".join(tree(each).itertext()) for each in (tame, hostile))
    assert hostile_text == tame_text.replace("harmless", HOSTILE)
    values = [value for each in tree(hostile).iter() for value in each.attrib.values()]
    expected = [value for each in tree(tame).iter() for value in each.attrib.values()]
    assert values == [HOSTILE if value == "harmless" else value for value in expected]
    assert HOSTILE not in json.dumps(hostile["headers"])


def test_the_largest_page_stays_under_fifteen_kilobytes() -> None:
    assert max(len(page["body"].encode()) for language in Language for page in pages(language).values()) < 15_000


def test_the_pages_cost_a_cold_start_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, concierge.login.site\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(LAYER)!r})\n{code}"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    site_packages = {"__main__", "_virtualenv", "distutils-precedence", "_distutils_hack"}
    assert set(loaded) - site_packages == {"concierge"}
