"""The administrator's command, `concierge`."""

from __future__ import annotations

import click

from cli.catalog import catalog


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Studio Concierge: Amazon SageMaker Studio for a whole company."""


main.add_command(catalog)
