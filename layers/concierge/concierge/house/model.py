"""What of a domain's own settings is kept right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from concierge.catalog.model import NativeIdle
from concierge.model import AppType


class Place(StrEnum):
    """Where a domain keeps idle limits; the values are for people to read.

    Default settings of people reach private spaces only; those of spaces reach shared ones, and know no Code Editor
    (UpdateDomain, API reference).
    """

    JUPYTER_LAB = "JupyterLab"
    CODE_EDITOR = "CodeEditor"
    SHARED_JUPYTER_LAB = "JupyterLab of shared spaces"

    @property
    def app_type(self) -> AppType:
        """The kind of app that the limits are for."""
        return AppType.CODE_EDITOR if self is Place.CODE_EDITOR else AppType.JUPYTER_LAB


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSettings:
    """A domain's settings as they are.

    idle:            limits by place, None where Studio stops nothing; places that the domain does not have are missing.
    propagates_tags: whether apps are born with the tags of their domain, profile and space.
    """

    idle: Mapping[Place, NativeIdle | None]
    propagates_tags: bool
