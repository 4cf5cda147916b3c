"""Scripts and policies that a studio.yaml names: what AWS would refuse, or silently misread, is refused here."""

from __future__ import annotations

import json
import subprocess
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


ONE_AFTER_THE_OTHER = GOOD.replace("script_file: setup.sh", "script_files: [setup.sh, report.sh]")


def with_two_scripts(folder: Path, first: str, second: str) -> Path:
    (folder / "report.sh").write_bytes(second.encode())
    return write(folder, ONE_AFTER_THE_OTHER, script=first.encode())


def test_of_several_scripts_each_runs_in_a_subshell_so_that_its_exit_does_not_end_the_next(tmp_path: Path) -> None:
    first = "#!/bin/bash\n# one\nset -u\nname=first; echo $name\nexit 0\n"
    second = '#!/bin/bash\necho "second ${name:-knows nothing} ${IDLE:-{account}}"'
    catalog = load(compile_file(with_two_scripts(tmp_path, first, second)))
    script = catalog.lifecycle_config("setup").script
    assert script == (
        "#!/bin/bash\n"
        "(\n# one\nset -u\nname=first; echo $name\nexit 0\n)\n"
        '(\necho "second ${name:-knows nothing} ${IDLE:-{account}}"\n)\n'
    )
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "first\nsecond knows nothing {account}\n"


def test_the_last_script_says_whether_the_app_starts(tmp_path: Path) -> None:
    file = with_two_scripts(tmp_path, "#!/bin/bash\nexit 3\n", "#!/bin/bash\nexit 4\n")
    script = load(compile_file(file)).lifecycle_config("setup").script
    assert subprocess.run(["bash", "-c", script], check=False).returncode == 4


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "#!/bin/bash\n:\n",
            "#!/bin/bash\r\n:\r\n",
            "10:66 lifecycle_configs[0].script_files[1]: report.sh has Windows line ends, which break the script",
        ),
        (
            "echo\n",
            "#!/bin/bash\n:\n",
            "10:56 lifecycle_configs[0].script_files[0]: setup.sh does not start with #! (begin it with #!/bin/bash)",
        ),
        (
            "#!/bin/bash\n:\n",
            "#!/bin/sh\n:\n",
            "10:41 lifecycle_configs[0].script_files: report.sh begins with #!/bin/sh, setup.sh with #!/bin/bash (",
        ),
        (
            "#!/bin/bash\n:\n",
            "#!/usr/bin/env python3\nprint()\n",
            "report.sh begins with #!/usr/bin/env python3, and only scripts of a shell can be joined (begin it with",
        ),
        (
            "#!/bin/bash\n:\n",
            "#!/bin/bash\n# nothing\n\n",
            "10:41 lifecycle_configs[0].script_files: report.sh runs nothing (remove it from the list)",
        ),
        (
            f"#!/bin/bash\n:{'#' * 6_200}\n",
            f"#!/bin/bash\n:{'#' * 6_200}\n",
            "script_files: setup.sh, report.sh are joined 16568 characters in base64, of at most 16384 (shorten them)",
        ),
    ],
)
def test_scripts_that_could_not_run_one_after_the_other_are_refused(
    tmp_path: Path, first: str, second: str, expected: str
) -> None:
    (found,) = problems(with_two_scripts(tmp_path, first, second))
    assert expected in found


def test_a_script_of_a_list_that_is_not_there_is_named_by_its_place(tmp_path: Path) -> None:
    (found,) = problems(write(tmp_path, ONE_AFTER_THE_OTHER))
    assert found.startswith("10:66 lifecycle_configs[0].script_files[1]: cannot read report.sh: No such file")


@pytest.mark.parametrize("scripts", ["script_file: setup.sh, script_files: [setup.sh]", "name: setup"])
def test_a_lifecycle_configuration_has_one_script_or_a_list_of_them(tmp_path: Path, scripts: str) -> None:
    text = GOOD.replace("name: setup, ", "").replace("script_file: setup.sh", f"name: setup, {scripts}")
    text = text.replace("name: setup, name: setup", "name: setup")
    (found,) = problems(write(tmp_path, text, script=b"#!/bin/bash\n:\n"))
    assert found.startswith("10:5 lifecycle_configs[0]: needs exactly one of script_file and script_files (name one")


def test_a_list_without_scripts_is_one_mistake(tmp_path: Path) -> None:
    (found,) = problems(write(tmp_path, GOOD.replace("script_file: setup.sh", "script_files: []")))
    assert found.startswith("10:41 lifecycle_configs[0].script_files: is empty")


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
    assert "characters when filled in, of at most 9640" in problems(write(tmp_path, policy=policy))[0]


def test_iams_own_variables_are_no_placeholders(tmp_path: Path) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Resource": "${aws:PrincipalTag/team}/${aws:username}/{role}"}]}'
    catalog = load(compile_file(write(tmp_path, policy=policy)))
    assert "${aws:username}" in (catalog.personas[0].inline_policy or "")
