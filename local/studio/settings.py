"""What Studio fills in: summaries for lists, instance types that nobody asked for, and settings that are merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.studio.resources import Row, Shelf, owner

_CLASSIC = "system"  # what JupyterServer apps of Studio Classic run on
_DEFAULT = "ml.t3.medium"
_IDENTITY = frozenset({"DomainId", "UserProfileName", "SpaceName"})


def merge(row: Row, request: Mapping[str, Any]) -> None:
    """Changes a row as Update... does: members of nested settings that are not sent stay, and so do names."""
    for sent, value in request.items():
        if sent in _IDENTITY:
            continue
        name = "DomainSettings" if sent == "DomainSettingsForUpdate" else sent
        old = row.get(name)
        row[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value


def summarize_space(row: Row) -> None:
    """What ListSpaces shows of a space."""
    settings = row.get("SpaceSettings", {})
    row["OwnershipSettingsSummary"] = row.get("OwnershipSettings", {})
    row["SpaceSharingSettingsSummary"] = row.get("SpaceSharingSettings", {})
    row["SpaceSettingsSummary"] = {
        name: settings[name] for name in ("AppType", "SpaceStorageSettings") if name in settings
    }


def resource_spec(shelf: Shelf, app: Row) -> dict[str, Any]:
    """What an app runs on: as asked for, else as space, owner and domain have it, else Studio's own default."""
    asked = dict(app.get("ResourceSpec", {}))
    if "InstanceType" not in asked:
        found = next(_instance_types(shelf, app), None)
        asked["InstanceType"] = found or (_CLASSIC if app["AppType"] == "JupyterServer" else _DEFAULT)
    return asked


def _instance_types(shelf: Shelf, app: Row) -> Iterator[str]:
    for settings in _settings_of(shelf, app):
        spec = settings.get(f"{app['AppType']}AppSettings", {}).get("DefaultResourceSpec", {})
        if "InstanceType" in spec:
            yield spec["InstanceType"]


def _settings_of(shelf: Shelf, app: Row) -> Iterator[Mapping[str, Any]]:
    """From the nearest to the farthest."""
    kind, name = owner(app)
    profile: str = name
    if kind == "space":
        space = shelf.find("Space", (app["DomainId"], name))
        row = space.row if space else {}
        yield row.get("SpaceSettings", {})
        profile = row.get("OwnershipSettings", {}).get("OwnerUserProfileName", "").lower()
    user = shelf.find("UserProfile", (app["DomainId"], profile))
    yield user.row.get("UserSettings", {}) if user else {}
    domain = shelf.find("Domain", (app["DomainId"],))
    yield domain.row.get("DefaultUserSettings", {}) if domain else {}
