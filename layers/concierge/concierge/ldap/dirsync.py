"""Active Directory, asked for what changed: `directory.deltas.DeltaSource` by the DirSync control.

Source: MS-ADTS 3.1.1.3.4.1.3 (LDAP_SERVER_DIRSYNC_OID). With object security the account sees what it may read, and
needs no right to replicate. A deleted person comes as a tombstone, if the account may list CN=Deleted Objects and read
what is in it; without that right a whole reading finds out. Their groups are not reported with it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ldap3.protocol.microsoft import dir_sync_control

from concierge.catalog.model import Ldap
from concierge.directory.deltas import BindCredentials, ChangedPerson, Delta
from concierge.directory.snapshot import Wanted
from concierge.errors import DirectoryUnavailable
from concierge.ldap import entries
from concierge.ldap.connection import Entry, NotComplete, Session, connected, refusal
from concierge.ldap.reader import Reading
from concierge.model import Identity

logger = logging.getLogger(__name__)

_CONTROL = "1.2.840.113556.1.4.841"
_OF_PEOPLE = ("sAMAccountName", "userPrincipalName", "userAccountControl", "accountExpires")
_OF_GROUPS = ("sAMAccountName", "groupType", "member")
_LATER = {"busy", "unavailable", "timeLimitExceeded", "sizeLimitExceeded", "adminLimitExceeded"}
# An answer holds changed attributes only, so that the filter alone can say what a tombstone was.
_PEOPLE, _GROUPS = "(&(objectClass=user)(!(objectClass=computer)))", "(objectClass=group)"
_MOST_BYTES = 1024 * 1024  # of one answer


@dataclass(frozen=True, slots=True, kw_only=True)
class DirSync:
    """`directory` is the directory's name in the catalog."""

    ldap: Ldap
    credentials: BindCredentials
    directory: str

    def changes_since(self, cookie: bytes | None) -> Delta:
        """Everything since the cookie; what changed is read again, for the answer holds only the attributes that did.

        Raises DirectoryUnavailable, also where the directory gives only a part.
        """
        try:
            with connected(self.ldap, self.credentials) as session:
                if cookie is None:
                    return Delta(cookie=self._baseline(session), is_baseline=True)
                return self._delta(session, cookie)
        except _CookieRefused as error:
            logger.warning("DirSync cookie refused", extra={"reason": str(error)})
            return Delta(cookie=None, reset=True)
        except NotComplete as error:
            raise DirectoryUnavailable(str(error)) from error

    def nested_in(self, wanted: Sequence[Wanted], groups: Collection[str]) -> tuple[Wanted, ...]:
        """Walks down from each wanted group, through groups only.

        A group that is gone may have been inside any of them: their own `member` changes without a word of DirSync.
        """
        try:
            with connected(self.ldap, self.credentials) as session:
                if not all(self._is_there(session, each) for each in groups):
                    return tuple(wanted)
                reading = Reading(session, self.ldap.base_dn, self.directory, datetime.now(UTC))
                return tuple(
                    each
                    for each in wanted
                    if any(self._holds(session, entry, groups) for entry in reading.groups(each))
                )
        except NotComplete as error:
            raise DirectoryUnavailable(str(error)) from error

    def _baseline(self, session: Session) -> bytes:
        """To the end, for the sake of the last cookie."""
        [(_, latest)] = deque(self._answers(session, b"", _GROUPS, ("objectGUID",)), maxlen=1)
        return latest

    def _delta(self, session: Session, cookie: bytes) -> Delta:
        """Asks twice from the same cookie, and goes on from the first answer's: what happens between comes again."""
        of_people = list(self._answers(session, cookie, _PEOPLE, ("objectGUID", "isDeleted", *_OF_PEOPLE)))
        of_groups = list(self._answers(session, cookie, _GROUPS, ("objectGUID", "isDeleted", *_OF_GROUPS)))
        people, groups = (
            {entries.guid(each): each for found, _ in of for each in found} for of in (of_people, of_groups)
        )
        return Delta(
            cookie=of_people[-1][1],
            groups=frozenset(filter(None, groups)),
            people=tuple(self._person(session, guid, each) for guid, each in people.items() if guid),
        )

    def _answers(
        self, session: Session, cookie: bytes, query: str, attributes: Sequence[str]
    ) -> Iterator[tuple[list[Entry], bytes]]:
        """What changed, and the next cookie, answer by answer until there are no more."""
        more = True
        while more:
            control = dir_sync_control(  # type: ignore[no-untyped-call]  # the stubs leave it out
                criticality=True,
                object_security=True,
                ancestors_first=False,
                public_data_only=False,
                incremental_values=True,
                max_length=_MOST_BYTES,
                cookie=cookie,
            )
            found, result = session.ask(self.ldap.base_dn, query, attributes, control)
            answer = result.get("controls", {}).get(_CONTROL)
            if result["description"] != "success" or answer is None:
                raise _refused(result, has_cookie=bool(cookie))
            cookie, more = bytes(answer["value"]["cookie"]), bool(answer["value"]["more_results"])
            yield found, cookie

    def _person(self, session: Session, guid: str, changed: Entry) -> ChangedPerson:
        """Read again; of a tombstone only the id counts, for the name in it may be somebody else's by now."""
        only_id = Identity(directory=self.directory, guid=guid, dn=changed.dn)
        if changed.text("isDeleted").upper() == "TRUE":
            return ChangedPerson(identity=only_id, enabled=None, deleted=True)
        now = next(session.find(self.ldap.base_dn, entries.by_id(guid), entries.PERSON), None)
        if now is None:
            return ChangedPerson(identity=only_id, enabled=None)
        enabled = entries.is_enabled(now, datetime.now(UTC))
        return ChangedPerson(identity=entries.identity(now, self.directory), enabled=enabled)

    def _is_there(self, session: Session, guid: str) -> bool:
        found = session.find(self.ldap.base_dn, entries.by_id(guid), ("objectClass",))
        return next(found, None) is not None

    def _holds(self, session: Session, top: Entry, groups: Collection[str]) -> bool:
        walked = {top.dn.lower()}
        waiting = [top]
        while waiting:
            group = waiting.pop()
            if entries.guid(group) in groups:
                return True
            query = f"(&{entries.SECURITY_GROUPS}{entries.inside(group.dn)})"
            for inner in session.find(self.ldap.base_dn, query, entries.GROUP):
                if inner.dn.lower() not in walked:
                    walked.add(inner.dn.lower())
                    waiting.append(inner)
        return False


class _CookieRefused(NotComplete):
    """The directory does not accept the cookie, or not any more."""


def _refused(result: Mapping[str, Any], *, has_cookie: bool) -> NotComplete:
    """What a refusal means: nothing new yet, a useless cookie, or a directory that cannot be asked like this."""
    if has_cookie and result["description"] not in _LATER:
        return _CookieRefused(refusal(result))
    return NotComplete(f"DirSync was answered with {refusal(result)}; base_dn has to be a whole naming context")
