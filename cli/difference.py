"""What changes from one catalog to the next, in lines that an administrator reads before publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from concierge.catalog.model import Binding, Catalog, Prices

_NOTHING: dict[str, object] = {}


def difference(old: Catalog | None, new: Catalog) -> Iterator[str]:
    """`+` is new, `-` is gone, `~` says something else now; where a thing stands in the file only matters for order."""
    before = _NOTHING if old is None else _named(old)
    after = _named(new)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{'+' if name not in before else '-' if name not in after else '~'} {name}"
    if old is not None:
        kept = before.keys() & after.keys()
        if [each for each in before if each in kept] != [each for each in after if each in kept]:
            yield "~ order: where a group gives what another gives too, the first wins"


def _named(catalog: Catalog) -> Mapping[str, object]:
    """Everything in the catalog under a name that a person would call it by, in the order of the file."""
    return {
        **{f"directory {each.name}": each for each in catalog.directories},
        **{f"calendar {each.name}": each for each in catalog.calendars},
        **{f"domain {each.name}": each for each in catalog.domains},
        **{f"lifecycle configuration {each.name}": each for each in catalog.lifecycle_configs},
        **{f"persona {each.name}": each for each in catalog.personas},
        **{_binding_name(each): replace(each, line=0) for each in catalog.bindings},
        "offboarding": catalog.grace_days,
        "removals": catalog.removals,
        "login": catalog.login,
        "night": replace(catalog.night, prices=Prices()),
        "prices": catalog.night.prices,
    }


def _binding_name(binding: Binding) -> str:
    name = binding.group or f"pattern {binding.pattern}"
    return f"binding {name}" + (f" in {binding.domain}" if binding.domain else "")
