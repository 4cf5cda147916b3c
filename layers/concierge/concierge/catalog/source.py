"""studio.yaml -> compiled JSON. For the command line, the local stack and tests; no Lambda imports this."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path as File
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from concierge.catalog import checks
from concierge.catalog.load import FORMAT
from concierge.catalog.plain import Path, Places, plain
from concierge.catalog.problems import CatalogErrors, Problem
from concierge.catalog.schema import SCHEMA
from concierge.catalog.yaml_nodes import Mark, UnreadableYaml, parse

MAX_SCRIPT = 16_384  # characters of base64 (CreateStudioLifecycleConfig, API reference)
MAX_POLICY = 10_240  # characters of all inline policies of a role, without white space (IAM quotas)


def compile_file(path: File) -> bytes:
    """Canonical JSON of a studio.yaml and the files that it names; raises CatalogErrors with all mistakes at once."""
    return _Compiler(path).compiled()


class _Compiler:
    def __init__(self, path: File) -> None:
        self._path = path
        self._problems: list[Problem] = []
        self._places: Places = {}

    def compiled(self) -> bytes:
        root = self._read()
        self._note((_path(error), *_explained(error)) for error in Draft202012Validator(SCHEMA).iter_errors(root))
        self._stop_if_wrong()
        self._note(checks.check(root))
        compiled = self._resolved(root)
        self._stop_if_wrong()
        return (json.dumps(compiled, sort_keys=True, separators=(",", ":")) + "\n").encode()

    def _read(self) -> Any:
        try:
            value = parse(self._path.read_text(encoding="utf-8"))
        except UnreadableYaml as error:
            raise CatalogErrors([self._problem("(file)", error.mark, str(error), "mend the YAML")]) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogErrors([self._problem("(file)", Mark(1, 1), str(error), "give a readable file")]) from error
        root, self._places, repeated = plain(value)
        self._note((path, "this key is there twice", "remove one of them") for path in repeated)
        return root

    def _resolved(self, root: dict[str, Any]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": root["version"],
            "directories": [{"ids": [], "login_id": "sam", **each} for each in root["directories"]],
            "domains": root["domains"],
            "lifecycle_configs": [
                {
                    "name": each["name"],
                    "app_type": each["app_type"],
                    "script": self._script(each["script_file"], ("lifecycle_configs", index, "script_file")),
                }
                for index, each in enumerate(root.get("lifecycle_configs", ()))
            ],
            "personas": [self._persona(each, index) for index, each in enumerate(root["personas"])],
            "bindings": [
                {**each, "line": self._places["bindings", index].line} for index, each in enumerate(root["bindings"])
            ],
        }

    def _persona(self, found: dict[str, Any], index: int) -> dict[str, Any]:
        file = found.get("policy_file")
        return {
            "name": found["name"],
            "role_scope": found.get("role_scope", "user"),
            "managed_policies": found.get("managed_policies", []),
            "inline_policy": self._policy(file, ("personas", index, "policy_file")) if file else None,
            "lifecycle_configs": found.get("lifecycle_configs", []),
            "spaces": [{"storage_gb": 5, **each} for each in found.get("spaces", ())],
            "idle": found.get("idle", {}),
            "instance_types": found.get("instance_types", []),
            "tags": found.get("tags", {}),
            "session_minutes": found.get("session_minutes", 480),
        }

    def _script(self, name: str, path: Path) -> str:
        text = self._file(name, path)
        if "\r" in text:
            self._note([(path, f"{name} has Windows line ends, which break the script", "save it with LF")])
        elif text and not text.startswith("#!"):
            self._note([(path, f"{name} does not start with #!", "begin it with #!/bin/bash")])
        size = len(base64.b64encode(text.encode()))
        if size > MAX_SCRIPT:
            self._note([(path, f"{name} is {size} characters in base64, of at most {MAX_SCRIPT}", "shorten it")])
        return text

    def _policy(self, name: str, path: Path) -> str:
        text = self._file(name, path)
        try:
            document = json.loads(text or "{}")
        except ValueError as error:
            self._note([(path, f"{name} is not JSON: {error}", "mend it")])
            return ""
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
        if not isinstance(document, dict) or not {"Version", "Statement"} <= set(document):
            self._note([(path, f"{name} is not an IAM policy", "it needs Version and Statement")])
        if len(canonical) > MAX_POLICY:
            self._note([(path, f"{name} is {len(canonical)} characters, of at most {MAX_POLICY}", "shorten it")])
        return canonical

    def _file(self, name: str, path: Path) -> str:
        """The text of a file beside studio.yaml; as bytes, so that line ends are what they are."""
        try:
            return (self._path.parent / name).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._note([(path, f"cannot read {name}: {error}", "the path is relative to this file")])
            return ""

    def _note(self, found: Iterable[checks.Found]) -> None:
        for path, message, remedy in found:
            field = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
            self._problems.append(self._problem(field or "(file)", self._place(path), message, remedy))

    def _place(self, path: Path) -> Mark:
        """The place of the path, or of the nearest thing around it that the file has."""
        while path not in self._places and path:
            path = path[:-1]
        return self._places.get(path, Mark(1, 1))

    def _problem(self, field: str, mark: Mark, message: str, remedy: str) -> Problem:
        return Problem(str(self._path), mark.line, mark.column, field, message, remedy)

    def _stop_if_wrong(self) -> None:
        if self._problems:
            raise CatalogErrors(self._problems)


def _path(error: ValidationError) -> Path:
    """Where the mistake is; for an unknown key, the key itself."""
    path: Path = tuple(error.absolute_path)
    schema: Any = error.schema
    if error.validator == "additionalProperties" and "properties" in schema:
        value: Any = error.instance
        return (*path, next(name for name in value if name not in schema["properties"]))
    return path


def _explained(error: ValidationError) -> tuple[str, str]:
    """jsonschema's verdict in the words of somebody who edits the file: message and remedy."""
    schema: Any = error.schema
    value: Any = error.instance
    rule: Any = error.validator_value
    meaning = schema.get("description", "")
    match error.validator:
        case "additionalProperties":
            return _unknown_key(value, list(schema.get("properties", ())))
        case "required":
            missing = [name for name in rule if name not in value]
            return f"{', '.join(missing)} is missing", f"needed here: {', '.join(rule)}"
        case "type":
            quotes = ", put it in quotes" if rule == "string" and isinstance(value, int) else ""
            return f"{value!r} is not of type {rule}", f"{meaning}{quotes}"
        case "enum":
            close = get_close_matches(str(value), rule, n=1)
            one_of = f"one of {', '.join(map(str, rule))}"
            return f"{value!r} is not known", f"did you mean {close[0]!r}?" if close else one_of
        case "pattern":
            typo = " Did you mean ml.?" if str(value).startswith("m1.") else ""
            return f"{value!r} does not fit", f"{meaning}{typo}"
        case _:
            return error.message, meaning


def _unknown_key(value: dict[str, Any], known: list[str]) -> tuple[str, str]:
    names = [name for name in value if name not in known]
    close = [match for name in names for match in get_close_matches(name, known, n=1)]
    remedy = f"did you mean {', '.join(close)}?" if close else f"known here: {', '.join(known)}"
    return f"{', '.join(names)} is not known here", remedy
