"""Rules that hold for the files of the repository as a whole."""

import json
import re
from pathlib import Path

LONGEST_MODULE = 250

# A path that exists on one machine only, or the address of a package registry. `/tmp` is Lambda's own and
# may stand in what runs there or in Studio, whose home folder is named in lifecycle scripts.
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|root|farm|Users|home/(?!sagemaker-user\b))[/\"']")
REGISTRY = re.compile(r"python[h]osted\.org|pypi\.org[/]simple|registry\.npm[j]s|--(?:extra-)?index[-]url")


def test_no_module_has_outgrown_its_page(texts: dict[Path, str]) -> None:
    modules = {path: text for path, text in texts.items() if path.suffix == ".py" and path.parts[0] != "tests"}
    lengths = {str(path): text.count("\n") for path, text in modules.items()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_file_names_a_place_on_one_machine_or_a_registry(texts: dict[Path, str]) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    ]
    assert found == []


def test_the_guard_against_machine_paths_sees_them() -> None:
    folder = "root"
    assert MACHINE_PATH.search(f"cd /{folder}/project")
    assert MACHINE_PATH.search(f'Path("/{folder}")')
    assert not MACHINE_PATH.search(f"arn:aws:iam::123456789012:{folder}/x")
    assert not MACHINE_PATH.search(f"https://example.com/team/{folder}/page")
    assert not MACHINE_PATH.search("/home/sagemaker-user/notes")


def test_every_sample_event_is_read_by_a_test(texts: dict[Path, str]) -> None:
    samples = [path for path in texts if path.parts[0] == "events" and path.suffix == ".json"]
    tests = [text for path, text in texts.items() if path.parts[0] == "tests" and path.suffix in (".py", ".json")]
    named = {path for path in samples if any(path.stem in text for text in tests)}
    assert [str(path) for path in samples if path not in named] == []


def test_every_sample_event_is_json(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        if path.parts[0] == "events" and path.suffix == ".json":
            assert isinstance(json.loads(text), dict), path


def test_a_function_folder_holds_its_handler_only(tracked: tuple[Path, ...]) -> None:
    in_functions = [path for path in tracked if path.parts[0] == "functions"]
    assert [str(path) for path in in_functions if len(path.parts) != 3 or path.name != "app.py"] == []
