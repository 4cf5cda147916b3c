"""`concierge catalog`: check, compile, publish and question a studio.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.problems import CatalogErrors
from concierge.catalog.schema import SCHEMA
from concierge.catalog.source import compile_file
from concierge.errors import AwsError, CatalogError, NotFound

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

KEY = "catalog.json"  # template.yaml gives the functions this name
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def catalog() -> None:
    """The catalog: which group gives which persona in which domain."""


@catalog.command()
@_FILE
def check(file: Path) -> None:
    """Shows all mistakes of FILE at once, each with its line and what would be right."""
    found = load(_compiled(file))
    click.echo(f"{file}: {len(found.domains)} domains, {len(found.personas)} personas, {len(found.bindings)} bindings")


@catalog.command(name="compile")
@_FILE
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def compile_(file: Path, output: Path) -> None:
    """Checks FILE and writes the JSON that the functions read."""
    output.write_bytes(_compiled(file))
    click.echo(f"{output}: {output.stat().st_size} bytes")


@catalog.command()
def schema() -> None:
    """Prints the JSON Schema by which editors complete and check studio.yaml."""
    click.echo(json.dumps(SCHEMA, indent=2))


@catalog.command()
@_FILE
@click.argument("groups", nargs=-1, required=True)
def grants(file: Path, groups: tuple[str, ...]) -> None:
    """Shows what a member of all these GROUPS would get, and which group gives it."""
    found = load(_compiled(file))
    given = found.grants(groups)
    for grant in given:
        tags = ", ".join(f"{key}={value}" for key, value in sorted(grant.tags.items()))
        click.echo(f"{grant.domain.name}: {grant.persona.name}, by {grant.group}" + (f" ({tags})" if tags else ""))
    for group in groups:
        if not found.knows_group(group):
            click.echo(f"no binding names {group}")
    if not given:
        click.echo("nothing")


@catalog.command()
@_FILE
@click.option("--bucket", required=True, help="The stack's output CatalogBucket.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and upload nothing.")
def publish(file: Path, bucket: str, *, dry_run: bool) -> None:
    """Checks FILE, shows what changes against the published catalog, and uploads it."""
    from concierge.aws import clients  # noqa: PLC0415 - boto3 takes longer to import than the other commands to run

    compiled = _compiled(file)
    try:
        current = _published(clients.s3(), bucket)
    except AwsError as error:
        raise click.ClickException(str(error)) from error
    if current == compiled:
        click.echo("the published catalog is this one already")
        return
    _show_difference(_readable(current), load(compiled))
    if dry_run:
        click.echo("dry run: nothing was uploaded")
        return
    answer = clients.s3().put_object(Bucket=bucket, Key=KEY, Body=compiled, ContentType="application/json")
    click.echo(f"published to s3://{bucket}/{KEY}, version {answer.get('VersionId', 'unversioned')}")


def _compiled(file: Path) -> bytes:
    try:
        return compile_file(file)
    except CatalogErrors as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        raise click.ClickException(f"{count} mistake{'s' * (count > 1)} in {file}; nothing was changed") from error


def _published(s3: S3Client, bucket: str) -> bytes | None:
    from concierge.aws.errors import translated  # noqa: PLC0415 - as above

    try:
        with translated("s3:GetObject"):
            return s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    except NotFound:
        return None


def _readable(compiled: bytes | None) -> Catalog | None:
    try:
        return None if compiled is None else load(compiled)
    except CatalogError as error:
        click.echo(f"the published catalog cannot be read and is replaced: {error}")
        return None


def _show_difference(old: Catalog | None, new: Catalog) -> None:
    for what in ("domains", "personas", "lifecycle_configs"):
        before = {each.name: each for each in getattr(old, what, ())}
        after = {each.name: each for each in getattr(new, what)}
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                sign = "+" if name not in before else "-" if name not in after else "~"
                click.echo(f"{sign} {what.removesuffix('s').replace('_', ' ')} {name}")
    names_before = {each.group or each.pattern for each in (old.bindings if old else ())}
    names_after = {each.group or each.pattern for each in new.bindings}
    for name in sorted(str(each) for each in names_before ^ names_after):
        click.echo(f"{'+' if name in names_after else '-'} binding {name}")
