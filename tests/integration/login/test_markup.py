"""What XML allows and SAML does not need: markup that hides in a text, definitions, other encodings.

A comment inside a signed text leaves the signature true (it is gone in the canonical form), and so do a CDATA section
and a character reference: each may cut or change the text for who reads it.
"""

from __future__ import annotations

from lxml import etree

from tests.integration.login.browser import Post, document_post
from tests.integration.login.case import Attack, Case, cases, each, in_turn, stands_firm
from tests.integration.login.front import Front, Genuine
from tests.support.saml_idp import edited

_FILE = '<!ENTITY x SYSTEM "file:///etc/passwd">'
_BILLION = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10 if number else "lol"}">' for number in range(10))
_QUADRATIC = f'<!ENTITY q "{"q" * 20_000}">'


def _text(genuine: Genuine) -> str:
    """The document without its declaration."""
    return etree.tostring(etree.fromstring(genuine.document), encoding="unicode")


def in_text(markup: str, *, word: str = "amara.okafor", at: int = 5) -> Attack:
    """Inside a text that is signed."""

    def attack(genuine: Genuine) -> Post:
        return document_post(edited(_text(genuine), (f">{word}<", f">{word[:at]}{markup}{word[at:]}<")).encode())

    return attack


def in_front(prologue: str, *, content: str = "") -> Attack:
    """Before the document; `content` is put into the login."""

    def attack(genuine: Genuine) -> Post:
        text = edited(_text(genuine), (">amara.okafor<", f">{content or 'amara.okafor'}<"))
        return document_post((prologue + text).encode())

    return attack


def behind(epilogue: str) -> Attack:
    return lambda genuine: document_post((_text(genuine) + epilogue).encode())


def encoded(encoding: str, declaration: str = "") -> Attack:
    """In another encoding, said to be so or not."""
    return lambda genuine: document_post((declaration + _text(genuine)).encode(encoding))


def utf_7(genuine: Genuine) -> Post:
    """What is no markup in UTF-8 is markup in UTF-7."""
    text = edited(_text(genuine), (">amara.okafor<", ">amara.+ADw-!--okafor--+AD4-<"))
    return document_post(f'<?xml version="1.0" encoding="UTF-7"?>{text}'.encode())


def overlong(genuine: Genuine) -> Post:
    """An overlong form of `<` that a lenient decoder takes for markup."""
    return document_post(_text(genuine).encode().replace(b">amara.okafor<", b">amara.\xc0\xbc!-- okafor<"))


def with_a_nul(genuine: Genuine) -> Post:
    return document_post(genuine.document + b"\0")


def two_documents(genuine: Genuine) -> Post:
    return document_post((_text(genuine) * 2).encode())


def unclosed(genuine: Genuine) -> Post:
    return document_post(_text(genuine)[:-3].encode())


def undeclared_prefix(genuine: Genuine) -> Post:
    return document_post(edited(_text(genuine), ("Status>", "Status><x:y/>")).encode())


def doubled_attribute(genuine: Genuine) -> Post:
    return document_post(edited(_text(genuine), (" Destination=", ' Destination="https://evil" Destination=')).encode())


def doctype(definitions: str, content: str = "") -> Attack:
    return in_front(f"<!DOCTYPE Response [{definitions}]>", content=content)


