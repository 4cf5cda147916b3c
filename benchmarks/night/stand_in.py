"""The fake of AWS as a child of this process, and what a client of it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.night.faults import Fault
from benchmarks.night.population import REGION

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60  # seconds
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a company's proxy does not know this machine


class Refusal(Exception):
    """The fake does not understand what it is told; the message has its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A fake that runs. endpoint: its address, for every service."""

    endpoint: str

    def environment(self) -> dict[str, str]:
        """What botocore has to find in the environment, and nothing of the machine's own accounts."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIABENCH",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }

    def counts(self) -> dict[str, Any]:
        """See counts.Counts.report."""
        return self._ask("_counts")

    def calls(self) -> dict[str, int]:
        """How often each operation was called, throttled calls included."""
        return {name: count["calls"] for name, count in self.counts()["operations"].items()}

    def state(self) -> dict[str, Any]:
        """What has become of the domain; see population.state."""
        return self._ask("_state")

    def reset(self) -> None:
        """Counters at zero, buckets full, no faults."""
        self._ask("_reset", {})

    def world(self, **parameters: float) -> None:
        """Builds a `population.World`; without `now` it is now. Raises Refusal."""
        self._ask("_world", parameters)

    def items(self, items: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Puts items, as DynamoDB types them, by table."""
        self._ask("_items", items)

    def limits(self, limits: Mapping[str, tuple[float, float]]) -> None:
        """Replaces all limits: operation → tokens a second, and burst. Raises Refusal."""
        self._ask("_limits", limits)

    def faults(self, *faults: Fault) -> None:
        """Replaces all faults."""
        self._ask("_faults", [asdict(fault) for fault in faults])

    def _ask(self, path: str, content: Mapping[str, Any] | Iterable[Any] | None = None) -> dict[str, Any]:
        body = None if content is None else json.dumps(content).encode()
        try:
            with _OPENER.open(f"{self.endpoint}/{path}", body, timeout=_PATIENCE) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            with error:
                raise Refusal(f"{path}: {error.read().decode()}") from error


@contextmanager
def standing_in(*, latency: float = 0.03) -> Iterator[StandIn]:
    """A fake that runs until the end of the block.

    Raises:
        RuntimeError: it did not start; its own words are on standard error.
    """
    command = [sys.executable, "-m", "benchmarks.night.aws", "--port", "0", "--latency", str(latency)]
    sources = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "layers" / "concierge")))}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **sources}
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101  # for the type checker: it is a pipe
            port = process.stdout.readline().strip()
            if not port.isdecimal():
                raise RuntimeError("the stand-in for AWS did not start")
            yield StandIn(endpoint=f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
