"""Lambda proxy responses on 127.0.0.1 as API Gateway would send them: one path, one answer."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class _Server(ThreadingHTTPServer):
    """Says nothing of browsers that go away while they are answered; everything else is told as ever."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@dataclass
class Site:
    """answers: by path, without the query; each time the last one is left, an earlier one is used up.

    asked: path and headers (lower-case names) of every request, in order.
    """

    address: str = ""
    answers: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def shows(self, path: str, *answers: Mapping[str, Any]) -> str:
        """From now on, `path` gives these answers one after the other; returns its URL."""
        self.answers[path] = list(answers)
        return self.address + path

    def next(self, path: str) -> Mapping[str, Any]:
        """The answer to one request; 404 for a path that nobody set."""
        waiting = self.answers.get(path.partition("?")[0])
        if waiting is None:
            return {"statusCode": 404, "headers": {}, "body": ""}
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked == path for asked, _ in self.asked)


@contextmanager
def served() -> Iterator[Site]:
    """A site on a free port, gone at the end."""
    site = Site()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[Site]

    def do_GET(self) -> None:
        self.site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        answer = self.site.next(self.path)
        body = str(answer["body"]).encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        for name, values in answer.get("multiValueHeaders", {}).items():
            for value in values:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent."""
