"""What onboarding needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from concierge.directory.memberships import PersonChange
from concierge.model import App, Membership, Person, PersonRecord, Profile, ProfileBinding, Role, Space
from concierge.onboarding.desired import Access, LifecycleSpec, RoleSpec, SpaceSpec


class Ledger(Protocol):
    """What is known about people. Writes are conditional, so that an older word never replaces a newer one."""

    def record(self, person: Person) -> PersonRecord:
        """All that is known about the person, in one read; an empty record for somebody new."""

    def save_membership(self, person: Person, membership: Membership) -> None:
        """Writes one membership; raises AlreadyExists if a newer word about the same group is there."""

    def save_standing(self, record: PersonRecord) -> None:
        """Writes who the person is and when they were disabled and enabled; raises AlreadyExists for older words."""

    def save_binding(self, binding: ProfileBinding) -> None:
        """Writes what a person has in a domain."""

    def release(self, person: Person) -> None:
        """Forgets that the person's removal waited for an administrator."""


class Records(Protocol):
    """Where recovery records are kept; nothing there is ever changed or deleted by a function."""

    def write(self, key: str, record: Mapping[str, object]) -> None:
        """Writes a record as JSON."""


class LookAgain(Protocol):
    """Where somebody rests whom AWS is not ready for, without keeping later news about them from their turn."""

    def later(self, change: PersonChange, after: timedelta) -> None:
        """Brings the change back after a while."""


class Roles(Protocol):
    """IAM roles of the account that a domain is in."""

    def find(self, name: str) -> Role | None:
        """The role with its policies, or None."""

    def create(self, spec: RoleSpec) -> None:
        """Creates it with boundary and tags; a role of that name that is there already is a success."""

    def put_policy(self, role: str, name: str, document: str) -> None:
        """Sets an inline policy."""

    def delete_policy(self, role: str, name: str) -> None:
        """Removes an inline policy; one that is not there is a success."""

    def attach(self, role: str, policy_arn: str) -> None:
        """Attaches a managed policy."""

    def detach(self, role: str, policy_arn: str) -> None:
        """Detaches a managed policy; one that is not attached is a success."""

    def delete(self, role: Role) -> None:
        """Deletes the role with its policies; one that is gone is a success."""


class Studio(Protocol):
    """Studio in one domain's account and region. Every create is a success if the thing is there already."""

    def profile(self, domain_id: str, name: str) -> Profile | None:
        """The user profile with its tags, or None."""

    def create_profile(self, access: Access) -> None:
        """Creates it with tags and settings; raises NotYet while the role cannot be assumed yet."""

    def update_profile(self, access: Access) -> None:
        """Merges role and settings into what the profile has; lifecycle configurations of others stay attached."""

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """Adds or replaces these tags."""

    def lifecycle_config(self, name: str) -> str | None:
        """The ARN of a lifecycle configuration, or None."""

    def create_lifecycle_config(self, spec: LifecycleSpec) -> None:
        """Creates it."""

    def space(self, domain_id: str, name: str) -> Space | None:
        """The space, or None."""

    def create_space(self, access: Access, spec: SpaceSpec) -> None:
        """Creates a private space that the profile owns."""

    def spaces_of(self, domain_id: str, profile: str) -> tuple[Space, ...]:
        """The spaces that the profile made, private and shared, with their tags."""

    def delete_space(self, domain_id: str, name: str) -> None:
        """Deletes it; one that is gone is a success. Raises NotYet while something in it is still stopping."""

    def delete_profile(self, domain_id: str, name: str) -> None:
        """Deletes it; one that is gone is a success. Raises NotYet while something of it is still stopping."""

    def recovery(self, domain_id: str, profile: str) -> Mapping[str, object]:
        """All that AWS tells of a profile and its spaces, to build them again by: plain JSON values."""

    def running_apps(self, domain_id: str, profile: str) -> tuple[App, ...]:
        """Apps of the profile and of its private spaces that run or start."""

    def stop_app(self, app: App) -> None:
        """Stops it; an app that is gone is a success."""
