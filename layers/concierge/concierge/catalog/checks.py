"""What JSON Schema cannot say of a studio.yaml: names that must exist, and things that must fit together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from concierge.catalog.plain import Path

Found = tuple[Path, str, str]  # path, message, remedy
Root = Mapping[str, Any]

RESERVED_TAGS = ("studiouserid", "domain", "persona", "managed-by")
PLACEHOLDERS = ("account", "domain", "persona", "team")


def check(root: Root) -> Iterator[Found]:
    """All mistakes of a studio.yaml whose shape is right."""
    for section in ("directories", "domains", "personas", "lifecycle_configs"):
        yield from _unique(root, section)
    yield from _domains(root)
    for index, persona in enumerate(root["personas"]):
        yield from _persona(root, persona, ("personas", index))
    for index, binding in enumerate(root["bindings"]):
        yield from _binding(root, binding, ("bindings", index))
    yield from _repeated_bindings(root)
    yield from _reserved_tags(root)


def _unique(root: Root, section: str) -> Iterator[Found]:
    seen = Counter[str]()
    for index, each in enumerate(root.get(section, ())):
        seen[each["name"]] += 1
        if seen[each["name"]] > 1:
            yield (section, index, "name"), f"{each['name']!r} is there already", "give it a name of its own"


def _domains(root: Root) -> Iterator[Found]:
    places = Counter[tuple[str, str, str]]()
    for index, each in enumerate(root["domains"]):
        key = (each["account"], each["region"], each["domain_id"])
        places[key] += 1
        if places[key] > 1:
            yield ("domains", index, "domain_id"), "another domain here is the same one", "remove one of them"
        if "spoke_role" in each and "external_id" not in each:
            remedy = "add external_id, as the role's trust policy asks for it"
            yield ("domains", index, "spoke_role"), "a spoke role needs an external_id", remedy


def _persona(root: Root, persona: Root, path: Path) -> Iterator[Found]:
    idle = persona.get("idle", {})
    idle_minutes, lifetime = idle.get("idle_minutes"), idle.get("max_lifetime_minutes")
    if idle_minutes and lifetime and lifetime <= idle_minutes:
        message = f"{lifetime} is not more than idle_minutes, {idle_minutes}"
        yield (*path, "idle", "max_lifetime_minutes"), message, "make it longer, or leave one of them out"
    known = [each["name"] for each in root.get("lifecycle_configs", ())]
    for index, name in enumerate(persona.get("lifecycle_configs", ())):
        yield from _exists(name, known, "lifecycle configuration", (*path, "lifecycle_configs", index))
    yield from _unique_spaces(persona, path)


def _unique_spaces(persona: Root, path: Path) -> Iterator[Found]:
    names = [each["name"] for each in persona.get("spaces", ())]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (*path, "spaces", index, "name"), f"{name!r} is there already", "give it a name of its own"


def _binding(root: Root, binding: Root, path: Path) -> Iterator[Found]:
    if ("group" in binding) == ("pattern" in binding):
        yield path, "needs exactly one of group and pattern", "name one group, or a pattern for many"
        return
    domains = [each["name"] for each in root["domains"]]
    personas = [each["name"] for each in root["personas"]]
    if "domain" in binding:
        yield from _exists(binding["domain"], domains, "domain", (*path, "domain"))
    if "persona" in binding:
        yield from _exists(binding["persona"], personas, "persona", (*path, "persona"))
    named = re.findall(r"\{(\w*)\}", binding.get("pattern", ""))
    for name in named:
        if name not in PLACEHOLDERS:
            message = f"{{{name}}} is not a placeholder"
            yield (*path, "pattern"), message, f"use {_listed(PLACEHOLDERS)}"
        elif named.count(name) > 1:
            yield (*path, "pattern"), f"{{{name}}} is there twice", "use it once"
    if "pattern" in binding and not named:
        yield (*path, "pattern"), "has no placeholder", "write it as group, or add one of the placeholders"
    yield from _determined(root, binding, path, named)


def _determined(root: Root, binding: Root, path: Path, named: list[str]) -> Iterator[Found]:
    if "persona" not in binding and "persona" not in named:
        yield path, "does not say which persona", "add persona, or {persona} in the pattern"
    if "domain" in binding or "domain" in named:
        return
    accounts = Counter(each["account"] for each in root["domains"])
    if "account" not in named:
        yield path, "does not say which domain", "add domain, or {domain} or {account} in the pattern"
    elif max(accounts.values()) > 1:
        (account, _), *_rest = accounts.most_common()
        yield path, f"account {account} has several domains", "add domain, or {domain} in the pattern"


def _repeated_bindings(root: Root) -> Iterator[Found]:
    seen: dict[tuple[object, ...], int] = {}
    for index, each in enumerate(root["bindings"]):
        name = str(each.get("group", each.get("pattern"))).casefold()
        key = (name, each.get("domain"), "pattern" in each)
        if key in seen:
            message = f"bindings[{seen[key]}] is the same group and domain, and wins"
            yield ("bindings", index), message, "remove one of them"
        seen.setdefault(key, index)


def _reserved_tags(root: Root) -> Iterator[Found]:
    for section in ("domains", "personas", "bindings"):
        for index, each in enumerate(root[section]):
            for key in each.get("tags", {}):
                if key in RESERVED_TAGS:
                    yield (section, index, "tags", key), "this tag is set by itself", "remove it"


def _exists(name: str, known: list[str], what: str, path: Path) -> Iterator[Found]:
    if name not in known:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else f"there are {_listed(known) or 'none'}"
        yield path, f"there is no {what} {name!r}", remedy


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names)
