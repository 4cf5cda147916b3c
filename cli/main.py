"""The administrator's command, `concierge`."""

from __future__ import annotations

import click

from cli.catalog import catalog
from cli.explain import explain_
from cli.holds import holds
from cli.night import night
from cli.plan import plan
from cli.reconcile import reconcile


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Studio Concierge: Amazon SageMaker Studio for a whole company."""


for command in (catalog, explain_, holds, night, plan, reconcile):
    main.add_command(command)
