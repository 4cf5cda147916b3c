"""One fake of AWS for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.night.sweeping import Night, nights


@pytest.fixture(scope="module")
def night() -> Iterator[Night]:
    with nights() as made:
        yield made
