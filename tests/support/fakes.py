"""Ports in memory: what AWS would keep, with the answers that matter to the loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from concierge.audit import AuditEvent
from concierge.aws.user_settings import merged, read
from concierge.directory.identity import Alias, Resolution
from concierge.directory.memberships import PersonChange
from concierge.directory.ports import Resync
from concierge.errors import AlreadyExists, NotYet
from concierge.holds import HeldRemoval, Hold, HoldStatus, RemovalKind
from concierge.model import App, Membership, Person, PersonRecord, Profile, ProfileBinding, Role, Space, Status
from concierge.onboarding.desired import Access, LifecycleSpec, RoleSpec, SpaceSpec


@dataclass
class Calls:
    """Every call on a fake, in order, as "create_role studio-exec-…"."""

    made: list[str] = field(default_factory=list)

    def note(self, name: str, subject: str) -> None:
        self.made.append(f"{name} {subject}")

    @property
    def writes(self) -> list[str]:
        return [call for call in self.made if not call.startswith(("read_", "find_"))]


class InMemoryLedger:
    """Conditional writes as the table does them."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.records: dict[str, PersonRecord] = {}

    def record(self, person: Person) -> PersonRecord:
        self.calls.note("read_record", person.id)
        return self.records.get(person.id, PersonRecord(person=person))

    def save_membership(self, person: Person, membership: Membership) -> None:
        known = self._known(person)
        old = known.memberships.get(membership.group_id)
        if old is not None and old.occurred_at > membership.occurred_at:
            raise AlreadyExists("fake", "ConditionalCheckFailedException", "a later word is there")
        self.calls.note("save_membership", membership.group)
        self.records[person.id] = replace(known, memberships={**known.memberships, membership.group_id: membership})

    def save_standing(self, record: PersonRecord) -> None:
        self.calls.note("save_standing", record.person.id)
        known = self._known(record.person)
        self.records[record.person.id] = replace(
            known,
            person=record.person,
            is_known=True,
            disabled_at=record.disabled_at,
            enabled_at=record.enabled_at,
        )

    def save_binding(self, binding: ProfileBinding) -> None:
        self.calls.note("save_binding", f"{binding.domain} {binding.door}")
        known = self.records[binding.person_id]
        self.records[binding.person_id] = replace(known, bindings={**known.bindings, binding.domain: binding})

    def release(self, person: Person) -> None:
        self.calls.note("release", person.id)
        self.records[person.id] = replace(self._known(person), held=None)

    def _known(self, person: Person) -> PersonRecord:
        return self.records.get(person.id, PersonRecord(person=person))

    # -- what login, the night and reconciliation read --------------------------------------------

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        found = (b for record in self.records.values() for b in record.bindings.values() if b.login == login)
        return tuple(sorted(found, key=lambda binding: binding.domain))

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        found = (record.bindings[domain] for record in self.records.values() if domain in record.bindings)
        return tuple(sorted(found, key=lambda binding: binding.profile))

    def members_of(self, group_id: str) -> Mapping[str, Membership]:
        return {who: word for who, word in self.words_about(group_id, self.records).items() if word.present}

    def words_about(self, group_id: str, person_ids: Iterable[str]) -> Mapping[str, Membership]:
        known = ((who, self.records[who].memberships) for who in person_ids if who in self.records)
        return {who: memberships[group_id] for who, memberships in known if group_id in memberships}

    def records_of(self, person_ids: Iterable[str]) -> Mapping[str, PersonRecord]:
        found = (self.records[who] for who in person_ids if who in self.records)
        return {record.person.id: replace(record, memberships={}, bindings={}) for record in found if record.is_known}

    def held_in(self, hold_id: str) -> Mapping[str, HeldRemoval]:
        held = {who: record.held for who, record in self.records.items() if record.held is not None}
        return {who: removal for who, removal in held.items() if removal.hold_id == hold_id}


