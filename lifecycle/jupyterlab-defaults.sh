#!/bin/bash
# Runs when a JupyterLab space starts: package caches on the space's own disk, and git defaults, once.
# Must not fail: a lifecycle configuration that exits with an error keeps the app from starting.
set -u

cache="${HOME}/.cache"
mkdir -p "${cache}/pip" "${cache}/conda" || exit 0

if [ ! -e "${HOME}/.config/pip/pip.conf" ]; then
    mkdir -p "${HOME}/.config/pip"
    printf '[global]\ncache-dir = %s\n' "${cache}/pip" > "${HOME}/.config/pip/pip.conf"
fi

if [ ! -e "${HOME}/.condarc" ]; then
    printf 'pkgs_dirs:\n  - %s\n' "${cache}/conda" > "${HOME}/.condarc"
fi

if command -v git > /dev/null; then
    git config --global --get init.defaultBranch > /dev/null || git config --global init.defaultBranch main
    git config --global --get credential.helper > /dev/null || git config --global credential.helper 'cache --timeout=28800'
fi
exit 0
