"""Request validation from botocore's own service model, in the words that AWS uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

# Python has no \p{...}. \w is letters, digits and the underscore, which the only pattern with these classes allows.
_UNICODE_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": "",
    r"\p{Z}": r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


@cache
def model() -> ServiceModel:
    """SageMaker's operations and shapes."""
    return botocore.session.get_session().get_service_model("sagemaker")


def problems(operation: str, request: Mapping[str, Any]) -> str:
    """AWS's own message for all that is wrong, or nothing."""
    shape = model().operation_model(operation).input_shape
    found = [] if shape is None else list(_checked(shape, request, ""))
    found = found or list(_tags(request))
    if not found:
        return ""
    plural = "s" if len(found) > 1 else ""
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def _checked(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """`path` ends in a dot, but at the root."""
    at = path.removesuffix(".")
    if isinstance(shape, StructureShape):
        yield from _members(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _size(shape, value, at)
        for index, item in enumerate(value):
            yield from _checked(shape.member, item, f"{path}{index + 1}.member.")
    elif isinstance(shape, MapShape):
        yield from _size(shape, value, at)
        for key, item in value.items():
            yield from _checked(shape.value, item, f"{path}{key}.")
    elif isinstance(shape, StringShape):
        yield from _text(shape, value, at)
    elif shape.type_name in ("integer", "long"):
        yield from _between(shape, value, value, at, "Member must have value")


def _members(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _failed("null", f"{path}{_camel(name)}", "Member must not be null")
    for name, item in value.items():
        if name in shape.members and item is not None:
            yield from _checked(shape.members[name], item, f"{path}{_camel(name)}.")


def _text(shape: StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _failed(f"'{value}'", path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _failed(f"'{value}'", path, _pattern_message(shape, pattern))
    yield from _between(shape, len(value), value, path, "Member must have length")


def _pattern_message(shape: StringShape, pattern: str) -> str:
    hint = " (Member must be a valid tag value)" if shape.name == "TagValue" else ""
    return f"Member must satisfy regular expression pattern: {pattern}{hint}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """AWS means ASCII wherever it does not name Unicode's classes."""
    python = pattern
    for java, ours in _UNICODE_CLASSES.items():
        python = python.replace(java, ours)
    return re.compile(python, 0 if python != pattern else re.ASCII)


def _size(shape: Shape, value: Any, path: str) -> Iterator[str]:
    yield from _between(shape, len(value), value, path, "Member must have length")


def _between(shape: Shape, measured: int, value: Any, path: str, what: str) -> Iterator[str]:
    limits = shape.metadata
    if measured > limits.get("max", measured):
        yield _failed(f"'{value}'", path, f"{what} less than or equal to {limits['max']}")
    if measured < limits.get("min", measured):
        yield _failed(f"'{value}'", path, f"{what} greater than or equal to {limits['min']}")


def _tags(request: Mapping[str, Any]) -> Iterator[str]:
    """What the model does not say of tags: each key once, and none in AWS's own namespace."""
    tags = request.get("Tags", ())
    for key, count in Counter(tag["Key"] for tag in tags).items():
        if count > 1:
            yield _failed(f"'{key}'", "tags", "Tag keys must be unique")
        if key.lower().startswith("aws:"):
            yield _failed(f"'{key}'", "tags", "aws: prefixed tag key names are not allowed for external use")


def _failed(value: str, path: str, constraint: str) -> str:
    return f"Value {value} at '{path}' failed to satisfy constraint: {constraint}"


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]
