"""What a run asks of a room: which account and region, as of when, and how far an earlier round came.

The state machine sends one of these for each room of each target; an administrator may send one by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from concierge.catalog.model import Catalog, Domain
from concierge.errors import CatalogError, MalformedEvent

MOST_ROUNDS = 24  # of a quarter of an hour each: a target that needs six hours needs an administrator


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The domains of one account and region: what shares API limits, and is swept by one function at a time."""

    account: str
    region: str
    domains: tuple[Domain, ...]

    @property
    def name(self) -> str:
        """As people and keys name it: "111122223333/eu-west-1"."""
        return f"{self.account}/{self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a schedule asks for.

    now:             the time that it was due; everything is judged as of then.
    account, region: which target; None for all of them, one after the other.
    domain:          restricts it to one domain of the catalog.
    done:            domains that an earlier round has finished.
    round:           how often the run was continued, 0 at first.
    """

    schedule: str
    now: datetime
    account: str | None = None
    region: str | None = None
    domain: str | None = None
    done: frozenset[str] = frozenset()
    round: int = 0

    @property
    def cause(self) -> str:
        """What the audit names as the cause of every change."""
        return f"{self.schedule} {self.now.isoformat()}"

    @property
    def folder(self) -> str:
        """Where the records of the run are kept: "nights/night/2026-03-02T22:00:00Z"."""
        return folder_of(self.schedule, self.now)


def read_request(event: Mapping[str, Any]) -> Request:
    """Raises MalformedEvent, naming the field and what would be right."""
    resume = event.get("resume") or {}
    done, rounds = resume.get("done", ()), resume.get("round", 0)
    if not isinstance(done, list | tuple) or not all(isinstance(each, str) for each in done):
        raise MalformedEvent(f"resume.done: must be a list of domains, not {done!r}")
    if not isinstance(rounds, int) or not 0 <= rounds <= MOST_ROUNDS:
        raise MalformedEvent(f"resume.round: must be 0 to {MOST_ROUNDS}, not {rounds!r}")
    account, region = optional_text(event, "account", "an account id"), optional_text(event, "region", "an AWS region")
    if (account is None) != (region is None):
        raise MalformedEvent("account, region: both or neither, for limits are those of an account in a region")
    return Request(
        schedule=schedule_of(event),
        now=time_of(event),
        account=account,
        region=region,
        domain=optional_text(event, "domain", "a name of the catalog"),
        done=frozenset(done),
        round=rounds,
    )


def targets_of(catalog: Catalog, request: Request) -> tuple[Target, ...]:
    """In the catalog's order; raises MalformedEvent if the catalog knows nothing of what the request names."""
    if request.domain is not None:
        try:
            domains: tuple[Domain, ...] = (catalog.domain(request.domain),)
        except CatalogError as error:
            raise MalformedEvent(f"domain: {error}") from error
    else:
        domains = catalog.domains
    found = tuple(each for each in grouped(domains) if request.account in (None, each.account))
    if request.region is not None:
        found = tuple(each for each in found if each.region == request.region)
    if not found and request.account is not None:
        raise MalformedEvent(f"account, region: the catalog has no domain in {request.account}/{request.region}")
    return found


def grouped(domains: Iterable[Domain]) -> tuple[Target, ...]:
    """Domains by account and region, both in the order in which they come first."""
    places: dict[tuple[str, str], list[Domain]] = {}
    for domain in domains:
        places.setdefault((domain.account, domain.region), []).append(domain)
    return tuple(
        Target(account=account, region=region, domains=tuple(found)) for (account, region), found in places.items()
    )


def folder_of(schedule: str, now: datetime) -> str:
    """The prefix of a run's records in S3."""
    return f"nights/{schedule}/{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def schedule_of(event: Mapping[str, Any]) -> str:
    """The schedule's name; raises MalformedEvent."""
    schedule = event.get("schedule")
    if not isinstance(schedule, str) or not schedule or "/" in schedule:
        raise MalformedEvent(f"schedule: must be the schedule's name, without a slash, not {schedule!r}")
    return schedule


def time_of(event: Mapping[str, Any]) -> datetime:
    """When the run was due; raises MalformedEvent."""
    value = event.get("time")
    try:
        time = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise MalformedEvent(f"time: must be ISO 8601 such as 2026-03-02T22:00:00Z, not {value!r}") from error
    if time.tzinfo is None:
        raise MalformedEvent(f"time: must name its time zone, as 2026-03-02T22:00:00Z does, not {value!r}")
    return time


def optional_text(event: Mapping[str, Any], field: str, what: str) -> str | None:
    """A text that may be missing; raises MalformedEvent."""
    value = event.get(field)
    if value is not None and (not isinstance(value, str) or not value):
        raise MalformedEvent(f"{field}: must be {what}, not {value!r}")
    return value
