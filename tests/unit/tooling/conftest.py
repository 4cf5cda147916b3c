"""What the repository holds, for the tests that guard its rules."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.cold_start import scene as cold_start
from benchmarks.cold_start.scene import Scene


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def tracked(repository: Path) -> tuple[Path, ...]:
    """Every file that is committed, or would be by `git add .`; paths from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout
    paths = {Path(name) for name in listing.split("\0") if name}
    return tuple(sorted(path for path in paths if (repository / path).is_file()))


@pytest.fixture(scope="session")
def texts(repository: Path, tracked: tuple[Path, ...]) -> dict[Path, str]:
    """The text of every such file; binary files are left out."""
    contents = ((path, (repository / path).read_bytes()) for path in tracked)
    return {path: raw.decode("utf-8") for path, raw in contents if b"\0" not in raw}


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """What a login function meets: a stand-in for AWS, and an identity provider."""
    with cold_start.scene(tmp_path_factory.mktemp("scene")) as played:
        yield played