class InMemoryHolds:
    """What the ledger keeps of removals."""

    def __init__(self, ledger: InMemoryLedger) -> None:
        self.ledger = ledger
        self.removals: list[tuple[RemovalKind, datetime, str, frozenset[str]]] = []
        self.opened: dict[str, Hold] = {}

    def note_removal(self, kind: RemovalKind, person: Person, group_ids: Iterable[str], *, at: datetime) -> None:
        self.removals.append((kind, at, person.id, frozenset(group_ids)))

    def recent_removals(self, kind: RemovalKind, *, since: datetime) -> Mapping[str, frozenset[str]]:
        return {who: groups for each, at, who, groups in self.removals if each is kind and at >= since}

    def pending_hold(self, kind: RemovalKind) -> Hold | None:
        pending = (each for each in self.opened.values() if each.kind is kind and each.status is HoldStatus.PENDING)
        return next(pending, None)

    def open_hold(self, hold: Hold) -> None:
        if hold.id in self.opened:
            raise AlreadyExists("fake", "ConditionalCheckFailedException", "there is one of that id")
        self.opened[hold.id] = hold

    def holds(self) -> tuple[Hold, ...]:
        return tuple(sorted(self.opened.values(), key=lambda each: (each.opened_at, each.id)))

    def decide(self, hold: Hold) -> None:
        if self.opened[hold.id].status not in (HoldStatus.PENDING, hold.status):
            raise AlreadyExists("fake", "ConditionalCheckFailedException", "somebody decided otherwise")
        self.opened[hold.id] = hold

    def hold(self, person: Person, removal: HeldRemoval) -> bool:
        known = self.ledger.records.get(person.id, PersonRecord(person=person))
        held = known.held
        if held is not None and (held.hold_id, held.status) == (removal.hold_id, removal.status):
            return False
        self.ledger.records[person.id] = replace(known, held=removal)
        return True

    def release(self, person: Person) -> None:
        self.ledger.release(person)

    def members_of(self, group_id: str) -> Mapping[str, Membership]:
        return self.ledger.members_of(group_id)


class InMemoryRecords:
    """Recovery records by key; every version is kept."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.kept: dict[str, list[Mapping[str, object]]] = {}

    def write(self, key: str, record: Mapping[str, object]) -> None:
        self.calls.note("write_record", key)
        self.kept.setdefault(key, []).append(record)


class InMemoryQueue:
    """What would be delivered, in order."""

    def __init__(self) -> None:
        self.sent: list[PersonChange] = []

    def send(self, changes: Iterable[PersonChange]) -> None:
        self.sent.extend(changes)


class InMemoryResyncs:
    """Readings of directories that were asked for."""

    def __init__(self) -> None:
        self.asked: list[Resync] = []

    def request(self, resync: Resync, *, now: datetime) -> None:
        self.asked.append(resync)


class InMemoryAliases:
    """Aliases as the table keeps them; `races` makes as many writes lose first, `reads` counts."""

    def __init__(self, races: int = 0) -> None:
        self.aliases: dict[str, Alias] = {}
        self.races = races
        self.reads = 0

    def find(self, keys: Iterable[str]) -> Mapping[str, Alias]:
        self.reads += 1
        return {key: self.aliases[key] for key in keys if key in self.aliases}

    def write(self, resolution: Resolution) -> None:
        if self.races:
            self.races -= 1
            raise AlreadyExists("fake", "TransactionCanceledException", "somebody was faster")
        self.aliases.update({each.alias.key: each.alias for each in resolution.writes})


class InMemoryRoles:
    """Roles of one account."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.roles: dict[str, Role] = {}

    def find(self, name: str) -> Role | None:
        self.calls.note("find_role", name)
        return self.roles.get(name)

    def create(self, spec: RoleSpec) -> None:
        self.calls.note("create_role", spec.name)
        new = Role(name=spec.name, arn=spec.arn, tags=spec.tags, inline_policies={}, managed_policies=frozenset())
        self.roles.setdefault(spec.name, new)

    def put_policy(self, role: str, name: str, document: str) -> None:
        self.calls.note("put_policy", name)
        found = self.roles[role]
        self.roles[role] = replace(found, inline_policies={**found.inline_policies, name: document})

    def delete_policy(self, role: str, name: str) -> None:
        self.calls.note("delete_policy", name)
        found = self.roles[role]
        kept = {key: value for key, value in found.inline_policies.items() if key != name}
        self.roles[role] = replace(found, inline_policies=kept)

    def attach(self, role: str, policy_arn: str) -> None:
        self.calls.note("attach", policy_arn)
        found = self.roles[role]
        self.roles[role] = replace(found, managed_policies=found.managed_policies | {policy_arn})

    def detach(self, role: str, policy_arn: str) -> None:
        self.calls.note("detach", policy_arn)
        found = self.roles[role]
        self.roles[role] = replace(found, managed_policies=found.managed_policies - {policy_arn})

    def delete(self, role: Role) -> None:
        self.calls.note("delete_role", role.name)
        self.roles.pop(role.name, None)


