"""Who lives in the domain of a night."""

from collections import Counter

import pytest

from benchmarks.night.population import World, arn, build, profile_name, right_tags

NOW = 1_800_000_000.0


def wrong(world: World) -> dict[int, str | None]:
    """Whose cost centre is not their team → what it is."""
    domain = build(world)
    tags = {number: domain.tags[arn("user-profile", profile_name(number))] for number in range(1, world.profiles + 1)}
    return {number: of.get("cost-centre") for number, of in tags.items() if of.get("cost-centre") != of["team"]}


def test_a_tenth_of_the_profiles_is_wrong_half_of_them_for_want_of_the_tag() -> None:
    found = wrong(World(apps=0, profiles=1000, now=NOW))
    assert Counter(found.values()) == {None: 50, "unknown": 50}


def test_every_team_has_its_share_of_what_is_wrong() -> None:
    found = wrong(World(apps=0, profiles=1000, now=NOW))
    assert Counter(right_tags(number)["team"] for number in found) == {f"team-{each:02}": 10 for each in range(10)}


def test_idle_apps_have_not_been_used_for_twelve_hours_and_others_just_now() -> None:
    domain = build(World(apps=40, profiles=40, idle_share=0.25, now=NOW))
    silences = Counter(NOW - app["LastUserActivityTimestamp"] for app in domain.apps.values())
    assert silences == {12 * 3600: 10, 300: 30}


def test_no_activity_is_that_of_the_health_check() -> None:
    domain = build(World(apps=40, profiles=40, now=NOW))
    assert all(app["LastUserActivityTimestamp"] < app["LastHealthCheckTimestamp"] - 1 for app in domain.apps.values())


def test_what_never_had_a_tag_is_not_in_the_tags() -> None:
    domain = build(World(apps=10, profiles=10, tagged_share=0.5, now=NOW))
    assert Counter(each.split(":")[-1].partition("/")[0] for each in domain.tags) == {
        "domain": 1,
        "user-profile": 10,
        "space": 5,
        "app": 5,
    }


def test_the_same_world_is_built_twice() -> None:
    world = World(apps=7, profiles=33, wrong_share=0.3, now=NOW)
    assert build(world) == build(world)


def test_more_apps_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="one app at the most"):
        World(apps=2, profiles=1, now=NOW)
