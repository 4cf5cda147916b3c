"""In CI a test that is skipped for a missing program is a failure, not a quiet gap."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import pytest

@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    raise ValueError

@pytest.mark.skip(reason="xmlsec1 is not installed")
def test_that_needs_a_program():
    pass
"""
MODULE_SKIP = "import pytest\npytest.importorskip('a_module_that_is_not_there')\n"


def run(folder: Path, repository: Path, source: str, **variables: str) -> str:
    shutil.copyfile(repository / "tests" / "conftest.py", folder / "conftest.py")
    (folder / "test_suite.py").write_text(source)
    kept = {name: text for name, text in os.environ.items() if name not in {"CI", "CONCIERGE_NO_SKIP"}}
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "--rootdir", str(folder)]
    result = subprocess.run(
        [*command, str(folder)], cwd=folder, env=kept | variables, capture_output=True, text=True, check=False
    )
    return result.stdout


def test_a_skip_is_only_a_skip_at_a_desk(tmp_path: Path, repository: Path) -> None:
    assert "1 skipped, 1 xfailed" in run(tmp_path, repository, SUITE)


@pytest.mark.parametrize(("source", "outcome"), [(SUITE, "1 xfailed, 1 error"), (MODULE_SKIP, "1 error")])
def test_a_skip_fails_where_everything_must_be_installed(
    tmp_path: Path, repository: Path, source: str, outcome: str
) -> None:
    printed = run(tmp_path, repository, source, CONCIERGE_NO_SKIP="1")
    assert outcome in printed
    assert "skipped although CONCIERGE_NO_SKIP is set" in printed
