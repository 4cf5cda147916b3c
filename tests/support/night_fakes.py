"""A domain at night, in memory: what is in it, who has it, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from concierge.audit import AuditEvent
from concierge.catalog.model import Catalog, Domain, IdleLimits, Persona, RoleScope
from concierge.errors import AwsError, Denied, NotFound
from concierge.model import App, AppType, Door, ProfileBinding, Space, Status
from concierge.tags.model import Kind, Tagged

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


def catalog(*domains: Domain, idle_minutes: int | None = 60, max_lifetime_minutes: int | None = 720) -> Catalog:
    limits = IdleLimits(idle_minutes=idle_minutes, max_lifetime_minutes=max_lifetime_minutes)
    return Catalog(
        version=1,
        directories=(),
        domains=domains or (RESEARCH,),
        personas=(Persona(name="data-scientist", role_scope=RoleScope.USER, idle=limits),),
        lifecycle_configs=(),
        bindings=(),
        digest="",
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


@dataclass
class Studio:
    """What one domain holds. Lists tell no timestamps of activity; `evidence` has them by app."""

    profile_names: tuple[str, ...] = ()
    held_spaces: tuple[Space, ...] = ()
    running: tuple[App, ...] = ()
    evidence: dict[App, App] = field(default_factory=dict)
    broken: AwsError | None = None
    unstoppable: frozenset[str] = frozenset()
    described: list[App] = field(default_factory=list)
    stopped: list[App] = field(default_factory=list)

    def profiles(self, _domain_id: str) -> Mapping[str, str]:
        return {name: arn(Kind.PROFILE, name) for name in self.profile_names}

    def spaces(self, _domain_id: str) -> tuple[Space, ...]:
        return self.held_spaces

    def apps(self, _domain_id: str) -> tuple[App, ...]:
        if self.broken is not None:
            raise self.broken
        return self.running

    def describe(self, listed: App) -> App | None:
        self.described.append(listed)
        return self.evidence.get(listed)

    def stop(self, found: App) -> None:
        if found.name in self.unstoppable:
            raise Denied("sagemaker:DeleteApp", "AccessDeniedException", "no")
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
    """Tags by ARN; the index serves some kinds, and names nothing that never had a tag."""

    held: dict[str, dict[str, str]] = field(default_factory=dict)
    serves: frozenset[Kind] = frozenset(Kind)
    gone: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    written: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def index(self) -> tuple[Tagged, ...]:
        kinds = {name: Kind(name.split(":", 5)[5].partition("/")[0]) for name in self.held}
        return tuple(
            Tagged(arn=name, kind=kinds[name], tags=dict(tags))
            for name, tags in self.held.items()
            if kinds[name] in self.serves
        )

    def read(self, name: str) -> Mapping[str, str]:
        self.asked.append(name)
        if name in self.gone:
            raise NotFound("sagemaker:ListTags", "ResourceNotFound", "gone")
        return dict(self.held.get(name, {}))

    def add(self, name: str, tags: Mapping[str, str]) -> None:
        self.written.append((name, tags))
        self.held.setdefault(name, {}).update(tags)


class Trail:
    """Audit events, kept; a broken bus keeps none."""

    def __init__(self, *, broken: AwsError | None = None) -> None:
        self.events: list[AuditEvent] = []
        self.broken = broken

    def record(self, events: Sequence[AuditEvent]) -> None:
        if self.broken is not None:
            raise self.broken
        self.events.extend(events)
