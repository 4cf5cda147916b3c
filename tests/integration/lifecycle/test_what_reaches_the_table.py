"""How often the reporter writes, under which key, and what it does when it cannot."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.idle_reporter import ROLE, Machine
from tests.support.jupyter import Jupyter, free_port
from tests.support.scripted_aws import ScriptedAws

MONTH = 30 * 24 * 3600
DOLLARS_A_WRITE = 0.625 / 1_000_000  # on demand, us-east-1, an item below 1 KB without an index


@pytest.fixture
def editor(bare: Machine) -> Machine:
    """A Code Editor app, which needs no server to be looked at. It was used a minute ago."""
    bare.is_a(AppType="CodeEditor")
    bare.started(86_400)
    was_used(bare, seconds_ago=60)
    return bare


def was_used(editor: Machine, *, seconds_ago: int) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(time.time()) - seconds_ago))
    (editor.home / "editor-was-used").write_text(stamp)


def is_a_report(editor: Machine) -> bool:
    """Whether the next look writes."""
    return editor.look().item is not None


@contextmanager
def silence() -> Iterator[str]:
    """An address at which somebody takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_the_first_report_comes_at_once(editor: Machine) -> None:
    assert editor.look().item is not None
    assert editor.look().item is None


@pytest.mark.parametrize(("minutes", "is_told"), [(9, False), (10, True)])
def test_news_is_told_when_the_last_report_is_ten_minutes_old(editor: Machine, minutes: int, *, is_told: bool) -> None:
    editor.reported(minutes * 60)
    assert is_a_report(editor) == is_told


@pytest.mark.parametrize(("idle_minutes", "is_told"), [(29, False), (30, True), (7 * 24 * 60, True)])
def test_activity_after_half_an_hour_without_any_is_told_by_the_next_look(
    editor: Machine, idle_minutes: int, *, is_told: bool
) -> None:
    editor.reported(0, active=60 + idle_minutes * 60)
    was_used(editor, seconds_ago=60)
    assert is_a_report(editor) == is_told


def test_the_first_activity_of_an_app_is_told_by_the_next_look(editor: Machine) -> None:
    was_used(editor, seconds_ago=100_000)
    assert "active_at" not in editor.look().told
    was_used(editor, seconds_ago=0)
    assert editor.look().told["why"] == "editor used"


def test_activity_that_goes_on_after_that_is_told_at_the_usual_pace(editor: Machine) -> None:
    was_used(editor, seconds_ago=60)
    editor.reported(0, active=7200)
    assert is_a_report(editor)
    was_used(editor, seconds_ago=0)
    assert not is_a_report(editor)


@pytest.mark.parametrize(("minutes", "is_told"), [(14, False), (15, True)])
def test_without_news_the_reporter_says_every_fifteen_minutes_that_it_looks(
    editor: Machine, minutes: int, *, is_told: bool
) -> None:
    editor.reported(minutes * 60, active=0)
    assert is_a_report(editor) == is_told


def test_reports_of_a_month_cost_less_than_a_cent() -> None:
    by_the_clock, after_pauses = MONTH // 600 + 1, MONTH // 1800
    assert by_the_clock + after_pauses <= 5_800
    assert (by_the_clock + after_pauses) * DOLLARS_A_WRITE < 0.01


def test_a_report_is_one_write_unit(editor: Machine, table: ScriptedAws) -> None:
    editor.is_a(AppType="CodeEditor", SpaceName="s" * 63, ResourceName="n" * 63, DomainId="d" * 63)
    editor.look()
    assert len(table.asked[-1].body) < 1024


@pytest.mark.parametrize(
    ("metadata", "key"),
    [
        ({}, "app#d-research/space/ann-lab/JupyterLab/default"),
        (
            {"DomainId": None, "SpaceName": None, "ResourceName": None},
            "app#d-research/space/ann-lab/JupyterLab/default",
        ),
        (
            {"AppType": "JupyterServer", "SpaceName": None, "UserProfileName": "ann"},
            "app#d-research/profile/ann/JupyterServer/default",
        ),
        (
            {
                "AppType": None,
                "DomainId": None,
                "SpaceName": None,
                "ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:app/d-x/ann/JupyterServer/default",
            },
            "app#d-x/profile/ann/JupyterServer/default",
        ),
        (
            {"AppType": "JupyterServer", "SpaceName": "shared", "UserProfileName": "ann"},
            "app#d-research/space/shared/JupyterServer/default",
        ),
    ],
)
def test_an_app_is_named_by_its_metadata_or_else_by_its_arn(
    lab: Machine, metadata: dict[str, str | None], key: str
) -> None:
    lab.is_a(**metadata)
    assert lab.look().told["sk"] == key


