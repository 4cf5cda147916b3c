"""Answers of AWS as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def plain(answer: Mapping[str, Any]) -> dict[str, object]:
    """An answer as JSON values, with times in ISO 8601 and without what is about the call itself."""
    kept = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    found: dict[str, object] = json.loads(json.dumps(kept, default=_text))
    return found


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
