"""Takes out of a built layer what no function ever loads: it only costs size, and time to fetch and unpack.

Licences and METADATA stay: they are owed to the authors, and scanners such as Amazon Inspector read what is installed
from METADATA.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

# Sources and headers of C extensions, stubs, and what a browser shows of an API that none of the functions serves.
_NEVER_LOADED = (
    "*.c",
    "*.h",
    "*.pxd",
    "*.pxi",
    "*.pyi",
    "*.pyx",
    "boto3/data",  # resources; the project uses clients only
    "boto3/examples",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "botocore/data/*/*/examples-1.json*",
    "tests",
)
_OF_PIP = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")  # what pip needs to uninstall
_QUOTED = re.compile(r"""["']([a-z0-9-]+)["']""")
_DATA = Path("botocore", "data")


def services_named(sources: Iterable[Path], known: Iterable[str]) -> frozenset[str]:
    """The services of `known` whose name stands in quotes anywhere in the sources (Python files or folders).

    Too many rather than too few: a service that is named for another reason costs some kilobytes, one that is
    missing costs a function.
    """
    return frozenset(known) & frozenset(text for source in sources for text in _strings(source))


def services_known(site: Path) -> frozenset[str]:
    """The services whose API the botocore in `site` describes; none without a botocore."""
    return frozenset(each.name for each in (site / _DATA).glob("*") if each.is_dir())


def prune(site: Path, services: frozenset[str]) -> int:
    """Removes from `site`, a folder of installed packages, what is never loaded; returns how many bytes.

    services: those that are called; every other one's description goes.
    """
    before = size_of(site)
    for unused in services_known(site) - services:
        shutil.rmtree(site / _DATA / unused)
    for path in list(_needless(site)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return before - size_of(site)


def size_of(folder: Path) -> int:
    """The bytes of all files under `folder`, as Lambda counts them against its limit."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def _needless(site: Path) -> Iterator[Path]:
    for pattern in _NEVER_LOADED:
        yield from site.glob(pattern) if "/" in pattern else site.rglob(pattern)
    for name in _OF_PIP:
        yield from site.glob(f"*.dist-info/{name}")


def _strings(source: Path) -> Iterator[str]:
    for path in [source] if source.is_file() else source.rglob("*.py"):
        yield from _QUOTED.findall(path.read_text(encoding="utf-8"))
