"""The two functions that somebody waits for, from a fresh process to their first response, and what that costs else."""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

from rich.table import Table

from benchmarks.cold_start.measure import Subject, in_rounds, milliseconds, over, ratio, respond
from benchmarks.cold_start.scene import LOGIN_FUNCTIONS, ROOT, scene

LAYER = ROOT / "layers" / "concierge"
BARE, STOCK, USUAL, OURS = "bare Python", "stock boto3", "usual stack", "this project"
REACH = {"presigned_url": 0.70, "saml_validator": 0.90}  # the most of stock boto3's CPU
_USUAL_PACKAGES = ("aws_lambda_powertools", "pydantic", "signxml")
_RIVALS = "benchmarks.cold_start.rivals"


def subjects(function: str) -> tuple[Subject, ...]:
    """Bare Python, stock boto3, the usual stack if it is installed, and the function itself."""
    found = [
        Subject(name=BARE, function=function, module=f"{_RIVALS}.bare", path=(ROOT,)),
        Subject(name=STOCK, function=function, module=f"{_RIVALS}.stock_{function}", path=(ROOT,)),
    ]
    if all(find_spec(package) for package in _USUAL_PACKAGES):
        found.append(Subject(name=USUAL, function=function, module=f"{_RIVALS}.usual_{function}", path=(ROOT,)))
    return (*found, ours(function))


def ours(function: str) -> Subject:
    """The function from the sources, with their bytecode in place."""
    return Subject(name=OURS, function=function, module="app", path=(ROOT / "functions" / function, LAYER))


def table(rounds: int) -> Table:
    """CPU of each, over bare Python, and as a ratio to stock boto3; every response is a redirect, or it raises."""
    shown = Table(
        title=f"Login: CPU of a fresh process until its first response ({rounds} rounds, median)",
        caption="Usual stack: boto3, Powertools, pydantic, signxml. The stock saml_validator verifies no signature.",
        title_justify="left",
        caption_justify="left",
    )
    for column in ("function", "written with", "CPU ms", "over bare", "of stock", "at most"):
        shown.add_column(column, justify="left" if column in ("function", "written with") else "right")
    for function in LOGIN_FUNCTIONS:
        _rows(shown, function, rounds)
    return shown


def _rows(shown: Table, function: str, rounds: int) -> None:
    by_name = {subject.name: subject for subject in subjects(function)}
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder)) as played:
        costs = in_rounds(list(by_name), lambda name: respond(by_name[name], played).cpu, rounds)
    for name, seconds in costs.items():
        most = f"{REACH[function]:.2f}" if name == OURS else ""
        more = "" if name == BARE else over(seconds, costs[BARE])
        shown.add_row(function, name, milliseconds(seconds), more, ratio(seconds, costs[STOCK]), most)
    shown.add_section()
