"""The Lambda runtime API of one execution environment: an HTTP server on a port of its own.

Source: "Using the Lambda runtime API" (Lambda Developer Guide).
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What the runtime gets next; deadline in epoch seconds."""

    request_id: str
    payload: bytes
    deadline: float
    function_arn: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the runtime sent back."""

    ok: bool
    body: bytes


class RuntimeApi:
    """`next` blocks until there is an invocation; answers arrive on `answers`, None when the process died."""

    def __init__(self) -> None:
        self.invocations: queue.Queue[Invocation | None] = queue.Queue()
        self.answers: queue.Queue[Answer | None] = queue.Queue()
        handler = type("Handler", (_Handler,), {"api": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """host:port, as AWS_LAMBDA_RUNTIME_API wants it."""
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Ends the server and whoever waits for the next invocation."""
        self.invocations.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    api: ClassVar[RuntimeApi]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """/2018-06-01/runtime/invocation/next"""
        invocation = self.api.invocations.get()
        if invocation is None:
            self.close_connection = True
            return
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": "Root=1-0-0;Sampled=0",
        }
        self._send(200, invocation.payload, headers)

    def do_POST(self) -> None:
        """…/invocation/<id>/response, …/invocation/<id>/error, …/init/error"""
        body = self._body()
        self._send(202, b"", {})
        self.api.answers.put(Answer(self.path.endswith("/response"), body))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent: what the function prints is its log."""
