"""Studio's behaviour: what each operation does to the shelves."""

from __future__ import annotations

import secrets
import string
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.models import iam_backends

from local.clock import Clock
from local.studio.resources import KINDS, Kind, Resource, Shelf, Timings, owner
from local.studio.validation import model

_ALPHABET = string.ascii_lowercase + string.digits
Request = Mapping[str, Any]
Answer = dict[str, Any]


class Refused(Exception):
    """An operation that Studio refuses, with AWS's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose Studio an operation is about."""

    account: str
    region: str


@dataclass(slots=True, kw_only=True)
class Link:
    """A presigned URL: what it opens, until when, and whether somebody followed it."""

    domain_id: str
    profile: str
    role: str
    expires_at: datetime
    session: timedelta
    used: bool = False


class StudioBackend:
    """Every account and region of one stack."""

    def __init__(self, clock: Clock, timings: Timings, studio_url: Callable[[], str]) -> None:
        self._clock = clock
        self._timings = timings
        self._studio_url = studio_url
        self._shelves: dict[Place, Shelf] = defaultdict(Shelf)
        self.links: dict[str, Link] = {}

    def shelf(self, place: Place) -> Shelf:
        """The resources of a place, with every status as it is now."""
        shelf = self._shelves[place]
        with shelf.lock:
            shelf.settle(self._clock.now())
        return shelf

    def tags_of(self, arn: str) -> Mapping[str, str]:
        """The tags of a Studio resource of any place; none for an unknown one."""
        for place in list(self._shelves):
            found = self.shelf(place).by_arn(arn)
            if found is not None:
                return dict(found.tags)
        return {}

    def seed_domain(self, place: Place, *, name: str, domain_id: str) -> None:
        """A domain that exists before the story begins, as a catalog names it."""
        row = {"DomainId": domain_id, "DomainName": name, "AuthMode": "IAM", "Url": self._studio_url()}
        self._add(place, KINDS["Domain"], row, {}, ready_at_once=True)

    def touch(self, place: Place, space: str, activity: datetime, health_check: datetime) -> None:
        """What the person's browser and Studio's health check leave on the apps of a space."""
        for app in self.shelf(place).of_kind("App"):
            if app.row.get("SpaceName") == space:
                app.row["LastUserActivityTimestamp"] = activity
                app.row["LastHealthCheckTimestamp"] = health_check

    # -- operations -----------------------------------------------------------------------------

    def create(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Create…; answers with the ARN."""
        row = {name: value for name, value in request.items() if name != "Tags"}
        shelf = self.shelf(place)
        if kind.name == "Domain":
            row["DomainId"] = "d-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))
        elif "DomainId" in row and shelf.find("Domain", (row["DomainId"],)) is None:
            raise Refused("ResourceNotFound", f"Domain [{row['DomainId']}] does not exist.")
        if kind.name in ("App", "Space"):
            self._require_owner(shelf, kind, row)
        existing = shelf.find(kind.name, kind.key(row))
        if existing is not None and existing.status != "Deleted":
            raise Refused("ResourceInUse", f"{kind.name} {kind.key(row)[-1]} already exists.")
        self._require_role(place, row)
        if kind.name == "App":
            row.setdefault("ResourceSpec", {"InstanceType": "ml.t3.medium"})
        if kind.name == "Space":
            row["OwnershipSettingsSummary"] = row.get("OwnershipSettings", {})
            row["SpaceSharingSettingsSummary"] = row.get("SpaceSharingSettings", {})
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        return {f"{kind.name}Arn": self._add(place, kind, row, tags).arn}

    def describe(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Describe…"""
        return dict(self._existing(place, kind, request).row)

    def update(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Update…; members of nested settings that are not sent stay."""
        resource = self._existing(place, kind, request)
        if resource.status not in ("InService", "Failed", "Update_Failed"):
            raise Refused("ResourceInUse", f"{kind.name} is in status {resource.status}.")
        self._require_role(place, request)
        for name, value in request.items():
            old = resource.row.get(name)
            resource.row[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
        self._move(resource, "Updating", "InService", self._timings.update)
        return {f"{kind.name}Arn": resource.arn}

    def delete(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Delete…; refused while something that belongs to it is there."""
        resource = self._existing(place, kind, request)
        if resource.status in ("Deleted", "Deleting"):
            raise Refused("ResourceNotFound" if resource.status == "Deleted" else "ResourceInUse", "being deleted")
        shelf = self.shelf(place)
        children = [*shelf.of_kind("App"), *shelf.of_kind("Space"), *shelf.of_kind("UserProfile")]
        if any(child.is_live and _belongs(child, resource) for child in children):
            raise Refused("ResourceInUse", f"Unable to delete {kind.name} {kind.key(resource.row)[-1]}: it is in use.")
        self._move(resource, "Deleting", "Deleted", self._timings.delete)
        return {}

    def list(self, place: Place, kind: Kind, request: Request) -> tuple[list[Answer], str | None]:
        """List…; a page of rows, and the token of the next one."""
        rows = [resource.row for resource in self.shelf(place).of_kind(kind.name)]
        for name, wanted in request.items():
            if name.endswith("Equals"):
                rows = [row for row in rows if row.get(name.removesuffix("Equals")) == wanted]
            elif name.endswith("Contains"):
                rows = [row for row in rows if wanted.lower() in kind.key(row)[-1].lower()]
        if request.get("SortOrder") == "Descending":
            rows.reverse()
        start = int(b64decode(request["NextToken"])) if "NextToken" in request else 0
        end = start + int(request.get("MaxResults", 10))
        return rows[start:end], b64encode(str(end).encode()).decode() if end < len(rows) else None

    def presign(self, place: Place, request: Request) -> Answer:
        """CreatePresignedDomainUrl; the link leads to the stand-in Studio page."""
        profile = self._existing(place, KINDS["UserProfile"], request)
        if profile.status != "InService":
            raise Refused("ValidationException", f"UserProfile is in status {profile.status}.")
        token = secrets.token_urlsafe(48)
        self.links[token] = Link(
            domain_id=request["DomainId"],
            profile=profile.row["UserProfileName"],
            role=profile.row.get("UserSettings", {}).get("ExecutionRole", ""),
            expires_at=self._clock.now() + timedelta(seconds=request.get("ExpiresInSeconds", 300)),
            session=timedelta(seconds=request.get("SessionExpirationDurationInSeconds", 43_200)),
        )
        return {"AuthorizedUrl": f"{self._studio_url()}?token={token}"}

    def open(self, token: str) -> Link | None:
        """The link, once, in time; None otherwise."""
        link = self.links.get(token)
        if link is None or link.used or self._clock.now() > link.expires_at:
            return None
        link.used = True
        return link

    # -- parts ----------------------------------------------------------------------------------

    def _existing(self, place: Place, kind: Kind, request: Request) -> Resource:
        key = kind.key(request)
        found = self.shelf(place).find(kind.name, key)
        if found is None:
            raise Refused("ResourceNotFound", f"{kind.name} with key [{', '.join(key)}] does not exist.")
        return found

    def _add(
        self, place: Place, kind: Kind, row: dict[str, Any], tags: dict[str, str], *, ready_at_once: bool = False
    ) -> Resource:
        arn = f"arn:aws:sagemaker:{place.region}:{place.account}:{kind.arn_path(row)}"
        now = self._clock.now()
        row |= {f"{kind.name}Arn": arn, "CreationTime": now, "LastModifiedTime": now}
        resource = Resource(kind, arn, row, tags, was_tagged=bool(tags))
        if kind.has_status:
            self._move(resource, "Pending", "InService", timedelta() if ready_at_once else self._timings.create)
        self.shelf(place).put(resource)
        return resource

    def _move(self, resource: Resource, now_in: str, then: str, after: timedelta) -> None:
        resource.row["Status"] = now_in
        resource.row["LastModifiedTime"] = self._clock.now()
        resource.then, resource.at = then, self._clock.now() + after

    def _require_owner(self, shelf: Shelf, kind: Kind, row: Mapping[str, Any]) -> None:
        wanted: tuple[str, str] | None = None
        if kind.name == "App":
            if bool(row.get("UserProfileName")) == bool(row.get("SpaceName")):
                raise Refused("ValidationException", "Exactly one of UserProfileName and SpaceName must be given.")
            wanted = ("Space" if row.get("SpaceName") else "UserProfile", owner(row)[1])
        elif "OwnershipSettings" in row:
            wanted = ("UserProfile", row["OwnershipSettings"]["OwnerUserProfileName"].lower())
        if wanted is not None:
            found = shelf.find(wanted[0], (row["DomainId"], wanted[1]))
            if found is None or found.status != "InService":
                raise Refused("ResourceNotFound", f"{wanted[0]} {wanted[1]} is not there or not in service.")

    def _require_role(self, place: Place, request: Mapping[str, Any]) -> None:
        """Studio cannot assume a role right after it was made (10 to 60 seconds on AWS)."""
        arn = request.get("UserSettings", {}).get("ExecutionRole")
        if arn is None:
            return
        roles = {role.arn: role for role in iam_backends[place.account]["aws"].roles.values()}
        role = roles.get(arn)
        # moto dates roles by the real time, whatever the stack's clock says.
        age = None if role is None else datetime.now(UTC) - role.create_date.replace(tzinfo=UTC)
        known = age is not None and age >= self._timings.role_propagation
        if role is None or not known or "sagemaker.amazonaws.com" not in str(role.assume_role_policy_document):
            raise Refused("ValidationException", f"SageMaker is unable to assume the execution role {arn}.")


def _belongs(child: Resource, parent: Resource) -> bool:
    if child is parent or child.row.get("DomainId") != parent.row.get("DomainId"):
        return False
    if parent.kind.name == "Domain":
        return True
    name = parent.kind.key(parent.row)[-1]
    if child.kind.name == "App":
        return owner(child.row) == ("profile" if parent.kind.name == "UserProfile" else "space", name)
    owned = child.row.get("OwnershipSettings", {}).get("OwnerUserProfileName", "")
    return parent.kind.name == "UserProfile" and child.kind.name == "Space" and owned.lower() == name


def members(operation: str, row: Mapping[str, Any]) -> Answer:
    """Only what the operation's answer has room for."""
    shape = model().operation_model(operation).output_shape
    return {} if shape is None else {name: row[name] for name in shape.members if name in row}
