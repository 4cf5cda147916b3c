"""One browser per test module, one deployed stack for all of them, and a site of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.studio.resources import Durations, Timings
from tests.e2e.logins import Entrance
from tests.e2e.served import Site, served
from tests.integration.conftest import ROOT
from tests.support.browser import chromium, lacking
from tests.support.npm_packages import installed

AT_ONCE = timedelta()


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


@pytest.fixture(scope="package")
def entrance() -> Iterator[Entrance]:
    """One stack is enough: logins leave nothing behind, and who joins or leaves in a test is in no other."""
    if reason := lacking():
        pytest.skip(reason)  # before the stack starts
    idp, slowly = DemoIdp("https://idp.test.example.com/metadata", suggests="amara.okafor"), dict[str, Durations]()
    with LocalStack(
        ROOT / "template.yaml",
        {"RequeueSeconds": "1", "CatalogMaxAgeSeconds": "0"},
        catalog=Path(__file__).with_name("studio.yaml"),
        idp=idp,
        clock=Clock(),
        timings=Timings(create=AT_ONCE, update=AT_ONCE, delete=AT_ONCE, role_propagation=AT_ONCE, by_kind=slowly),
    ) as running:
        entrance = Entrance(stack=running, idp=idp, slowly=slowly)
        entrance.gather()
        yield entrance


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe.min.js."""
    return (installed() / "node_modules" / "axe-core" / "axe.min.js").read_text()
