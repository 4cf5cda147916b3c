"""The functions that nobody waits for: CPU of a fresh process up to the point where each could make its first call.

That is: its handler, everything that its composition root imports, and its boto3 clients; beside a process that does
nothing but import boto3 and make three clients. Measured on the sources, with their bytecode in place.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.cold_start.logins import LAYER
from benchmarks.cold_start.measure import in_rounds, milliseconds, ratio
from benchmarks.cold_start.scene import LOGIN_FUNCTIONS, ROOT, SETTINGS

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
    "night_run": (
        "import app, concierge.night.runs, concierge.aws.audit_bus, concierge.aws.catalog_store\n"
        "import concierge.aws.records, concierge.aws.runs\n"
        "from concierge.aws import clients\n"
        "clients.s3(), clients.dynamodb(), clients.events()"
    ),
    **{
        room: (
            f"import app, concierge.night.sweep, {modules}, concierge.aws.places, concierge.aws.ledger\n"
            "import concierge.aws.audit_bus, concierge.aws.catalog_store, concierge.aws.records, concierge.aws.runs\n"
            "from concierge.aws import clients\n"
            "clients.s3(), clients.dynamodb(), clients.events()\n"
            "clients.sagemaker('eu-west-1'), clients.tagging('eu-west-1')"
        )
        for room, modules in {
            "idle_shutdown": "concierge.idle.shutdown",
            "tag_remediation": "concierge.tags.remediation",
            "studio_settings": "concierge.house.settings, concierge.aws.domains",
            "compliance_audit": "concierge.compliance.audit, concierge.aws.domains",
            "domain_backup": "concierge.backup.domains, concierge.aws.domains",
        }.items()
    },
}


@dataclass(frozen=True, slots=True)
class Program:
    """What to measure; `path` is put before the layer on the module path."""

    name: str
    text: str
    path: Path


def table(rounds: int) -> Table:
    """Median CPU of each function's import, and its ratio to the baseline of the same round."""
    programs = {program.name: program for program in _programs()}
    costs = in_rounds(list(programs), lambda name: _cpu_seconds(programs[name]), rounds)
    title = f"Other functions: CPU of a fresh process until it could make its first call ({rounds} rounds, median)"
    shown = Table(title=title, title_justify="left")
    for column in ("process", "CPU ms", "of stock boto3"):
        shown.add_column(column, justify="left" if column == "process" else "right")
    for name, seconds in costs.items():
        shown.add_row(name, milliseconds(seconds), ratio(seconds, costs[BASELINE]))
    return shown


def _programs() -> list[Program]:
    functions = sorted(each for each in (ROOT / "functions").iterdir() if (each / "app.py").is_file())
    return [
        Program("bare Python", _BARE, ROOT),
        Program(BASELINE, _STOCK, ROOT),
        *(Program(each.name, _FIRST_CALL[each.name], each) for each in functions if each.name not in LOGIN_FUNCTIONS),
    ]


def _cpu_seconds(program: Program) -> float:
    path = os.pathsep.join((str(program.path), str(LAYER)))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, **SETTINGS}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program.text], env=environment, check=True, cwd=program.path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
