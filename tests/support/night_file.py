"""A small studio.yaml that speaks of running machines, to make mistakes in."""

from __future__ import annotations

from pathlib import Path

from tests.support.studio_file import GOOD, write

_IDLE = "idle: {idle_minutes: 120, max_lifetime_minutes: 600}"
_DOMAIN = "    domain_id: d-abcdefghijkl\n"
OFFICE = """\
calendars:
  - name: office
    timezone: Europe/Berlin
    days: [mon, fri]
    from: "08:00"
    until: 19:00
    holidays: ["2026-12-25", 2027-01-01]
"""


def studio(folder: Path, *, idle: str = "", domain: str = "", end: str = "") -> Path:
    """A studio.yaml whose persona has these idle limits, and its domain these settings."""
    text = GOOD.replace(_IDLE, f"idle: {{{idle}}}") if idle else GOOD
    if domain:
        text = text.replace(_DOMAIN, f"{_DOMAIN}    idle: {{{domain}}}\n")
    return write(folder, text + end)
