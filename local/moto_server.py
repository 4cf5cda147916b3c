"""moto, served on 127.0.0.1 for one stack at a time."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import ExitStack

import urllib3
from moto.server import ThreadedMotoServer

_RESET_SECONDS = 60.0


def serve(closing: ExitStack, *, account: str, region: str) -> str:
    """Starts it, empty; what comes back is its address, and `closing` ends it."""
    closing.callback(
        with_environment(
            MOTO_ACCOUNT_ID=account,
            MOTO_IAM_LOAD_MANAGED_POLICIES="true",
            AWS_DEFAULT_REGION=region,  # the SAM translator asks boto3 for it
        )
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for every request otherwise
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    closing.callback(server.stop)
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    reset(endpoint)
    return endpoint


def with_environment(**variables: str) -> Callable[[], None]:
    """Sets environment variables; what comes back restores them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)

    def restore() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    return restore


def reset(endpoint: str) -> None:
    """Empties moto, which a former stack of this process may have left full: that can take seconds."""
    urllib3.request("POST", f"{endpoint}/moto-api/reset", timeout=_RESET_SECONDS)
