"""A persona's idle limits in the profiles of its people: the limit and both bounds, for both kinds of app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from concierge.aws.user_settings import read
from concierge.catalog.load import load
from concierge.catalog.model import Catalog, IdleLimits
from concierge.catalog.source import compile_file
from concierge.directory.changes import Kind
from concierge.model import AppType
from concierge.names import profile_name
from tests.support.house import House, change
from tests.support.house_fakes import limits

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
PROFILE = profile_name("amara.okafor")
LIMITS = IdleLimits(idle_minutes=120, least_idle_minutes=60, most_idle_minutes=240)
RESTART = "apps that run keep their former idle limits until they are restarted"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


def house_with(catalog: Catalog, idle: IdleLimits) -> House:
    """Amara has joined a persona with these limits."""
    house = House(with_idle(catalog, idle))
    house.settles(change(Kind.ADD))
    return house


def with_idle(catalog: Catalog, idle: IdleLimits) -> Catalog:
    return replace(catalog, personas=tuple(replace(each, idle=idle) for each in catalog.personas))


def settings(house: House) -> dict[str, dict[str, Any]]:
    return house.studio.settings[PROFILE]  # type: ignore[return-value]  # by app type


def drifts(house: House, app_type: AppType, app: dict[str, Any]) -> None:
    settings(house)[f"{app_type}AppSettings"].update(app)
    found = house.studio.profiles[PROFILE]
    house.studio.profiles[PROFILE] = replace(found, apps=read(settings(house)))


def reason(house: House) -> str:
    """Why the profile is updated on the next close look."""
    applied = house.hears(change(Kind.ADD), verify=True)
    (update,) = (each.change for each in applied.results if each.change.action == "update profile")
    return update.reason


def test_a_new_profile_has_the_limit_and_both_bounds_for_both_kinds_of_app(catalog: Catalog) -> None:
    house = house_with(catalog, LIMITS)
    for key in ("JupyterLabAppSettings", "CodeEditorAppSettings"):
        assert settings(house)[key]["AppLifecycleManagement"] == limits()["AppLifecycleManagement"]


@pytest.mark.parametrize("app_type", [AppType.JUPYTER_LAB, AppType.CODE_EDITOR])
@pytest.mark.parametrize(
    ("found", "words"),
    [
        (limits(minutes=240), "after 240 idle minutes (60 to 240 by choice)"),
        (limits(least=120), "after 120 idle minutes (120 to 240 by choice)"),
        (limits(most=480), "after 120 idle minutes (60 to 480 by choice)"),
        ({"AppLifecycleManagement": {}}, "never"),
    ],
)
def test_a_limit_or_bound_that_somebody_moved_is_mended_and_the_reason_says_who_must_restart(
    catalog: Catalog, app_type: AppType, found: dict[str, Any], words: str
) -> None:
    house = house_with(catalog, LIMITS)
    drifts(house, app_type, found)
    assert reason(house) == f"{app_type} stops {words}, not after 120 idle minutes (60 to 240 by choice); {RESTART}"
    assert settings(house)[f"{app_type}AppSettings"]["AppLifecycleManagement"] == limits()["AppLifecycleManagement"]
    assert house.hears(change(Kind.ADD), verify=True).plan.is_empty


def test_another_drift_says_nothing_of_restarts(catalog: Catalog) -> None:
    house = house_with(catalog, LIMITS)
    drifts(house, AppType.JUPYTER_LAB, {"DefaultResourceSpec": {"InstanceType": "ml.g5.48xlarge"}})
    assert RESTART not in reason(house)


def test_a_bound_that_the_catalog_moves_reaches_people_who_had_converged(catalog: Catalog) -> None:
    house = house_with(catalog, LIMITS)
    house.catalog = with_idle(catalog, replace(LIMITS, most_idle_minutes=600))
    house.settles(change(Kind.ADD))
    idle = settings(house)["JupyterLabAppSettings"]["AppLifecycleManagement"]["IdleSettings"]
    assert idle["MaxIdleTimeoutInMinutes"] == 600


def test_studio_enforces_nothing_by_itself_where_working_hours_have_no_limit(catalog: Catalog) -> None:
    house = house_with(catalog, replace(LIMITS, calendar="office"))
    assert "AppLifecycleManagement" not in settings(house)["JupyterLabAppSettings"]


def test_studio_gets_the_longer_limit_because_it_knows_no_calendar(catalog: Catalog) -> None:
    house = house_with(catalog, replace(LIMITS, calendar="office", working_hours_minutes=200))
    idle = settings(house)["JupyterLabAppSettings"]["AppLifecycleManagement"]["IdleSettings"]
    assert idle["IdleTimeoutInMinutes"] == 200


def test_what_else_is_managed_of_an_apps_life_stays(catalog: Catalog) -> None:
    house = house_with(catalog, LIMITS)
    drifts(house, AppType.JUPYTER_LAB, {"AppLifecycleManagement": {"Later": 1}})
    house.hears(change(Kind.ADD), verify=True)
    assert settings(house)["JupyterLabAppSettings"]["AppLifecycleManagement"] == {
        "Later": 1,
        **limits()["AppLifecycleManagement"],
    }
