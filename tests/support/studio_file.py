"""A small studio.yaml without mistakes, to make mistakes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.catalog.problems import CatalogErrors
from concierge.catalog.source import compile_file

GOOD = """\
version: 1
directories:
  - name: corp.example.com
domains:
  - name: research
    account: "123456789012"
    region: eu-west-1
    domain_id: d-abcdefghijkl
lifecycle_configs:
  - {name: setup, app_type: JupyterLab, script_file: setup.sh}
personas:
  - name: data-scientist
    lifecycle_configs: [setup]
    policy_file: policy.json
    idle: {idle_minutes: 120, max_lifetime_minutes: 600}
bindings:
  - group: research-ds
    domain: research
    persona: data-scientist
"""


def write(folder: Path, text: str = GOOD, script: bytes = b"#!/bin/bash\n", policy: str = "") -> Path:
    """The path of a studio.yaml with this text, beside the script and the policy that GOOD names."""
    (folder / "setup.sh").write_bytes(script)
    (folder / "policy.json").write_text(policy or '{"Version": "2012-10-17", "Statement": []}')
    file = folder / "studio.yaml"
    file.write_text(text)
    return file


def problems(file: Path) -> list[str]:
    """All mistakes as `line:column field: message (remedy)`."""
    with pytest.raises(CatalogErrors) as wrong:
        compile_file(file)
    return [f"{each.line}:{each.column} {each.field}: {each.message} ({each.remedy})" for each in wrong.value.problems]
