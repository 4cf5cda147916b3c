"""Whether a studio.yaml has the right shape, in the words of somebody who edits it, and what of it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from concierge.catalog.problems import Found, Path
from concierge.catalog.schema import SCHEMA

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sound:
    """What of a studio.yaml has the right shape; fields that do not are left out, the others keep their paths.

    names:    what is declared in each section, of elements with mistakes too; None if the section cannot be read, so
              that nobody can say what is not in it.
    removals, login: the sections of those names, which are no lists.
    """

    sections: Mapping[str, tuple[tuple[Path, Json], ...]]
    names: Mapping[str, tuple[str, ...] | None]
    removals: Json
    login: Json
    mistaken: frozenset[Path]

    def is_whole(self, path: Path) -> bool:
        """Whether nothing was left out of this element."""
        return path not in self.mistaken


def mistakes_of_shape(root: Any) -> Iterator[Found]:
    """Everything in which the file differs from the JSON Schema."""
    for error in Draft202012Validator(SCHEMA).iter_errors(root):
        yield from _explained(error)


def sound(root: Any, mistaken: Iterable[Path]) -> Sound:
    """The part of `root` on which no mistake lies."""
    top: Json = root if isinstance(root, dict) else {}
    wrong = frozenset(mistaken)
    sections: dict[str, tuple[tuple[Path, Json], ...]] = {}
    names: dict[str, tuple[str, ...] | None] = {}
    for section in ("directories", "calendars", "domains", "lifecycle_configs", "personas", "bindings"):
        optional = section not in SCHEMA["required"]
        found = top.get(section, [] if optional else None)
        elements = [(each, (section, i)) for i, each in enumerate(found or ()) if isinstance(each, dict)]
        sections[section] = tuple((path, _without(each, path, wrong)) for each, path in elements)
        named = tuple(each["name"] for each, _ in elements if isinstance(each.get("name"), str))
        names[section] = named if isinstance(found, list) else None
    removals, login = (_kept(top, name, wrong) for name in ("removals", "login"))
    return Sound(sections, names, removals, login, frozenset(path[:2] for path in wrong))


def _kept(top: Json, name: str, wrong: frozenset[Path]) -> Json:
    """A section that is no list, without what is wrong in it."""
    found = top.get(name)
    return _without(found, (name,), wrong) if isinstance(found, dict) else {}


def _without(value: Json, path: Path, wrong: frozenset[Path]) -> Json:
    """The mapping without what is wrong in it; a list goes as a whole, so that the others keep their index."""
    kept: dict[str, Any] = {}
    for key, each in value.items():
        at = (*path, key)
        if at in wrong or (isinstance(each, list) and any(one[: len(at)] == at for one in wrong)):
            continue
        kept[key] = _without(each, at, wrong) if isinstance(each, dict) else each
    return kept


def close_or_all(name: str, known: Iterable[str]) -> str:
    """The remedy for a name that does not exist."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(names) or 'none'}"


def _explained(error: ValidationError) -> list[Found]:
    """jsonschema's verdict on one value; several, where several keys are missing or unknown."""
    path: Path = tuple(error.absolute_path)
    schema: Any = error.schema
    value: Any = error.instance
    if "propertyNames" in error.schema_path:
        return [((*path, value), f"{_shown(value)} does not fit", schema["description"])]
    match error.validator:
        case "additionalProperties":
            known = schema["properties"]
            unknown = [name for name in value if name not in known]
            return [((*path, name), f"{name} is not known here", close_or_all(name, known)) for name in unknown]
        case "required":
            missing = [name for name in schema["required"] if name not in value]
            return [(path, f"{name} is missing", _to_add(name, schema)) for name in missing]
        case _:
            return [(path, *_message_and_remedy(error, value, schema.get("description", "")))]


def _message_and_remedy(error: ValidationError, value: Any, meaning: str) -> tuple[str, str]:
    rule: Any = error.validator_value
    match error.validator:
        case "type":
            message, remedy = _wrong_type(value, rule, meaning)
        case "enum":
            message, remedy = f"{_shown(value)} is not known", close_or_all(str(value), rule)
        case "pattern":
            typo = f"did you mean ml.{value[3:]}? " if value.startswith("m1.") else ""
            message, remedy = f"{_shown(value)} does not fit", f"{typo}{meaning}"
        case "maxItems" | "maxProperties":
            message, remedy = f"has {len(value)} entries, of at most {rule}", meaning
        case "maxLength":
            message, remedy = f"has {len(value)} characters, of at most {rule}", meaning
        case "minimum" | "maximum":
            which = "less than the minimum" if error.validator == "minimum" else "greater than the maximum"
            message, remedy = f"{_shown(value)} is {which} of {rule}", meaning
        case "minItems":
            message, remedy = "is empty", meaning
        case _:
            message, remedy = error.message, meaning
    return message, remedy


def _shown(value: Any) -> str:
    """The value as in the file, cut to what a line can hold."""
    match value:
        case bool():
            text = str(value).lower()
        case Decimal():
            text = str(value)
        case _:
            text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _to_add(name: str, schema: Json) -> str:
    return f"add {name}: {schema['properties'][name].get('description', '')}"


def _wrong_type(value: Any, rule: str | list[str], meaning: str) -> tuple[str, str]:
    wanted = rule if isinstance(rule, str) else " or ".join(rule)
    if value is None:
        return "is empty", f"give it a value, or remove it: {meaning}"
    match wanted:
        case "string" if isinstance(value, bool | int | Decimal):
            remedy = f"put it in quotes: {meaning}"
        case "integer" if isinstance(value, str) and value.isdigit():
            remedy = f"without quotes: {meaning}"
        case _:
            remedy = meaning
    return f"{_shown(value)} is not of type {wanted}", remedy
