"""`make bench`: what a cold start costs, and how many API calls each job makes.

Cold starts are CPU of fresh processes, for the login functions up to their first response, given as ratios to stock
boto3 in the same round: ratios hold from one machine to the next, seconds do not. Calls are counted exactly, by the
local stack's gate. A storm of changes says whether all of them arrive, and what each costs; its rates are those of moto
on this machine. A night is swept in a domain of thousands, by what is deployed and by Cloud Custodian, against a fake
of AWS that answers slowly and throttles.
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
from benchmarks.night import company, growth, ours, pacing, report
from benchmarks.night.stand_in import standing_in


def main() -> None:
    """Prints all tables.

    Exits with 1 if the storm did not end where it should, old news made a write, or a sweep did not do its whole job.
    """
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rounds, a storm of minutes, a small domain")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-cold-start", action="store_true", help="nothing but the cold starts")
    only.add_argument("--only-storm", action="store_true", help="nothing but the storm")
    only.add_argument("--only-night", action="store_true", help="nothing but the night")
    options = parser.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=140)  # a log has room for the tables
    is_everything = not (options.only_cold_start or options.only_storm or options.only_night)
    problems: list[str] = []
    if is_everything or options.only_cold_start:
        cold_starts(console, quick=options.quick)
    if is_everything:
        console.print(api_calls.table())
    if is_everything or options.only_storm:
        problems += a_storm(console, quick=options.quick)
    if is_everything or options.only_night:
        problems += a_night(console, quick=options.quick)
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


def cold_starts(console: Console, *, quick: bool) -> None:
    """Fresh processes, up to their first response."""
    for table in (logins.table, first_call.table, artefact.table):
        console.print(table(3 if quick else 9))


def a_storm(console: Console, *, quick: bool) -> list[str]:
    """Membership changes through the whole local stack; returns what was not as it should be."""
    people, changes, sample = (20, 200, 5) if quick else (500, 5000, 25)
    with tempfile.TemporaryDirectory() as folder, storm.standing_by(Path(folder)) as stack:
        found = storm.weather(stack, history(people=people, changes=changes), sample=sample)
    console.print(storm.table(found))
    old_news = [f"old news made {found.writes_again} writes"] if found.writes_again else []
    return [*found.problems, *old_news]


def a_night(console: Console, *, quick: bool) -> list[str]:
    """Our sweeps beside Custodian's, larger domains, a whole company, and the pacers; returns what was not done."""
    sizes = growth.QUICK if quick else growth.FULL
    with ours.deployed() as program:
        with standing_in(latency=report.LATENCY) as aws:
            found = report.compare(aws, program, report.QUICK if quick else report.FULL)
            every = company.works(aws, program, found)
        console.print(report.table(found))
        console.print(report.reach(found))
        console.print(company.table(every, company.Company(apps=found.size.apps)))
        grown = growth.measure(program, sizes)
        console.print(growth.table(grown))
    rounds = pacing.measure(pacing.QUICK if quick else pacing.FULL, rivals=not quick)
    console.print(pacing.table(rounds))
    return [*found.problems, *company.problems(every), *growth.problems(grown), *pacing.problems(rounds)]


if __name__ == "__main__":
    main()
