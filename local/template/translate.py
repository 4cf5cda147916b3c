"""A SAM template -> plain CloudFormation, with the code taken straight from the source folders."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """Plain CloudFormation, and the source folder behind each key that the template now names as its code."""

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
        key = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}.get(
            resource["Type"]
        )
        if key is not None:
            folder = path.parent / resource["Properties"][key]
            if not folder.is_dir():
                raise FileNotFoundError(f"{name}: {key} names {folder}, which is no folder")
            sources[name] = folder
            resource["Properties"][key] = f"s3://{bucket}/{name}"
    if "Transform" in template:
        template = transform(template, dict(parameters), _ShippedManagedPolicies())
    return Translated(template=template, sources=sources)


def placeholder_zip() -> bytes:
    """Code for moto to keep: what runs is the source folder itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("README", "The local stack runs functions from their source folders.")
    return buffer.getvalue()
