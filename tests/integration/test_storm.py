"""A storm of changes, in any order and partly twice: nobody is lost, nobody is handled twice at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks import storm
from benchmarks.history import history
from concierge.directory.changes import Kind


def test_a_storm_ends_where_the_directory_says(tmp_path: Path) -> None:
    news = history(people=15, changes=150)
    with storm.standing_by(tmp_path) as stack:
        found = storm.weather(stack, news, sample=3)
        never_sent = replace(news[0], kind=Kind.DISABLE, group="")
        assert [line.partition(":")[0] for line in storm.lost(stack, [*news, never_sent])] == [never_sent.who.login] * 2
    assert found.problems == ()
    assert (found.people, found.changes) == (15, 150)
    assert found.side_by_side == 2
    assert found.again > 0
    assert found.writes_again == 0


def test_a_person_in_two_hands_is_found() -> None:
    assert list(storm.twice_at_once({"one": [(0.0, 1.0), (1.0, 2.0)], "other": [(0.5, 1.5)]})) == []
    assert len(list(storm.twice_at_once({"one": [(0.0, 1.0), (0.9, 2.0)], "other": [(0.5, 1.5)]}))) == 1
