"""Resolves requirements/*.in into lock files with a hash for every file that may be installed.

    python -m scripts.lock              keeps the locked versions where they still fit
    python -m scripts.lock --upgrade    takes the newest ones; further options go to `uv pip compile`

Each lock is for Python 3.11 and newer on every platform (environment markers tell them apart), and names
no package index: an installation uses the one that its machine is set up for.
"""

import subprocess
import sys
from collections.abc import Sequence

# In this order: the development lock takes the layer's versions as given.
LOCKS = (
    ("requirements/layer.in", "layers/concierge/requirements.txt"),
    ("requirements/dev.in", "requirements/dev.lock"),
    ("requirements/sam.in", "requirements/sam.lock"),
    ("requirements/locking.in", "requirements/locking.lock"),
    ("requirements/custodian.in", "requirements/custodian.lock"),
)


def compile_command(source: str, lock: str, options: Sequence[str]) -> list[str]:
    """The resolver's command line for one lock file; paths are relative to the repository's root."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
    command += ["--python-version", "3.11", "--custom-compile-command", "make lock"]
    return [*command, *options, "--output-file", lock, source]


def main(options: Sequence[str]) -> int:
    """Writes every lock; returns the exit code of the first resolution that fails, or 0."""
    for source, lock in LOCKS:
        print(f"Locking {source} into {lock}", flush=True)
        result = subprocess.run(compile_command(source, lock, options), check=False)
        if result.returncode != 0:
            return result.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
