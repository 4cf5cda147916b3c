"""Behaviour put into moto's classes for the life of a stack, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_ABSENT = object()


@contextmanager
def patched(owner: type, replacements: Mapping[str, object]) -> Iterator[None]:
    """While open, the class has these methods and properties; what it had before, or had not, is restored."""
    before = {name: owner.__dict__.get(name, _ABSENT) for name in replacements}
    for name, replacement in replacements.items():
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for name, original in before.items():
            if original is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
