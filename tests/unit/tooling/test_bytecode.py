"""Bytecode in the artefact: taken unseen, the same for the same sources, and silent about the machine that made it."""

import hashlib
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.bytecode import NoContainer, NotCompiled, compile_in_container, compile_tree, without_bytecode

PYTHON = Path(sys.executable)
RUNTIME = "python{}.{}".format(*sys.version_info)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "__init__.py").write_text("")
    (folder / "package" / "colours.py").write_text(
        "def known(it):\n    return it in {'red', 'green', 'blue', 'gold'}\n"
    )
    return folder


def bytecode(tree: Path) -> dict[str, str]:
    return {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in tree.rglob("*.pyc")}


def what_runs(tree: Path, expression: str) -> str:
    command = [sys.executable, "-c", f"from package import colours; print({expression})"]
    environment = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_every_file_has_bytecode_afterwards(tree: Path) -> None:
    assert len(list(without_bytecode(tree))) == 2
    assert compile_tree(PYTHON, tree, "/opt/python") == 2
    assert list(without_bytecode(tree)) == []


def test_bytecode_by_time_does_not_count(tree: Path) -> None:
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(tree)], check=True)
    assert len(list(without_bytecode(tree))) == 2


def test_the_date_that_a_zip_gives_to_its_files_makes_nothing_stale(tree: Path) -> None:
    compile_tree(PYTHON, tree, "/opt/python")
    source = tree / "package" / "colours.py"
    source.write_text("def known(it): return 'this source was read'\n")
    os.utime(source, (315532800, 315532800))
    assert what_runs(tree, "colours.known('red')") == "True"


def sources_named(tree: Path) -> set[str]:
    """Which source each bytecode names; an import would replace that by where it found it."""
    return {marshal.loads(each.read_bytes()[16:]).co_filename for each in tree.rglob("*.pyc")}  # noqa: S302  # our own


def test_bytecode_names_its_source_where_lambda_shows_it(tree: Path) -> None:
    compile_tree(PYTHON, tree, "/opt/python")
    assert sources_named(tree) == {"/opt/python/package/__init__.py", "/opt/python/package/colours.py"}
    assert [each for each in tree.rglob("*.pyc") if os.fsencode(tree) in each.read_bytes()] == []


def test_the_same_sources_give_the_same_bytes(tree: Path) -> None:
    compile_tree(PYTHON, tree, "/opt/python")
    first = bytecode(tree)
    for _ in range(3):  # without a fixed hash seed, four colours come in one order in 24 tries
        compile_tree(PYTHON, tree, "/opt/python")
        assert bytecode(tree) == first


@pytest.mark.parametrize(
    ("variable", "value"), [("PYTHONPYCACHEPREFIX", "elsewhere"), ("PYTHONOPTIMIZE", "2"), ("PYTHONHASHSEED", "7")]
)
def test_the_settings_of_whoever_builds_change_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    compile_tree(PYTHON, tree, "/opt/python")
    first = bytecode(tree)
    monkeypatch.setenv(variable, str(tmp_path / value) if value == "elsewhere" else value)
    compile_tree(PYTHON, tree, "/opt/python")
    assert bytecode(tree) == first


def test_a_file_that_does_not_compile_is_named(tree: Path) -> None:
    (tree / "package" / "broken.py").write_text("def broken(:\n")
    with pytest.raises(NotCompiled, match=r"broken\.py[\s\S]*SyntaxError"):
        compile_tree(PYTHON, tree, "/opt/python")


def docker(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "docker").write_text(f"#!{sys.executable}\nimport os, subprocess, sys\n{text}\n")
    (folder / "docker").chmod(0o755)


def test_without_an_interpreter_a_container_compiles(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is played: it runs the program of the command line here, with the volume's folder in its place."""
    docker(
        tmp_path / "bin",
        "folder, _, there = next(a for a in sys.argv if a.startswith('--volume='))[9:].partition(':')\n"
        f"assert '--entrypoint={RUNTIME}' in sys.argv and '--user={os.getuid()}:{os.getgid()}' in sys.argv\n"
        f"image = sys.argv.index('public.ecr.aws/sam/build-{RUNTIME}:latest-arm64')\n"
        "arguments = [a.replace(there, folder) for a in sys.argv[image + 1:]]\n"
        "sys.exit(subprocess.run([sys.executable, *arguments]).returncode)",
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert compile_in_container(RUNTIME, tree, "/opt/python") == 2
    assert sources_named(tree) == {"/opt/python/package/__init__.py", "/opt/python/package/colours.py"}


def test_an_engine_that_cannot_run_the_container_is_told_from_a_broken_file(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path / "bin", "print('no such image', file=sys.stderr)\nsys.exit(125)")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NoContainer, match="no such image"):
        compile_in_container(RUNTIME, tree, "/opt/python")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(NoContainer):
        compile_in_container(RUNTIME, tree, "/opt/python")
