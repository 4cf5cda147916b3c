"""What `make demo ARGS=…` may be told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    catalog: Path
    idp_metadata: str | None
    group: str | None
    serve: bool


def read_options(arguments: Sequence[str] | None, *, description: str | None, example: Path) -> Options:
    """Exits with a message where something is wrong; `example` is the catalog if none is given."""
    parser = argparse.ArgumentParser(prog="make demo", description=description)
    parser.add_argument("--catalog", type=Path, default=example, help="a studio.yaml of your own")
    parser.add_argument("--idp-metadata", type=Path, help="metadata of your identity provider (XML)")
    parser.add_argument("--group", help="the group that the person joins; default: the first binding's")
    parser.add_argument("--serve", action="store_true", help="keep the stack running afterwards")
    given = parser.parse_args(arguments)
    for path in filter(None, (given.catalog, given.idp_metadata)):
        if not path.is_file():
            parser.error(f"{path}: no such file")
    metadata = given.idp_metadata.read_text() if given.idp_metadata else None
    return Options(catalog=given.catalog, idp_metadata=metadata, group=given.group, serve=given.serve)
