"""The vocabulary of the catalog's JSON Schema: kinds of values, and the patterns that several fields share."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# These expressions mean the same to Python and to the editors' JavaScript: [0-9] instead of \d, ASCII instead of \w.
NAME = r"^[a-z0-9](-*[a-z0-9]){0,62}$"  # Studio's own pattern, in lower case only
_NO_TAG_CHARACTER = r"\x00-\x1f!-*,;<>?\[-^`{-\x7f"  # AWS takes letters, digits, spaces and _ . : / = + - @
TAG_KEY = rf"^(?![aA][wW][sS]:)[^{_NO_TAG_CHARACTER}]{{1,128}}$"
TAG_VALUE = rf"^[^{_NO_TAG_CHARACTER}]{{0,256}}$"
TAG_MEANING = "letters, digits, spaces and _ . : / = + - @"
MOST_TAGS = 15  # in each of three places: with the four that are set by themselves below the 50 that Studio takes
ACCOUNT = "[0-9]{12}"
IN_ARN = "[A-Za-z0-9_+=,.@/-]+"


def object_of(description: str, required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """A mapping with these properties and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def list_of(description: str, items: Schema, **limits: int | bool) -> Schema:
    """A list of these items."""
    return {"type": "array", "description": description, "items": items, **limits}


def text(description: str, pattern: str = r"\S", longest: int = 1024) -> Schema:
    """A text that fits the pattern."""
    return {"type": "string", "description": description, "pattern": pattern, "maxLength": longest}


def whole(description: str, least: int, most: int) -> Schema:
    """A whole number."""
    return {
        "type": "integer",
        "description": f"{description}, {least} to {most}.",
        "minimum": least,
        "maximum": most,
    }


def choice(description: str, *values: str) -> Schema:
    """One of these values."""
    return {"type": "string", "description": description, "enum": list(values)}


def name(what: str) -> Schema:
    """A name as Studio's own names are."""
    return text(f"Name of the {what}: lower-case letters, digits and hyphens, at most 63.", NAME, 63)


def tags(description: str) -> Schema:
    """Tags that AWS takes."""
    return {
        "type": "object",
        "description": description,
        "propertyNames": {
            "pattern": TAG_KEY,
            "description": f"A tag's key: at most 128 {TAG_MEANING}; not beginning with aws:.",
        },
        "additionalProperties": {
            "type": "string",
            "pattern": TAG_VALUE,
            "description": f"A tag's value: at most 256 {TAG_MEANING}.",
        },
        "maxProperties": MOST_TAGS,
    }
