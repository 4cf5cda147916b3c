"""The caller's own workspaces, and a presigned URL into one of them.

Who is asking is what API Gateway found out from the request's signature. The request may say which of the caller's own
workspaces is meant; nothing in it can name a person or a profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from concierge.errors import LoginRefused
from concierge.login.announcing import about_groups, look_again
from concierge.login.attempts import Attempt
from concierge.login.attested import Attested, unsealed
from concierge.login.ports import Announcement, Announcements, Catalogs, Keys, LinkRequest, People, Presigner
from concierge.login.settings import RoleArn
from concierge.login.studio_route import NO_WORKSPACE, Answer, Opened, Preparing, ToChoose, Wish
from concierge.login.workspaces import Workspace, contradictions, entrance, is_entitled
from concierge.model import Door, Identity, PersonRecord
from concierge.names import canonical_login

if TYPE_CHECKING:
    from concierge.catalog.model import Catalog

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioLinks:
    """url_expires: seconds in which a link must be followed."""

    login_role: RoleArn
    url_expires: int
    people: People
    catalogs: Catalogs
    keys: Keys
    announcements: Announcements
    presigner: Presigner

    def enter(self, caller_arn: str, wish: Wish, *, groups: str, attempt: Attempt, now: datetime) -> Answer:
        """Where the caller may go, or a link there if that is one place only; raises LoginRefused.

        caller_arn: `requestContext.identity.userArn`, never anything that the caller wrote.
        groups:     what `login.attested` sealed; anything else counts as nothing.
        """
        login = self._login(caller_arn)
        attempt.login = login
        catalog = self.catalogs.current(now)
        record = self._record(login, catalog)
        attested = self._attested(groups, catalog, login, now)
        news = contradictions(catalog, record, attested)
        found = entrance(catalog, record, news)
        said = about_groups(catalog, login, news, attested, key=f"login-{attempt.correlation}")
        if not found.open and not found.preparing:
            self._announce(said)
            raise LoginRefused(NO_WORKSPACE, "no door is open for this person")
        if not found.open:
            if record is not None and wish.is_first and not said:
                said = look_again(catalog, record, at=now, key=f"login-{attempt.correlation}")
            self._announce(said)
            return Preparing(domains=found.preparing)
        self._announce(said)
        chosen = self._chosen(found.open, wish)
        if chosen is None:
            return ToChoose(offers=tuple(each.offer for each in found.open), preparing=found.preparing)
        attempt.domain, attempt.profile = chosen.domain.name, chosen.binding.profile
        return Opened(location=self.presigner.url(self._link(chosen, login)))

    def _login(self, caller_arn: str) -> str:
        """The person behind a session of our login role; no other principal is a person here."""
        session_name = caller_arn.removeprefix(self.login_role.sessions)
        if session_name == caller_arn or not _SESSION_NAME.fullmatch(session_name):
            raise LoginRefused("caller", "the caller is not a session of the login role")
        return canonical_login(session_name)

    def _record(self, login: str, catalog: Catalog) -> PersonRecord | None:
        """Who it is says the index, a moment late; what they may do is read as it is now."""
        found = [each for each in self.people.bindings_of_login(login) if each.login == login]
        entitled = {each.person_id for each in found if each.door is Door.OPEN}
        if not entitled:
            entitled = set(self.people.owners_of(_names(login, catalog)))
        found_now = (self.people.record_of(each) for each in sorted(entitled))
        records = [each for each in found_now if each.person.login == login]  # and not somebody who was renamed
        meant = [each for each in records if is_entitled(catalog, each)] or records[:1]
        if len(meant) > 1:
            raise LoginRefused("ambiguous-login", f"{len(meant)} people with this login are to have a workspace")
        return meant[0] if meant else None

    def _attested(self, groups: str, catalog: Catalog, login: str, now: datetime) -> Attested | None:
        if not groups or catalog.login.just_in_time is None:
            return None
        return unsealed(groups, self.keys.all(now), login=login, now=now)

    def _announce(self, announcements: tuple[Announcement, ...]) -> None:
        """Tells the loop, which decides and acts as for any other source; a warm login has nothing to tell."""
        if announcements:
            self.announcements.tell(announcements)

    def _chosen(self, found: tuple[Workspace, ...], wish: Wish) -> Workspace | None:
        """The one that is meant; None if the person has to say."""
        if wish.list_only:
            return None
        if not wish.workspace:
            return found[0] if len(found) == 1 else None
        meant = [each for each in found if wish.workspace in (each.key, each.domain.name)]
        return meant[0] if len(meant) == 1 else None

    def _link(self, chosen: Workspace, login: str) -> LinkRequest:
        return LinkRequest(
            login=login,
            account=chosen.domain.account,
            region=chosen.domain.region,
            domain_id=chosen.domain.domain_id,
            profile=chosen.binding.profile,
            expires=self.url_expires,
            session_seconds=chosen.persona.session_minutes * 60,
            landing_uri=chosen.landing.uri,
            space=chosen.space,
        )


def _names(login: str, catalog: Catalog) -> Iterator[str]:
    """The keys under which the directories of the catalog may know this login."""
    for directory in catalog.directories:
        yield from Identity(directory=directory.name, account_name=login).keys
