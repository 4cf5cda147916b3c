"""IAM Identity Center's own store, asked for whole groups (Identity Store API)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from concierge.aws.errors import translated
from concierge.directory.snapshot import GroupRead, Member, Snapshot, Wanted
from concierge.errors import AwsError, NotFound
from concierge.model import Identity
from concierge.names import canonical_login, folded

if TYPE_CHECKING:
    from types_boto3_identitystore import IdentityStoreClient
    from types_boto3_identitystore.type_defs import PaginatorConfigTypeDef

_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}  # the most that these lists give
_GROUP_ID = re.compile(r"([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}")  # ResourceId
_UPN = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityStoreSource:
    """`directory.snapshot.DirectorySource` over one identity store; `directory` is its name in the catalog."""

    client: IdentityStoreClient
    directory: str
    identity_store_id: str

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        """Groups by DescribeGroup, GetGroupId or ListGroups, ListGroupMemberships of each, then their people.

        What AWS refuses about one group is a problem of that group, and of the snapshot where it concerns all.
        """
        reading = _Reading(self)
        missing: list[Wanted] = []
        try:
            found: dict[str, GroupRead] = {}
            for each in wanted:
                groups = reading.groups(each)
                missing += [] if groups else [each]
                found.update((read.group.vendor_id, read) for read in groups)
            members = {group_id: reading.member_ids(read) for group_id, read in found.items()}
            ids = {user_id for each in members.values() if not isinstance(each, str) for user_id in each}
            people = reading.people(ids)
        except AwsError as error:
            return Snapshot(directory=self.directory, started_at=now, problem=str(error))
        groups = tuple(_whole(read, members[group_id], people, canary) for group_id, read in found.items())
        return Snapshot(directory=self.directory, started_at=now, groups=groups, missing=tuple(missing))


class _Reading:
    """One snapshot in the making; the list of all groups is read once, and only if something asks for it."""

    def __init__(self, source: IdentityStoreSource) -> None:
        self._client = source.client
        self._directory = source.directory
        self._store_id = source.identity_store_id
        self._all: tuple[Identity, ...] | None = None

    def groups(self, wanted: Wanted) -> tuple[GroupRead, ...]:
        """The groups that are meant, without members; none if the store has no such group."""
        if wanted.id:
            return self._by_id(wanted)
        if not wanted.is_family and self._all is None and (group_id := self._group_id(wanted.name)):
            return (GroupRead(group=self._group(group_id, wanted.name)),)
        # Families, and names in another case: the catalog compares without case, GetGroupId does not say that it does.
        fitting = re.compile(".*".join(map(re.escape, folded(wanted.name).split("*"))), re.DOTALL)
        return tuple(GroupRead(group=each) for each in self._groups() if fitting.fullmatch(folded(each.account_name)))

    def member_ids(self, read: GroupRead) -> tuple[str, ...] | str:
        """ListGroupMemberships to the last page: ids of users, or why they could not be read."""
        if read.problem:
            return read.problem
        try:
            found = [
                each.get("MemberId", {}).get("UserId", "")
                for page in self._pages("list_group_memberships", "GroupMemberships", GroupId=read.group.vendor_id)
                for each in page
            ]
        except AwsError as error:
            return str(error)
        return tuple(dict.fromkeys(found)) if all(found) else "has a member that is no user"

    def people(self, ids: Iterable[str]) -> Mapping[str, Member]:
        """Those of the users that exist, by id.

        ListUsers gives a hundred users a call and DescribeUser one, but nobody says how many the store has. So the
        list is read until it has cost as much as describing the rest would: at most twice the cheaper of both ways.
        """
        unknown, found = set(ids), dict[str, Member]()
        if unknown:
            for cost, page in enumerate(self._pages("list_users", "Users"), start=1):
                found.update((user["UserId"], self._member(user)) for user in page if user["UserId"] in unknown)
                unknown.difference_update(found)
                if len(unknown) <= cost:
                    break
        for user_id in sorted(unknown):
            try:
                with translated("identitystore:DescribeUser"):
                    user = self._client.describe_user(IdentityStoreId=self._store_id, UserId=user_id)
            except NotFound as error:
                if not _is_absent(error):
                    raise
                continue
            found[user_id] = self._member(user)
        return found

    def _by_id(self, wanted: Wanted) -> tuple[GroupRead, ...]:
        if not _GROUP_ID.fullmatch(wanted.id):  # a SID, say: of a group in another directory
            return ()
        try:
            with translated("identitystore:DescribeGroup"):
                found = self._client.describe_group(IdentityStoreId=self._store_id, GroupId=wanted.id)
        except AwsError as error:
            if _is_absent(error):
                return ()
            return (GroupRead(group=self._group(wanted.id, wanted.name), problem=str(error)),)
        return (GroupRead(group=self._group(found["GroupId"], found.get("DisplayName", ""))),)

    def _group_id(self, name: str) -> str:
        unique: Any = {"AttributePath": "displayName", "AttributeValue": name}  # the stubs know no plain Document
        try:
            with translated("identitystore:GetGroupId"):
                found = self._client.get_group_id(
                    IdentityStoreId=self._store_id, AlternateIdentifier={"UniqueAttribute": unique}
                )
        except NotFound as error:
            if not _is_absent(error):
                raise
            return ""
        return found["GroupId"]

    def _groups(self) -> tuple[Identity, ...]:
        if self._all is None:
            self._all = tuple(
                self._group(each["GroupId"], each.get("DisplayName", ""))
                for page in self._pages("list_groups", "Groups")
                for each in page
            )
        return self._all

    def _pages(
        self, operation: Literal["list_groups", "list_group_memberships", "list_users"], key: str, **about: str
    ) -> Iterator[list[Any]]:
        """Every page until there is no NextToken, however many are empty; one without the list is no answer."""
        name = f"identitystore:{operation.title().replace('_', '')}"
        with translated(name):
            paginator: Any = self._client.get_paginator(operation)
            for page in paginator.paginate(IdentityStoreId=self._store_id, PaginationConfig=_PAGES, **about):
                if key not in page:
                    raise AwsError(name, "NoList", f"the answer has no {key}")
                yield page[key]

    def _group(self, group_id: str, name: str) -> Identity:
        return Identity(directory=self._directory, vendor_id=group_id, account_name=name)

    def _member(self, user: Mapping[str, Any]) -> Member:
        name: str = user.get("UserName", "")
        person = Identity(
            directory=self._directory,
            vendor_id=user["UserId"],
            account_name=name,
            upn=name if _UPN.fullmatch(name) else "",
        )
        return Member(person=person, enabled=user.get("UserStatus", "ENABLED") != "DISABLED")


def _is_absent(error: AwsError) -> bool:
    """Whether the store lacks this group or user; it says "not found" as well of itself and of KMS keys (Reason)."""
    answer = error.__cause__.response if isinstance(error.__cause__, ClientError) else {}
    is_other = answer.get("ResourceType") == "IDENTITY_STORE" or answer.get("Reason")
    return isinstance(error, NotFound) and not is_other


def _whole(
    read: GroupRead, members: tuple[str, ...] | str, people: Mapping[str, Member], canary: str | None
) -> GroupRead:
    """The group with its members, or with what kept it from being read completely."""
    if isinstance(members, str):
        return replace(read, problem=members)
    strangers = sum(user_id not in people for user_id in members)
    if strangers:
        return replace(read, problem=f"{strangers} of {len(members)} members are users that the store does not have")
    found = tuple(people[user_id] for user_id in members)
    if not all(each.person.account_name for each in found):
        return replace(read, problem="has a member without a user name")
    if canary is not None and canonical_login(canary) not in {
        canonical_login(each.person.account_name) for each in found
    }:
        return replace(read, problem=f"the canary {canary} is not seen in it")
    return replace(read, members=found)