CASES = (
    *cases(
        ("a comment in the login", in_text("<!---->"), "forbidden-markup"),
        ("a comment in the audience", in_text("<!-- -->", word="urn:amazon:webservices"), "forbidden-markup"),
        ("CDATA in the login", in_text("<![CDATA[]]>"), "forbidden-markup"),
        ("a processing instruction in the login", in_text("<?x y?>"), "forbidden-markup"),
    ),
    *in_turn(
        ("a comment in the name id", in_text("<!---->", word="a1b2c3", at=3), "forbidden-markup"),
        ("a comment before the login", in_text("<!---->", at=0), "forbidden-markup"),
        ("a comment after the login", in_text("<!---->", at=12), "forbidden-markup"),
        ("a comment in the issuer", in_text("<!---->", word="https://idp.example.com/saml"), "forbidden-markup"),
        ("a processing instruction in the name id", in_text("<?x?>", word="a1b2c3", at=3), "forbidden-markup"),
        ("an element in the login", in_text("<x/>"), "signature"),
        ("a letter more in the login", in_text("x"), "signature"),
        ("a comment in front", in_front("<!-- x -->"), "forbidden-markup"),
        ("a comment behind", behind("<!-- x -->"), "forbidden-markup"),
        ("a style sheet in front", in_front('<?xml-stylesheet href="x.xsl"?>'), "forbidden-markup"),
        ("an empty DOCTYPE", in_front("<!DOCTYPE Response>"), "forbidden-markup"),
        ("a DOCTYPE in small letters", in_front("<!doctype Response>"), "forbidden-markup"),
        ("an external DTD", in_front('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">'), "forbidden-markup"),
        ("a public DTD", in_front('<!DOCTYPE r PUBLIC "-//W3C//DTD" "http://127.0.0.1:9/e.dtd">'), "forbidden-markup"),
        ("an entity that is the login", doctype('<!ENTITY x "amara.okafor">', "&x;"), "forbidden-markup"),
        ("an entity that is a file", doctype(_FILE, "&x;"), "forbidden-markup"),
        ("an entity that is fetched", doctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/">', "&x;"), "forbidden-markup"),
        ("a parameter entity", doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;'), "forbidden-markup"),
        (
            "parameter entities that carry a file out",
            doctype(f"{_FILE}<!ENTITY % a '<!ENTITY b \"&x;\">'>%a;"),
            "forbidden-markup",
        ),
        ("a billion laughs", doctype(_BILLION, "&l9;"), "forbidden-markup"),
        ("quadratic blow-up", doctype(_QUADRATIC, "&q;" * 20), "forbidden-markup"),
        ("an attribute by default", doctype('<!ATTLIST Assertion ID ID "x">'), "forbidden-markup"),
        ("an entity that nobody defined", in_front("", content="&x;"), "xml"),
        ("UTF-16", encoded("utf-16"), "encoding"),
        ("UTF-16 that says so", encoded("utf-16", '<?xml version="1.0" encoding="UTF-16"?>'), "encoding"),
        ("UTF-16 without a mark", encoded("utf-16-be"), "xml"),
        ("UTF-32", encoded("utf-32"), "encoding"),
        ("UTF-7", utf_7, "forbidden-markup"),
        ("EBCDIC", encoded("cp037", '<?xml version="1.0" encoding="cp037"?>'), "encoding"),
        ("said to be Latin-1", in_front('<?xml version="1.0" encoding="ISO-8859-1"?>'), "forbidden-markup"),
        ("an overlong letter", overlong, "encoding"),
        ("XML 1.1", in_front('<?xml version="1.1"?>'), "forbidden-markup"),
        ("two declarations", in_front('<?xml version="1.0"?><?xml version="1.0"?>'), "forbidden-markup"),
        ("a declaration after a blank", in_front(' <?xml version="1.0"?>'), "forbidden-markup"),
        ("a NUL behind", with_a_nul, "xml"),
        ("a text in front", in_front("x"), "xml"),
        ("two documents", two_documents, "xml"),
        ("an element left open", unclosed, "xml"),
        ("a prefix that nobody declared", undeclared_prefix, "xml"),
        ("an attribute twice", doubled_attribute, "xml"),
    ),
)


@each(CASES)
def test_hidden_markup_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)


def test_a_byte_order_mark_changes_nothing(front: Front) -> None:
    """Windows software writes one; it is no markup, and nothing else is read because of it."""
    front.let_in(front.send(document_post(b"\xef\xbb\xbf" + front.genuine("samlp").document)))