class InMemoryStudio:
    """One domain's Studio; a new role is refused once, and a new profile is Pending for one look."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.profiles: dict[str, Profile] = {}
        self.settings: dict[str, dict[str, object]] = {}
        self.configs: dict[str, str] = {}
        self.spaces: dict[str, Space] = {}
        self.apps: list[App] = []
        self.roles_known: set[str] = set()

    def profile(self, _domain_id: str, name: str) -> Profile | None:
        self.calls.note("read_profile", name)
        found = self.profiles.get(name)
        if found is not None and found.status is Status.PENDING:
            self.profiles[name] = replace(found, status=Status.IN_SERVICE)
        return found

    def create_profile(self, access: Access) -> None:
        if access.role.arn not in self.roles_known:
            self.roles_known.add(access.role.arn)
            raise NotYet("sagemaker:CreateUserProfile", "ValidationException", "the role cannot be assumed")
        self.calls.note("create_profile", access.profile)
        self._set(access, {}, Status.PENDING, dict(access.tags))

    def update_profile(self, access: Access) -> None:
        self.calls.note("update_profile", access.profile)
        self._set(access, self.settings[access.profile], Status.IN_SERVICE, self.profiles[access.profile].tags)

    def _set(self, access: Access, settings: Mapping[str, object], status: Status, tags: Mapping[str, str]) -> None:
        self.settings[access.profile] = merged(settings, access)
        self.profiles[access.profile] = Profile(
            name=access.profile,
            arn=f"arn:aws:sagemaker:eu-west-1:123456789012:user-profile/d-1/{access.profile}",
            status=status,
            execution_role=access.role.arn,
            apps=read(self.settings[access.profile]),
            tags=tags,
        )

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        self.calls.note("tag", arn)
        name = arn.rpartition("/")[2]
        self.profiles[name] = replace(self.profiles[name], tags={**self.profiles[name].tags, **tags})

    def lifecycle_config(self, name: str) -> str | None:
        self.calls.note("find_lifecycle_config", name)
        return self.configs.get(name)

    def create_lifecycle_config(self, spec: LifecycleSpec) -> None:
        self.calls.note("create_lifecycle_config", spec.name)
        self.configs[spec.name] = spec.arn

    def space(self, _domain_id: str, name: str) -> Space | None:
        self.calls.note("read_space", name)
        return self.spaces.get(name)

    def create_space(self, access: Access, spec: SpaceSpec) -> None:
        self.calls.note("create_space", spec.name)
        self.spaces[spec.name] = Space(
            name=spec.name,
            arn=f"space/{spec.name}",
            status=Status.IN_SERVICE,
            owner=access.profile,
            made_by=access.profile,
            tags=access.tags,
        )

    def spaces_of(self, _domain_id: str, profile: str) -> tuple[Space, ...]:
        self.calls.note("read_spaces", profile)
        return tuple(each for each in self.spaces.values() if each.made_by == profile)

    def delete_space(self, _domain_id: str, name: str) -> None:
        if any(app.space == name for app in self.apps):
            raise NotYet("sagemaker:DeleteSpace", "ResourceInUse", "an app runs in it")
        self.calls.note("delete_space", name)
        self.spaces.pop(name, None)

    def delete_profile(self, _domain_id: str, name: str) -> None:
        if any(each.made_by == name for each in self.spaces.values()) or self.apps:
            raise NotYet("sagemaker:DeleteUserProfile", "ResourceInUse", "it still has something")
        self.calls.note("delete_profile", name)
        self.profiles.pop(name, None)

    def recovery(self, _domain_id: str, profile: str) -> Mapping[str, object]:
        self.calls.note("read_recovery", profile)
        return {"profile": self.settings[profile], "spaces": [each.name for each in self.spaces.values()]}

    def running_apps(self, _domain_id: str, profile: str) -> tuple[App, ...]:
        self.calls.note("read_apps", profile)
        return tuple(self.apps)

    def stop_app(self, app: App) -> None:
        self.calls.note("stop_app", app.name)
        self.apps.remove(app)


class Trail:
    """Audit events, kept."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    def record(self, events: Sequence[AuditEvent]) -> None:
        self.events.extend(events)


AT_TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
