"""The template's parameters: given values, defaults, and whether they are allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse


class WrongParameter(ValueError):
    """A value that CloudFormation would refuse."""


def resolved(template: Path, given: Mapping[str, str], offered: Mapping[str, str] | None = None) -> dict[str, str]:
    """A value for each parameter of the template; raises WrongParameter, naming it and the constraint.

    offered: what the stack knows by itself; used where nothing is given, and only if the template has the parameter.
    """
    declared: Mapping[str, Mapping[str, Any]] = yaml_parse(template.read_text(encoding="utf-8")).get("Parameters", {})
    if strangers := sorted(set(given) - set(declared)):
        raise WrongParameter(f"the template has no parameter {', '.join(strangers)}; it has {', '.join(declared)}")
    given = {**(offered or {}), **given}
    values = {}
    for name, rules in declared.items():
        if name not in given and "Default" not in rules:
            raise WrongParameter(f"parameter {name} has no value: {rules.get('Description', '')}")
        value = str(given.get(name, rules.get("Default")))
        _require(name, value, rules)
        values[name] = value
    return values


def typed(template: Path, values: Mapping[str, str]) -> dict[str, str | list[str]]:
    """What Ref gives for each: lists for the parameters that are lists."""
    declared: Mapping[str, Mapping[str, Any]] = yaml_parse(template.read_text(encoding="utf-8")).get("Parameters", {})
    return {
        name: [each.strip() for each in value.split(",")] if _is_list(declared[name]) else value
        for name, value in values.items()
    }


def _is_list(rules: Mapping[str, Any]) -> bool:
    kind = str(rules.get("Type", ""))
    return kind == "CommaDelimitedList" or kind.startswith("List<")


def _require(name: str, value: str, rules: Mapping[str, Any]) -> None:
    allowed = [str(each) for each in rules.get("AllowedValues", ())]
    if allowed and value not in allowed:
        raise WrongParameter(f"parameter {name} is {value!r}; it must be one of {', '.join(allowed)}")
    shortest, longest = int(rules.get("MinLength", 0)), int(rules.get("MaxLength", len(value)))
    if not shortest <= len(value) <= longest:
        raise WrongParameter(f"parameter {name} has {len(value)} characters; it must have {shortest} to {longest}")
    pattern = rules.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        must = rules.get("ConstraintDescription", f"must match {pattern}")
        raise WrongParameter(f"parameter {name} is {value!r}; it {must}")
    if rules.get("Type") == "Number":
        least, most = rules.get("MinValue", value), rules.get("MaxValue", value)
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise WrongParameter(f"parameter {name} is {value!r}; it must be a number")
        if not float(least) <= float(value) <= float(most):
            raise WrongParameter(f"parameter {name} is {value}; it must be {least} to {most}")
