"""Studio's behaviour: what each operation does to the shelves."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.clock import Clock
from local.studio import rules, settings
from local.studio.execution_role import require_assumable
from local.studio.links import Link, Links
from local.studio.listing import page_of
from local.studio.refusals import invalid, not_found
from local.studio.resources import KINDS, Kind, Resource, Row, Shelf, Timings

_ALPHABET = string.ascii_lowercase + string.digits
Request = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose Studio an operation is about."""

    account: str
    region: str


class StudioBackend:
    """Every account and region of one stack.

    clock:      what statuses and links follow.
    studio_url: the address of the stand-in Studio page, asked for when a link is made.
    """

    def __init__(self, clock: Clock, timings: Timings, studio_url: Callable[[], str]) -> None:
        self._clock = clock
        self._real = Clock()
        self._timings = timings
        self._studio_url = studio_url
        self._shelves: dict[Place, Shelf] = {}
        self._lock = threading.Lock()
        self._links = Links()

    @contextmanager
    def shelf(self, place: Place) -> Iterator[Shelf]:
        """The resources of a place, with every status as it is now, held until the end of the block."""
        with self._lock:
            shelf = self._shelves.setdefault(place, Shelf())
        with shelf.lock:
            shelf.settle(self._clock.now())
            yield shelf

    def tags_of(self, arn: str) -> Mapping[str, str]:
        """The tags of a Studio resource of any place; none for an unknown one."""
        found = self._anywhere(arn)
        return dict(found.tags) if found else {}

    def seed_domain(self, place: Place, *, name: str, domain_id: str, tags: Mapping[str, str] | None = None) -> None:
        """A domain that exists before the story begins, as a catalog names it."""
        row = {"DomainId": domain_id, "DomainName": name, "AuthMode": "IAM", "Url": self._studio_url()}
        with self.shelf(place) as shelf:
            domain = self._added(shelf, place, KINDS["Domain"], row, tags or {})
            domain.row["Status"], domain.then, domain.at = "InService", None, None

    def touch(self, place: Place, space: str, activity: datetime, health_check: datetime) -> None:
        """What the person's browser and Studio's health check leave on the apps of a space."""
        with self.shelf(place) as shelf:
            apps = [app.arn for app in shelf.of_kind("App") if app.row.get("SpaceName") == space]
        for arn in apps:
            self.touch_app(arn, user_activity=activity, health_check=health_check)

    def touch_app(
        self, arn: str, *, user_activity: datetime | None = None, health_check: datetime | None = None
    ) -> None:
        """Sets an app's timestamps; None leaves one as it is. Raises LookupError for an unknown app."""
        app = self._anywhere(arn)
        if app is None or app.kind.name != "App":
            raise LookupError(f"there is no app {arn}")
        if user_activity is not None:
            app.row["LastUserActivityTimestamp"] = user_activity
        if health_check is not None:
            app.row["LastHealthCheckTimestamp"] = health_check

    # -- operations -----------------------------------------------------------------------------

    def create(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Create...; answers with what Describe would."""
        row = {name: value for name, value in request.items() if name != "Tags"}
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        with self.shelf(place) as shelf:
            rules.require_parents(shelf, kind, row)
            rules.require_free(shelf, kind, row)
            self._require_role(place, request)
            match kind.name:
                case "Domain":
                    row |= self._new_domain(place)
                case "UserProfile" | "Space":
                    row["HomeEfsFileSystemUid"] = shelf.next_home()
                case "App":
                    row["ResourceSpec"] = settings.resource_spec(shelf, row)
            if kind.name == "Space":
                settings.summarize_space(row)
            return dict(self._added(shelf, place, kind, row, tags).row)

    def describe(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Describe..."""
        with self.shelf(place) as shelf:
            return dict(_existing(shelf, kind, request).row)

    def update(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Update...; members of nested settings that are not sent stay."""
        with self.shelf(place) as shelf:
            resource = _existing(shelf, kind, request)
            rules.require_updatable(resource)
            self._require_role(place, request)
            settings.merge(resource.row, request)
            if kind.name == "Space":
                settings.summarize_space(resource.row)
            resource.move("Updating", "InService", self._clock.now(), self._timings.of(kind.name).update)
            return dict(resource.row)

    def delete(self, place: Place, kind: Kind, request: Request) -> Answer:
        """Delete...; refused while something that belongs to it is there."""
        with self.shelf(place) as shelf:
            resource = _existing(shelf, kind, request)
            rules.require_deletable(shelf, resource)
            after = self._timings.of(kind.name).delete if kind.has_status else timedelta()
            resource.move("Deleting", "Deleted", self._clock.now(), after)
            return {}

    def list(self, place: Place, kind: Kind, request: Request) -> Answer:
        """List...; a page."""
        with self.shelf(place) as shelf:
            rows, token = page_of(shelf.of_kind(kind.name), kind, request)
            return {f"{kind.name}s": [dict(row) for row in rows], **({"NextToken": token} if token else {})}

    def presign(self, place: Place, request: Request) -> Answer:
        """CreatePresignedDomainUrl; the link leads to the stand-in Studio page."""
        with self.shelf(place) as shelf:
            profile = _existing(shelf, KINDS["UserProfile"], request)
            domain = _existing(shelf, KINDS["Domain"], request)
            if profile.status != "InService":
                raise invalid(f"UserProfile is in status {profile.status}.")
            if domain.row["AuthMode"] != "IAM":
                raise invalid("Presigned URLs are for domains whose AuthMode is IAM.")
            rules.require_landing(shelf, request)
            own, default = profile.row.get("UserSettings", {}), domain.row.get("DefaultUserSettings", {})
            link = Link(
                domain_id=request["DomainId"],
                profile=profile.row["UserProfileName"],
                role=own.get("ExecutionRole", default.get("ExecutionRole", "")),
                expires_at=self._clock.now() + timedelta(seconds=request.get("ExpiresInSeconds", 300)),
                session=timedelta(seconds=request.get("SessionExpirationDurationInSeconds", 43_200)),
                space=request.get("SpaceName"),
                landing_uri=request.get("LandingUri"),
            )
        token = secrets.token_urlsafe(48)
        self._links.add(token, link)
        return {"AuthorizedUrl": f"{self._studio_url()}?token={token}"}

    def open(self, token: str) -> Link | None:
        """The link, once, in time; None otherwise."""
        return self._links.follow(token, self._clock.now())

    # -- parts ----------------------------------------------------------------------------------

    def _anywhere(self, arn: str) -> Resource | None:
        with self._lock:
            places = list(self._shelves)
        for place in places:
            with self.shelf(place) as shelf:
                found = shelf.by_arn(arn)
            if found is not None:
                return found
        return None

    def _added(self, shelf: Shelf, place: Place, kind: Kind, row: Row, tags: Mapping[str, str]) -> Resource:
        arn = f"arn:aws:sagemaker:{place.region}:{place.account}:{kind.arn_path(row)}"
        now = self._clock.now()
        row |= {f"{kind.name}Arn": arn, "CreationTime": now, "LastModifiedTime": now}
        resource = Resource(kind, arn, row, dict(tags), was_tagged=bool(tags))
        if kind.has_status:
            resource.move("Pending", "InService", now, self._timings.of(kind.name).create)
        shelf.put(resource)
        return resource

    def _new_domain(self, place: Place) -> Row:
        domain_id = "d-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))
        return {
            "DomainId": domain_id,
            "HomeEfsFileSystemId": f"fs-{secrets.token_hex(8)}",
            "Url": f"https://{domain_id}.studio.{place.region}.sagemaker.aws",
        }

    def _require_role(self, place: Place, request: Request) -> None:
        require_assumable(place.account, request, self._real.now(), self._timings.role_propagation)


def _existing(shelf: Shelf, kind: Kind, request: Request) -> Resource:
    if kind.name == "App":
        rules.require_one_owner(request)
    key = kind.key(request)
    found = shelf.find(kind.name, key)
    if found is None:
        raise not_found(f"{kind.name} with key [{', '.join(key)}] does not exist.")
    return found
