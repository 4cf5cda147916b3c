"""A call's parameters as the API names them, whatever the protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.core.responses import BaseResponse


def parameters(response: BaseResponse) -> dict[str, Any]:
    """JSON bodies as they are; query parameters with their lists put together; S3's bucket and key from the path."""
    body: Any = response.body or ""
    if isinstance(body, dict):  # some of moto's services parse it early
        return body
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    if text.startswith("{"):
        found = json.loads(text)
        return found if isinstance(found, dict) else {}
    return _nested({name: values[0] for name, values in response.querystring.items() if values})


def _nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key` -> {"Tags": [{"Key": …}]}."""
    root: dict[str, Any] = {}
    for name, value in flat.items():
        place = root
        *parents, last = [part for part in name.split(".") if part != "member"]
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
