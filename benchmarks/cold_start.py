"""CPU of a fresh process up to the point where a function could make its first call.

That is: its handler, everything that its composition root imports, and its boto3 clients; beside a process that does
nothing but import boto3 and make three clients. Measured on the sources with their bytecode in place, because the
artefact's binary wheels are those of the deploy architecture."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
LAYER = ROOT / "layers" / "concierge"
BASELINE = "stock boto3: sts, sagemaker and dynamodb clients"
_STOCK = "import boto3\nfor name in ('sts', 'sagemaker', 'dynamodb'): boto3.client(name, region_name='eu-west-1')"
_BARE = "import sys"
_FIRST_CALL = {
    "membership_events": (
        "import app, concierge.directory.intake, concierge.aws.aliases, concierge.aws.catalog_store\n"
        "import concierge.aws.membership_queue\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.sqs()"
    ),
    "onboarding": (
        "import app, concierge.onboarding.converge, concierge.aws.ledger, concierge.aws.roles, concierge.aws.studio\n"
        "import concierge.aws.audit_bus, concierge.aws.catalog_store, concierge.aws.records, concierge.aws.accounts\n"
        "import concierge.aws.holds, concierge.aws.membership_queue\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.iam(), clients.events(), clients.sagemaker('eu-west-1')"
    ),
    "directory_poller": (
        "import app, concierge.directory.poller, concierge.directory.reconcile, concierge.aws.aliases\n"
        "import concierge.aws.cursors, concierge.aws.ledger, concierge.aws.audit_bus, concierge.aws.catalog_store\n"
        "import concierge.aws.secrets, concierge.ldap.dirsync\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.sqs(), clients.events(), clients.secretsmanager('eu-west-1')"
    ),
    "reconcile_directory": (
        "import app, concierge.directory.rounds, concierge.directory.household, concierge.directory.reconcile\n"
        "import concierge.aws.aliases, concierge.aws.ledger, concierge.aws.audit_bus, concierge.aws.catalog_store\n"
        "import concierge.aws.secrets, concierge.aws.studio_apps, concierge.ldap.reader\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.sqs(), clients.events(), clients.secretsmanager('eu-west-1')\n"
        "clients.sagemaker('eu-west-1')"
    ),
    "saml_validator": (
        "import app, concierge.login.saml_login, concierge.aws.assertions, concierge.aws.saml_provider\n"
        "import concierge.aws.signed_http, concierge.aws.sts\n"
        "from concierge.aws import clients\n"
        "clients.iam(), clients.dynamodb(), concierge.aws.sts.unsigned_client()"
    ),
    "presigned_url": (
        "import app, concierge.login.studio_link, concierge.aws.ledger, concierge.aws.presigned\n"
        "import concierge.aws.catalog_store\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.sts(), clients.sagemaker('eu-west-1')"
    ),
    "idle_shutdown": (
        "import app, concierge.idle.shutdown, concierge.aws.studio_apps, concierge.aws.ledger\n"
        "import concierge.aws.audit_bus, concierge.aws.catalog_store\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.events(), clients.sagemaker('eu-west-1')"
    ),
    "tag_remediation": (
        "import app, concierge.tags.remediation, concierge.aws.studio_apps, concierge.aws.tagging\n"
        "import concierge.aws.audit_bus, concierge.aws.catalog_store, concierge.aws.ledger\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.events()\n"
        "clients.sagemaker('eu-west-1'), clients.tagging('eu-west-1')"
    ),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A program to measure; `path` is put before the layer on the module path."""

    name: str
    program: str
    path: Path


def table(samples: int) -> Table:
    """Median CPU of each function's import, and its ratio to the baseline taken in the same round."""
    subjects = _subjects()
    seconds: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for subject in subjects:
        _cpu_seconds(subject)  # once before counting, so that bytecode is there for all
    for _ in range(samples):  # in turn, so that a slow moment of the machine meets all of them
        for subject in subjects:
            seconds[subject.name].append(_cpu_seconds(subject))
    shown = Table(title=f"Cold start: CPU of a fresh process ({samples} rounds, median)", title_justify="left")
    for column in ("process", "CPU ms", "of stock boto3"):
        shown.add_column(column, justify="left" if column == "process" else "right")
    for subject in subjects:
        pairs = zip(seconds[subject.name], seconds[BASELINE], strict=True)
        ratio = statistics.median(mine / stock for mine, stock in pairs)
        shown.add_row(subject.name, f"{statistics.median(seconds[subject.name]) * 1000:.0f}", f"{ratio:.2f}")
    return shown


def _subjects() -> list[Subject]:
    functions = sorted((ROOT / "functions").iterdir())
    return [
        Subject("bare Python", _BARE, ROOT),
        Subject(BASELINE, _STOCK, ROOT),
        *(Subject(each.name, _FIRST_CALL[each.name], each) for each in functions if (each / "app.py").is_file()),
    ]


def _cpu_seconds(subject: Subject) -> float:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(subject.path), str(LAYER))),
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "POWERTOOLS_METRICS_NAMESPACE": "StudioConcierge",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", subject.program], env=environment, check=True, cwd=subject.path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
