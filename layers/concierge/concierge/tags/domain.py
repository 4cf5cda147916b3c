"""What is known of one domain while its target is read, and what is to be mended in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from concierge.catalog.model import Domain
from concierge.errors import AwsError
from concierge.model import App, Space
from concierge.night.room import Survey, owner_of, scope
from concierge.plan import Plan
from concierge.tags.findings import DomainFindings
from concierge.tags.judgement import judge, judge_shared
from concierge.tags.maker import Maker
from concierge.tags.model import Kind, ResourceTags, Tagged, path_of
from concierge.tags.owners import Owner, Owners
from concierge.tags.plan import Groups, SetTags, in_slices


@dataclass(frozen=True, slots=True)
class _Held:
    """A space or app; owner: the profile that it belongs to, None for a shared one."""

    arn: str
    kind: Kind
    name: str
    owner: str | None


class DomainTags:
    """One domain.

    owners: None until the ledger was read.
    error:  the first reason why something of the domain could not be read.
    """

    def __init__(self, domain: Domain, required: tuple[str, ...]) -> None:
        self.domain = domain
        self.owners: Owners | None = None
        self.error: AwsError | None = None
        self._required = required
        self._spaces: dict[str, str | None] | None = None  # owner by name
        self._held: dict[str, _Held] = {}  # by ARN in lower case: what the index has not named yet
        self._groups = Groups(domain)
        self._findings = DomainFindings(domain.name)
        self._checked = 0

    def hold(self, spaces: Iterable[Space], apps: Iterable[App]) -> None:
        """What the domain holds besides profiles. An app in a space that is going needs nothing."""
        owners = {}
        for space in spaces:
            owners[space.name] = space.owner
            self._hold(_Held(space.arn, Kind.SPACE, space.name, space.owner))
        for app in apps:
            if app.space is None or app.space in owners:
                self._hold(_Held(app.arn, Kind.APP, app.title, owner_of(app, owners)))
        self._spaces = {name.lower(): owner for name, owner in owners.items()}

    def list_profile(self, name: str) -> None:
        """A profile that exists."""
        owner = self._owner(name)
        if owner is not None:
            owner.is_listed = True

    def see(self, tagged: Tagged) -> None:
        """A profile, space or app as the index names it; only the first word about each counts."""
        if tagged.kind is Kind.PROFILE:
            name = path_of(tagged.arn)[-1]
            owner = self._owner(name)
            if owner is not None and not owner.is_indexed:
                owner.is_indexed = True
                self.judge(ResourceTags(arn=tagged.arn, kind=tagged.kind, name=name, tags=tagged.tags), owner)
            return
        held = self._held.pop(tagged.arn.lower(), None)
        if held is not None:
            resource = ResourceTags(arn=tagged.arn, kind=held.kind, name=held.name, tags=tagged.tags)
            self._judge_held(resource, held)

    def see_made(self, resource: ResourceTags, maker: Maker) -> bool:
        """What was made in this domain; whether it can be said whose it is."""
        if maker.kind is Kind.PROFILE:
            profile: str | None = maker.name
        elif self._spaces is None:  # not readable: the next run knows
            return True
        else:
            profile = self._spaces.get(maker.name)
        if profile is None:
            return False
        owner = self._owner(profile)
        if owner is not None:
            self.judge(resource, owner)
        return True

    def unseen(self, kind: Kind) -> Iterator[tuple[ResourceTags, Owner | None]]:
        """The spaces or apps that the index has not named, with their owners; None for what is shared."""
        for held in self._held.values():
            owner = self._owner(held.owner) if held.owner is not None else None
            if held.kind is kind and (owner is not None or held.owner is None):
                yield ResourceTags(arn=held.arn, kind=kind, name=held.name), owner

    def judge(self, resource: ResourceTags, owner: Owner | None) -> None:
        """Puts it with its like if something is to be set, and keeps what is to be told."""
        self._checked += 1
        if owner is not None:
            judgement = judge(resource, owner, self._required)
        else:
            judgement = judge_shared(resource, self.domain.tags, self._required)
        if judgement.tags:
            self._groups.add(resource, judgement, owner.login if owner is not None else "")
        self._findings.add(resource, judgement)

    def ready(self) -> Iterator[Survey]:
        """What can be written by now."""
        changes = self._groups.take()
        if changes:
            yield self._survey(changes)

    def rest(self) -> Iterator[Survey]:
        """The rest, and all that is to be told; the domain has been read."""
        self._groups.close()
        *slices, last = in_slices(self._groups.take())
        yield from map(self._survey, slices)
        plan = Plan(scope=scope(self.domain), changes=last, findings=tuple(self._findings.told()))
        yield Survey(
            part=self.domain.name, plan=plan, population=0, counts={"checked": self._count()}, error=self.error
        )

    def _survey(self, changes: tuple[SetTags, ...]) -> Survey:
        plan = Plan(scope=scope(self.domain), changes=changes)
        counts = {"checked": self._count()}
        return Survey(part=self.domain.name, plan=plan, population=0, counts=counts, is_last=False)

    def _count(self) -> int:
        """How many were judged since it was asked last; slices of a domain add up."""
        checked, self._checked = self._checked, 0
        return checked

    def _hold(self, held: _Held) -> None:
        if held.owner is not None or self.domain.tags or self._required:
            self._held[held.arn.lower()] = held

    def _judge_held(self, resource: ResourceTags, held: _Held) -> None:
        owner = self._owner(held.owner) if held.owner is not None else None
        if owner is not None or held.owner is None:
            self.judge(resource, owner)

    def _owner(self, profile: str) -> Owner | None:
        return self.owners.of(profile) if self.owners is not None else None
