"""Reading directories now: the deployed function does it, and its answer is shown."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import reconcile
from cli.main import main


class Function:
    """Lambda, as far as the command knows it."""

    def __init__(self, answer: object, error: str = "") -> None:
        self.answer = answer
        self.error = error
        self.asked: list[tuple[str, dict[str, str]]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, object]:  # noqa: N803 - boto3's names
        self.asked.append((FunctionName, json.loads(Payload)))
        said: dict[str, object] = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return {**said, "FunctionError": self.error} if self.error else said


def types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Function, *arguments: str) -> Result:
    file = tmp_path / "outputs.json"
    file.write_text('{"ReconcileDirectoryName": "reconcile"}')
    monkeypatch.setattr(reconcile, "_client", lambda: function)
    return CliRunner().invoke(main, ["reconcile", *arguments, "--outputs", str(file)])


def test_the_summary_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function = Function({"directories": [{"directory": "corp.example.com", "queued": {"add": 2}}]})
    result = types(tmp_path, monkeypatch, function, "corp.example.com")
    assert json.loads(result.output) == function.answer
    ((name, event),) = function.asked
    assert (name, event["schedule"], event["directory"]) == ("reconcile", "concierge reconcile", "corp.example.com")


def test_a_directory_that_could_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"errorType": "DirectoryNotRead", "errorMessage": "could not read corp.example.com"}
    result = types(tmp_path, monkeypatch, Function(said, error="Unhandled"))
    assert (result.exit_code, result.output) == (1, "Error: DirectoryNotRead: could not read corp.example.com\n")
