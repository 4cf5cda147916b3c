"""A SAM template -> plain CloudFormation, with code and definitions taken straight from where they are written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

Template = dict[str, Any]

_DEFINITION = "DefinitionUri"
_SOURCES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Serverless::StateMachine": _DEFINITION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """Plain CloudFormation, and what is behind each key of the bucket that the template now names.

    That is a folder for the code of a function or layer, and a file for the definition of a state machine.
    """

    template: Template
    sources: Mapping[str, Path]


class _ShippedManagedPolicies:
    """SAM carries the ARNs of managed policies by itself; nothing has to be asked from IAM."""

    def load(self) -> dict[str, str]:
        return {}


def translate(path: Path, parameters: Mapping[str, str], bucket: str) -> Translated:
    """As it is where it says of no transform; raises samtranslator's InvalidDocumentException for what SAM refuses."""
    template = yaml_parse(path.read_text(encoding="utf-8"))
    sources: dict[str, Path] = {}
    for name, resource in template["Resources"].items():
        key = _SOURCES.get(resource["Type"])
        written_here = key == _DEFINITION and key not in resource["Properties"]
        if key is not None and not written_here:
            sources[name] = _source(path.parent, name, key, resource["Properties"][key])
            resource["Properties"][key] = f"s3://{bucket}/{name}"
    if "Transform" in template:
        template = transform(template, dict(parameters), _ShippedManagedPolicies())
    return Translated(template=template, sources=sources)


def _source(beside: Path, name: str, key: str, named: str) -> Path:
    source = beside / named
    if key == _DEFINITION and not source.is_file():
        raise FileNotFoundError(f"{name}: {key} names {source}, which is no file")
    if key != _DEFINITION and not source.is_dir():
        raise FileNotFoundError(f"{name}: {key} names {source}, which is no folder")
    return source


def placeholder_zip() -> bytes:
    """Code for moto to keep: what runs is the source folder itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README", "The local stack runs functions from their source folders.")
    return buffer.getvalue()
