"""A read-only connection over LDAPS, and searches that are either complete or an error.

Sources: RFC 4511 (result codes), RFC 2696 (paged results), MS-ADTS 3.1.1.3.1.3.3 (range retrieval of attributes).
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ldap3 import BASE, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException

from concierge.catalog.model import Ldap
from concierge.directory.deltas import BindCredentials
from concierge.errors import ConciergeError, DirectoryUnavailable

CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
_PAGE = 500  # a domain controller gives at most a thousand (MaxPageSize)
_RANGE = re.compile(r"member;range=(\d+)-(\d+|\*)", re.IGNORECASE)

Attributes = Mapping[str, list[bytes]]


class NotComplete(ConciergeError):
    """The directory answered, but not with all that was asked for; says with which result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One object: its DN, and its attributes by lower-case name as bytes."""

    dn: str
    attributes: Attributes

    def value(self, name: str) -> bytes:
        """The first value, empty if the attribute is missing or not shown to us."""
        return next(iter(self.attributes.get(name.lower(), ())), b"")

    def text(self, name: str) -> str:
        """The first value as text."""
        return self.value(name).decode(errors="replace")


@contextmanager
def connected(ldap: Ldap, credentials: BindCredentials) -> Iterator[Session]:
    """A session with the first server that answers; raises DirectoryUnavailable, also for what breaks off inside.

    An account that one server refuses is not tried at the next: they count failures together, and would lock it.
    """
    try:
        tls = VerifiedTls(ldap.ca)
    except ssl.SSLError as error:
        raise DirectoryUnavailable(f"the directory's `ca` is not usable: {error}") from error
    failures = []
    for host in ldap.servers:
        try:
            connection = _bound(host, ldap.port, tls, credentials)
        except LDAPException as error:
            failures.append(f"{host}: {error}")
            continue
        try:
            yield Session(connection)
        except LDAPException as error:
            raise DirectoryUnavailable(f"{host} stopped answering: {error}") from error
        finally:
            _closed(connection)
        return
    raise DirectoryUnavailable("; ".join(failures) or "no server is named")


class VerifiedTls(Tls):
    """TLS by Python's own rules: a certificate of the given authorities, for the host's name or address.

    ldap3's comparison calls a function that Python has removed since, and its replacement knows no addresses.
    """

    def __init__(self, ca: str) -> None:
        """`ca` is PEM; raises ssl.SSLError if it is not."""
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cadata=ca)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Called by ldap3, which turns every exception into an LDAPSocketOpenError; shakes hands in any case."""
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=connection.server.host)


def _bound(host: str, port: int, tls: Tls, credentials: BindCredentials) -> Connection:
    server = Server(host, port=port, use_ssl=True, tls=tls, get_info=NONE, connect_timeout=CONNECT_SECONDS)
    connection = Connection(
        server,
        user=credentials.username,
        password=credentials.password,
        read_only=True,
        auto_referrals=False,
        auto_range=False,  # ranges are read here, where a missing one is noticed
        return_empty_attributes=False,  # what was asked for and not given must not look like an answer
        check_names=False,  # DNs go back as the directory gave them
        receive_timeout=ANSWER_SECONDS,
    )
    try:
        if connection.bind():
            return connection
    except LDAPException:
        if connection.socket is not None:
            connection.socket.close()  # ldap3 leaves open what could not be connected
        raise
    result = connection.result
    _closed(connection)
    if result["description"] == "invalidCredentials":
        raise DirectoryUnavailable(f"{host} does not accept the account {credentials.username}: {refusal(result)}")
    raise LDAPException(f"bind was refused: {refusal(result)}")


def _closed(connection: Connection) -> None:
    """A connection that is broken already cannot be closed properly, and need not be."""
    try:
        connection.unbind()
    except LDAPException:
        return


class Session:
    """Searches; raises NotComplete for every result but success, and ldap3's LDAPException where no answer came."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, base: str, query: str, attributes: Sequence[str]) -> Iterator[Entry]:
        """Everything below `base` that fits, page by page to the end."""
        cookie: bytes | None = None
        while True:
            self._connection.search(
                base, query, SUBTREE, attributes=list(attributes), paged_size=_PAGE, paged_cookie=cookie
            )
            entries, cookie = self._entries(), self._cookie()
            yield from entries
            if not cookie:
                return

    def one(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """The object of that DN, None if the directory has it not or does not show it."""
        self._connection.search(dn, "(objectClass=*)", BASE, attributes=list(attributes))
        if self._connection.result["description"] == "noSuchObject":
            return None
        return next(iter(self._entries()), None)

    def members(self, dn: str) -> tuple[str, ...]:
        """All values of `member`, in as many ranges as the directory gives them; raises NotComplete for a gap."""
        found: list[str] = []
        while True:
            wanted = f"member;range={len(found)}-*" if found else "member"
            entry = self.one(dn, [wanted])
            if entry is None:
                raise NotComplete(f"{dn} is not shown")
            given = next((matched for name in entry.attributes if (matched := _RANGE.fullmatch(name))), None)
            if given is None and not found:
                return tuple(_decoded(entry.attributes.get("member", ())))
            if given is None:
                raise NotComplete(f"the members of {dn} after the first {len(found)} were not given")
            first, last = len(found), given[2]
            found += _decoded(entry.attributes[given[0]])
            if int(given[1]) != first or last not in ("*", str(len(found) - 1)):
                raise NotComplete(
                    f"the members of {dn} were not given as announced: {len(found) - first} as {given[0]}"
                )
            if last == "*":
                return tuple(found)

    def ask(
        self, base: str, query: str, attributes: Sequence[str], control: object
    ) -> tuple[list[Entry], Mapping[str, Any]]:
        """One search with a control, and its result whatever it is."""
        self._connection.search(base, query, SUBTREE, attributes=list(attributes), controls=[control])
        return self._given(), self._connection.result

    def _entries(self) -> list[Entry]:
        if self._connection.result["description"] != "success":
            raise NotComplete(f"the directory answered {refusal(self._connection.result)}")
        return self._given()

    def _given(self) -> list[Entry]:
        return [entry_of(each) for each in self._connection.response or () if each.get("type") == "searchResEntry"]

    def _cookie(self) -> bytes:
        controls = self._connection.result.get("controls", {})
        value: Mapping[str, Any] = controls.get("1.2.840.113556.1.4.319", {}).get("value", {})
        return bytes(value.get("cookie") or b"")


def entry_of(answer: Mapping[str, Any]) -> Entry:
    """An entry of an answer; raw values, so that nothing depends on the directory's schema."""
    raw: Mapping[str, list[bytes] | None] = answer["raw_attributes"]  # None where a delta says that all values went
    return Entry(dn=answer["dn"], attributes={name.lower(): list(values or ()) for name, values in raw.items()})


def refusal(result: Mapping[str, Any]) -> str:
    """A result in the words of the directory."""
    return f"{result['description']} {result.get('message') or ''}".strip()


def _decoded(values: Sequence[bytes]) -> list[str]:
    return [each.decode() for each in values]
