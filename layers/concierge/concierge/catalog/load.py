"""Compiled JSON -> Catalog. What a Lambda does: only the standard library, no YAML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from concierge.catalog.model import (
    Binding,
    Calendar,
    Catalog,
    Directory,
    Domain,
    IdentityStore,
    IdleLimits,
    JustInTime,
    Landing,
    Ldap,
    LifecycleConfig,
    LoginId,
    LoginRules,
    NativeIdle,
    NightRules,
    Persona,
    Prices,
    Removals,
    RoleScope,
    SpaceTemplate,
    Weekday,
    WhileHeld,
)
from concierge.catalog.patterns import PLACEHOLDERS, placeholders
from concierge.errors import CatalogError
from concierge.model import AppType
from concierge.names import canonical_login

# Of the compiled JSON; a release reads exactly one. What came later than the first catalogs of this format may be
# missing, and then has its default: how directories are read, grace_days, removals, landings, login,
# calendars, the idle settings of domains, night, prices.
FORMAT = 1

Json = Mapping[str, Any]


def load(compiled: bytes) -> Catalog:
    """Raises CatalogError if these bytes are not a catalog that this release compiled."""
    try:
        root = json.loads(compiled)
        if root["format"] != FORMAT:
            raise CatalogError(f"compiled catalog has format {root['format']!r}; this release reads {FORMAT}")
        return _checked(_catalog(root, hashlib.sha256(compiled).hexdigest()))
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        raise CatalogError(
            f"not a compiled catalog: {error!r}; compile studio.yaml with `concierge catalog`"
        ) from error


def _checked(catalog: Catalog) -> Catalog:
    """The catalog, if all that it names is in it: a dangling name must fail here, not while somebody is onboarded."""
    for directory in catalog.directories:
        if directory.ldap is not None and directory.identity_store is not None:
            raise CatalogError(f"directory {directory.name} is to be read in two ways")
    for persona in catalog.personas:
        for name in persona.lifecycle_configs:
            catalog.lifecycle_config(name)
    for binding in catalog.bindings:
        if binding.domain is not None:
            catalog.domain(binding.domain)
        if binding.persona is not None:
            catalog.persona(binding.persona)
        named = placeholders(binding.pattern or "")
        if (binding.group is None) == (binding.pattern is None) or not set(named) <= set(PLACEHOLDERS):
            raise CatalogError(f"the binding of line {binding.line} names neither one group nor a known pattern")
        if len(set(named)) < len(named):
            raise CatalogError(f"the pattern of line {binding.line} has a placeholder twice")
    _check_night(catalog)
    return catalog


def _check_night(catalog: Catalog) -> None:
    """As _checked, of calendars, idle limits and prices."""
    for persona in catalog.personas:
        if persona.idle.calendar is not None:
            catalog.calendar(persona.idle.calendar)
    for calendar in catalog.calendars:
        if not calendar.days or calendar.closes <= calendar.opens:
            raise CatalogError(f"the calendar {calendar.name} never opens")
    for instance_type, price in catalog.night.prices.hourly.items():
        if not price.is_finite() or price < 0:
            raise CatalogError(f"{instance_type} costs {price}, which is no price")


def _catalog(root: Json, digest: str) -> Catalog:
    return Catalog(
        version=root["version"],
        directories=tuple(map(_directory, root["directories"])),
        domains=tuple(map(_domain, root["domains"])),
        personas=tuple(map(_persona, root["personas"])),
        lifecycle_configs=tuple(
            LifecycleConfig(name=each["name"], app_type=AppType(each["app_type"]), script=each["script"])
            for each in root["lifecycle_configs"]
        ),
        bindings=tuple(Binding(**each) for each in root["bindings"]),
        digest=digest,
        grace_days=root.get("grace_days", 30),
        removals=_removals(root["removals"]) if "removals" in root else Removals(),
        login=_login(root["login"]) if "login" in root else LoginRules(),
        calendars=tuple(map(_calendar, root.get("calendars", ()))),
        night=_night(root),
    )


def _directory(found: Json) -> Directory:
    ldap, store, canary = (found.get(key) for key in ("ldap", "identity_store", "canary"))
    return Directory(
        name=found["name"],
        ids=tuple(found["ids"]),
        login_id=LoginId(found["login_id"]),
        ldap=None if ldap is None else Ldap(**{**ldap, "servers": tuple(ldap["servers"])}),
        identity_store=None if store is None else IdentityStore(**store),
        canary=None if canary is None else canonical_login(canary),
    )


def _domain(found: Json) -> Domain:
    idle = found.get("idle")
    return Domain(**{**found, "idle": None if idle is None else NativeIdle(**idle)})


def _calendar(found: Json) -> Calendar:
    return Calendar(
        name=found["name"],
        timezone=found["timezone"],
        days=frozenset(map(Weekday, found["days"])),
        opens=time.fromisoformat(found["from"]),
        closes=time.fromisoformat(found["until"]),
        holidays=frozenset(map(date.fromisoformat, found["holidays"])),
    )


def _night(root: Json) -> NightRules:
    prices = root.get("prices", {"currency": "USD", "hourly": {}})
    hourly = {instance_type: Decimal(price) for instance_type, price in prices["hourly"].items()}
    rules: Json = {**root.get("night", {})}
    return NightRules(
        **{**rules, "required_tags": tuple(rules.get("required_tags", ()))},
        prices=Prices(currency=prices["currency"], hourly=hourly),
    )


def _removals(found: Json) -> Removals:
    return Removals(
        floor=found["floor"],
        share=found["share_percent"] / 100,
        most=found["most"],
        window=found["window_minutes"],
    )


def _login(found: Json) -> LoginRules:
    groups = found["just_in_time"]
    return LoginRules(
        while_held=WhileHeld(found["while_held"]),
        just_in_time=None
        if groups is None
        else JustInTime(directory=groups["directory"], groups=tuple(groups["groups"])),
    )


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
        landings=tuple(Landing(**each) for each in found.get("landings", ())),
    )
