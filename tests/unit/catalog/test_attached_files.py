"""Scripts and policies that a studio.yaml names: what AWS would refuse, or silently misread, is refused here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from tests.support.studio_file import GOOD, problems, write


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (b"#!/bin/bash\r\n", "setup.sh has Windows line ends, which break the script (save it with LF)"),
        (b"", "setup.sh does not start with #!"),
        (b"echo hello\n", "setup.sh does not start with #!"),
        (b"\xef\xbb\xbf#!/bin/bash\n", "setup.sh does not start with #!"),
        (b"#!/bin/bash\n\xff\n", "setup.sh is not UTF-8"),
        (b"#!/bin/bash\n" + b"#" * 12_277, "setup.sh is 16388 characters in base64, of at most 16384"),
    ],
)
def test_a_script_that_studio_could_not_run_is_refused(tmp_path: Path, script: bytes, expected: str) -> None:
    found = problems(write(tmp_path, script=script))
    assert found[0].startswith("10:41 lifecycle_configs[0].script_file: ")
    assert expected in found[0]


def test_a_script_may_be_as_long_as_studio_takes(tmp_path: Path) -> None:
    script = "#!/bin/bash\n" + "#" * 12_276
    catalog = load(compile_file(write(tmp_path, script=script.encode())))
    assert catalog.lifecycle_config("setup").script == script


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gone.sh", "cannot read gone.sh: No such file or directory (the path is relative to this file)"),
        (".", "cannot read .: Is a directory"),
        ("/etc/hostname", "/etc/hostname is not a relative path"),
    ],
)
def test_a_file_that_cannot_go_with_the_catalog_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    assert expected in problems(write(tmp_path, GOOD.replace("setup.sh", name)))[0]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{", "policy.json is not JSON: "),
        ("[]", "policy.json is not an IAM policy (it needs Version and Statement)"),
        ('{"Statement": []}', "policy.json is not an IAM policy"),
        ('{"Version": "2008-10-17", "Statement": []}', 'in which IAM takes ${…} literally (write "Version"'),
        ('{"Version": "2012-10-17", "Statement": [], "Statement": []}', "'Statement' is there twice in one object"),
        (
            '{"Version": "2012-10-17", "Statement": [{"Resource": "arn:{partion}:s3:::x"}]}',
            "{partion} is not a placeholder (did you mean 'partition'?)",
        ),
    ],
)
def test_a_policy_that_would_not_mean_what_it_says_is_refused(tmp_path: Path, policy: str, expected: str) -> None:
    found = problems(write(tmp_path, policy=policy))
    assert found[0].startswith("14:5 personas[0].policy_file: ")
    assert expected in found[0]


def test_a_policy_is_measured_as_iam_will_see_it(tmp_path: Path) -> None:
    """Short as a template, too long once the longest role name stands in each of 200 places."""
    resources = [f"arn:aws:iam::1:role/{{role}}-{index}" for index in range(200)]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": resources}]})
    assert len(policy) < 10_240
    assert "characters when filled in, of at most 10240" in problems(write(tmp_path, policy=policy))[0]


def test_iams_own_variables_are_no_placeholders(tmp_path: Path) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Resource": "${aws:PrincipalTag/team}/${aws:username}/{role}"}]}'
    catalog = load(compile_file(write(tmp_path, policy=policy)))
    assert "${aws:username}" in (catalog.personas[0].inline_policy or "")
