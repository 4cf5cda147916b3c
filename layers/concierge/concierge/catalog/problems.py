"""What is wrong with a studio.yaml: all of it at once, each with its place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from concierge.errors import CatalogError

Path = tuple[str | int, ...]  # of a value in studio.yaml: ("personas", 0, "idle", "idle_minutes")
Found = tuple[Path, str, str]  # a mistake: its path, the message, the remedy


def spelled(path: Path) -> str:
    """The path as people write it: personas[0].idle.idle_minutes."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "(file)"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake; line and column count from 1, `field` is a path such as personas[0].idle.idle_minutes."""

    file: str
    line: int
    column: int
    field: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        """The form that editors and terminals turn into a link."""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.file}:{self.line}:{self.column}: {self.field}: {self.message}{remedy}"


class CatalogErrors(CatalogError):
    """A studio.yaml with mistakes; `problems` holds all that were found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
