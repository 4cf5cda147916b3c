"""The lock files: every package pinned, every file hashed, no index named, true to their sources."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from scripts.lock import LOCKS, compile_command

PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)")
DIRECT = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def normal(name: str) -> str:
    """A package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: str) -> list[str]:
    """The requirements of a lock with their continuation lines joined, comments dropped."""
    lines = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    return [entry for entry in lines.replace("\\\n", " ").splitlines() if entry.strip()]


def pins(lock: str) -> dict[str, set[str]]:
    """Package → locked versions; more than one where markers tell Python versions apart."""
    versions = defaultdict(set)
    for entry in entries(lock):
        match = PIN.match(entry)
        assert match, entry
        versions[match["name"]].add(match["version"])
    return dict(versions)


@pytest.mark.parametrize(("source", "lock"), LOCKS)
def test_every_entry_is_a_pin_with_hashes_and_nothing_else(repository: Path, source: str, lock: str) -> None:
    found = entries((repository / lock).read_text())
    assert found
    assert [entry for entry in found if not PIN.match(entry) or not HASH.search(entry)] == []
    assert "://" not in "".join(found)


@pytest.mark.parametrize(("source", "lock"), LOCKS)
def test_every_direct_requirement_is_locked(repository: Path, source: str, lock: str) -> None:
    locked = pins((repository / lock).read_text())
    matches = (DIRECT.match(line) for line in (repository / source).read_text().splitlines())
    wanted = {normal(match["name"]) for match in matches if match}
    assert wanted
    assert wanted - locked.keys() == set()


def test_tests_run_with_the_versions_that_the_layer_ships(repository: Path) -> None:
    layer = pins((repository / "layers/concierge/requirements.txt").read_text())
    development = pins((repository / "requirements/dev.lock").read_text())
    assert {name: development[name] for name in layer} == layer


def test_locking_asks_for_hashes_and_for_every_platform() -> None:
    command = compile_command("requirements/dev.in", "requirements/dev.lock", ["--upgrade"])
    assert {"--generate-hashes", "--universal", "--upgrade"} <= set(command)
    assert command[-1] == "requirements/dev.in"
