"""What stopping an app saves: an estimate that can be checked by hand, and never claims more than it can show.

A stopped app would have run on until its persona's lifetime limit ended it, or until somebody came back to use it.
Nobody can know when that would have been, so it counts as the next opening of the persona's working hours, and without
a calendar as twelve hours later. What comes first counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from concierge.catalog.night import Calendar, IdleLimits
from concierge.model import App

_OVERNIGHT = timedelta(hours=12)
_HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Of one stop. hourly is None for an instance type without a known price: the hours count all the same."""

    hours: Decimal
    hourly: Decimal | None

    @property
    def money(self) -> Decimal | None:
        """In the price table's currency, exact to a hundredth of a cent."""
        return None if self.hourly is None else (self.hours * self.hourly).quantize(Decimal("0.0001"))


def saving_of(
    app: App, *, now: datetime, limits: IdleLimits, calendar: Calendar | None, hourly: Decimal | None
) -> Saving:
    """What stopping the app now saves. An app that is over its lifetime limit saves up to the end of the other rule."""
    end = calendar.next_opening(now) if calendar is not None else now + _OVERNIGHT
    if limits.max_lifetime_minutes is not None:
        ends = app.created_at + timedelta(minutes=limits.max_lifetime_minutes)
        end = min(end, ends) if ends > now else end
    seconds = Decimal(int((end - now).total_seconds()))
    return Saving(hours=(seconds / _HOUR).quantize(Decimal("0.01")), hourly=hourly)
