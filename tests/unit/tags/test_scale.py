"""Ten thousand profiles, a tenth of them wrong: how many calls, how much memory, and how early the first write."""

import threading
import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest

from concierge.model import ProfileBinding
from concierge.night.sweep import SweepFailed
from concierge.tags.model import Tagged
from tests.support.night_fakes import NOW, RESEARCH, Trail, binding, catalog, sweep_of
from tests.support.tag_fakes import TARGET, Ledger, Lists, Tags, profile_arn, read_all, room, write_all

PROFILES, TEAMS = 10_000, 10


def name(number: int) -> str:
    return f"person-{number:05}"


def right_tags(number: int) -> dict[str, str]:
    team = f"team-{(number + number // TEAMS) % TEAMS:02}"
    return {
        "studiouserid": name(number),
        "studio-person": f"{number:032x}",
        "domain": "research",
        "persona": "data-scientist",
        "team": team,
        "cost-centre": team,
        "managed-by": "studio-concierge",
    }


def bindings(profiles: int) -> Iterator[ProfileBinding]:
    return (binding(name(number), login=name(number), tags=right_tags(number)) for number in range(profiles))


class Stream(Ledger):
    """Bindings that are made as they are asked for, as pages of a query are."""

    def each_binding_in_domain(self, domain: str) -> Iterator[ProfileBinding]:
        return bindings(PROFILES)


def a_tenth_wrong() -> Tags:
    """By turns the cost centre is missing or another one."""
    tags = Tags(held={profile_arn(name(number)): right_tags(number) for number in range(PROFILES)})
    for turn, number in enumerate(range(9, PROFILES, 10)):
        found = tags.held[profile_arn(name(number))]
        if turn % 2:
            found["cost-centre"] = "unknown"
        else:
            del found["cost-centre"]
    return tags


def names() -> Lists:
    return Lists(profile_names={"d-research": [name(number) for number in range(PROFILES)]})


def test_every_call_is_counted() -> None:
    tags, lists = a_tenth_wrong(), names()
    write_all(room(tags, lists, ledger=Stream({})))
    assert tags.calls == {"GetResources": 100, "TagResources": 50}
    assert lists.calls == {"ListSpaces": 1, "ListApps": 1, "List": 10}
    assert tags.asked == []
    assert all(tags.held[profile_arn(name(number))] == right_tags(number) for number in range(PROFILES))


def test_every_write_but_the_last_is_full_and_for_one_team() -> None:
    changes, surveys = read_all(room(a_tenth_wrong(), names(), ledger=Stream({})))
    assert Counter(len(change.arns) for change in changes) == {20: 50}
    assert all(len(change.tags) == 1 for change in changes)
    assert sum(change.weight for change in changes) == 500
    assert sum(survey.counts["checked"] for survey in surveys) == PROFILES
    assert [survey.is_last for survey in surveys] == [False] * (len(surveys) - 1) + [True]


def test_the_first_write_waits_for_no_more_of_the_index_than_fills_it() -> None:
    may_go_on = threading.Event()

    class Slow(Tags):
        def index(self) -> Iterator[tuple[Tagged, ...]]:
            for number, page in enumerate(super().index()):
                if number == 20:  # ten teams have twenty wrong ones each by then
                    assert may_go_on.wait(timeout=30)
                yield page

    surveys = room(Slow(held=a_tenth_wrong().held), names(), ledger=Stream({})).survey(TARGET, NOW)
    first = next(iter(surveys))
    may_go_on.set()
    assert len(first.plan.changes) == 10
    assert sum(len(list(survey.plan.changes)) for survey in surveys) == 40


def test_the_index_is_read_on_while_nobody_asks_for_the_next_slice() -> None:
    tags = a_tenth_wrong()
    read_to_the_end = threading.Event()

    class Watched(Tags):
        def index(self) -> Iterator[tuple[Tagged, ...]]:
            yield from super().index()
            read_to_the_end.set()

    surveys = room(Watched(held=tags.held), names(), ledger=Stream({})).survey(TARGET, NOW)
    assert next(iter(surveys)).part == RESEARCH.name
    assert read_to_the_end.wait(timeout=30)
    assert sum(len(survey.plan.changes) for survey in surveys) == 40


def test_a_person_costs_half_a_kilobyte() -> None:
    tags, lists = Tags(held={profile_arn(name(number)): right_tags(number) for number in range(PROFILES)}), names()
    index = [tuple(page) for page in tags.index()]

    class Read(Tags):
        def index(self) -> Iterator[tuple[Tagged, ...]]:
            return iter(index)

    remediation = room(Read(), lists, ledger=Stream({}))
    tracemalloc.start()
    try:
        for _ in remediation.survey(TARGET, NOW):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak / PROFILES < 512


def test_thousands_of_values_that_are_wrong_are_a_mistake_somewhere_else() -> None:
    tags, trail = Tags(held={profile_arn(name(number)): {"team": "risk"} for number in range(6_000)}), Trail()
    lists = Lists(profile_names={"d-research": [name(number) for number in range(6_000)]})
    bound = [binding(name(number), tags={"team": "fraud"}) for number in range(6_000)]
    with pytest.raises(SweepFailed, match="at most 5000 are allowed"):
        sweep_of(room(tags, lists, *bound), catalog(), trail).sweep({"schedule": "night", "time": NOW.isoformat()})
    assert sum(len(arns) for arns, _ in tags.written) == 5_000
    assert "Plan Refused" in {event.kind for event in trail.events}


def test_a_first_run_fills_in_everybody_and_no_limit_is_touched() -> None:
    tags, lists = Tags(), names()
    remediation = room(tags, lists, ledger=Stream({}))
    surveys = write_all(remediation)
    changes = [change for survey in surveys for change in survey.plan.changes]
    assert len(changes) == PROFILES
    assert max(len(survey.plan.changes) for survey in surveys) <= 2_000
    assert sum(change.weight for change in changes) == 0
    assert len(tags.asked) == 10
    assert read_all(remediation)[0] == []
