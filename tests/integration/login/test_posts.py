"""The same good response, posted in every way but the one in which an identity provider's page posts it."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from tests.integration.login.browser import FORM, Post, form
from tests.integration.login.case import Attack, Case, SeenBy, each, in_turn, stands_firm
from tests.integration.login.front import Front, Genuine
from tests.support.saml_idp import posted

_MULTIPART = "multipart/form-data; boundary=x"


def field(change: Callable[[str], str]) -> Attack:
    """The field's value is changed; the form is a good one."""
    return lambda genuine: Post(body=form(("SAMLResponse", change(posted(genuine.document)))))


def packed(pack: Callable[[bytes], bytes]) -> Attack:
    """The document is packed before it becomes base64."""
    return lambda genuine: Post(body=form(("SAMLResponse", posted(pack(genuine.document)))))


def packed_with(more: str) -> Attack:
    """The document's length is one that needs padding; then there is more."""

    def attack(genuine: Genuine) -> Post:
        document = genuine.document + b"\n" * (3 - len(genuine.document) % 3 + 1)
        value = posted(document)
        assert value.endswith("==")
        return Post(body=form(("SAMLResponse", value + more)))

    return attack


def body(make: Callable[[str], str | bytes], *headers: tuple[str, str]) -> Attack:
    """The whole body is made of the field's value; the headers are a form's if none are given."""

    def attack(genuine: Genuine) -> Post:
        made = make(posted(genuine.document))
        return Post(body=made.encode() if isinstance(made, str) else made, headers=headers or (FORM,))

    return attack


def usual(value: str) -> bytes:
    return form(("SAMLResponse", value))


def fields(*further: tuple[str, str]) -> Attack:
    """More fields than one."""
    return body(lambda value: form(("SAMLResponse", value), *further))


def called(name: str) -> Attack:
    return body(lambda value: form((name, value)))


def sent_as(*content_types: str) -> Attack:
    """The usual body under other content types; the last of several is what API Gateway hands on."""
    headers = [("Content-Type", content_type) for content_type in content_types]
    return body(usual, *headers) if headers else body(usual, ("Accept", "*/*"))


def by(method: str, *headers: tuple[str, str]) -> Attack:
    return lambda genuine: Post(body=usual(posted(genuine.document)), method=method, headers=(FORM, *headers))


def at(path: str) -> Attack:
    """At an address that is almost the right one."""
    return lambda genuine: Post(body=usual(posted(genuine.document)), path=path)


def in_the_query(genuine: Genuine) -> Post:
    return Post(body=b"", path=f"?SAMLResponse={quote(posted(genuine.document))}")


def redirect_binding(genuine: Genuine) -> Post:
    """As SAML's other binding has it."""
    packed_one = base64.b64encode(zlib.compress(genuine.document)[2:-4]).decode()
    return Post(body=b"", method="GET", headers=(), path=f"?SAMLResponse={quote(packed_one)}")


def multipart(value: str) -> str:
    return f'--x\r\nContent-Disposition: form-data; name="SAMLResponse"\r\n\r\n{value}\r\n--x--\r\n'


def url_safe(value: str) -> str:
    changed = value.replace("+", "-").replace("/", "_")
    assert changed != value
    return changed


def data_url(value: str) -> str:
    return f"data:text/xml;base64,{value}"


BASE64 = in_turn(
    ("a blank in the middle", field(lambda value: f"{value[:60]} {value[60:]}"), "base64"),
    ("line ends", field(lambda value: "\r\n".join((value[:76], value[76:]))), "base64"),
    ("a line end behind", field(lambda value: f"{value}\n"), "base64"),
    ("a blank in front", field(lambda value: f" {value}"), "base64"),
    ("the alphabet of URLs", field(url_safe), "base64"),
    ("a letter less", field(lambda value: value.rstrip("=")[:-1] if value.endswith("=") else value[:-1]), "base64"),
    ("more padding than there is to pad", packed_with("="), "base64"),
    ("a letter behind the padding", packed_with("A"), "base64"),
    ("padding in the middle", field(lambda value: f"{value[:4]}===={value[4:]}"), "base64"),
    ("text behind", field(lambda value: f"{value}!"), "base64"),
    ("a second document behind", field(lambda value: f"{value}.{value}"), "base64"),
    ("a comma", field(lambda value: f"{value},{value}"), "base64"),
    ("a NUL", field(lambda value: f"{value}\0"), "base64"),
    ("a letter that is no ASCII", field(lambda value: f"{value}\u00e9"), "base64"),
    ("base64 twice", field(lambda value: base64.b64encode(value.encode()).decode()), "xml"),
    ("escaped twice", field(quote_plus), "base64"),
    ("a data URL", field(data_url), "base64"),
    ("no base64 at all", field(lambda value: base64.b64decode(value).decode()), "base64"),
    ("an empty field", field(lambda _: ""), "xml"),
    ("a field that is too long", field(lambda value: value + "A" * 100_000), "too-large"),
    ("packed by gzip", packed(gzip.compress), "encoding"),
    ("packed by deflate", packed(lambda document: zlib.compress(document)[2:-4]), "encoding"),
    ("packed by zlib", packed(zlib.compress), "encoding"),
)

