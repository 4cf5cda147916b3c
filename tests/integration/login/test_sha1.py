"""SHA-1, as each software signs when it is told to: what was usual ten years ago."""

from __future__ import annotations

from tests.integration.login.browser import Post, document_post
from tests.integration.login.case import Case, cases, each, stands_firm
from tests.integration.login.front import Front, Genuine


def as_it_is(genuine: Genuine) -> Post:
    return document_post(genuine.document)


def in_sha256(genuine: Genuine) -> Post:
    """The control: the same words with the usual algorithms."""
    return genuine.again()


CASES = (
    *cases(("SHA-1 on the assertion", as_it_is, "signature-algorithm"), control=in_sha256, variations={"hash": "sha1"}),
    *cases(
        ("SHA-1 on both", as_it_is, "signature-algorithm"),
        control=in_sha256,
        variations={"hash": "sha1", "sign": "both"},
    ),
    *cases(
        ("SHA-1 on the response", as_it_is, "signature-algorithm"),
        control=in_sha256,
        variations={"hash": "sha1", "sign": "response"},
    ),
)


@each(CASES)
def test_sha1_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)
