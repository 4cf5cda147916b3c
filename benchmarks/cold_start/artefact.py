"""The built artefact, as Lambda unpacks it, beside the same tree compiled in other ways.

`sam` dates every file of a zip to 1980, and Lambda's folders are read-only: so do the trees here date their sources,
and so may no process here leave bytecode behind.

As built and fresh differ by less than a busy machine makes two runs of the same tree differ: medians of six rounds were
off by up to a quarter. These two therefore get many rounds, and fresh is measured twice: what the second one is off
from 1.00 is the noise of this table, and a ratio is not to be believed more closely than that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from benchmarks.cold_start.measure import Subject, in_rounds, milliseconds, over, ratio, respond
from benchmarks.cold_start.scene import LOGIN_FUNCTIONS, ROOT, Scene, scene
from scripts.host_artefact import LAYER, host_artefact
from scripts.interpreters import deploy_runtime, find_interpreter

BUILT, FRESH = "as built", "fresh, by time"
CONTROL = "fresh, again"
_NONE, _STALE = "none", "stale, by time"
_AT_MOST = {BUILT: "1.05"}
_CLOSE_ROUNDS = 20  # at least: with so many, the control stayed within 1.05 on a machine with other work to do
_UNPACKED = 315532800  # seconds since 1970: 1980-01-01, the date of a zip's files when nobody says another


def table(rounds: int) -> RenderableType:
    """CPU until the first response for each way to compile, and its ratio to freshly compiled bytecode.

    Without an interpreter of the deploy runtime, a line that says so.
    """
    runtime = deploy_runtime((ROOT / "template.yaml").read_text(encoding="utf-8"))
    interpreter = find_interpreter(runtime, os.environ)
    if interpreter is None:
        return Text(f"Built artefact: not measured, because there is no {runtime} with pip on this machine")
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "built"
        report = host_artefact(interpreter, ROOT, built)
        trees = _trees(interpreter, built, Path(folder))
        with tempfile.TemporaryDirectory() as files, scene(Path(files)) as played:
            shown = _table(f"Built artefact with wheels of this machine, {runtime} (median)")
            for function in LOGIN_FUNCTIONS:
                subjects = _subjects(trees, function, str(interpreter))
                _rows(shown, subjects, (CONTROL, BUILT), played, max(_CLOSE_ROUNDS, 2 * rounds))
                _rows(shown, subjects, (_STALE, _NONE), played, rounds)
                shown.add_section()
    return Group(shown, *report)


def _trees(interpreter: Path, built: Path, folder: Path) -> Mapping[str, Path]:
    """A tree for each row; bytecode by time is compiled while its sources have their own dates."""
    fresh, none, stale = (folder / name for name in ("fresh", "none", "stale"))
    shutil.copytree(built, none, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(none, fresh)
    command = [str(interpreter), "-m", "compileall", "-q", "--invalidation-mode=timestamp", str(fresh)]
    subprocess.run(command, check=True)
    shutil.copytree(fresh, stale)
    for tree in (built, none, stale):
        for source in tree.rglob("*.py"):
            os.utime(source, (_UNPACKED, _UNPACKED))
    return {FRESH: fresh, CONTROL: fresh, BUILT: built, _STALE: stale, _NONE: none}


def _subjects(trees: Mapping[str, Path], function: str, interpreter: str) -> Mapping[str, Subject]:
    return {
        name: Subject(
            name=name,
            function=function,
            module="app",
            path=(tree / function, tree / LAYER / "python"),
            interpreter=interpreter,
            settings={"PYTHONDONTWRITEBYTECODE": "1"},
        )
        for name, tree in trees.items()
    }


def _table(title: str) -> Table:
    shown = Table(title=title, title_justify="left")
    for column in ("function", "bytecode", "rounds", "CPU ms", "over fresh", "of fresh", "at most"):
        shown.add_column(column, justify="left" if column in ("function", "bytecode") else "right")
    return shown


def _rows(shown: Table, subjects: Mapping[str, Subject], names: Sequence[str], played: Scene, rounds: int) -> None:
    """Each of `names` beside fresh of the same rounds."""
    costs = in_rounds([FRESH, *names], lambda name: respond(subjects[name], played).cpu, rounds)
    fresh = costs[FRESH]
    for name, seconds in costs.items():
        more = "" if name == FRESH else over(seconds, fresh)
        row = (name, str(rounds), milliseconds(seconds), more, ratio(seconds, fresh), _AT_MOST.get(name, ""))
        shown.add_row(subjects[name].function, *row)
