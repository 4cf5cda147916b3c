"""A domain at night, in memory: what is in it, who has it, and what was done to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from concierge.apply import Effort
from concierge.audit import AuditEvent
from concierge.catalog.model import Calendar, Catalog, Domain, IdleLimits, NightRules, Persona, RoleScope, SpaceTemplate
from concierge.errors import AwsError, Denied, NotYet
from concierge.idle.evidence import Known, Report
from concierge.model import App, AppType, Door, ProfileBinding, Space, Status
from concierge.night.room import Room
from concierge.night.sweep import Sweep
from concierge.pace import Pace
from concierge.tags.model import Kind

ACCOUNT = "111122223333"
NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)
RESEARCH = Domain(name="research", account=ACCOUNT, region="eu-west-1", domain_id="d-research")
SALES = Domain(name="sales", account=ACCOUNT, region="eu-west-1", domain_id="d-sales")
AMARA_TAGS = {
    "studiouserid": "amara.okafor",
    "domain": "research",
    "persona": "data-scientist",
    "team": "fraud",
    "cost-centre": "4711",
    "managed-by": "studio-concierge",
}


def catalog(
    *domains: Domain,
    idle_minutes: int | None = 60,
    max_lifetime_minutes: int | None = 720,
    night: NightRules | None = None,
    calendars: tuple[Calendar, ...] = (),
    spaces: tuple[SpaceTemplate, ...] = (),
    **idle: Any,
) -> Catalog:
    limits = IdleLimits(idle_minutes=idle_minutes, max_lifetime_minutes=max_lifetime_minutes, **idle)
    return Catalog(
        version=1,
        directories=(),
        domains=domains or (RESEARCH,),
        personas=(Persona(name="data-scientist", role_scope=RoleScope.USER, idle=limits, spaces=spaces),),
        lifecycle_configs=(),
        bindings=(),
        digest="",
        calendars=calendars,
        night=night or NightRules(),
    )


def binding(profile: str = "amara-okafor", **changed: object) -> ProfileBinding:
    usual = ProfileBinding(
        person_id=f"guid:{profile}",
        login="amara.okafor",
        domain="research",
        profile=profile,
        persona="data-scientist",
        role="studio-exec-amara",
        tags=AMARA_TAGS,
        door=Door.OPEN,
        fingerprint="f",
        since=NOW,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # a test names fields of the binding


def app(owner: str = "amara-okafor", *, ran: timedelta = timedelta(hours=5), **changed: object) -> App:
    usual = App(
        domain_id="d-research",
        app_type=AppType.JUPYTER_LAB,
        name="default",
        status=Status.IN_SERVICE,
        created_at=NOW - ran,
        profile=owner,
        arn=arn(Kind.APP, f"{owner}/jupyterlab/default"),
        instance_type="ml.t3.medium",
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # a test names fields of the app


def space(name: str, owner: str | None) -> Space:
    return Space(name=name, arn=arn(Kind.SPACE, name), status=Status.IN_SERVICE, owner=owner)


def arn(kind: Kind, name: str) -> str:
    return f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:{kind}/d-research/{name}"


@dataclass
class Ledger:
    """Bindings by domain name."""

    bindings: Mapping[str, Sequence[ProfileBinding]]

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        return tuple(self.bindings.get(domain, ()))

    def each_binding_in_domain(self, domain: str) -> Iterator[ProfileBinding]:
        return iter(self.bindings_in_domain(domain))


@dataclass
class Studio:
    """What one domain holds. Lists tell no timestamps of activity; `evidence` has them by app."""

    profile_names: tuple[str, ...] = ()
    held_spaces: tuple[Space, ...] = ()
    running: tuple[App, ...] = ()
    evidence: dict[App, App] = field(default_factory=dict)
    broken: AwsError | None = None
    unstoppable: frozenset[str] = frozenset()
    in_transition: frozenset[str] = frozenset()
    indescribable: frozenset[str] = frozenset()
    described: list[App] = field(default_factory=list)
    stopped: list[App] = field(default_factory=list)
    space_lists: int = 0

    def profiles(self, _domain_id: str) -> Mapping[str, str]:
        return {name: arn(Kind.PROFILE, name) for name in self.profile_names}

    def spaces(self, _domain_id: str) -> tuple[Space, ...]:
        self.space_lists += 1
        return self.held_spaces

    def apps(self, _domain_id: str) -> tuple[App, ...]:
        if self.broken is not None:
            raise self.broken
        return self.running

    def describe(self, listed: App) -> App | None:
        self.described.append(listed)
        if listed.name in self.indescribable:
            raise Denied("sagemaker:DescribeApp", "AccessDeniedException", "no")
        return self.evidence.get(listed)

    def stop(self, found: App) -> None:
        if found.name in self.unstoppable:
            raise Denied("sagemaker:DeleteApp", "AccessDeniedException", "no")
        if found.name in self.in_transition:
            raise NotYet("sagemaker:DeleteApp", "ResourceInUse", "in transition")
        self.stopped.append(found)
        self.running = tuple(each for each in self.running if (each.name, each.profile) != (found.name, found.profile))

    def show(self, last_user_activity: datetime | None, last_health_check: datetime | None, *listed: App) -> None:
        """From now on describing these apps tells these timestamps."""
        for each in listed:
            self.evidence[each] = replace(
                each, last_user_activity=last_user_activity, last_health_check=last_health_check
            )


@dataclass
class Tags:
    """Keep-alive tags by ARN in lower case."""

    values: dict[str, str] = field(default_factory=dict)

    def having(self, _key: str) -> Mapping[str, str]:
        return self.values


@dataclass
class Activity:
    """The activity table; `kept` is what a sweep has written to it."""

    known: Known = field(default_factory=Known)
    warnings: list[tuple[str, datetime]] = field(default_factory=list)
    paces: dict[str, Pace] = field(default_factory=dict)
    reads: int = 0

    def read(self) -> Known:
        self.reads += 1
        return self.known

    def warned(self, key: str, at: datetime) -> None:
        self.warnings.append((key, at))
        self.known = replace(self.known, warned_at={**self.known.warned_at, key: at})

    def save_paces(self, paces: Mapping[str, Pace]) -> None:
        self.paces.update(paces)


@dataclass
class Pacing:
    """What a run started from, and what it says that it learnt."""

    started: list[Mapping[str, Pace]] = field(default_factory=list)
    learns: dict[str, Pace] = field(default_factory=dict)

    def start_from(self, paces: Mapping[str, Pace]) -> None:
        self.started.append(paces)

    def learnt(self) -> Mapping[str, Pace]:
        return self.learns


def report(
    *, active: timedelta | None, seen: timedelta = timedelta(minutes=5), why: str = "kernel used", **changed: object
) -> Report:
    """What an app said so long ago, of activity that was so long ago; None is none since it started."""
    usual = Report(
        role="studio-exec-amara",
        seen_at=NOW - seen,
        started_at=NOW - timedelta(hours=5),
        active_at=None if active is None else NOW - active,
        why="" if active is None else why,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # a test names fields of the report


def sweep_of(room: Room, known: Catalog, trail: Trail, **changed: object) -> Sweep:
    """A sweep that has all the time in the world."""
    usual = Sweep(
        room=room,
        catalog=known,
        trail=trail,
        effort=Effort(pause=lambda _seconds: None),
        newest=lambda _schedule: None,
        records=Records(),
        name="invocation-1",
        clock=lambda: NOW,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # a test names fields of the sweep


@dataclass
class Records:
    """Objects by key."""

    held: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def write(self, key: str, record: Mapping[str, object]) -> None:
        self.held[key] = json.loads(json.dumps(record))

    def under(self, prefix: str) -> list[Mapping[str, object]]:
        return [record for key, record in self.held.items() if key.startswith(prefix)]


class Trail:
    """Audit events, kept; a broken bus keeps none."""

    def __init__(self, *, broken: AwsError | None = None) -> None:
        self.events: list[AuditEvent] = []
        self.broken = broken

    def record(self, events: Sequence[AuditEvent]) -> None:
        if self.broken is not None:
            raise self.broken
        self.events.extend(events)
