"""The benchmark of cold starts measures logins that end in Studio, and nothing that only looks like one."""

import ssl
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from benchmarks.cold_start.logins import BARE, OURS, STOCK, USUAL, subjects
from benchmarks.cold_start.measure import NoRedirect, Subject, in_rounds, over, ratio, respond
from benchmarks.cold_start.scene import LOGIN_FUNCTIONS, ROOT, Scene


@pytest.mark.parametrize("name", [BARE, STOCK, USUAL, OURS])
@pytest.mark.parametrize("function", LOGIN_FUNCTIONS)
def test_every_process_that_is_measured_leads_into_studio(scene: Scene, function: str, name: str) -> None:
    found = {subject.name: subject for subject in subjects(function)}
    if name not in found:
        pytest.skip("pydantic is not installed")
    assert respond(found[name], scene).cpu > 0


@pytest.mark.parametrize(
    "answer",
    [
        '{"statusCode": 403, "headers": {}, "body": "not signed in"}',
        '{"statusCode": 302, "headers": {"Location": "https://elsewhere.example.com/"}}',
        '{"statusCode": 200, "headers": {"Location": "not signed in"}, "body": "not signed in"}',
    ],
)
def test_another_answer_is_an_error_and_no_fast_login(scene: Scene, tmp_path: Path, answer: str) -> None:
    (tmp_path / "answering.py").write_text(f"def handler(event, context): return {answer}")
    fast = Subject(name="fast", function="presigned_url", module="answering", path=(tmp_path,))
    with pytest.raises(NoRedirect, match="did not lead into Studio"):
        respond(fast, scene)


def test_a_process_that_dies_says_why(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "dying.py").write_text("def handler(event, context): raise ValueError('no catalog')")
    dying = Subject(name="dying", function="presigned_url", module="dying", path=(tmp_path,))
    with pytest.raises(NoRedirect, match="no catalog"):
        respond(dying, scene)


def test_the_stand_in_answers_nobody_who_does_not_sign(scene: Scene) -> None:
    context = ssl.create_default_context(cafile=scene.environment["AWS_CA_BUNDLE"])
    url = scene.environment["AWS_ENDPOINT_URL"] + "/catalog/catalog.json"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url, context=context)  # noqa: S310  # https, on this machine
    refused.value.close()
    assert refused.value.code == 400


def test_the_cpu_that_a_handler_burns_is_counted(scene: Scene, tmp_path: Path) -> None:
    answers = (ROOT / "benchmarks" / "cold_start" / "rivals" / "bare.py").read_text()
    burning = "import time\nwhile time.process_time() < 1.0: pass\n"
    (tmp_path / "burning.py").write_text(answers + burning)
    subject = Subject(name="burning", function="presigned_url", module="burning", path=(tmp_path,))
    assert 1.0 <= respond(subject, scene).cpu < 1.5


def test_rounds_are_interleaved_and_the_first_does_not_count() -> None:
    asked: list[str] = []

    def cost(name: str) -> float:
        asked.append(name)
        return float(len(asked))

    assert in_rounds(["a", "b"], cost, 2) == {"a": [4.0, 5.0], "b": [3.0, 6.0]}
    assert asked == ["a", "b", "b", "a", "a", "b"]


def test_ratios_are_those_within_a_round() -> None:
    """The machine was ten times slower in the last round, for both."""
    assert ratio([0.1, 0.1, 1.0], [0.2, 0.2, 2.0]) == "0.50"
    assert over([0.2, 0.2, 2.0], [0.1, 0.1, 1.0]) == "100"
