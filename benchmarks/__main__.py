"""`make bench`: what a cold start costs, and how many API calls each job makes.

Costs are CPU seconds of fresh processes, given as ratios to a stock boto3 process of the same run: ratios hold from
one machine to the next, seconds do not. Calls are counted exactly, by the local stack's gate.
"""

from __future__ import annotations

import argparse

from rich.console import Console

from benchmarks import api_calls, cold_start


def main() -> None:
    """Prints both tables; `--quick` takes fewer samples."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three samples instead of nine")
    options = parser.parse_args()
    console = Console()
    console.print(cold_start.table(samples=3 if options.quick else 9))
    console.print(api_calls.table())


if __name__ == "__main__":
    main()
