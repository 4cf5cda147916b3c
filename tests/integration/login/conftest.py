"""One deployed stack for all attacks: they leave nothing behind, and so do their controls but used assertions.

It logs all that it can, so that the whole corpus is also a test of what is never logged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local.clock import Clock
from local.idp import DemoIdp
from local.stack import LocalStack
from local.story import Story
from tests.integration.conftest import EXAMPLE, GROUP, ROOT
from tests.integration.login.front import Front
from tests.support.identity_providers.house import House


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """xmlsec1 signs a thousand times here, and would read all of the system's certificates each time: 25 ms of 35."""
    built = House.build(tmp_path_factory.mktemp("house"))
    with pytest.MonkeyPatch.context() as environment:
        for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            environment.setenv(name, os.devnull)
        yield built
    built.close()


@pytest.fixture(scope="package")
def front(house: House) -> Iterator[Front]:
    """The person has joined; the identity providers are the house's."""
    with LocalStack(
        ROOT / "template.yaml",
        {"RequeueSeconds": "1", "LogLevel": "DEBUG"},
        catalog=EXAMPLE,
        idp_metadata=house.metadata,
        clock=Clock(),
    ) as running:
        story = Story(stack=running, idp=DemoIdp("https://nobody.example.com"), group=GROUP)
        story.joins()
        yield Front(story=story, house=house)
