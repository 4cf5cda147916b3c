"""A target read once: lists and the tagging index side by side, and slices of what is to be mended on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zlib import crc32

from concierge.errors import AwsError, NotFound, OutOfTime
from concierge.night.request import Target
from concierge.night.room import Survey
from concierge.plan import Finding, Plan
from concierge.side_by_side import ahead, side_by_side
from concierge.tags.domain import DomainTags
from concierge.tags.findings import AccountFindings
from concierge.tags.maker import maker_of
from concierge.tags.model import IN_A_DOMAIN, IN_THE_ACCOUNT, Kind, Made, ResourceTags, Tagged, path_of
from concierge.tags.owners import Owner, Owners
from concierge.tags.ports import Ledger, Lists, Tags

# How long ago something may have been made that is reported for having no tag: every night tells a week, so nothing
# is missed while a run fails for some nights, and lists of years of jobs are never read.
LOOKBACK_DAYS = 7
_PROBES = 10  # resources that are asked before a kind is believed to have no tags at all
_AT_ONCE = 100  # resources between two looks at what can be written
_PAGES_AHEAD = 8  # of the index, while the ledger is still read

_Item = TypeVar("_Item")
_Found = tuple[ResourceTags, Owner | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The adapters of one account and region."""

    lists: Lists
    tags: Tags


