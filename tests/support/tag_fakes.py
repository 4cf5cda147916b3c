"""One account and region with tags, in memory; and the room of tag remediation over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from concierge.errors import AwsError, NotFound
from concierge.model import App, ProfileBinding, Space
from concierge.night.request import Target
from concierge.night.room import Survey
from concierge.tags.model import Kind, Made, Tagged, kind_of
from concierge.tags.plan import SetTags
from concierge.tags.reading import Place
from concierge.tags.remediation import TagRemediation
from tests.support.night_fakes import ACCOUNT, AMARA_TAGS, NOW, RESEARCH

PLACE = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}"
TARGET = Target(account=ACCOUNT, region="eu-west-1", domains=(RESEARCH,))
INHERITED = {key: value for key, value in AMARA_TAGS.items() if key != "managed-by"}


def profile_arn(name: str, domain_id: str = "d-research") -> str:
    return f"{PLACE}:user-profile/{domain_id}/{name}"


def made_arn(kind: Kind, name: str) -> str:
    return f"{PLACE}:{kind}/{name}"


def by_amara(**tags: str) -> dict[str, str]:
    """Tags of what Studio made for her, as it says so itself."""
    return {"sagemaker:user-profile-arn": profile_arn("amara-okafor"), **tags}


@dataclass
class Ledger:
    """Bindings by the domain's name; a broken one tells a part and fails."""

    bindings: Mapping[str, Sequence[ProfileBinding]]
    broken: Mapping[str, AwsError] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    def each_binding_in_domain(self, domain: str) -> Iterator[ProfileBinding]:
        self.calls["Query"] += 1
        yield from self.bindings.get(domain, ())
        if domain in self.broken:
            raise self.broken[domain]


@dataclass
class Lists:
    """What there is, by domain id. `broken` fails by domain id or kind; pages are of a hundred."""

    profile_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    held_spaces: Mapping[str, tuple[Space, ...]] = field(default_factory=dict)
    running: Mapping[str, tuple[App, ...]] = field(default_factory=dict)
    made: Sequence[Made] = ()
    broken: Mapping[str, AwsError] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    since: list[datetime] = field(default_factory=list)

    def profiles(self, domain_id: str) -> Iterator[str]:
        names = self.profile_names.get(domain_id, ())
        for number, name in enumerate(names):
            self.calls["ListUserProfiles"] += number % 100 == 0
            yield name
        if domain_id in self.broken:
            raise self.broken[domain_id]

    def profile_arn(self, domain_id: str, name: str) -> str:
        return profile_arn(name, domain_id)

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        self.calls["ListSpaces"] += 1
        return self.held_spaces.get(domain_id, ())

    def apps(self, domain_id: str) -> tuple[App, ...]:
        self.calls["ListApps"] += 1
        if f"apps of {domain_id}" in self.broken:
            raise self.broken[f"apps of {domain_id}"]
        return self.running.get(domain_id, ())

    def made_since(self, kind: Kind, since: datetime) -> Iterator[Made]:
        self.calls["List"] += 1
        self.since.append(since)
        if kind in self.broken:
            raise self.broken[kind]
        yield from (each for each in self.made if each.kind is kind)


@dataclass
class Tags:
    """Tags by ARN. The index names them page by page, but for kinds that it does not serve; `said` times over."""

    held: dict[str, dict[str, str]] = field(default_factory=dict)
    serves: frozenset[Kind] = frozenset(Kind)
    gone: frozenset[str] = frozenset()
    said: int = 1
    broken: AwsError | None = None
    asked: list[str] = field(default_factory=list)
    written: list[tuple[tuple[str, ...], Mapping[str, str]]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    def index(self) -> Iterator[tuple[Tagged, ...]]:
        named = [
            Tagged(arn=arn, kind=kind, tags=dict(tags))
            for arn, tags in self.held.items()
            if (kind := kind_of(arn)) is not None and kind in self.serves
        ] * self.said
        for start in range(0, max(1, len(named)), 100):
            self.calls["GetResources"] += 1
            yield tuple(named[start : start + 100])
        if self.broken is not None:
            raise self.broken

    def read(self, arn: str) -> Mapping[str, str]:
        self.asked.append(arn)
        if arn in self.gone:
            raise NotFound("sagemaker:ListTags", "ResourceNotFound", "gone")
        return dict(self.held.get(arn, {}))

    def add(self, arns: Sequence[str], tags: Mapping[str, str]) -> None:
        self.calls["AddTags" if len(arns) == 1 else "TagResources"] += 1
        self.written.append((tuple(arns), tags))
        for arn in arns:
            self.held.setdefault(arn, {}).update(tags)


def room(
    tags: Tags, lists: Lists, *bindings: ProfileBinding, ledger: Ledger | None = None, required: tuple[str, ...] = ()
) -> TagRemediation:
    """Over one place; the bindings are those of the domain research."""
    return TagRemediation(
        ledger=ledger or Ledger({"research": bindings}),
        place=lambda _domain: Place(lists=lists, tags=tags),
        required=required,
    )


def read_all(remediation: TagRemediation, target: Target = TARGET) -> tuple[list[SetTags], list[Survey]]:
    """All changes, in the order of the slices, and all slices; nothing is written."""
    surveys = list(remediation.survey(target, NOW))
    changes = [change for survey in surveys for change in survey.plan.changes]
    return [change for change in changes if isinstance(change, SetTags)], surveys


def write_all(remediation: TagRemediation, target: Target = TARGET) -> list[Survey]:
    """All slices, each carried out before the next is asked for."""
    surveys = []
    for survey in remediation.survey(target, NOW):
        surveys.append(survey)
        for change in survey.plan.changes:
            remediation.perform(change)
    return surveys


def set_by(changes: Sequence[SetTags]) -> dict[str, Mapping[str, str]]:
    """What each resource gets; raises if one has two changes."""
    found: dict[str, Mapping[str, str]] = {}
    for change in changes:
        for arn in change.arns:
            assert arn not in found, arn
            found[arn] = change.tags
    return found


def told_by(surveys: Sequence[Survey]) -> dict[str, str]:
    """Reasons of findings by their subjects; raises if two have one subject."""
    found: dict[str, str] = {}
    for survey in surveys:
        for finding in survey.plan.findings:
            assert finding.subject not in found, finding.subject
            found[finding.subject] = finding.reason
    return found


def lists_of(tags: Mapping[str, object], *, spaces: Sequence[Space] = (), apps: Sequence[App] = ()) -> Lists:
    """Lists that name every profile of research that has tags."""
    prefix = profile_arn("")
    names = [arn.removeprefix(prefix) for arn in tags if arn.startswith(prefix)]
    return Lists(
        profile_names={"d-research": names},
        held_spaces={"d-research": tuple(spaces)},
        running={"d-research": tuple(apps)},
    )
