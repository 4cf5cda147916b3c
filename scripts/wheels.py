"""Fetches the layer's wheels, for this machine and for Lambda's, by pip in hash-checking mode."""

import shutil
import subprocess
from pathlib import Path

LAYER_LOCK = Path("layers/concierge/requirements.txt")
_STAMP = "fetched.lock"
# What Amazon Linux 2023 on arm64 accepts, most specific first; glibc there is 2.34.
_LAMBDA_PLATFORMS = (
    "manylinux_2_34_aarch64",
    "manylinux_2_28_aarch64",
    "manylinux_2_26_aarch64",
    "manylinux_2_17_aarch64",
    "manylinux2014_aarch64",
)


class WheelsMissing(Exception):
    """A package has no wheel for one of the platforms, or a wheel is not the one that was locked."""


def fetch_wheels(interpreter: Path, lock: Path, folder: Path) -> Path:
    """Fills `folder` with the wheels of `lock`; does nothing when they are there already.

    SAM's builder resolves for the machine that it runs on and then replaces what does not fit Lambda: it
    needs both sets. `interpreter` has the deploy runtime's version; the wheels are for that version.

    Raises:
        WheelsMissing: pip refused; its message is on standard error already.
    """
    stamp, wanted = folder / _STAMP, f"{interpreter}\n".encode() + lock.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Fetching the wheels of {lock}, checked by hash", flush=True)
    for_lambda = [option for platform in _LAMBDA_PLATFORMS for option in ("--platform", platform)]
    for platform_options in ([], for_lambda):
        _download(interpreter, lock, folder, platform_options)
    stamp.write_bytes(wanted)
    return folder


def _download(interpreter: Path, lock: Path, folder: Path, platform_options: list[str]) -> None:
    command = [str(interpreter), "-m", "pip", "download", "-qq", "--progress-bar=off", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]
    command += [*platform_options, "--dest", str(folder), "--requirement", str(lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise WheelsMissing(f"pip could not fetch the wheels of {lock} (its message is above)")
