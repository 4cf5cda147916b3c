"""One Active Directory for all the tests of this folder; each test makes people and groups of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.samba_ad import ActiveDirectory, lacking, samba_ad


@pytest.fixture(scope="session")
def active_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActiveDirectory]:
    if reason := lacking():
        pytest.skip(reason)
    with samba_ad(tmp_path_factory.mktemp("active-directory")) as directory:
        directory.show_deleted(directory.reader.username)
        yield directory
