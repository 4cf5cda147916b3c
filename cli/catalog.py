"""`concierge catalog`: check, compile, publish and question a studio.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.difference import difference
from concierge.catalog.load import load
from concierge.catalog.model import Catalog, Grant
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
    click.echo(f"{file}: no mistakes")
    rows = [
        ("domains", [each.name for each in found.domains]),
        ("personas", [each.name for each in found.personas]),
        ("lifecycle configurations", [each.name for each in found.lifecycle_configs]),
        ("bindings", [str(each.group or each.pattern) for each in found.bindings]),
    ]
    for what, names in rows:
        shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        click.echo(f"  {what:<25} {len(names):>4}  {shown}".rstrip())


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
        click.echo(_line(found, grant) + (f" ({tags})" if tags else ""))
    for group in groups:
        if not found.knows_group(group):
            click.echo(f"no binding names {group}")
        for grant in found.grants([group]):
            if grant not in given:
                click.echo(f"not used: {_line(found, grant)}, as another binding comes first")
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
        _publish(clients.s3(), bucket, compiled, dry_run=dry_run)
    except AwsError as error:
        raise click.ClickException(str(error)) from error


def _publish(s3: S3Client, bucket: str, compiled: bytes, *, dry_run: bool) -> None:
    from concierge.aws.errors import translated  # noqa: PLC0415 - as above

    current = _published(s3, bucket)
    if current == compiled:
        click.echo("the published catalog is this one already")
        return
    for line in difference(_readable(current), load(compiled)):
        click.echo(line)
    if dry_run:
        click.echo("dry run: nothing was uploaded")
        return
    with translated("s3:PutObject"):
        answer = s3.put_object(Bucket=bucket, Key=KEY, Body=compiled, ContentType="application/json")
    click.echo(f"published to s3://{bucket}/{KEY}, version {answer.get('VersionId', 'unversioned')}")


def _published(s3: S3Client, bucket: str) -> bytes | None:
    from concierge.aws.errors import translated  # noqa: PLC0415 - as above

    try:
        with translated("s3:GetObject"):
            return s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    except NotFound as error:
        if error.code == "NoSuchBucket":
            raise
        return None


def _readable(compiled: bytes | None) -> Catalog | None:
    try:
        return None if compiled is None else load(compiled)
    except CatalogError as error:
        click.echo(f"the published catalog cannot be read and is replaced: {error}")
        return None


def _compiled(file: Path) -> bytes:
    try:
        return compile_file(file)
    except CatalogErrors as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        raise click.ClickException(f"{count} mistake{'s' * (count > 1)} in {file}; nothing was changed") from error


def _line(catalog: Catalog, grant: Grant) -> str:
    """What is given, by which group, and the first line of studio.yaml that says so."""
    said = next(each.line for each in catalog.bindings if catalog.given_by(each, grant.group) == grant)
    return f"{grant.domain.name}: {grant.persona.name}, by {grant.group}, line {said}"
