"""One scripted AWS for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.scripted_aws import ScriptedAws, scripted_aws


@pytest.fixture
def aws() -> Iterator[ScriptedAws]:
    with scripted_aws() as running:
        yield running
