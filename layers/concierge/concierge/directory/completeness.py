"""Whether a reading may say who is not there, and what an administrator is told where it may not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from concierge.catalog.model import Directory
from concierge.directory.comparison import GroupSeen
from concierge.directory.people import People
from concierge.directory.snapshot import GroupRead, Snapshot
from concierge.model import Identity, Membership
from concierge.plan import Finding


def is_emptied(directory: Directory, group: GroupSeen, members: Mapping[str, Membership]) -> bool:
    """Whether a group lost everybody; of one person alone that is believed where the canary was seen in it."""
    lost = len(members) > 1 or (bool(members) and directory.canary is None)
    return lost and not group.people


def with_names(people: People, snapshot: Snapshot) -> Snapshot:
    """A member without the name that logins come from spoils the group: left out, they would seem to have left."""

    def checked(read: GroupRead) -> GroupRead:
        nameless = sum(not people.login(member.person) for member in read.members)
        if read.problem or not nameless:
            return read
        return replace(read, problem=f"{nameless} members have no {people.directory.login_id} to log in by")

    return replace(snapshot, groups=tuple(checked(each) for each in snapshot.groups))


def findings_of(
    directory: Directory, snapshot: Snapshot, reported: Collection[str], *, alone: bool
) -> Iterable[Finding]:
    """What could not be read.

    reported: groups, by name, of which that was told before; alone: whether every group has to be in this directory.
    """
    if snapshot.problem:
        yield Finding(subject=f"directory {directory.name}", reason=f"could not be read: {snapshot.problem}")
    for group in snapshot.groups:
        if group.problem and group.group.account_name not in reported:
            yield Finding(subject=_called(group), reason=f"was not read completely: {group.problem}")
    for wanted in snapshot.missing:
        if alone and not wanted.is_family:
            yield Finding(subject=f"group {wanted.name}", reason=f"is not found in directory {directory.name}")


def _called(read: GroupRead) -> str:
    group: Identity = read.group
    return f"group {group.account_name or group.dn or next(iter(group.keys), 'without a name')}"
