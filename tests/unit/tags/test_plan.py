"""Equal tags are written together, twenty resources a call."""

from collections import Counter

from concierge.tags.judgement import Judgement
from concierge.tags.model import Kind, ResourceTags
from concierge.tags.plan import Groups, SetTags, in_slices
from tests.support.night_fakes import RESEARCH
from tests.support.tag_fakes import profile_arn, set_by


def profile(number: int, kind: Kind = Kind.PROFILE) -> ResourceTags:
    return ResourceTags(arn=profile_arn(f"p-{number:04}").replace("user-profile", kind), kind=kind, name=f"p-{number}")


def due(team: str, was: str | None = None) -> Judgement:
    found = "missing" if was is None else repr(was)
    return Judgement(tags={"team": team}, why=f"team was {found}, must be {team!r}", replaces=was is not None)


def test_one_resource_is_named_as_an_administrator_would() -> None:
    groups = Groups(RESEARCH)
    groups.add(profile(1), due("fraud"), "amara.okafor")
    groups.close()
    (change,) = groups.take()
    assert (change.action, change.subject) == ("set tags", "user-profile p-1 in research")
    assert (change.reason, change.person) == ("team was missing, must be 'fraud'", "amara.okafor")
    assert (change.thread, change.weight) == (change.arns[0], 0)


def test_equal_ones_are_one_change_that_says_what_was_wrong_with_each() -> None:
    groups = Groups(RESEARCH)
    groups.add(profile(2), due("fraud"), "ben.ito")
    groups.add(profile(1), due("fraud", was="x"), "amara.okafor")
    groups.close()
    (change,) = groups.take()
    assert change.subject == "2 profiles in research: p-1, p-2"
    assert change.reason == "p-1: team was 'x', must be 'fraud'; p-2: team was missing, must be 'fraud'"
    assert (change.person, change.weight) == ("", 1)


def test_nothing_is_ready_before_twenty_are_equal() -> None:
    groups = Groups(RESEARCH)
    for number in range(19):
        groups.add(profile(number), due("fraud"), "")
        groups.add(profile(number, Kind.SPACE), due("fraud"), "")
        groups.add(profile(number + 100), due("risk"), "")
    assert groups.take() == ()
    groups.add(profile(19), due("fraud"), "")
    (change,) = groups.take()
    assert len(change.arns) == 20
    assert groups.take() == ()
    groups.close()
    assert Counter(len(each.arns) for each in groups.take()) == {19: 2}


def test_what_nothing_is_equal_to_does_not_wait_for_ever() -> None:
    groups = Groups(RESEARCH)
    for number in range(2_000):
        groups.add(profile(number), due(f"team-{number}"), "")
    assert len(groups.take()) == 2_000
    groups.add(profile(2_000), due("fraud"), "")
    assert groups.take() == ()


def test_what_was_written_together_waits_no_more() -> None:
    groups = Groups(RESEARCH)
    for number in range(2_500):
        groups.add(profile(number), due("fraud"), "")
    assert len(groups.take()) == 125
    groups.add(profile(2_500), due("risk"), "")
    assert groups.take() == ()


def test_a_reason_of_twenty_is_never_too_long_for_an_event() -> None:
    groups = Groups(RESEARCH)
    for number in range(20):
        groups.add(profile(number), Judgement(tags={"team": "x"}, why="y" * 5_000), "")
    (change,) = groups.take()
    assert len(change.reason) == 8_001


def test_changes_come_by_kind_and_then_by_arn() -> None:
    groups = Groups(RESEARCH)
    for number, kind in ((2, Kind.MODEL), (1, Kind.MODEL), (9, Kind.SPACE), (5, Kind.PROFILE)):
        groups.add(profile(number, kind), due(f"team-{number}"), "")
    groups.close()
    taken = groups.take()
    assert [each.kind for each in taken] == [Kind.PROFILE, Kind.SPACE, Kind.MODEL, Kind.MODEL]
    assert taken[2].arns < taken[3].arns
    assert len(set_by(taken)) == 4


def test_slices_are_of_a_size_and_there_is_always_one() -> None:
    change = SetTags(subject="s", reason="r", domain=RESEARCH, kind=Kind.SPACE, arns=("a",), tags={})
    assert [len(each) for each in in_slices((change,) * 5, size=2)] == [2, 2, 1]
    assert list(in_slices(())) == [()]
