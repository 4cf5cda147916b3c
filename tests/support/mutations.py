"""Signed documents, changed at random: their bytes, and their elements."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import strategies as st
from lxml import etree

Element = etree._Element

A = "{urn:oasis:names:tc:SAML:2.0:assertion}"
P = "{urn:oasis:names:tc:SAML:2.0:protocol}"
D = "{http://www.w3.org/2000/09/xmldsig#}"
TAGS = [f"{A}Assertion", f"{P}Response", f"{D}Signature", f"{D}Object", f"{A}Advice", f"{A}AttributeValue", "x"]
NAMES = ["ID", "Id", "id", "URI", "Algorithm", "Name", "Value", "Recipient", "InResponseTo", "NotOnOrAfter", "Version"]
TEXTS = ["", "the.boss", "2.0", "#x", "2099-01-01T00:00:00Z", "urn:amazon:webservices"]
PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            b"<!--",
            b"-->",
            b"<![CDATA[",
            b"]]>",
            b"<?x?>",
            b"&#x41;",
            b"&x;",
            b"\0",
            b"\xef\xbb\xbf",
            b"<",
            b">",
            b'"',
            b" ",
        ]
    ),
)


@st.composite
def spliced(draw: st.DrawFn, document: bytes) -> bytes:
    """Pieces cut out, put in, doubled or moved, up to three times."""
    for _ in range(draw(st.integers(1, 3))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(document))] * 2)))
        place = draw(st.integers(0, len(document)))
        match draw(st.sampled_from(["replace", "cut", "double", "move"])):
            case "replace":
                width = draw(st.integers(0, 4))
                document = document[:place] + draw(PIECES) + document[place + width :]
            case "cut":
                document = document[:start] + document[end:]
            case "double":
                document = document[:place] + document[start:end] + document[place:]
            case _:
                rest = document[:start] + document[end:]
                place %= len(rest) + 1
                document = rest[:place] + document[start:end] + rest[place:]
    return document


@st.composite
def rearranged(draw: st.DrawFn, document: bytes) -> bytes:
    """Elements taken out, doubled, moved, renamed, wrapped or filled with other words, up to four times."""
    root = etree.fromstring(document)
    forged = _about_somebody_else(document)
    for _ in range(draw(st.integers(1, 4))):
        elements = [element for element in root.iter() if element is not root]
        if not elements:
            break
        _change(draw, root, draw(st.sampled_from(elements)), list(forged.iter()))
    return etree.tostring(root)


def _change(draw: st.DrawFn, root: Element, element: Element, forged: list[Element]) -> None:
    parent = element.getparent()
    assert parent is not None
    match draw(st.sampled_from(["remove", "double", "move", "rename", "wrap", "forge", "set", "unset", "write"])):
        case "remove":
            parent.remove(element)
        case "double":
            parent.insert(parent.index(element), deepcopy(element))
        case "move":
            _put(draw, root, element, outside=element)
        case "rename":
            element.tag = draw(st.sampled_from(TAGS))
        case "wrap":
            wrapper = etree.Element(draw(st.sampled_from(TAGS)))
            parent.replace(element, wrapper)
            wrapper.append(element)
        case "forge":
            _put(draw, root, deepcopy(draw(st.sampled_from(forged))), outside=None)
        case "set":
            element.set(draw(st.sampled_from(NAMES)), draw(st.sampled_from(TEXTS)))
        case "unset":
            if element.attrib:
                del element.attrib[draw(st.sampled_from(sorted(map(str, element.attrib))))]
        case _:
            element.text = draw(st.sampled_from(TEXTS))


def _put(draw: st.DrawFn, root: Element, element: Element, *, outside: Element | None) -> None:
    """Somewhere, but not into itself."""
    inside = set() if outside is None else set(outside.iter())
    target = draw(st.sampled_from([each for each in root.iter() if each not in inside]))
    target.insert(draw(st.integers(0, len(target))), element)


@st.composite
def grafted(draw: st.DrawFn, document: bytes) -> bytes:
    """The other way round: it starts as a lie, and takes over parts of what was signed."""
    root, true = _about_somebody_else(document), list(etree.fromstring(document).iter())
    for _ in range(draw(st.integers(1, 3))):
        _put(draw, root, deepcopy(draw(st.sampled_from(true))), outside=None)
    return etree.tostring(root)


def _about_somebody_else(document: bytes) -> Element:
    lie = document.replace(b"Amara.Okafor", b"the.boss")
    assert lie != document
    return etree.fromstring(lie)
