"""One assertion, one login: whoever comes second, however close behind, stays outside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from lxml import etree

from local.story import Page
from tests.integration.login.browser import Answer, Post, document_post
from tests.integration.login.case import Attack
from tests.integration.login.front import Front, Genuine
from tests.integration.login.test_times import at
from tests.support.identity_providers.software import NAMES
from tests.support.saml_idp import Signing

_AT_ONCE = 8


def same_bytes(genuine: Genuine) -> Post:
    return document_post(genuine.document)


def with_more_after_it(genuine: Genuine) -> Post:
    """Other bytes, the same assertion."""
    return document_post(genuine.document + b"\n\n")


def written_anew(genuine: Genuine) -> Post:
    """As another serializer writes the same document: signatures do not see the difference."""
    text = etree.tostring(etree.fromstring(genuine.document), xml_declaration=True, encoding="utf-8").decode()
    return document_post(text.replace("/>", " />").encode())


def in_another_envelope(genuine: Genuine) -> Post:
    """The response around a signed assertion is not signed: its ID can be any."""
    response = etree.fromstring(genuine.document)
    response.set("ID", "_another-envelope")
    response.attrib.pop("Destination", "")
    return document_post(etree.tostring(response))


def signed_once_more(genuine: Genuine) -> Post:
    """The provider itself signs the same assertion again, and the response, too."""
    return document_post(genuine.signed(sign="both"))


def under_another_key(genuine: Genuine) -> Post:
    """By another installation of the same provider."""
    return genuine.again(pair=next(idp.pair for idp in genuine.house.idps.values() if idp.pair != genuine.own))


def with_another_field(genuine: Genuine) -> Post:
    return Post(body=f"RelayState=x&{document_post(genuine.document).body.decode()}".encode())


SECOND = (
    same_bytes,
    with_more_after_it,
    written_anew,
    in_another_envelope,
    signed_once_more,
    under_another_key,
    with_another_field,
)
CASES = (
    *((NAMES[number % len(NAMES)], second) for number, second in enumerate(SECOND)),
    *((name, same_bytes) for name in NAMES[1:]),
)


@pytest.mark.parametrize(("idp", "second"), CASES, ids=[f"{second.__name__}-{name}" for name, second in CASES])
def test_an_assertion_that_was_used_lets_nobody_in_again(front: Front, idp: str, second: Attack) -> None:
    genuine = front.genuine(idp)
    front.let_in(front.send(document_post(genuine.document)))
    before = front.asked()
    front.refused(front.send(second(genuine)), "replayed")
    assert not front.asked_sts(before)


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_of_many_who_post_the_same_at_once_exactly_one_gets_in(front: Front, sign: Signing) -> None:
    post = document_post(front.genuine("samlp", sign=sign).document)
    start = Barrier(_AT_ONCE)

    def posts(_: int) -> Answer:
        start.wait()
        return front.send(post)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(posts, range(_AT_ONCE)))
    [winner] = [answer for answer in answers if answer.status == 302]
    front.let_in(winner)
    for answer in answers:
        if answer is not winner:
            front.refused(answer, "replayed")


def test_a_link_into_studio_works_once(front: Front) -> None:
    """What an observer of the redirect would have."""
    answer = front.send(document_post(front.genuine("pysaml2").document))
    front.let_in(answer)
    page = front.story.follows(Page(status=302, location=answer.location, body=""))
    assert page.status == 403


def test_what_sts_refuses_is_used_up_all_the_same(front: Front) -> None:
    """Whoever tries variations has one try for each assertion."""
    genuine = front.genuine("simplesamlphp")
    before = front.asked()
    late = at("Conditions NotOnOrAfter", -5)
    front.refused(front.send(late(genuine)), "sts")
    assert front.asked_sts(before)
    front.refused(front.send(genuine.again()), "replayed")
