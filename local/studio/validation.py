"""Request validation from botocore's own service model, in the words that AWS uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StringShape, StructureShape

_TAG_VALUE = re.compile(r"[\w .:/=+@-]*")
_UNICODE_CLASSES = re.compile(r"\\p\{[LNZM]\}")


@cache
def model() -> ServiceModel:
    """SageMaker's operations and shapes."""
    return botocore.session.get_session().get_service_model("sagemaker")


def problems(operation: str, request: Mapping[str, Any]) -> str:
    """AWS's own message for all that is wrong, or nothing."""
    shape = model().operation_model(operation).input_shape
    found = [] if shape is None else list(_checked(shape, request, ""))
    found += list(_tags(request))
    if not found:
        return ""
    plural = "s" if len(found) > 1 else ""
    return f"{len(found)} validation error{plural} detected: {'; '.join(found)}"


def _checked(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in value:
                yield _failed("null", f"{path}{_camel(name)}", "Member must not be null")
        for name, item in value.items():
            if name in shape.members:
                yield from _checked(shape.members[name], item, f"{path}{_camel(name)}.")
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield from _checked(shape.member, item, f"{path}{index + 1}.member.")
    elif isinstance(shape, StringShape):
        yield from _text(shape, value, path.rstrip("."))
    elif shape.type_name in ("integer", "long"):
        yield from _number(shape, value, path.rstrip("."))


def _text(shape: StringShape, value: str, path: str) -> Iterator[str]:
    limits = shape.metadata
    if shape.enum and value not in shape.enum:
        yield _failed(f"'{value}'", path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = limits.get("pattern")
    if pattern and not re.fullmatch(_UNICODE_CLASSES.sub(r"\\w", pattern), value):
        yield _failed(f"'{value}'", path, f"Member must satisfy regular expression pattern: {pattern}")
    if len(value) > limits.get("max", len(value)):
        yield _failed(f"'{value}'", path, f"Member must have length less than or equal to {limits['max']}")


def _number(shape: Shape, value: int, path: str) -> Iterator[str]:
    limits = shape.metadata
    if value > limits.get("max", value):
        yield _failed(f"'{value}'", path, f"Member must have value less than or equal to {limits['max']}")
    if value < limits.get("min", value):
        yield _failed(f"'{value}'", path, f"Member must have value greater than or equal to {limits['min']}")


def _tags(request: Mapping[str, Any]) -> Iterator[str]:
    for index, tag in enumerate(request.get("Tags", ())):
        if not _TAG_VALUE.fullmatch(tag["Value"]):
            yield _failed(f"'{tag['Value']}'", f"tags.{index + 1}.member.value", "Member must be a valid tag value")


def _failed(value: str, path: str, constraint: str) -> str:
    return f"Value {value} at '{path}' failed to satisfy constraint: {constraint}"


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]
