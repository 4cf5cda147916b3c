"""An event in other words: what an InputTransformer makes of it.

Source: "Amazon EventBridge input transformation" (EventBridge User Guide).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKEN = re.compile(r'<([A-Za-z0-9_.-]+)>|\\.|"', re.DOTALL)
_PATH = re.compile(r"\$((\.[\w-]+|\['[^']+'\])*)")
_STEP = re.compile(r"\.([\w-]+)|\['([^']+)'\]")

Transformer = Mapping[str, Any]


class WrongTransformer(ValueError):
    """EventBridge would refuse it, or this stack does not know what it asks for."""


def require_known(transformer: Transformer) -> None:
    """Raises WrongTransformer, naming the variable, the path or the template that is wrong."""
    paths = transformer.get("InputPathsMap", {})
    for name, path in paths.items():
        if not _PATH.fullmatch(path):
            raise WrongTransformer(f"{name} of InputPathsMap is {path!r}; it must be a path such as $.detail.reason")
    template = str(transformer["InputTemplate"])
    for found in _TOKEN.finditer(template):
        if found[1] and found[1] not in paths:
            raise WrongTransformer(f"<{found[1]}> of InputTemplate is not in InputPathsMap; it has {', '.join(paths)}")
    try:
        transformed(transformer, {})
    except ValueError as error:
        raise WrongTransformer(f"InputTemplate is neither JSON nor text in quotes: {template}") from error


def transformed(transformer: Transformer, event: Mapping[str, Any]) -> object:
    """The template with what stands at its paths filled in; raises ValueError if that is no JSON.

    In text, and for a path that leads nowhere, a value is plain text; elsewhere it is JSON.
    """
    values = {name: _at(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    return json.loads("".join(_filled(str(transformer["InputTemplate"]), values)))


def _filled(template: str, values: Mapping[str, Any]) -> Iterator[str]:
    in_text, start = False, 0
    for found in _TOKEN.finditer(template):
        yield template[start : found.start()]
        start = found.end()
        if found[0] == '"':
            in_text = not in_text
        if found[1] is None:
            yield found[0]
        elif in_text:
            value = values[found[1]]
            plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield json.dumps(plain, ensure_ascii=False)[1:-1]
        else:
            yield json.dumps(values[found[1]], ensure_ascii=False)
    yield template[start:]


def _at(path: str, event: Mapping[str, Any]) -> Any:
    """`$.detail.subject` -> what stands there, empty text for nothing."""
    found: Any = event
    for step in _STEP.finditer(path):
        name = step[1] or step[2]
        found = found.get(name, "") if isinstance(found, Mapping) else ""
    return found
