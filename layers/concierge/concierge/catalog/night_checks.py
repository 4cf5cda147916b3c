"""Whether what the catalog says about running machines fits together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from zoneinfo import available_timezones

from concierge.catalog.model import Catalog
from concierge.catalog.night import LEAST_IDLE_MINUTES
from concierge.catalog.patterns import placeholders
from concierge.catalog.problems import Found, Path
from concierge.catalog.shape import Json, Sound, close_or_all

_OF_NO_PLACE = {"localtime", "Factory"}  # names among the zones that mean whatever a machine is set to, or nothing


def check_night(file: Sound) -> Iterator[Found]:
    """Calendars, and the idle limits of domains and personas."""
    for path, calendar in file.sections["calendars"]:
        yield from _calendar(calendar, path)
    for path, domain in file.sections["domains"]:
        yield from _bounds(domain.get("idle", {}), (*path, "idle"))
    for path, persona in file.sections["personas"]:
        idle = persona.get("idle", {})
        at = (*path, "idle")
        yield from _bounds(idle, at)
        yield from _calendar_of(file, idle, at)
        if file.is_whole(path):
            yield from _without_a_limit(idle, at)


def _calendar(calendar: Json, path: Path) -> Iterator[Found]:
    zone = calendar.get("timezone")
    if zone is not None:
        zones = available_timezones() - _OF_NO_PLACE
        if zone not in zones:
            close = get_close_matches(zone, sorted(zones), n=1)
            remedy = f"did you mean {close[0]!r}?" if close else "write an IANA name, such as Europe/Berlin"
            yield (*path, "timezone"), f"there is no time zone {zone!r}", remedy
    opens, closes = calendar.get("from"), calendar.get("until")
    if opens is not None and closes is not None and closes <= opens:
        message = f"{closes} is not after from, {opens}"
        yield (*path, "until"), message, "make it later; hours do not go over midnight"
    for index, holiday in enumerate(calendar.get("holidays", ())):
        if not _is_date(holiday):
            message = f"there is no day {holiday!r}"
            yield (*path, "holidays", index), message, 'write year, month and day, such as "2026-12-25"'


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _bounds(idle: Json, path: Path) -> Iterator[Found]:
    """Studio refuses settings in which the limit does not lie between its bounds."""
    least, limit, most = (idle.get(each) for each in ("least_idle_minutes", "idle_minutes", "most_idle_minutes"))
    if limit is None:
        return
    if least is not None and least > limit:
        message = f"{least} is more than idle_minutes, {limit}"
        yield (*path, "least_idle_minutes"), message, f"make it {LEAST_IDLE_MINUTES} to {limit}"
    working = idle.get("working_hours_minutes", limit)
    name, longest = max(("idle_minutes", limit), ("working_hours_minutes", working), key=lambda each: each[1])
    if most is not None and most < longest:
        message = f"{most} is less than {name}, {longest}"
        yield (*path, "most_idle_minutes"), message, f"make it {longest} or more"


def _calendar_of(file: Sound, idle: Json, path: Path) -> Iterator[Found]:
    known = file.names["calendars"]
    calendar = idle.get("calendar")
    if calendar is not None and known is not None and calendar not in known:
        yield (*path, "calendar"), f"there is no calendar {calendar!r}", close_or_all(calendar, known)


def _without_a_limit(idle: Json, path: Path) -> Iterator[Found]:
    """Words about a limit that is not there would be taken for one."""
    if "working_hours_minutes" in idle and "calendar" not in idle:
        remedy = "add calendar, or write it as idle_minutes"
        yield (*path, "working_hours_minutes"), "no calendar says what the working hours are", remedy
    if "calendar" in idle and "idle_minutes" not in idle:
        message = "there is no idle limit that could differ in working hours"
        yield (*path, "calendar"), message, "add idle_minutes, or remove it"
    if idle.get("warning_minutes") and not idle.keys() & {"idle_minutes", "max_lifetime_minutes"}:
        message = "nothing is stopped, so there is nothing to warn of"
        yield (*path, "warning_minutes"), message, "add idle_minutes or max_lifetime_minutes, or remove it"
    for bound in ("least_idle_minutes", "most_idle_minutes"):
        if bound in idle and "idle_minutes" not in idle:
            yield (*path, bound), "there is no limit that people could change", "add idle_minutes, or remove it"


def tags_of_the_night(catalog: Catalog, set_by_itself: tuple[str, ...]) -> Iterator[Found]:
    """A required tag that nothing gives would be missing from everything: it is a slip of the pen, not a rule.

    And a tag that the catalog gives is mended back every night, so that nobody could keep a machine running by it.
    """
    given = _given_tags(catalog)
    for index, key in enumerate(catalog.night.required_tags):
        if key not in given and key not in set_by_itself:
            message = f"no domain, persona or binding gives the tag {key!r}"
            yield ("night", "required_tags", index), message, close_or_all(key, sorted(given))
    keep = catalog.night.keep_alive_tag
    if keep in given or keep in set_by_itself:
        at = ("night", "keep_alive_tag")
        yield at, f"{keep!r} is on everything already", "choose a key that only those set who keep a machine running"


def _given_tags(catalog: Catalog) -> set[str]:
    named = {name for each in catalog.bindings for name in placeholders(each.pattern or "")}
    tags = [each.tags for section in (catalog.domains, catalog.personas, catalog.bindings) for each in section]
    return {key for each in tags for key in each} | (named & {"team"})
