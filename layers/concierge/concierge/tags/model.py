"""A Studio resource as far as its tags are concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of resource that a person has; the values are how ARNs spell them."""

    PROFILE = "user-profile"
    SPACE = "space"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A resource as the tagging index knows it."""

    arn: str
    kind: Kind
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceTags:
    """A resource as it is.

    owner: the profile that it is or belongs to; None for what nobody owns alone, such as a shared space.
    """

    arn: str
    kind: Kind
    name: str
    owner: str | None
    tags: Mapping[str, str] = field(default_factory=dict)
