"""A domain's description <-> `house.model.DomainSettings`. Pure.

UpdateDomain is given each structure as the domain has it with our part laid over it, because a list that is sent
replaces the one that is there (UpdateDomain, API reference). A structure without anything wrong is not sent at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concierge.aws.native_idle import read_idle, with_idle
from concierge.catalog.night import NativeIdle
from concierge.house.model import DomainSettings, Place

Shape = dict[str, Any]
_PATHS = {
    Place.JUPYTER_LAB: ("DefaultUserSettings", "JupyterLabAppSettings"),
    Place.CODE_EDITOR: ("DefaultUserSettings", "CodeEditorAppSettings"),
    Place.SHARED_JUPYTER_LAB: ("DefaultSpaceSettings", "JupyterLabAppSettings"),
}


def read(description: Mapping[str, Any]) -> DomainSettings:
    """What DescribeDomain says."""
    return DomainSettings(
        idle={place: read_idle(_app(description, place)) for place in _places(description)},
        propagates_tags=_propagates_tags(description),
    )


def mending(description: Mapping[str, Any], idle: NativeIdle | None) -> Shape:
    """What UpdateDomain has to be sent besides the domain's id; empty if nothing is wrong.

    idle: the limits to be in force at every place; None leaves them.
    """
    request: Shape = {} if _propagates_tags(description) else {"TagPropagation": "ENABLED"}
    if idle is None:
        return request
    for place in _places(description):
        structure, key = _PATHS[place]
        app = _app(description, place)
        if read_idle(app) != idle:
            request[structure] = {**request.get(structure, description.get(structure, {})), key: with_idle(app, idle)}
    return request


def _places(description: Mapping[str, Any]) -> list[Place]:
    """Settings of shared spaces cannot be given without the role of these spaces, which is not ours to choose."""
    shared = bool(description.get("DefaultSpaceSettings", {}).get("ExecutionRole"))
    return [place for place in Place if shared or place is not Place.SHARED_JUPYTER_LAB]


def _app(description: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
    structure, key = _PATHS[place]
    app: Mapping[str, Any] = description.get(structure, {}).get(key, {})
    return app


def _propagates_tags(description: Mapping[str, Any]) -> bool:
    return description.get("TagPropagation") == "ENABLED"
