"""HTTP/1.1 over asyncio, no more of it than botocore speaks: connections stay open, one request at a time on each."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from benchmarks.night.front import Front, Later
from benchmarks.night.messages import Reply, Request

_END = b"\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """A client. Bodies have a Content-Length; a client that sends no such thing is hung up on."""

    _transport: asyncio.Transport

    def __init__(self, front: Front, loop: asyncio.AbstractEventLoop) -> None:
        self._front = front
        self._loop = loop
        self._received = bytearray()
        self._head: Request | None = None
        self._length = 0
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type checker: it is a socket
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._received += data
        self._advance()

    def _advance(self) -> None:
        """Reads a head if there is none yet, and its body; answers when both are there."""
        if self._busy or (self._head is None and not self._read_head()):
            return
        head = self._head
        if head is None or len(self._received) < self._length:
            return
        body = bytes(self._received[: self._length])
        del self._received[: self._length]
        self._head, self._busy = None, True
        later = self._front.answer(Request(method=head.method, path=head.path, headers=head.headers, body=body))
        if later.seconds > 0:
            self._loop.call_later(later.seconds, self._send, later)
        else:
            self._send(later)

    def _read_head(self) -> bool:
        end = self._received.find(_END)
        if end < 0:
            return False
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        del self._received[: end + len(_END)]
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        words, length = first.split(" "), headers.get("content-length", "0")
        if len(words) != 3 or not length.isdecimal() or "transfer-encoding" in headers:
            self._transport.close()
            return False
        self._length = int(length)
        self._head = Request(method=words[0], path=words[1].partition("?")[0], headers=headers, body=b"")
        if headers.get("expect", "").lower() == "100-continue":
            self._transport.write(_CONTINUE)
        return True

    def _send(self, later: Later) -> None:
        if later.counted:
            self._front.counts.answered()
        if later.reply is None:
            self._transport.close()
        elif not self._transport.is_closing():
            self._transport.write(_written(later.reply))
            self._busy = False
            self._advance()


def _written(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}", "x-amzn-RequestId: 0"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    if reply.status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"Content-Length: {len(reply.body)}")
    return "\r\n".join(lines).encode("latin-1") + _END + reply.body
