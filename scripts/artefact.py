"""What is done to the artefact after `sam build`: it is pruned, and compiled for the interpreter that will run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.pruning import prune, services_known, services_named, size_of

Compile = Callable[[Path, str], int]  # a folder, and where Lambda shows it -> how many files were compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The layer, or one function: its folder of Python, and where Lambda shows that."""

    name: str
    python: Path
    mounted_at: str

    @property
    def is_layer(self) -> bool:
        """Whether third parties' packages are in it."""
        return self.mounted_at.startswith("/opt/")


def parts(build: Path) -> Iterator[Part]:
    """Every layer and function of a build folder; both are folders, and only a layer has one called python."""
    for folder in sorted(each for each in build.iterdir() if each.is_dir()):
        if (folder / "python").is_dir():
            yield Part(name=folder.name, python=folder / "python", mounted_at="/opt/python")
        else:
            yield Part(name=folder.name, python=folder, mounted_at="/var/task")


def pruned(build: Path) -> Iterator[str]:
    """Prunes the layers; yields a line of report for each. Doing it again changes nothing."""
    found = list(parts(build))
    for part in found:
        if part.is_layer:
            before = size_of(part.python)
            sources = [part.python / "concierge", *(each.python for each in found if not each.is_layer)]
            services = services_named(sources, services_known(part.python))
            removed = prune(part.python, services)
            kept = ", ".join(sorted(services))
            yield f"{part.name}: {_mb(before)}, of which {_mb(removed)} are never loaded and removed; APIs kept: {kept}"


def compiled(build: Path, compile_part: Compile) -> Iterator[str]:
    """Compiles every part; yields one line of report. Raises what `compile_part` raises."""
    found = list(parts(build))
    before = size_of(build)
    files = sum(compile_part(part.python, part.mounted_at) for part in found)
    after = size_of(build)
    yield f"Bytecode of {files} files: {_mb(after - before)}; the artefact has {_mb(after)}, the limit is 250 MB"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
