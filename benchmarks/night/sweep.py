"""One of our sweeps as a program of its own, as Lambda runs it.

    python -m benchmarks.night.sweep idle_shutdown 2026-03-02T22:00:00Z

Prints the answer as JSON. Exit code 1 if it failed.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime

from benchmarks.night.population import ACCOUNT, REGION
from concierge import bootstrap
from concierge.errors import ConciergeError
from concierge.night.invocation import Invocation

_MINUTES = 14
_ROOTS = {
    "idle_shutdown": bootstrap.idle_shutdown,
    "tag_remediation": bootstrap.tag_remediation,
    "studio_settings": bootstrap.studio_settings,
    "compliance_audit": bootstrap.compliance_audit,
    "domain_backup": bootstrap.domain_backup,
}


def main(room: str, at: str) -> int:
    """Sweeps the one account and region of the fake."""
    now = datetime.now(UTC)
    invocation = Invocation(name=str(uuid.uuid4()), now=now, until=time.monotonic() + _MINUTES * 60)
    event = {"schedule": "bench", "time": at, "account": ACCOUNT, "region": REGION}
    try:
        answer = _ROOTS[room](invocation).sweep(event)
    except ConciergeError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
