"""AWS as one HTTP server that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from concierge.aws.crt.endpoints import Endpoint
from concierge.aws.crt.service import Service
from concierge.aws.crt.wire import Wire
from concierge.login.ports import Credentials

OWN = Credentials(access_key_id="AKIAOWN", secret_access_key="own-secret", session_token="own-token")
REGION = "eu-west-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body of AWS JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body of AWS Query."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def operation(self) -> str:
        """X-Amz-Target, or the Action of a form."""
        return self.headers.get("x-amz-target", "").rpartition(".")[2] or self.form.get("Action", "")


Reply = tuple[int, bytes, Mapping[str, str]]


@dataclass
class ScriptedAws:
    """`replies` go out in turn, the last one for ever; a status of 0 hangs up without a word."""

    port: int
    wire: Wire = field(default_factory=Wire)
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def will(self, *replies: object, status: int = 200) -> None:
        """Answers with JSON for a mapping, and with the very text for a text."""
        self.replies = [
            (status, (each if isinstance(each, str) else json.dumps(each)).encode(), {}) for each in replies
        ]

    def fails(self, code: str, status: int = 400, message: str = "said by AWS") -> None:
        """Answers as AWS JSON does for an error."""
        self.will({"__type": f"com.amazonaws.x#{code}", "message": message}, status=status)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def service(self, name: str, credentials: Credentials | None = OWN) -> Service:
        """One that asks here, and waits for nobody."""
        return Service(
            name=name,
            endpoint=Endpoint(url=self.url, signing_region=REGION),
            wire=self.wire,
            credentials=credentials,
            pause=self.pauses.append,
            chance=lambda: 0.5,
        )


@contextmanager
def scripted_aws() -> Iterator[ScriptedAws]:
    """Runs on 127.0.0.1 and a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    aws = ScriptedAws(port=server.server_port)
    _Handler.aws = aws
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    aws: ClassVar[ScriptedAws]
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.aws.asked.append(Asked(method=self.command, path=self.path, headers=headers, body=body))
        replies = self.aws.replies
        status, content, extra = replies.pop(0) if len(replies) > 1 else replies[0]
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _any  # noqa: N815  # the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        return
