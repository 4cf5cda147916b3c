"""CloudFormation's intrinsic functions, resolved against what is deployed so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

NO_VALUE = object()  # what AWS::NoValue leaves behind; removed from the list or mapping that holds it

_SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


class UnsupportedIntrinsic(Exception):
    """The template uses a function that the local stack does not resolve."""


@dataclass
class Scope:
    """Parameters and pseudo parameters, conditions and mappings, and the resources that exist already."""

    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """The value with every function applied; raises KeyError for an unknown name."""
        if isinstance(value, list):
            resolved = (self.resolve(item) for item in value)
            return [item for item in resolved if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
            if name.startswith("Fn::"):
                raise UnsupportedIntrinsic(f"{name} is not resolved by the local stack")
        fields = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in fields if item is not NO_VALUE}

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        return bool(self.resolve(self.conditions[name]))

    def ref(self, name: str) -> Any:
        """What Ref gives."""
        if name == "AWS::NoValue":
            return NO_VALUE
        return self.references[name] if name in self.references else self.parameters[name]

    def attribute(self, path: str | list[str]) -> Any:
        """What Fn::GetAtt gives."""
        name, key = path.split(".", 1) if isinstance(path, str) else path
        return self.attributes[name][key]

    def substitute(self, argument: Any) -> str:
        """What Fn::Sub gives."""
        text, local = (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))

        def one(found: re.Match[str]) -> str:
            name = found[1]
            if name in local:
                return str(local[name])
            return str(self.attribute(name) if "." in name else self.ref(name))

        return _SUBSTITUTION.sub(one, text).replace("${!", "${")

    def choose(self, argument: list[Any]) -> Any:
        """What Fn::If gives."""
        name, then, otherwise = argument
        return self.resolve(then if self.condition(name) else otherwise)


def names_in(value: Any) -> Iterator[str]:
    """Every logical name that the value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from names_in(item)
    elif isinstance(value, dict):
        for key, argument in value.items():
            if key == "Ref":
                yield argument
            elif key == "Fn::GetAtt":
                yield argument.split(".", 1)[0] if isinstance(argument, str) else argument[0]
            elif key == "Fn::Sub":
                text = argument if isinstance(argument, str) else argument[0]
                yield from (name.split(".", 1)[0] for name in _SUBSTITUTION.findall(text))
                yield from names_in([] if isinstance(argument, str) else argument[1])
            else:
                yield from names_in(argument)


def _equal(scope: Scope, argument: list[Any]) -> bool:
    one, other = scope.resolve(argument)
    return str(one) == str(other)


def _select(scope: Scope, argument: list[Any]) -> Any:
    return scope.resolve(argument[1])[int(argument[0])]


def _find(scope: Scope, argument: list[Any]) -> Any:
    table, row, column = scope.resolve(argument)
    return scope.mappings[table][row][column]


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Ref": lambda scope, argument: scope.ref(argument),
    "Condition": lambda scope, argument: (
        scope.condition(argument) if isinstance(argument, str) else {"Condition": scope.resolve(argument)}
    ),
    "Fn::GetAtt": lambda scope, argument: scope.attribute(argument),
    "Fn::Sub": lambda scope, argument: scope.substitute(argument),
    "Fn::Join": lambda scope, argument: argument[0].join(str(item) for item in scope.resolve(argument[1])),
    "Fn::If": lambda scope, argument: scope.choose(argument),
    "Fn::Equals": _equal,
    "Fn::Not": lambda scope, argument: not scope.resolve(argument[0]),
    "Fn::And": lambda scope, argument: all(scope.resolve(item) for item in argument),
    "Fn::Or": lambda scope, argument: any(scope.resolve(item) for item in argument),
    "Fn::Split": lambda scope, argument: scope.resolve(argument[1]).split(argument[0]),
    "Fn::Select": _select,
    "Fn::FindInMap": _find,
}
