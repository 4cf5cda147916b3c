"""Starts a program, waits for it, and writes what it cost: python launcher.py FIGURES PROGRAM [ARGUMENT ...]

It imports next to nothing: its own memory is the least that it can see of the program's.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    """FIGURES gets seconds, cpu (seconds), peak_bytes and returncode (negative for a signal)."""
    figures, *command = sys.argv[1:]
    began = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss (getrusage of either system)
    found = {
        "seconds": time.monotonic() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * unit,
        "returncode": os.waitstatus_to_exitcode(status),
    }
    with open(figures, "w", encoding="utf-8") as file:  # noqa: PTH123  # pathlib is a third of this process
        json.dump(found, file)


if __name__ == "__main__":
    main()
