"""YAML as plain values that remember where they stand in the file.

PyYAML rather than ruamel.yaml: its composer already gives nodes with marks, moto brings it anyway, and
writing YAML back, which ruamel is for, is never needed. Its constructor is not used, so YAML 1.1
cannot turn `no` into False or an account id that begins with 0 into an octal number without anybody noticing.
"""

from __future__ import annotations

from dataclasses import dataclass

import yaml

_DEEPEST = 20  # levels of lists and mappings


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written; a block of text (| or >) counts as quoted."""

    text: str
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


Value = Scalar | Sequence | Mapping


class UnreadableYaml(Exception):
    """The text is not YAML; `mark` says where the parser gave up."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.mark = mark


def parse(text: str) -> Value:
    """Raises UnreadableYaml for text that is not one YAML document with plain string keys."""
    try:
        _refuse_what_is_not_plain(text)
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


def _refuse_what_is_not_plain(text: str) -> None:
    """Aliases could multiply or contain themselves, tags would be ignored, and no studio.yaml nests deeply."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        mark = _mark(event)
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableYaml(f"*{event.anchor} refers to another place: write the value out here", mark)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            raise UnreadableYaml(f"{event.tag} is a YAML tag: write the plain value", mark)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise UnreadableYaml("nested too deeply", mark)


def _value(node: yaml.Node) -> Value:
    mark = _mark(node)
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, node.style in ("'", '"', "|", ">"), mark)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(map(_value, node.value)), mark)
    if isinstance(node, yaml.MappingNode):
        return Mapping(tuple(_entry(key, value) for key, value in node.value), mark)
    raise UnreadableYaml(f"unexpected YAML node {node.tag}", mark)


def _entry(key: yaml.Node, value: yaml.Node) -> Entry:
    if not isinstance(key, yaml.ScalarNode):
        raise UnreadableYaml("a key must be a plain word", _mark(key))
    return Entry(key.value, _mark(key), _value(value))


def _mark(found: yaml.Node | yaml.Event) -> Mark:
    start = found.start_mark
    return Mark(start.line + 1, start.column + 1) if start else Mark(1, 1)
