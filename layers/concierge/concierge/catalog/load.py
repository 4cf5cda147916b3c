"""Compiled JSON -> Catalog. What a Lambda does: only the standard library, no YAML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from concierge.catalog.model import (
    Binding,
    Catalog,
    Directory,
    Domain,
    IdleLimits,
    LifecycleConfig,
    LoginId,
    Persona,
    RoleScope,
    SpaceTemplate,
)
from concierge.errors import CatalogError
from concierge.model import AppType

FORMAT = 1  # of the compiled JSON; a release reads exactly one

Json = Mapping[str, Any]


def load(compiled: bytes) -> Catalog:
    """Raises CatalogError if these bytes are not a catalog that this release compiled."""
    try:
        root = json.loads(compiled)
        if root["format"] != FORMAT:
            raise CatalogError(f"compiled catalog has format {root['format']!r}; this release reads {FORMAT}")
        return _catalog(root, hashlib.sha256(compiled).hexdigest())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CatalogError(
            f"not a compiled catalog: {error!r}; compile studio.yaml with `concierge catalog`"
        ) from error


def _catalog(root: Json, digest: str) -> Catalog:
    return Catalog(
        version=root["version"],
        directories=tuple(map(_directory, root["directories"])),
        domains=tuple(Domain(**each) for each in root["domains"]),
        personas=tuple(map(_persona, root["personas"])),
        lifecycle_configs=tuple(
            LifecycleConfig(name=each["name"], app_type=AppType(each["app_type"]), script=each["script"])
            for each in root["lifecycle_configs"]
        ),
        bindings=tuple(Binding(**each) for each in root["bindings"]),
        digest=digest,
    )


def _directory(found: Json) -> Directory:
    return Directory(name=found["name"], ids=tuple(found["ids"]), login_id=LoginId(found["login_id"]))


def _persona(found: Json) -> Persona:
    return Persona(
        name=found["name"],
        role_scope=RoleScope(found["role_scope"]),
        managed_policies=tuple(found["managed_policies"]),
        inline_policy=found["inline_policy"],
        lifecycle_configs=tuple(found["lifecycle_configs"]),
        spaces=tuple(
            SpaceTemplate(
                name=each["name"],
                app_type=AppType(each["app_type"]),
                instance_type=each["instance_type"],
                storage_gb=each["storage_gb"],
            )
            for each in found["spaces"]
        ),
        idle=IdleLimits(**found["idle"]),
        instance_types=tuple(found["instance_types"]),
        tags=found["tags"],
        session_minutes=found["session_minutes"],
    )
