"""Programs that are measured, and how Cloud Custodian is run."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.night.custodian import mend_policy, mend_profiles, scan_apps, scan_policy
from benchmarks.night.measured import run_child
from benchmarks.night.stand_in import StandIn

MEGABYTE = 1 << 20


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_the_cpu_of_a_program_is_counted_and_the_time_that_it_sleeps_is_not() -> None:
    burning = "import time\nwhile time.process_time() < 0.5: pass\ntime.sleep(0.5)"
    child = run_child(python(burning), {})
    assert 0.5 <= child.cpu < 0.9
    assert child.seconds >= 1.0


def test_the_most_memory_that_a_program_had_is_its_own() -> None:
    here = bytearray(b"x") * (300 * MEGABYTE)  # what this process holds is not the program's
    small, large = (run_child(python(f"x = b'x' * {size * MEGABYTE}"), {}) for size in (0, 200))
    assert small.peak_mb < 60
    assert 200 <= large.peak_mb < 260
    assert here


def test_what_a_program_says_and_how_it_ended_are_known() -> None:
    child = run_child(python("import os, sys\nprint(dict(os.environ), flush=True)\nsys.exit('no')"), {"ONLY": "this"})
    assert child.returncode == 1
    assert "'ONLY': 'this'" in child.stdout
    assert child.stdout.endswith("no\n")
    assert run_child(python("import os\nos.kill(os.getpid(), 9)"), {}).returncode == -9


def test_without_custodian_nothing_is_measured(aws: StandIn, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="custodian"):
        scan_apps(aws, program=tmp_path / "custodian")


def program(folder: Path, code: str) -> Path:
    """What stands where Custodian would."""
    path = folder / "custodian"
    path.write_text(f"#!{sys.executable}\n{code}")
    path.chmod(0o700)
    return path


def test_custodian_is_run_with_the_fake_and_without_a_cache(
    aws: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    telling = "import json, os, sys\nprint(json.dumps([sys.argv[1:], dict(os.environ), open(sys.argv[-1]).read()]))"
    run = mend_profiles(aws, program=program(tmp_path, telling))
    arguments, environment, policies = json.loads(run.said)
    assert run.ok
    assert arguments[:3] == ["run", "--region", "eu-west-1"]
    assert arguments[-3:-1] == ["--cache-period", "0"]
    assert environment["AWS_ENDPOINT_URL"] == aws.endpoint
    assert "AWS_PROFILE" not in environment
    assert json.loads(policies) == {"policies": [mend_policy()]}
    assert not Path(environment["HOME"]).exists()


def test_only_the_calls_of_the_run_itself_are_counted(aws: StandIn, client: Any, tmp_path: Path) -> None:
    client("sagemaker").list_apps()
    calling = (
        "import os, urllib.request as r\n"
        "r.urlopen(r.Request(os.environ['AWS_ENDPOINT_URL'], b'{}', {'X-Amz-Target': 'SageMaker.ListDomains'})).close()"
    )
    run = scan_apps(aws, program=program(tmp_path, calling))
    assert (run.ok, run.calls, run.total, run.throttled) == (True, {"sagemaker:ListDomains": 1}, 1, 0)


def test_a_run_that_failed_is_not_ok_and_says_why(aws: StandIn, tmp_path: Path) -> None:
    run = scan_apps(aws, program=program(tmp_path, "raise SystemExit('no such resource')"))
    assert not run.ok
    assert "no such resource" in run.said


def test_profiles_that_are_still_wrong_are_no_success(aws: StandIn, tmp_path: Path) -> None:
    aws.world(apps=0, profiles=20)
    idle = program(tmp_path, "")
    assert scan_apps(aws, program=idle).ok
    assert not mend_profiles(aws, program=idle).ok
    aws.world(apps=0, profiles=20, wrong_share=0)
    assert mend_profiles(aws, program=idle).ok


def test_apps_are_marked_only_if_that_is_asked_for() -> None:
    assert "actions" not in scan_policy()
    assert scan_policy(mark=True)["actions"] == [{"type": "tag", "key": "idle", "value": "yes"}]
