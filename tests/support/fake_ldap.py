"""A directory over LDAPS that does what Samba does not: members in ranges, limits, and every way to break off.

It speaks just as much of RFC 4511 as the reader needs, on 127.0.0.1 and a free port.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from concierge.catalog.model import Ldap
from concierge.directory.deltas import BindCredentials
from tests.support.authority import Authority
from tests.support.ber import body_of_next, number_of, parts, text, tlv

BASE = "DC=corp,DC=example,DC=com"
TEAM = f"CN=team,{BASE}"
READER = BindCredentials(username="CN=reader", password="known-to-the-fake")
BUSY, SIZE_LIMIT, TIME_LIMIT, REFERRAL, UNWILLING = 51, 4, 3, 10, 53  # RFC 4511, resultCode
_PAGED, _DIRSYNC = b"1.2.840.113556.1.4.319", b"1.2.840.113556.1.4.841"

Attributes = Mapping[str, Sequence[bytes]]


class What(StrEnum):
    """What a search is about."""

    GROUPS = "groups"
    MEMBERS = "members"
    INSIDE = "inside"
    PRIMARY = "primary"
    CHANGES = "changes"
    BY_ID = "by id"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One search; `number` counts those about the same thing, from one."""

    what: What
    number: int
    base: str
    attributes: tuple[str, ...]
    page: int = 0  # entries
    cookie: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back.

    references: to other servers, between the entries.
    control:    OID and value of the answer's control.
    breaks:     the connection ends after the entries, without a result.
    falls_silent: the same, and the connection stays open.
    """

    entries: tuple[tuple[str, Attributes], ...] = ()
    references: tuple[str, ...] = ()
    code: int = 0
    control: tuple[bytes, bytes] | None = None
    breaks: bool = False
    falls_silent: bool = False


Spoil = Callable[[Ask, Answer], Answer]


@dataclass
class FakeLdap:
    """One group `team` of as many people; `spoil` turns the honest answer to a search into another one.

    The sizes are those of a domain controller (MaxValRange, MaxPageSize); smaller ones are as good where time counts.
    """

    people: int = 0
    range_size: int = 1500
    page_size: int = 1000
    spoil: Spoil = lambda _, answer: answer
    asked: list[Ask] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0
    ca: str = ""

    @property
    def ldap(self) -> Ldap:
        return Ldap(servers=(self.host,), port=self.port, base_dn=BASE, secret="arn:aws:secretsmanager:::x", ca=self.ca)

    def answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        return self.spoil(ask, self._honest(ask))

    def _honest(self, ask: Ask) -> Answer:
        match ask.what:
            case What.GROUPS | What.BY_ID:
                return Answer(entries=((TEAM, _group(1)),), references=(f"ldap://DomainDnsZones/DC=x,{BASE}",))
            case What.MEMBERS:
                return Answer(entries=((TEAM, self._range(ask.attributes[0])),))
            case What.INSIDE:
                return self._page(ask)
            case What.CHANGES:
                return changes(cookie=b"latest")
            case _:
                return Answer()

    def _range(self, wanted: str) -> Attributes:
        first = int(wanted.partition("=")[2].partition("-")[0] or 0)
        last = min(self.people, first + self.range_size)
        values = [_dn(each).encode() for each in range(first, last)]
        if first == 0 and last == self.people:
            return {"member": values} if values else {}
        end = "*" if last == self.people else str(last - 1)
        return {"member": [], f"member;range={first}-{end}": values}

    def _page(self, ask: Ask) -> Answer:
        first = int(ask.cookie or 0)
        last = min(self.people, first + min(ask.page, self.page_size))
        people = tuple((_dn(each), _person(each)) for each in range(first, last))
        more = b"%d" % last if last < self.people else b""
        return Answer(entries=people, control=(_PAGED, tlv(0x30, number_of(0x02, 0), tlv(0x04, more))))


def changes(*entries: tuple[str, Attributes], cookie: bytes = b"next", has_more: bool = False, code: int = 0) -> Answer:
    """An answer to DirSync."""
    value = tlv(0x30, number_of(0x02, int(has_more)), number_of(0x02, 0), tlv(0x04, cookie))
    return Answer(entries=entries, code=code, control=(_DIRSYNC, value))


def only(what: What, number: int = 1, **changed: object) -> Spoil:
    """Changes fields of one answer, and leaves all others alone."""

    def spoil(ask: Ask, answer: Answer) -> Answer:
        is_meant = (ask.what, ask.number) == (what, number)
        return replace(answer, **changed) if is_meant else answer  # type: ignore[arg-type]  # fields by name

    return spoil


def without(what: What, *names: str) -> Spoil:
    """Takes attributes from all entries of an answer, as a directory does that does not show them."""

    def spoil(ask: Ask, answer: Answer) -> Answer:
        if ask.what is not what:
            return answer
        shown = (
            (dn, {name: attributes[name] for name in attributes if name not in names})
            for dn, attributes in answer.entries
        )
        return replace(answer, entries=tuple(shown))

    return spoil


@contextmanager
def fake_ldap(folder: Path, *, name: str = "127.0.0.1") -> Iterator[FakeLdap]:
    """The directory, until the end of the block; its certificate is for `name`."""
    authority = Authority.made(name)
    (folder / "server.pem").write_text(authority.certificate + authority.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    fake = FakeLdap(ca=authority.ca)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            _serve(cast("BinaryIO", self.rfile), cast("BinaryIO", self.wfile), fake)

    with socketserver.ThreadingTCPServer((fake.host, 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        fake.port = server.server_address[1]
        serving = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        serving.start()
        try:
            yield fake
        finally:
            server.shutdown()
            serving.join()


def _serve(reads: BinaryIO, writes: BinaryIO, fake: FakeLdap) -> None:
    """One connection, to its end; a directory refuses a search of whom it does not know yet."""
    is_known = False
    while message := body_of_next(reads):
        (_, number), (operation, body), *controls = parts(message)
        if operation == 0x60:  # bind
            password = parts(body)[2][1].decode()
            is_known = password == READER.password
            code = 0 if is_known else 49  # invalidCredentials
            writes.write(_message(number, _result(0x61, code)))
        elif operation == 0x63 and is_known:  # search
            answer = fake.answer(_ask(body, controls, fake.asked))
            writes.write(_encoded(number, answer))
            if answer.falls_silent:
                reads.read(1)  # until the other side has enough
            if answer.breaks or answer.falls_silent:
                return
        else:  # unbind
            return


def _ask(body: bytes, controls: list[tuple[int, bytes]], before: Sequence[Ask]) -> Ask:
    (_, base), (_, scope), *_, (_, query), (_, names) = parts(body)
    attributes = tuple(name.decode() for _, name in parts(names))
    given = {}
    for _, control in parts(controls[0][1]) if controls else []:
        (_, oid), *_, (_, value) = parts(control)
        given[oid] = parts(parts(value)[0][1])
    what = _about(int.from_bytes(scope, "big"), query, attributes, given)
    number = sum(each.what is what for each in before) + 1
    ask = Ask(what=what, number=number, base=base.decode(), attributes=attributes)
    if _PAGED in given:
        (_, size), (_, cookie) = given[_PAGED]
        return replace(ask, page=int.from_bytes(size, "big"), cookie=cookie)
    return replace(ask, cookie=given[_DIRSYNC][-1][1]) if _DIRSYNC in given else ask


def _about(scope: int, query: bytes, attributes: tuple[str, ...], controls: Mapping[bytes, object]) -> What:
    if _DIRSYNC in controls:
        return What.CHANGES
    if scope == 0:
        return What.MEMBERS if attributes[0].startswith("member") else What.OTHER
    named = {
        b"memberOf": What.INSIDE,
        b"primaryGroupID": What.PRIMARY,
        b"sAMAccountName": What.GROUPS,
        b"objectGUID": What.BY_ID,
    }
    return next((what for name, what in named.items() if name in query), What.OTHER)


# Entries


def _dn(number: int) -> str:
    return f"CN=person{number},{BASE}"


def _sid(number: int) -> bytes:
    return bytes([1, 2, 0, 0, 0, 0, 0, 5]) + (21).to_bytes(4, "little") + number.to_bytes(4, "little")


def _group(number: int) -> Attributes:
    kind = [b"-2147483646"]
    ids = {"objectGUID": [number.to_bytes(16, "big")], "objectSid": [_sid(number)]}
    return {**ids, "objectClass": [b"top", b"group"], "sAMAccountName": [b"team"], "groupType": kind}


def _person(number: int) -> Attributes:
    return {
        "objectGUID": [(number + 1000).to_bytes(16, "big")],
        "objectSid": [_sid(number + 1000)],
        "objectClass": [b"top", b"person", b"user"],
        "sAMAccountName": [b"person%d" % number],
        "userAccountControl": [b"512"],
    }


# Messages


def _encoded(number: bytes, answer: Answer) -> bytes:
    entries = (_message(number, _entry(dn, attributes)) for dn, attributes in answer.entries)
    references = (_message(number, tlv(0x73, text(each))) for each in answer.references)
    given = b"".join((*entries, *references))
    if answer.breaks or answer.falls_silent:
        return given
    controls = b""
    if answer.control is not None:
        oid, value = answer.control
        controls = tlv(0xA0, tlv(0x30, tlv(0x04, oid), tlv(0x04, value)))
    return given + _message(number, _result(0x65, answer.code), controls)


def _entry(dn: str, attributes: Attributes) -> bytes:
    given = (
        tlv(0x30, text(name), tlv(0x31, *(tlv(0x04, value) for value in values))) for name, values in attributes.items()
    )
    return tlv(0x64, text(dn), tlv(0x30, *given))


def _result(tag: int, code: int) -> bytes:
    referral = tlv(0xA3, text(f"ldap://other.example.com/{BASE}")) if code == REFERRAL else b""
    return tlv(tag, tlv(0x0A, bytes([code])), text(""), text(""), referral)


def _message(number: bytes, *parts: bytes) -> bytes:
    return tlv(0x30, tlv(0x02, number), *parts)
