"""What JSON Schema cannot say, but for bindings: that names exist, and things fit together.

Each check takes what has the right shape, so that all mistakes of a file come at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from concierge.catalog.binding_checks import check_bindings
from concierge.catalog.login_checks import check_landings, check_login
from concierge.catalog.night_checks import check_night
from concierge.catalog.problems import Found, Path, spelled
from concierge.catalog.schema_parts import TAG_MEANING
from concierge.catalog.shape import Json, Sound, close_or_all
from concierge.model import LOGIN_TAG, OWNERSHIP_TAG, PERSON_TAG
from concierge.names import folded

RESERVED_TAGS = (LOGIN_TAG, PERSON_TAG, "domain", "persona", OWNERSHIP_TAG)
_OWN_NAME = "give it a name of its own"


def check(file: Sound) -> Iterator[Found]:
    """All mistakes in what has the right shape."""
    yield from _directories(file)
    yield from _removals(file.removals)
    yield from check_login(file)
    yield from check_night(file)
    for section in ("calendars", "domains", "personas", "lifecycle_configs"):
        yield from _unique((each.get("name"), (*path, "name")) for path, each in file.sections[section])
    yield from _domains(file)
    for path, each in file.sections["lifecycle_configs"]:
        if file.is_whole(path) and ("script_file" in each) == ("script_files" in each):
            yield path, "needs exactly one of script_file and script_files", "name one file, or a list of several"
    for path, persona in file.sections["personas"]:
        yield from _persona(file, persona, path)
    yield from check_bindings(file)
    for section in ("domains", "personas", "bindings"):
        for path, each in file.sections[section]:
            yield from _tags(each, (*path, "tags"))


def _unique(named: Iterator[tuple[str | None, Path]]) -> Iterator[Found]:
    seen: dict[str, Path] = {}
    for name, path in named:
        if name is None:
            continue
        if folded(name) in seen:
            yield path, f"{name!r} is {spelled(seen[folded(name)])} already", _OWN_NAME
        seen.setdefault(folded(name), path)


def _directories(file: Sound) -> Iterator[Found]:
    """A name or id of two directories would leave it to their order whose login ids count."""
    yield from _unique(
        (name, (*path, *key))
        for path, each in file.sections["directories"]
        for name, key in (
            (each.get("name"), ("name",)),
            *((one, ("ids", index)) for index, one in enumerate(each.get("ids", ()))),
        )
    )
    stores: dict[str, Path] = {}
    for path, each in file.sections["directories"]:
        store = each.get("identity_store", {}).get("id")
        if store in stores:
            message = f"is the identity store of {spelled(stores[store])} already"
            yield (*path, "identity_store", "id"), message, "give both names to one directory, with ids"
        if store is not None:
            stores.setdefault(store, path)
        yield from _one_way_to_read(file, each, path)


def _one_way_to_read(file: Sound, directory: Json, path: Path) -> Iterator[Found]:
    if "ldap" in directory and "identity_store" in directory:
        yield (*path, "identity_store"), "ldap says already how it is read", "keep one of ldap and identity_store"
    elif "canary" in directory and not {"ldap", "identity_store"} & directory.keys() and file.is_whole(path):
        yield (*path, "canary"), "nobody reads this directory", "add ldap or identity_store, or remove it"


def _removals(removals: Json) -> Iterator[Found]:
    floor, most = removals.get("floor"), removals.get("most")
    if floor is not None and most is not None and floor > most:
        message = f"{floor} is more than most, {most}, which is never exceeded"
        yield ("removals", "floor"), message, "make it smaller, or most larger"


def _domains(file: Sound) -> Iterator[Found]:
    places: dict[tuple[str, str, str], Path] = {}
    for path, each in file.sections["domains"]:
        if {"account", "region", "domain_id"} <= each.keys():
            place = (each["account"], each["region"], each["domain_id"])
            if place in places:
                yield (*path, "domain_id"), f"is the same domain as {spelled(places[place])}", "remove one of them"
            places.setdefault(place, path)
        if "spoke_role" in each:
            yield from _spoke(file, each, path)
        elif "external_id" in each and file.is_whole(path):
            yield (*path, "external_id"), "there is no spoke_role that asks for it", "add spoke_role, or remove it"


def _spoke(file: Sound, domain: Json, path: Path) -> Iterator[Found]:
    if "external_id" not in domain and file.is_whole(path):
        remedy = "add external_id, as the role's trust policy asks for it"
        yield (*path, "spoke_role"), "a spoke role needs an external_id", remedy
    account = domain["spoke_role"].split(":")[4]
    if account != domain.get("account", account):
        message = f"the role is in account {account}, the domain in {domain['account']}"
        yield (*path, "spoke_role"), message, "name a role in the domain's account"


def _persona(file: Sound, persona: Json, path: Path) -> Iterator[Found]:
    idle = persona.get("idle", {})
    idle_minutes, lifetime = idle.get("idle_minutes"), idle.get("max_lifetime_minutes")
    if idle_minutes and lifetime and lifetime <= idle_minutes:
        message = f"{lifetime} is not more than idle_minutes, {idle_minutes}"
        yield (*path, "idle", "max_lifetime_minutes"), message, "make it longer, or leave one of them out"
    known = file.names["lifecycle_configs"]
    for index, name in enumerate(persona.get("lifecycle_configs", ())):
        if known is not None and name not in known:
            message = f"there is no lifecycle configuration {name!r}"
            yield (*path, "lifecycle_configs", index), message, close_or_all(name, known)
    for part in ("spaces", "landings"):
        yield from _unique(
            (each.get("name"), (*path, part, index, "name")) for index, each in enumerate(persona.get(part, ()))
        )
    yield from check_landings(persona, path)


def _tags(element: Json, path: Path) -> Iterator[Found]:
    """IAM compares tag keys without case, so `Persona` would be a second `persona`."""
    seen: dict[str, str] = {}
    for key, value in element.get("tags", {}).items():
        name = folded(key)
        if name in RESERVED_TAGS:
            yield (*path, key), "this tag is set by itself", "remove it"
        elif name in seen:
            yield (*path, key), f"differs from {seen[name]!r} in case only", "remove one of them"
        seen.setdefault(name, key)
        if not (_is_tag_text(key) and _is_tag_text(value)):
            yield (*path, key), f"{key!r}: {value!r} does not fit", f"a tag holds {TAG_MEANING}"


def _is_tag_text(text: str) -> bool:
    """Of what is not ASCII, which the schema checks, AWS takes letters, numbers and spaces."""
    return all(each.isascii() or unicodedata.category(each)[0] in "LNZ" for each in text)
