"""The runtime's side in pure Python, where awslambdaric has no wheel (macOS, Windows).

Run as a program: the same loop over the runtime API, without the C++ client.
"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from email.message import Message

_VERSION = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Context:
    """What handlers get as their second argument; deadline in epoch milliseconds."""

    aws_request_id: str
    invoked_function_arn: str
    deadline: int
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version: str = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "")
    memory_limit_in_mb: str = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    log_group_name: str = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME", "")
    log_stream_name: str = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "")

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation times out."""
        return max(0, self.deadline - int(time.time() * 1000))


def main() -> None:
    """Loads the handler, then answers invocations until the process is ended."""
    module, function = os.environ["_HANDLER"].rsplit(".", 1)
    try:
        handler = getattr(importlib.import_module(module), function)
    except Exception as error:  # noqa: BLE001 - whatever the import raises is reported, then the process ends
        _request("POST", "/init/error", _described(error))
        sys.exit(1)
    while True:
        headers, payload = _request("GET", "/invocation/next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        context = Context(
            request_id,
            headers["Lambda-Runtime-Invoked-Function-Arn"],
            int(headers["Lambda-Runtime-Deadline-Ms"]),
        )
        try:
            answer = json.dumps(handler(json.loads(payload), context))
        except Exception as error:  # noqa: BLE001 - as the real client does
            traceback.print_exc()
            _request("POST", f"/invocation/{request_id}/error", _described(error))
        else:
            _request("POST", f"/invocation/{request_id}/response", answer)


def _request(method: str, path: str, body: str | None = None) -> tuple[Message, bytes]:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, _VERSION + path, body)
    response = connection.getresponse()
    return response.headers, response.read()


def _described(error: Exception) -> str:
    return json.dumps(
        {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_tb(error.__traceback__)[1:],
        }
    )


if __name__ == "__main__":
    main()
