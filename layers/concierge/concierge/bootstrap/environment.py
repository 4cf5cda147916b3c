"""The container's environment and its log, where every composition root starts."""

from __future__ import annotations

import os
from functools import cache

from concierge import logs
from concierge.settings import Environment


@cache
def environment() -> Environment:
    """The container's environment; also sets up logging, because every root starts here."""
    logs.configure()
    return Environment(os.environ)
