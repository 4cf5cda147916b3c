"""One deployed stack per test module: the real template, least privilege enforced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.source import compile_file
from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "studio.yaml"
GROUP = "studio-ml-research"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


@pytest.fixture(scope="module")
def idp() -> DemoIdp:
    return DemoIdp("https://idp.test.example.com/metadata")


@pytest.fixture(scope="module")
def stack(idp: DemoIdp) -> Iterator[LocalStack]:
    """Rests for a second, and asks S3 for the catalog every time; a stopped test leaves nothing running."""
    with LocalStack(
        ROOT / "template.yaml",
        {"RequeueSeconds": "1", "CatalogMaxAgeSeconds": "0"},
        catalog=EXAMPLE,
        idp_metadata=idp.metadata,
        clock=Clock(),
    ) as running:
        yield running


@pytest.fixture
def story(stack: LocalStack, idp: DemoIdp) -> Story:
    return Story(stack=stack, idp=idp, group=GROUP)
