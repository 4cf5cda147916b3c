"""What must be there, or must not be in the way, before Studio does something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local.studio.refusals import in_use, invalid, not_found
from local.studio.resources import KINDS, Kind, Resource, Row, Shelf, owner

_UPDATABLE = ("InService", "Failed", "Update_Failed")
# CreatePresignedDomainUrl, API reference: studio::relative/path, app:AppType:relative/path, and the app's root.
_LANDING = re.compile(r"studio::[^\s]*|app:(JupyterServer|RStudioServerPro|JupyterLab|CodeEditor|Canvas):[^\s]*")


def require_free(shelf: Shelf, kind: Kind, row: Mapping[str, Any]) -> None:
    """The name is not taken; that of a deleted app is free."""
    if kind.name == "Domain":
        taken = any(each.row["DomainName"].lower() == row["DomainName"].lower() for each in shelf.of_kind("Domain"))
        name = row["DomainName"]
    else:
        found = shelf.find(kind.name, kind.key(row))
        taken, name = found is not None and found.status != "Deleted", kind.called(row)
    if taken:
        raise in_use(f"{kind.name} {name} already exists.")


def require_parents(shelf: Shelf, kind: Kind, row: Mapping[str, Any]) -> None:
    """The domain, and the profile or space that will own it, are there."""
    if kind.name in ("UserProfile", "Space", "App") and shelf.find("Domain", (row["DomainId"],)) is None:
        raise not_found(f"Domain [{row['DomainId']}] does not exist.")
    if kind.name == "App":
        require_one_owner(row)
        of_space = bool(row.get("SpaceName"))
        _require_in_service(shelf, "Space" if of_space else "UserProfile", (row["DomainId"], owner(row)[1]))
    if kind.name == "Space" and "OwnershipSettings" in row:
        profile = row["OwnershipSettings"]["OwnerUserProfileName"].lower()
        _require_in_service(shelf, "UserProfile", (row["DomainId"], profile))


def require_one_owner(request: Mapping[str, Any]) -> None:
    """An app belongs to a profile or to a space."""
    if bool(request.get("UserProfileName")) == bool(request.get("SpaceName")):
        raise invalid("Exactly one of UserProfileName and SpaceName must be given.")


def require_updatable(resource: Resource) -> None:
    """It is at rest."""
    if resource.kind.has_status and resource.status not in _UPDATABLE:
        raise in_use(f"{_label(resource)} is in status {resource.status}.")


def require_deletable(shelf: Shelf, resource: Resource) -> None:
    """It is not going already, and nothing belongs to it or names it."""
    if resource.status == "Deleted":
        raise not_found(f"{_label(resource)} does not exist.")
    if resource.status == "Deleting":
        raise in_use(f"{_label(resource)} is in status Deleting.")
    in_the_way = [each for each in shelf.all() if each.is_live and each is not resource and _needs(each, resource)]
    if in_the_way:
        raise in_use(f"Unable to delete {_label(resource)} because {_label(in_the_way[0])} is associated with it.")


def require_landing(shelf: Shelf, request: Mapping[str, Any]) -> None:
    """A presigned URL leads to a space that is there, and to a page that Studio has."""
    if "SpaceName" in request:
        _require_in_service(shelf, "Space", KINDS["Space"].key(request))
    landing = request.get("LandingUri")
    if landing is not None and not _LANDING.fullmatch(landing):
        raise invalid(f"LandingUri '{landing}' is not supported.")


def _require_in_service(shelf: Shelf, kind: str, key: tuple[str, ...]) -> None:
    found = shelf.find(kind, key)
    if found is None:
        raise not_found(f"{kind} {key[-1]} does not exist.")
    if found.status != "InService":
        raise invalid(f"{kind} {key[-1]} is in status {found.status}; it must be InService.")


def _needs(child: Resource, parent: Resource) -> bool:
    if parent.kind.name == "StudioLifecycleConfig":
        return _mentions(child.row, parent.arn)
    if child.row.get("DomainId") != parent.row["DomainId"]:
        return False
    if parent.kind.name == "Domain":
        return True
    name = parent.kind.called(parent.row)
    if child.kind.name == "App":
        return owner(child.row) == ("profile" if parent.kind.name == "UserProfile" else "space", name)
    if child.kind.name == "Space" and parent.kind.name == "UserProfile":
        return _owner_of_space(child.row) == name
    return False


def _owner_of_space(row: Row) -> str:
    return str(row.get("OwnershipSettings", {}).get("OwnerUserProfileName", "")).lower()


def _mentions(value: Any, arn: str) -> bool:
    """Whether the ARN of a lifecycle configuration stands anywhere in the settings of a row."""
    match value:
        case dict():
            return any(_mentions(each, arn) for each in value.values())
        case list():
            return any(_mentions(each, arn) for each in value)
        case str():
            return value.lower() == arn.lower()
        case _:
            return False


def _label(resource: Resource) -> str:
    return f"{resource.kind.name} {resource.kind.called(resource.row)}"
