#!/bin/sh
# Prints the path of a Python that can make the project's environments, or says what is missing.
# PYTHON names one to use instead of the first that is found.
set -eu

if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    # python3.13 first: it is what runs in Lambda.
    set -- python3.13 python3.12 python3.11 python3
fi

without_ensurepip=
for candidate in "$@"; do
    # Each candidate is run, not only looked up: a pyenv shim exists for versions that are switched off.
    path=$("$candidate" -c 'import sys; print(sys.version_info >= (3, 11) and sys.executable or "")' 2>/dev/null) || continue
    [ -n "$path" ] || continue
    if "$path" -c 'import ensurepip, venv' 2>/dev/null; then
        printf '%s\n' "$path"
        exit 0
    fi
    without_ensurepip=${without_ensurepip:-$path}
done

if [ -n "$without_ensurepip" ]; then
    echo "$without_ensurepip cannot make environments: its ensurepip module is missing." >&2
    echo "On Debian and Ubuntu the package python3-venv brings it: apt-get install python3-venv" >&2
else
    echo "No Python 3.11 or newer that runs (tried: $*)." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.13 ..." >&2
fi
exit 1