FORMS = (
    *in_turn(
        ("no body", body(lambda _: b""), "form"),
        ("a body without a name", body(quote_plus), "form"),
        ("the response twice", fields(("SAMLResponse", "x")), "form"),
        ("an empty response behind", fields(("SAMLResponse", "")), "form"),
        ("another response in front", body(lambda value: form(("SAMLResponse", "x"), ("SAMLResponse", value))), "form"),
        ("nine fields", fields(*[(f"x{number}", "") for number in range(8)]), "form"),
        ("a thousand fields", fields(*[("x", "") for _ in range(1_000)]), "form"),
        ("a semicolon between fields", body(lambda value: f"x=y;SAMLResponse={quote_plus(value)}"), "form"),
        ("a field in small letters", called("samlresponse"), "form"),
        ("a field of a list", called("SAMLResponse[]"), "form"),
        ("a field with a blank", called(" SAMLResponse"), "form"),
        ("a field with a NUL", called("SAMLResponse\0"), "form"),
        ("a request instead of a response", called("SAMLRequest"), "form"),
        ("an artifact instead of a response", called("SAMLart"), "form"),
        ("bytes that are no UTF-8", body(lambda value: b"x=%ff&" + usual(value)), "form"),
        ("JSON in a form", body(lambda value: json.dumps({"SAMLResponse": value})), "form"),
        ("a body that is too long", body(lambda value: usual(value) + b"&x=" + b"x" * 200_000), "too-large"),
        ("a body of three megabytes", body(lambda value: usual(value) + b"&x=" + b"x" * 3_000_000), "too-large"),
        ("a body packed by gzip", body(lambda v: gzip.compress(usual(v)), FORM, ("Content-Encoding", "gzip")), "form"),
        (
            "a body packed by deflate",
            body(lambda v: zlib.compress(usual(v)), FORM, ("Content-Encoding", "deflate")),
            "form",
        ),
        ("a body in UTF-16", body(lambda value: f"SAMLResponse={quote_plus(value)}".encode("utf-16")), "form"),
        ("in the query", in_the_query, "form"),
    ),
    *in_turn(
        ("plain text", sent_as("text/plain"), "content-type"),
        (
            "JSON",
            body(lambda value: json.dumps({"SAMLResponse": value}), ("Content-Type", "application/json")),
            "content-type",
        ),
        ("XML", body(base64.b64decode, ("Content-Type", "text/xml")), "content-type"),
        ("several parts", body(multipart, ("Content-Type", _MULTIPART)), "content-type"),
        ("no content type", sent_as(), "content-type"),
        ("an empty content type", sent_as(""), "content-type"),
        ("a list of content types", sent_as("application/x-www-form-urlencoded, text/plain"), "content-type"),
        ("a second content type", sent_as("application/x-www-form-urlencoded", "text/plain"), "content-type"),
        ("a content type with more behind", sent_as("application/x-www-form-urlencoded2"), "content-type"),
    ),
)

ELSEWHERE = in_turn(
    *[(f"method {method}", by(method), "") for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS")],
    ("a method that a header overrides", by("GET", ("X-HTTP-Method-Override", "POST")), ""),
    ("SAML's other binding", redirect_binding, ""),
    ("a slash behind", at("/"), ""),
    ("a path behind", at("/studio"), ""),
    ("an escaped slash behind", at("%2F"), ""),
    ("a parameter of the path", at(";x=y"), ""),
    ("a way back", at("/../acs"), ""),
    seen_by=SeenBy.GATEWAY,
)

CASES = (*BASE64, *FORMS, *ELSEWHERE)


@each(CASES)
def test_a_good_response_posted_in_another_way_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)