class Reading:
    """One target as of `now`; workers: how many resources are asked for their tags at once. To be read once."""

    def __init__(
        self, target: Target, place: Place, ledger: Ledger, *, required: tuple[str, ...], now: datetime, workers: int
    ) -> None:
        self._target = target
        self._place = place
        self._ledger = ledger
        self._since = now - timedelta(days=LOOKBACK_DAYS)
        self._workers = workers
        self._domains = {each.domain_id.lower(): DomainTags(each, required) for each in target.domains}
        self._served: set[Kind] = set()  # the kinds that the index has named one of
        self._seen: set[int] = set()  # hashes of what it has named of the account's kinds: there may be a million
        self._made: dict[int, Made] = {}
        self._unlisted: dict[Kind, AwsError] = {}
        self._account = AccountFindings(target.name)
        self._is_over = False

    def surveys(self) -> Iterator[Survey]:
        """Slices of the domains as soon as they can be written, then what is told, then the rest of each domain.

        Raises AwsError if the index cannot be read, and OutOfTime from whatever call the time is up at.
        """
        with ThreadPoolExecutor(4) as pool:  # the three below, and the apps of a domain beside its spaces
            try:
                bound, held = pool.submit(self._bind), pool.submit(self._hold, pool)
                made = pool.submit(self._list_made)
                for page in ahead(self._place.tags.index(), _PAGES_AHEAD):
                    for needed in (bound, held):  # what the index names can only be judged by these
                        needed.result()
                    for tagged in page:
                        self._see(tagged)
                    yield from self._ready()
                for each in (bound, held, made):
                    each.result()
                self._list_profiles()
                yield from self._unseen()
                yield from self._of_the_account()
                for domain in self._domains.values():
                    yield from domain.rest()
            finally:
                self._is_over = True  # nobody reads on: lists that are still read may end

    # -- lists, each in a thread of its own ---------------------------------------------------------

    def _bind(self) -> None:
        for domain in self._domains.values():
            with _failing(domain):
                domain.owners = Owners(self._while_read(self._ledger.each_binding_in_domain(domain.domain.name)))

    def _hold(self, pool: ThreadPoolExecutor) -> None:
        for domain in self._domains.values():
            domain_id = domain.domain.domain_id
            with _failing(domain):
                apps = pool.submit(self._place.lists.apps, domain_id)
                domain.hold(self._place.lists.spaces(domain_id), apps.result())

    def _list_profiles(self) -> None:
        """Only where the index has not named a profile of ours: it may be gone, or may never have had a tag."""
        for domain in self._domains.values():
            if domain.owners is not None and domain.owners.is_any_unnamed():
                with _failing(domain):
                    for name in self._while_read(self._place.lists.profiles(domain.domain.domain_id)):
                        domain.list_profile(name)

    def _list_made(self) -> None:
        for kind in IN_THE_ACCOUNT:
            try:
                for made in self._while_read(self._place.lists.made_since(kind, self._since)):
                    self._made[_key(made.arn)] = made
            except OutOfTime:
                raise
            except AwsError as error:
                self._unlisted[kind] = error

    # -- what the index names, and what it does not -------------------------------------------------

    def _see(self, tagged: Tagged) -> None:
        self._served.add(tagged.kind)
        if tagged.kind in IN_A_DOMAIN:
            domain = self._domains.get(path_of(tagged.arn)[1].lower())
            if domain is not None:
                domain.see(tagged)
            return
        key = _key(tagged.arn)
        if key not in self._seen:
            self._seen.add(key)
            name = path_of(tagged.arn)[-1]
            self._see_made(ResourceTags(arn=tagged.arn, kind=tagged.kind, name=name, tags=tagged.tags))

    def _see_made(self, resource: ResourceTags) -> None:
        maker = maker_of(resource.tags, account=self._target.account, region=self._target.region)
        if maker is None:
            self._account.add_ownerless(resource.kind, resource.name)
            return
        domain = self._domains.get(maker.domain_id)
        if domain is not None and not domain.see_made(resource, maker):
            self._account.add_ownerless(resource.kind, resource.name)

    def _unseen(self) -> Iterator[Survey]:
        """What the lists name and the index does not: it never had a tag, or is of a kind that is not served."""
        for domain in self._domains.values():
            for kind in IN_A_DOMAIN:
                unseen = self._never_tagged(domain) if kind is Kind.PROFILE else domain.unseen(kind)
                for number, (resource, owner) in enumerate(self._with_tags(kind, unseen), start=1):
                    domain.judge(resource, owner)
                    if number % _AT_ONCE == 0:
                        yield from domain.ready()

    def _never_tagged(self, domain: DomainTags) -> Iterator[_Found]:
        for name, owner in domain.owners.never_tagged() if domain.owners is not None else ():
            arn = self._place.lists.profile_arn(domain.domain.domain_id, name)
            yield ResourceTags(arn=arn, kind=Kind.PROFILE, name=name), owner

    def _of_the_account(self) -> Iterator[Survey]:
        """What was made lately, and is nobody's as far as tags tell."""
        for kind in IN_THE_ACCOUNT:
            unseen = (made for key, made in self._made.items() if made.kind is kind and key not in self._seen)
            found: Iterator[_Found] = ((ResourceTags(arn=each.arn, kind=kind, name=each.name), None) for each in unseen)
            for resource, _ in self._with_tags(kind, found):
                if resource.tags:
                    self._see_made(resource)
                else:
                    self._account.add_untagged(kind, resource.name)
        where = self._target.name
        unlisted = [
            Finding(subject=f"{kind.plural} in {where}", reason=f"could not be listed: {error}")
            for kind, error in self._unlisted.items()
        ]
        plan = Plan(scope=f"target {where}", findings=(*self._account.told(LOOKBACK_DAYS), *unlisted))
        if plan.findings:
            error = next(iter(self._unlisted.values()), None)
            yield Survey(part=f"jobs in {where}", plan=plan, population=0, error=error)

    def _with_tags(self, kind: Kind, unseen: Iterable[_Found]) -> Iterator[_Found]:
        """With the tags of each, as far as they are still there.

        A kind that the index has named one of is served, and what it leaves out has no tags. If it has named none,
        some are asked themselves; if only one of these has a tag, the kind is not served, and all are asked.
        """
        if kind in self._served:
            yield from unseen
            return
        mixed = sorted(unseen, key=lambda each: (crc32(each[0].arn.encode()), each[0].arn))
        probes = self._asked(mixed[:_PROBES])
        yield from probes
        rest = mixed[_PROBES:]
        if not any(resource.tags for resource, _ in probes):
            yield from rest
            return
        for start in range(0, len(rest), _AT_ONCE):
            yield from self._asked(rest[start : start + _AT_ONCE])

    def _asked(self, unseen: list[_Found]) -> list[_Found]:
        def ask(found: _Found) -> _Found | None:
            resource, owner = found
            try:
                tags = self._place.tags.read(resource.arn)
            except NotFound:  # it ended since it was listed
                return None
            return ResourceTags(arn=resource.arn, kind=resource.kind, name=resource.name, tags=tags), owner

        return [found for found in side_by_side(ask, unseen, self._workers) if found is not None]

    def _ready(self) -> Iterator[Survey]:
        for domain in self._domains.values():
            yield from domain.ready()

    def _while_read(self, items: Iterator[_Item]) -> Iterator[_Item]:
        for item in items:
            if self._is_over:
                return
            yield item


def _key(arn: str) -> int:
    return hash(arn.lower())


@contextmanager
def _failing(domain: DomainTags) -> Iterator[None]:
    """What cannot be read of a domain is its own error, and never another's."""
    try:
        yield
    except OutOfTime:
        raise
    except AwsError as error:
        domain.error = domain.error or error
