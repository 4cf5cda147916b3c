"""What the JSON Schema of studio.yaml says about running machines: calendars, idle limits, the night and prices."""

from __future__ import annotations

from concierge.catalog.night import LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES, Weekday
from concierge.catalog.schema_parts import TAG_KEY, TAG_MEANING, Schema, choice, list_of, name, object_of, text, whole

_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_TAG_KEY = text(f"A tag's key: at most 128 {TAG_MEANING}; not beginning with aws:.", TAG_KEY, 128)


def _minutes(description: str) -> Schema:
    return whole(description, LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES)


_BOUNDS = {
    "least_idle_minutes": _minutes("Fewest minutes to which people may set the limit in their own spaces"),
    "most_idle_minutes": _minutes("Most minutes to which people may set the limit in their own spaces"),
}

IDLE = object_of(
    "When machines are stopped.",
    (),
    idle_minutes=_minutes("Minutes without activity"),
    max_lifetime_minutes=_minutes("Minutes that an app may run at most, used or not"),
    warning_minutes=whole("Minutes before a stop at which people are told; 0 is not at all", 0, 1440),
    calendar=text("Name of the calendar with the working hours."),
    working_hours_minutes=_minutes("Minutes without activity while the calendar is open; without it, no limit then"),
    **_BOUNDS,
)
DOMAIN_IDLE = object_of(
    "Studio's own idle shutdown of the domain, for whatever has no setting of its own.",
    ("idle_minutes",),
    idle_minutes=_minutes("Minutes without activity"),
    **_BOUNDS,
)
CALENDAR = object_of(
    "Working hours.",
    ("name", "timezone", "days", "from", "until"),
    **{
        "name": name("calendar"),
        "timezone": text("IANA name of the time zone, such as Europe/Berlin."),
        "days": list_of(
            "Days of the week with these hours.",
            choice("A day of the week.", *(each.value for each in Weekday)),
            minItems=1,
            uniqueItems=True,
        ),
        "from": text('Time of day at which it opens, such as "08:00".', _CLOCK),
        "until": text('Time of day at which it closes, on the same day, such as "19:00".', _CLOCK),
        "holidays": list_of(
            "Days on which it stays closed.",
            text('A date, such as "2026-12-25".', "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            uniqueItems=True,
        ),
    },
)
NIGHT = object_of(
    "What the night honours and asks for.",
    keep_alive_tag=_TAG_KEY,
    keep_alive_days=whole("Days for which a machine may be kept running by that tag; 0 is not at all", 0, 365),
    required_tags=list_of("Keys of tags that everything must carry.", _TAG_KEY, uniqueItems=True, maxItems=50),
)
PRICES = object_of(
    "What running machines cost, where it is not the list price.",
    currency=text("Currency of these prices, three capital letters, such as EUR.", "^[A-Z]{3}$"),
    hourly={
        "type": "object",
        "description": "Price of an hour by instance type.",
        "propertyNames": {
            "pattern": r"^ml\.[a-z0-9-]+\.[a-z0-9-]+$",
            "description": "An instance type, such as ml.t3.medium.",
        },
        "additionalProperties": {
            "type": ["number", "string"],
            "description": "Price of an hour, 0 to 1000000, such as 0.05.",
            "pattern": r"^([0-9]{1,6}(\.[0-9]{1,12})?|1000000(\.0{1,12})?)$",
            "minimum": 0,
            "maximum": 1_000_000,
        },
    },
)
