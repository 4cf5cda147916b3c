"""The vocabulary: people and their memberships, and what Studio holds for them.

Plain frozen values. Nothing here knows how AWS or a directory spells them on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from concierge.holds import HeldRemoval
from concierge.names import canonical_login, folded

OWNERSHIP_TAG = "managed-by"
OWNER = "studio-concierge"
LOGIN_TAG = "studiouserid"  # the key that the whitepaper's policies compare with the principal's
PERSON_TAG = "studio-person"  # digest of the person's immutable id: whose profile it is, whatever their login is


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All that one source says about who a person or which a group is; unknown fields are empty.

    vendor_id: the source's own immutable id (Identity Center, Okta, Entra ID); compared to the letter.
    dn:        distinguished name, for people to read and to search by; it changes with every move, so it is no key.
    """

    directory: str = ""
    guid: str = ""
    sid: str = ""
    vendor_id: str = ""
    account_name: str = ""
    upn: str = ""
    dn: str = ""

    @property
    def strong_keys(self) -> tuple[str, ...]:
        """Immutable ids, the strongest first: GUID, SID, the vendor's own."""
        named = (("guid", folded(self.guid)), ("sid", folded(self.sid)), ("vendor", self.vendor_id))
        return tuple(f"{kind}:{value.strip()}" for kind, value in named if value.strip())

    @property
    def keys(self) -> tuple[str, ...]:
        """The strong keys, then (directory, name) for both names, which may be given to somebody else one day."""
        names = (canonical_login(each) for each in (self.account_name, self.upn))
        return (*self.strong_keys, *(f"name:{folded(self.directory)}/{name}" for name in names if name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, by immutable id.

    login:      canonical login id, the value of the `studiouserid` tag; follows a rename in the directory.
    handle:     the login under which they were first seen: what profile and role are named after, for ever.
    named_at:   when the directory said that this is the login; None if it came without a time.
    generation: which holder of that login this is; 0 is the first.
    """

    id: str
    login: str
    directory: str
    handle: str = ""
    named_at: datetime | None = None
    generation: int = 0

    @property
    def first_login(self) -> str:
        """The handle; of somebody whom nobody renamed, the login."""
        return self.handle or self.login


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """The last word about one person in one group; `present` is False once they have left."""

    group_id: str
    group: str
    present: bool
    occurred_at: datetime


class Door(StrEnum):
    """Whether a person may enter a domain."""

    OPEN = "open"
    CLOSED = "closed"
    REMOVED = "removed"  # closed, and after the grace period all but the home data is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileBinding:
    """What a person has in a domain, as last converged.

    fingerprint: digest of the desired state that was reached; the same digest again needs no look at AWS.
    since:       when the ledger learned of it.
    closed_at:   when the door was closed; the grace period counts from here. None while it is open.
    """

    person_id: str
    login: str
    domain: str
    profile: str
    persona: str
    role: str
    tags: Mapping[str, str]
    door: Door
    fingerprint: str
    since: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """Everything that the ledger holds about one person.

    is_known:                 whether the ledger has met the person before; `person` is what it knows then.
    disabled_at / enabled_at: when the directory last said so; None if it never did.
    held:                     that the person's removal waits for an administrator, or was approved by one.
    """

    person: Person
    is_known: bool = False
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    bindings: Mapping[str, ProfileBinding] = field(default_factory=dict)
    disabled_at: datetime | None = None
    enabled_at: datetime | None = None
    held: HeldRemoval | None = None

    @property
    def is_enabled(self) -> bool:
        """Disabled until enabled again; a tie counts as disabled, the safer reading."""
        if self.disabled_at is None:
            return True
        return self.enabled_at is not None and self.enabled_at > self.disabled_at


class AppType(StrEnum):
    """The kinds of Studio app that people run (CreateApp, API reference)."""

    JUPYTER_LAB = "JupyterLab"
    CODE_EDITOR = "CodeEditor"
    JUPYTER_SERVER = "JupyterServer"
    KERNEL_GATEWAY = "KernelGateway"


class Status(StrEnum):
    """Where a Studio resource is in its life (API reference; apps use the first five)."""

    PENDING = "Pending"
    IN_SERVICE = "InService"
    DELETING = "Deleting"
    DELETED = "Deleted"
    FAILED = "Failed"
    UPDATING = "Updating"
    UPDATE_FAILED = "Update_Failed"
    DELETE_FAILED = "Delete_Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """A profile's settings for one app type; lifecycle configurations are ARNs.

    idle_minutes: Studio's own limit, and between which bounds people may change it; all None while it is not in force.
    """

    lifecycle_configs: tuple[str, ...] = ()
    instance_type: str | None = None
    idle_minutes: int | None = None
    least_idle_minutes: int | None = None
    most_idle_minutes: int | None = None


class Owned:
    """What may carry the ownership tag."""

    __slots__ = ()
    tags: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Whether it carries it; nothing else is ever changed or removed."""
        return self.tags.get(OWNERSHIP_TAG) == OWNER


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Owned):
    """An IAM role as it is: its inline documents by name, its attached policies by ARN."""

    name: str
    arn: str
    tags: Mapping[str, str]
    inline_policies: Mapping[str, str]
    managed_policies: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Owned):
    """A Studio user profile as it is."""

    name: str
    arn: str
    status: Status
    execution_role: str
    apps: Mapping[AppType, AppSettings]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Space(Owned):
    """A Studio space.

    owner:   the profile of a private space; None for a shared one, which serves everybody.
    made_by: the profile that a private or shared space belongs to in Studio's eyes, None if it names none.
    tags:    empty until somebody has read them.
    """

    name: str
    arn: str
    status: Status
    owner: str | None
    made_by: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A Studio app: exactly one of `profile` and `space` runs it.

    last_user_activity is an upper bound: health checks move it too, so the person was last active then or earlier.
    Both timestamps are None until somebody has described the app, or nobody has opened it.
    """

    domain_id: str
    app_type: str
    name: str
    status: Status
    created_at: datetime
    profile: str | None = None
    space: str | None = None
    arn: str = ""
    instance_type: str = ""
    last_user_activity: datetime | None = None
    last_health_check: datetime | None = None

    @property
    def title(self) -> str:
        """As an administrator would name it: "JupyterLab/default of amara-lab"."""
        return f"{self.app_type}/{self.name} of {self.space or self.profile}"
