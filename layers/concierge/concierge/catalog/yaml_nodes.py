"""YAML as plain values that remember where they stand in the file.

PyYAML's composer gives nodes with marks; its constructor is not used, so that YAML 1.1 cannot turn `no` into False or
an account id that begins with 0 into an octal number without anybody noticing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written; `tag` is YAML's guess at its type ("int", "str", "bool", "null", "float")."""

    text: str
    tag: str
    quoted: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Value, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value."""

    key: str
    mark: Mark
    value: Value


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the order of the file; a key that is there twice is two entries."""

    entries: tuple[Entry, ...]
    mark: Mark

    def get(self, key: str) -> Entry | None:
        """The first entry of that key."""
        return next((each for each in self.entries if each.key == key), None)

    def repeated(self) -> Iterator[Entry]:
        """Entries whose key stands before them already."""
        seen: set[str] = set()
        for entry in self.entries:
            if entry.key in seen:
                yield entry
            seen.add(entry.key)


Value = Scalar | Sequence | Mapping


class UnreadableYaml(Exception):
    """The text is not YAML; `mark` says where the parser gave up."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.mark = mark


def parse(text: str) -> Value:
    """Raises UnreadableYaml for text that is not one YAML document with plain string keys."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(place.line + 1, place.column + 1) if place else Mark(1, 1)
        raise UnreadableYaml(f"not YAML: {error.problem or error.context}", mark) from error
    except yaml.YAMLError as error:
        raise UnreadableYaml(f"not YAML: {error}", Mark(1, 1)) from error
    if node is None:
        raise UnreadableYaml("the file is empty", Mark(1, 1))
    return _value(node)


def _value(node: yaml.Node) -> Value:
    mark = _mark(node)
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, node.tag.rpartition(":")[2], node.style in ("'", '"', "|", ">"), mark)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(map(_value, node.value)), mark)
    if isinstance(node, yaml.MappingNode):
        return Mapping(tuple(_entry(key, value) for key, value in node.value), mark)
    raise UnreadableYaml(f"unexpected YAML node {node.tag}", mark)


def _entry(key: yaml.Node, value: yaml.Node) -> Entry:
    if not isinstance(key, yaml.ScalarNode):
        raise UnreadableYaml("a key must be a plain word", _mark(key))
    return Entry(key.value, _mark(key), _value(value))


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)
