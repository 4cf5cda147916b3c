"""What a login tells the loop: what the identity provider says about groups, and that somebody waits. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from concierge.catalog.directories import LoginId
from concierge.login.attested import Attested
from concierge.login.ports import Announcement
from concierge.login.workspaces import Contradictions
from concierge.model import Identity, PersonRecord

if TYPE_CHECKING:
    from concierge.catalog.model import Catalog

_ADDED = "directory.member.added.v1"
_REMOVED = "directory.member.removed.v1"
_LOOK = "directory.user.look.v1"


def about_groups(
    catalog: Catalog, login: str, news: Contradictions, attested: Attested | None, *, key: str
) -> tuple[Announcement, ...]:
    """One event for each group that the identity provider and the ledger do not agree about, as of the assertion."""
    rules = catalog.login.just_in_time
    if rules is None or attested is None:
        return ()
    said = [(_ADDED, each) for each in news.joined] + [(_REMOVED, each) for each in news.left]
    about = _named(catalog, rules.directory, login)
    return tuple(
        Announcement(what=what, about=about, at=attested.at, key=f"{key}-{number}", group=group)
        for number, (what, group) in enumerate(said)
    )


def look_again(catalog: Catalog, record: PersonRecord, *, at: datetime, key: str) -> tuple[Announcement, ...]:
    """Somebody who is to have a workspace stands at the door and has none: whatever got lost, look at them again."""
    about = _named(catalog, record.person.directory, record.person.login)
    return (Announcement(what=_LOOK, about=about, at=at, key=key),)


def _named(catalog: Catalog, directory: str, login: str) -> Identity:
    known = catalog.directory(directory)
    if known is not None and known.login_id is LoginId.UPN:
        return Identity(directory=directory, upn=login)
    return Identity(directory=directory, account_name=login)
