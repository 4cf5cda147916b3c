"""Whether bindings say clearly who gets what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from concierge.catalog.model import Catalog
from concierge.catalog.patterns import PLACEHOLDERS, placeholders
from concierge.catalog.problems import Found, Path
from concierge.catalog.shape import Json, Sound, close_or_all
from concierge.names import folded

_FIRST_WINS = "remove one of them; the first in the file wins"


def check_bindings(file: Sound) -> Iterator[Found]:
    """Mistakes that show without knowing what the other bindings give."""
    for path, binding in file.sections["bindings"]:
        for kind in ("domain", "persona"):
            known = file.names[f"{kind}s"]
            if kind in binding and known is not None and binding[kind] not in known:
                message = f"there is no {kind} {binding[kind]!r}"
                yield (*path, kind), message, close_or_all(binding[kind], known)
        if not file.is_whole(path):
            continue
        if ("group" in binding) == ("pattern" in binding):
            yield path, "needs exactly one of group and pattern", "name one group, or a pattern for many"
            continue
        yield from _pattern(binding, path)
        yield from _persona_is_clear(file, binding, path)
        yield from _domain_is_clear(file, binding, path)
    yield from _repeated(file)
    yield from _group_ids(file)


def never_used(catalog: Catalog) -> Iterator[Found]:
    """Groups whose binding stands after a pattern that gives the same domain: their binding never has an effect."""
    for index, binding in enumerate(catalog.bindings):
        own = None if binding.group is None else catalog.given_by(binding, binding.group)
        if own is None:
            continue
        for earlier in catalog.bindings[:index]:
            other = catalog.given_by(earlier, own.group)
            if other is not None and other.domain == own.domain:
                message = f"never has an effect: the pattern of line {earlier.line} gives {own.domain.name} first"
                yield ("bindings", index), message, f"move it above line {earlier.line}, or remove it"
                break


def _pattern(binding: Json, path: Path) -> Iterator[Found]:
    if "pattern" not in binding:
        return
    at = (*path, "pattern")
    named = placeholders(binding["pattern"])
    for name, times in Counter(named).items():
        if name not in PLACEHOLDERS:
            yield at, f"{{{name}}} is not a placeholder", close_or_all(name, PLACEHOLDERS)
        elif times > 1:
            yield at, f"{{{name}}} is there twice", "use it once"
        elif name in binding or name in binding.get("tags", {}):
            yield at, f"{{{name}}} and the binding's own {name} say the same thing twice", "remove one of them"
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", binding["pattern"])):
        yield at, "has a brace without its partner", "write placeholders as {persona}"
    elif not named:
        yield at, "has no placeholder", "write it as group, or add one of the placeholders"


def _persona_is_clear(file: Sound, binding: Json, path: Path) -> Iterator[Found]:
    named = placeholders(binding.get("pattern", ""))
    if "persona" not in binding and "persona" not in named:
        remedy = "add persona, or {persona} in the pattern" if "pattern" in binding else "add persona"
        yield path, "does not say which persona", remedy
    if "team" in named or "team" in binding.get("tags", {}):
        return
    if all("team" in each.get("tags", {}) for _, each in _meant(file, "domain", binding)):
        return
    for _, persona in _meant(file, "persona", binding):
        if persona.get("role_scope") == "team" and "team" not in persona.get("tags", {}):
            message = f"people of {persona['name']} share a role by team, and no team is given"
            yield path, message, "add the tag team, or {team} in a pattern"


def _domain_is_clear(file: Sound, binding: Json, path: Path) -> Iterator[Found]:
    named = placeholders(binding.get("pattern", ""))
    if "domain" in binding or "domain" in named:
        return
    if "account" not in named:
        remedy = "add domain, or {domain} or {account} in the pattern" if "pattern" in binding else "add domain"
        yield path, "does not say which domain", remedy
        return
    accounts = Counter(each["account"] for _, each in file.sections["domains"] if "account" in each)
    for account in (account for account, domains in accounts.items() if domains > 1):
        yield path, f"account {account} has several domains", "add domain, or {domain} in the pattern"


def _meant(file: Sound, kind: str, binding: Json) -> list[tuple[Path, Json]]:
    """The domains or personas that the binding may give: the one that it names, or all."""
    wanted = binding.get(kind)
    found = [(path, each) for path, each in file.sections[f"{kind}s"] if "name" in each]
    return found if wanted is None else [(path, each) for path, each in found if each["name"] == wanted]


def _repeated(file: Sound) -> Iterator[Found]:
    seen: dict[tuple[object, ...], Path] = {}
    for path, each in file.sections["bindings"]:
        name = each.get("group", each.get("pattern"))
        if name is None:
            continue
        key = (folded(name), each.get("domain"), "pattern" in each)
        if key in seen:
            yield path, f"bindings[{seen[key][1]}] is the same group and domain", _FIRST_WINS
        seen.setdefault(key, path)


def _group_ids(file: Sound) -> Iterator[Found]:
    """An id stands for one group; a pattern has no one name that the id could stand for."""
    groups: dict[str, str] = {}
    for path, each in file.sections["bindings"]:
        if "group_id" not in each:
            continue
        if "pattern" in each:
            yield (*path, "group_id"), "a pattern has no one group", "remove it, or bind the group by its name"
        elif "group" in each:
            name = groups.setdefault(folded(each["group_id"]), each["group"])
            if folded(name) != folded(each["group"]):
                yield (*path, "group_id"), f"is the id of group {name!r} already", "give each group its own id"
