"""studio.yaml -> compiled JSON. For the command line, the local stack and tests; no Lambda imports this."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path as File
from typing import Any

from concierge.catalog.attached_files import Read, joined, read_certificates, read_policy, read_script
from concierge.catalog.binding_checks import never_used
from concierge.catalog.checks import RESERVED_TAGS, check
from concierge.catalog.load import FORMAT, load
from concierge.catalog.login_checks import groups_of_no_binding
from concierge.catalog.model import Domain
from concierge.catalog.night import native_idle
from concierge.catalog.night_checks import tags_of_the_night
from concierge.catalog.plain import Plain, plain
from concierge.catalog.problems import CatalogErrors, Found, Path, Problem, spelled
from concierge.catalog.shape import Json, Sound, mistakes_of_shape, sound
from concierge.catalog.yaml_nodes import Mark, UnreadableYaml, parse

_IDENTITY_OF_A_DOMAIN = ("name", "account", "region", "domain_id")


def compile_file(path: File) -> bytes:
    """Canonical JSON of a studio.yaml and the files that it names; raises CatalogErrors with all mistakes at once.

    Only whether a binding is ever used, and a group or a tag ever given, is asked last, of a file that is right
    otherwise.
    """
    file = _read(path)
    wrong = [*file.mistakes, *mistakes_of_shape(file.root)]
    rest = sound(file.root, (at for at, _, _ in wrong))
    attached, complaints = _attached(rest, path.parent)
    _stop_if_any([*wrong, *check(rest), *complaints], path, file)
    compiled = (json.dumps(_resolved(file, attached), sort_keys=True, separators=(",", ":")) + "\n").encode()
    catalog = load(compiled)
    unheard = [*never_used(catalog), *groups_of_no_binding(catalog), *tags_of_the_night(catalog, RESERVED_TAGS)]
    _stop_if_any(unheard, path, file)
    return compiled


def _read(path: File) -> Plain:
    try:
        return plain(parse(path.read_text(encoding="utf-8")))
    except UnreadableYaml as error:
        raise CatalogErrors([_problem(path, error.mark, (), str(error), "mend the YAML")]) from error
    except OSError as error:
        raise CatalogErrors([_problem(path, Mark(1, 1), (), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise CatalogErrors([_problem(path, Mark(1, 1), (), "is not UTF-8", "save it as UTF-8")]) from error


def _attached(file: Sound, folder: File) -> tuple[dict[Path, str], list[Found]]:
    """The contents of the files that are named, by the place that names them, and what is wrong with them."""
    domains = [
        Domain(**{key: each[key] for key in _IDENTITY_OF_A_DOMAIN})
        for _, each in file.sections["domains"]
        if each.keys() >= set(_IDENTITY_OF_A_DOMAIN)
    ]
    read: dict[Path, Read] = {}
    for path, each in file.sections["directories"]:
        if "ca_file" in each.get("ldap", ()):
            read[*path, "ldap", "ca_file"] = read_certificates(folder, each["ldap"]["ca_file"])
    for path, each in file.sections["lifecycle_configs"]:
        if "script_file" in each:
            read[*path, "script_file"] = read_script(folder, each["script_file"])
        for index, name in enumerate(each.get("script_files", ())):
            read[*path, "script_files", index] = read_script(folder, name)
        if names := each.get("script_files"):
            parts = [read[*path, "script_files", index] for index in range(len(names))]
            read[*path, "script_files"] = joined(names, parts)
    for path, each in file.sections["personas"]:
        if "policy_file" in each:
            read[*path, "policy_file"] = read_policy(folder, each["policy_file"], domains)
    complaints = [(path, *complaint) for path, (_, found) in read.items() for complaint in found]
    return {path: text for path, (text, _) in read.items()}, complaints


def _resolved(file: Plain, attached: dict[Path, str]) -> dict[str, Any]:
    """The compiled form of a file without mistakes: defaults and files filled in."""
    root: Json = file.root
    return {
        "format": FORMAT,
        "version": root["version"],
        "directories": [
            _directory(each, attached.get(("directories", index, "ldap", "ca_file")))
            for index, each in enumerate(root["directories"])
        ],
        "calendars": [{"holidays": [], **each} for each in root.get("calendars", ())],
        "domains": list(map(_domain, root["domains"])),
        "lifecycle_configs": [
            {
                "name": each["name"],
                "app_type": each["app_type"],
                "script": attached[
                    "lifecycle_configs", index, "script_files" if "script_files" in each else "script_file"
                ],
            }
            for index, each in enumerate(root.get("lifecycle_configs", ()))
        ],
        "personas": [
            _persona(each, attached.get(("personas", index, "policy_file")))
            for index, each in enumerate(root["personas"])
        ],
        "bindings": [
            {**each, "line": file.places["bindings", index].line} for index, each in enumerate(root["bindings"])
        ],
        "grace_days": root.get("offboarding", {}).get("grace_days", 30),
        "login": {"while_held": "refuse", "just_in_time": None, **root.get("login", {})},
        "removals": {"floor": 5, "share_percent": 10, "most": 50, "window_minutes": 60, **root.get("removals", {})},
        "night": {
            "keep_alive_tag": "studio-keep-until",
            "keep_alive_days": 14,
            "required_tags": [],
            **root.get("night", {}),
        },
        "prices": _prices(root.get("prices", {})),
    }


def _directory(found: Json, ca: str | None) -> dict[str, Any]:
    directory = {"ids": [], "login_id": "sam", **found}
    if "ldap" in found:
        kept = {key: each for key, each in found["ldap"].items() if key != "ca_file"}
        directory["ldap"] = {"port": 636, **kept, "ca": ca}
    return directory


def _domain(found: Json) -> dict[str, Any]:
    if "idle" not in found:
        return {**found}
    idle = found["idle"]
    native = native_idle(idle["idle_minutes"], idle.get("least_idle_minutes"), idle.get("most_idle_minutes"))
    return {**found, "idle": asdict(native)}


def _prices(found: Json) -> dict[str, Any]:
    """Prices as text, because a JSON number would be read as the nearest binary fraction."""
    hourly = {instance_type: str(price) for instance_type, price in found.get("hourly", {}).items()}
    return {"currency": found.get("currency", "USD"), "hourly": hourly}


def _persona(found: Json, policy: str | None) -> dict[str, Any]:
    return {
        "name": found["name"],
        "role_scope": found.get("role_scope", "user"),
        "managed_policies": found.get("managed_policies", []),
        "inline_policy": policy,
        "lifecycle_configs": found.get("lifecycle_configs", []),
        "spaces": [{"storage_gb": 5, **each} for each in found.get("spaces", ())],
        "idle": found.get("idle", {}),
        "instance_types": found.get("instance_types", []),
        "tags": found.get("tags", {}),
        "session_minutes": found.get("session_minutes", 480),
        "landings": [_landing(each) for each in found.get("landings", ())],
    }


def _landing(found: Json) -> dict[str, Any]:
    return {"name": found["name"], "app": found.get("app", ""), "space": found.get("space", "")}


def _stop_if_any(mistakes: Iterable[Found], path: File, file: Plain) -> None:
    problems = [_problem(path, _place(at, file), at, message, remedy) for at, message, remedy in mistakes]
    if problems:
        raise CatalogErrors(problems)


def _place(at: Path, file: Plain) -> Mark:
    """The place of the path, or of the nearest thing around it that the file has."""
    while at not in file.places:
        at = at[:-1]
    return file.places[at]


def _problem(path: File, mark: Mark, at: Path, message: str, remedy: str = "") -> Problem:
    return Problem(str(path), mark.line, mark.column, spelled(at), message, remedy)
