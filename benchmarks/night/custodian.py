"""Cloud Custodian on the same domain: the tool that comes closest to a nightly sweep of Studio.

It has resources for Studio's apps, profiles, spaces and domains, can filter them by anything that Describe and the
tagging index say, and can tag them. It has no action that stops an app. Its policies here are the best that it can do:
one that compares the two tags of each profile with each other, and not one for each team.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.night.measured import Run, run_child
from benchmarks.night.population import COST_TAG, REGION, TEAM_TAG
from benchmarks.night.stand_in import ROOT, StandIn

PROGRAM = ROOT / ".venv-custodian" / "bin" / "custodian"

_IDLE_HOURS = 2
_MARK = "idle"

Policy = Mapping[str, Any]


def scan_policy(*, mark: bool = False) -> Policy:
    """The apps that nobody has used for two hours; with `mark`, they get a tag for whoever can stop them."""
    used = {"type": "value", "key": "LastUserActivityTimestamp", "value_type": "age", "value": _IDLE_HOURS / 24}
    policy: dict[str, Any] = {
        "name": "idle-apps",
        "resource": "aws.sagemaker-app",
        "filters": [{"Status": "InService"}, {**used, "op": "gt"}],
    }
    if mark:
        policy["actions"] = [{"type": "tag", "key": _MARK, "value": "yes"}]
    return policy


def mend_policy() -> Policy:
    """The profiles whose cost centre is not their team, or missing; each gets its team as its cost centre."""
    due = f"Tags[?Key=='{TEAM_TAG}'].Value | [0]"
    found = f"Tags[?Key=='{COST_TAG}'].Value | [0]"
    return {
        "name": "cost-centres",
        "resource": "aws.sagemaker-user-profile",
        "filters": [{"type": "value", "key": found, "op": "ne", "value_path": due}],
        "actions": [{"type": "tag", "tags": {COST_TAG: {"type": "resource", "key": due}}}],
    }


def scan_apps(aws: StandIn, *, mark: bool = False, program: Path = PROGRAM) -> Run:
    """Looks for idle apps; `ok` says whether it came to its end. Raises FileNotFoundError without Custodian."""
    return _run(aws, scan_policy(mark=mark), program)


def mend_profiles(aws: StandIn, *, program: Path = PROGRAM) -> Run:
    """Mends the tags of profiles; `ok` says whether all are right now. Raises FileNotFoundError without Custodian."""
    run = _run(aws, mend_policy(), program)
    return replace(run, ok=run.ok and aws.state()["wrong_profiles"] == 0)


def _run(aws: StandIn, policy: Policy, program: Path) -> Run:
    """One `custodian run` of its own, without a cache, with the counters of the fake from zero."""
    with tempfile.TemporaryDirectory() as home:
        policies = Path(home, "policies.json")
        policies.write_text(json.dumps({"policies": [policy]}), encoding="utf-8")
        options = ["--region", REGION, "--output-dir", f"{home}/output", "--cache-period", "0"]
        environment = {**aws.environment(), "PATH": os.environ["PATH"], "HOME": home}
        aws.reset()
        child = run_child([str(program), "run", *options, str(policies)], environment)
        return Run.of(child, aws.counts())