def test_an_app_without_metadata_reports_nothing(lab: Machine) -> None:
    (lab.home / "metadata.json").unlink()
    look = lab.look()
    assert look.item is None
    assert "metadata" in look.log


def test_the_role_comes_from_the_credentials_of_the_container_and_keys_in_the_home_do_not_matter(
    editor: Machine, table: ScriptedAws
) -> None:
    editor.is_a(AppType="CodeEditor", ExecutionRoleArn=None)
    for name in [name for name in editor.environment if name.startswith("AWS_") and "ENDPOINT" not in name]:
        del editor.environment[name]
    (editor.home / ".aws").mkdir()
    (editor.home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = PRIVATE\naws_secret_access_key = private\n"
    )
    editor.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{table.url}/credentials"
    given = {"AccessKeyId": "OFTHEAPP", "SecretAccessKey": "secret", "Token": "token"}
    given |= {"Expiration": "2099-01-01T00:00:00Z", "RoleArn": f"arn:aws:iam::123456789012:role/studio/exec/{ROLE}"}
    table.will(given)
    look = editor.look()
    assert look.told["pk"] == f"role#{ROLE}"
    assert "OFTHEAPP/" in table.asked[-1].headers["authorization"]
    assert "secret" not in look.log + str(editor.state)


def test_the_role_is_asked_of_sts_when_nothing_else_says_it_and_then_remembered(
    editor: Machine, table: ScriptedAws
) -> None:
    editor.is_a(AppType="CodeEditor", ExecutionRoleArn=None)
    editor.environment["AWS_ENDPOINT_URL_STS"] = table.url
    arn = f"arn:aws:sts::123456789012:assumed-role/{ROLE}/SageMaker"
    answer = f"<Response><GetCallerIdentityResult><Arn>{arn}</Arn></GetCallerIdentityResult></Response>"
    table.will(answer, {})
    assert editor.look().told["pk"] == f"role#{ROLE}"
    editor.reported(900)
    editor.look()
    assert [each.operation for each in table.asked] == ["GetCallerIdentity", "PutItem", "PutItem"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_a_report_that_aws_refuses_is_lost_and_the_next_one_counts(
    editor: Machine, table: ScriptedAws, code: str
) -> None:
    table.fails(code)
    look = editor.look()
    assert look.code == 75
    assert code in look.log
    assert len(look.log.splitlines()) == 1
    table.will({})
    assert editor.look().told["why"] == "editor used"


def test_without_a_network_a_look_ends_in_time_and_the_next_one_reports(editor: Machine, table: ScriptedAws) -> None:
    editor.environment["AWS_ENDPOINT_URL_DYNAMODB"] = f"http://127.0.0.1:{free_port()}"
    assert editor.look().code == 75
    with silence() as address:
        editor.environment["AWS_ENDPOINT_URL_DYNAMODB"] = address
        look = editor.look()
    assert look.code == 75
    assert look.seconds < 15
    editor.environment["AWS_ENDPOINT_URL_DYNAMODB"] = table.url
    assert editor.look().code == 0


def test_without_botocore_nothing_is_reported_and_one_line_says_so(editor: Machine) -> None:
    look = editor.look("-S")  # without site-packages there is none
    assert (look.code, look.item) == (75, None)
    (line,) = look.log.splitlines()
    assert line.endswith("Z no Python here has botocore")


def test_files_of_servers_that_are_gone_are_passed_over(bare: Machine, jupyter: Jupyter, tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    (living,) = jupyter.runtime.glob("jpserver-*.json")
    (runtime / living.name).write_text(living.read_text())
    killed = living.read_text().replace(f'"pid": {jupyter.pid}', f'"pid": {2**22 + 1}').replace(str(jupyter.port), "1")
    (runtime / "jpserver-4194305.json").write_text(killed)
    (runtime / "jpserver-7.json").write_text("half a fi")
    bare.environment["JUPYTER_RUNTIME_DIR"] = str(runtime)
    assert bare.look().item is not None
