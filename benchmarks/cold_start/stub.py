"""A stand-in for AWS: HTTPS on 127.0.0.1, in a process of its own, with one answer for each operation.

    python -m benchmarks.cold_start.stub FOLDER

FOLDER holds `server.pem` and `answers.json`. The port is printed when it listens. It knows the operation from the
target header (JSON protocol; with the index that is queried), the form's Action (query protocol) or the path (S3, and
the Studio route of the API).
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

STUDIO_ROUTE = "GET /studio"
GET_OBJECT = "GetObject"
_UNSIGNED = frozenset({"AssumeRoleWithSAML"})


class Answer(TypedDict):
    """What is sent; `headers` without Content-Length. In `body`, `{host}` stands for the host that was asked."""

    status: int
    headers: Mapping[str, str]
    body: str


@contextmanager
def standing_in(folder: Path) -> Iterator[int]:
    """The port of a stub that runs until the end of the block.

    Raises:
        RuntimeError: it did not start; its own words are on standard error.
    """
    command = [sys.executable, "-m", "benchmarks.cold_start.stub", str(folder)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None  # noqa: S101  # for the type checker: it is a pipe
            port = process.stdout.readline().strip()
            if not port.isdecimal():
                raise RuntimeError("the stand-in for AWS did not start")
            yield int(port)
        finally:
            process.terminate()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open, as AWS keeps them
    disable_nagle_algorithm = True
    answers: Mapping[str, Answer]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self._answer(STUDIO_ROUTE if path.endswith("/studio") else GET_OBJECT)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if target := self.headers.get("X-Amz-Target", ""):
            self._answer(f"{target.rpartition('.')[2]} {json.loads(body).get('IndexName', '')}".strip())
        else:
            self._answer(parse_qs(body.decode()).get("Action", ["unknown"])[0])

    def _answer(self, operation: str) -> None:
        signed = self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ")
        answer = self.answers.get(operation)
        if answer is None or not (signed or operation in _UNSIGNED):
            answer = {"status": 400, "headers": {}, "body": f"{operation}: not known here, or not signed"}
        body = answer["body"].replace("{host}", self.headers.get("Host", "")).encode()
        self.send_response(answer["status"])
        for name, value in {**answer["headers"], "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        """Says nothing: what was asked shows in the answers."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is measured ends without closing its connections."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # passed on as it came


def serve(folder: Path) -> None:
    """Serves until the process is ended."""
    _Handler.answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    with _Server(("127.0.0.1", 0), _Handler) as server:
        # The handshake belongs to the connection's own thread: nobody waits for somebody else's.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
