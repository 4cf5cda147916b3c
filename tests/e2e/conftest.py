"""One browser per test module, and a site of its own for every test; the deployed stack is that of integration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.served import Site, served
from tests.integration.conftest import catalog, idp, stack, story
from tests.support.browser import chromium, lacking

__all__ = ["browser", "catalog", "idp", "site", "stack", "story"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module, for Playwright's event loop would be in the way of tests that have their own."""
    if reason := lacking():
        pytest.skip(reason)
    with chromium() as running:
        yield running


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as running:
        yield running
