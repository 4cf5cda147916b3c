"""What every form of signature wrapping is made of: words about somebody else, and places to put things."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from tests.support.identity_providers.signing import A, D, Element
from tests.support.saml_idp import ROLE_SESSION_NAME

BOSS = "the.boss"


def forged(original: Element, *, keep_signature: bool = False, keep_id: bool = False) -> Element:
    """The same words about somebody else."""
    evil = deepcopy(original)
    if not keep_id:
        for element in (evil, *evil.iterfind(f"{A}Assertion")):
            element.set("ID", "_evil" + element.get("ID", ""))
    for attribute in evil.iter(f"{A}Attribute"):
        if attribute.get("Name") == ROLE_SESSION_NAME:
            attribute[0].text = BOSS
    if not keep_signature:
        for signature in evil.findall(f"{D}Signature"):
            evil.remove(signature)
    assert BOSS in etree.tostring(evil, encoding="unicode")
    return evil


def inside(parent: Element, *path: str) -> Element:
    """A new element below the parent, one for each tag."""
    for tag in path:
        parent = etree.SubElement(parent, tag)
    return parent
