"""Around every test: no AWS account within reach, repeatable examples, no silent skips in CI."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# Deadlines measure the machine, not the code. In CI the examples are the same in every run.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

_ONE_WORKER = ("tests/integration/directory", "tests/integration/login")  # one domain controller; one stack
_LONG = ("tests/integration", "tests/e2e")

_NO_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def pytest_configure() -> None:
    """Before any test module is imported: what the developer's shell says of AWS is gone."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(_NO_ACCOUNT)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """For workers side by side: a module stays with its fixtures, and what takes minutes begins first."""
    places = {item: item.path.relative_to(config.rootpath).as_posix() for item in items}
    for item, place in places.items():
        group = next((each for each in _ONE_WORKER if place.startswith(each)), place)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: not places[item].startswith(_LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails where CONCIERGE_NO_SKIP is set: there, all that it needs must be installed."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("CONCIERGE_NO_SKIP"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped although CONCIERGE_NO_SKIP is set: {reason}"
