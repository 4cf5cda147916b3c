"""What Studio refuses, with AWS's codes."""

from __future__ import annotations


class Refused(Exception):
    """An operation that Studio refuses; `code` is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid(message: str) -> Refused:
    """The request itself is wrong, or names what cannot be used."""
    return Refused("ValidationException", message)


def in_use(message: str) -> Refused:
    """A name is taken, something is in the way, or a status does not allow it."""
    return Refused("ResourceInUse", message)


def not_found(message: str) -> Refused:
    """There is no such thing."""
    return Refused("ResourceNotFound", message)
