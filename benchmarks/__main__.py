"""`make bench`: what a cold start costs, and how many API calls each job makes.

Cold starts are CPU of fresh processes, for the login functions up to their first response, given as ratios to stock
boto3 in the same round: ratios hold from one machine to the next, seconds do not. Calls are counted exactly, by the
local stack's gate. A storm of changes says whether all of them arrive, and what each costs; its rates are those of moto
on this machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks import api_calls, storm
from benchmarks.cold_start import artefact, first_call, logins
from benchmarks.history import history


def main() -> None:
    """Prints all tables; exits with 1 if the storm did not end where it should, or old news made a write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rounds instead of nine, a storm of minutes")
    parser.add_argument("--only-cold-start", action="store_true", help="nothing but the cold starts")
    parser.add_argument("--only-storm", action="store_true", help="nothing but the storm")
    options = parser.parse_args()
    console = Console()
    if not options.only_storm:
        rounds = 3 if options.quick else 9
        for table in (logins.table, first_call.table, artefact.table):
            console.print(table(rounds))
    if options.only_cold_start:
        return
    if not options.only_storm:
        console.print(api_calls.table())
    people, changes, sample = (20, 200, 5) if options.quick else (500, 5000, 25)
    with tempfile.TemporaryDirectory() as folder, storm.standing_by(Path(folder)) as stack:
        found = storm.weather(stack, history(people=people, changes=changes), sample=sample)
    console.print(storm.table(found))
    sys.exit(1 if found.problems or found.writes_again else 0)


if __name__ == "__main__":
    main()
