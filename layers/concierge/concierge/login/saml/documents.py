"""XML from strangers: text -> elements, with everything refused that XML allows and SAML does not need.

`lxml` accepts a DOCTYPE even when it resolves no entities, and cuts `.text` at a comment. In well-formed XML a bare
`<` only ever starts markup, so looking for `<!` and `<?` in the text finds every DOCTYPE, entity declaration,
comment, CDATA section and processing instruction before a parser sees the document.
"""

from __future__ import annotations

import base64
import re

from lxml import etree

from concierge.errors import LoginRefused

Element = etree._Element  # noqa: SLF001  # lxml's only public name for the type of an element

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"

_MAX_BASE64 = 100_000  # characters; the most that STS takes (AssumeRoleWithSAML, API reference)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)
_MAX_ELEMENTS = 2_000
_DECLARATION = re.compile(
    r"""<\?xml\s+version=(["'])1\.0\1(\s+encoding=(["'])utf-8\3)?(\s+standalone=(["'])(yes|no)\5)?\s*\?>""",
    re.ASCII | re.IGNORECASE,
)


def decoded(saml_response: str) -> bytes:
    """The document inside a SAMLResponse field; raises LoginRefused."""
    if len(saml_response) > _MAX_BASE64:
        raise LoginRefused("too-large", f"SAMLResponse has more than {_MAX_BASE64} characters")
    if len(saml_response) % 4 or not _BASE64.fullmatch(saml_response):  # b64decode forgives what follows the padding
        raise LoginRefused("base64", "SAMLResponse is not base64")
    return base64.b64decode(saml_response, validate=True)


def parsed(document: bytes) -> Element:
    """The root element; raises LoginRefused for what is not plain, small, well-formed XML in UTF-8."""
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LoginRefused("encoding", "the document is not UTF-8") from error
    declaration = _DECLARATION.match(text)
    content = text[declaration.end() :] if declaration else text
    if "<!" in content or "<?" in content:
        raise LoginRefused("forbidden-markup", "DOCTYPE, comment, CDATA section or processing instruction")
    try:
        root = etree.fromstring(document, hardened_parser())
    except etree.XMLSyntaxError as error:
        raise LoginRefused("xml", "the document is not well-formed") from error
    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        raise LoginRefused("too-large", f"the document has more than {_MAX_ELEMENTS} elements")
    return root


def hardened_parser() -> etree.XMLParser:
    """A parser that fetches nothing, expands nothing and keeps libxml2's own limits."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
    )


def only_child(parent: Element, tag: str) -> Element:
    """The one child of that name; raises LoginRefused if there is none or more than one."""
    found = parent.findall(tag)
    if len(found) != 1:
        raise LoginRefused("structure", f"{len(found)} {_local(tag)} in {_local(parent.tag)}, exactly one is read")
    return found[0]


def optional_child(parent: Element, tag: str) -> Element | None:
    """The one child of that name or None; raises LoginRefused if there is more than one."""
    return None if parent.find(tag) is None else only_child(parent, tag)


def text_of(element: Element) -> str:
    """The text of an element that holds nothing else; raises LoginRefused if it is empty or has children."""
    if len(element) or not element.text:
        raise LoginRefused("structure", f"{_local(element.tag)} must hold text and nothing else")
    return element.text


def attribute_of(element: Element, name: str) -> str:
    """An attribute that must be there; raises LoginRefused otherwise."""
    value = element.get(name)
    if not value:
        raise LoginRefused("structure", f"{_local(element.tag)} has no {name}")
    return value


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
