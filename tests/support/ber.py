"""BER (X.690), as much of it as LDAP uses: a tag, a length, and a value that may be made of the like."""

from __future__ import annotations

from typing import BinaryIO


def tlv(tag: int, *values: bytes) -> bytes:
    """A value of one or many parts under its tag."""
    body = b"".join(values)
    size = bytes([len(body)]) if len(body) < 128 else b"\x84" + len(body).to_bytes(4, "big")
    return bytes([tag]) + size + body


def text(value: str) -> bytes:
    """An OCTET STRING."""
    return tlv(0x04, value.encode())


def number_of(tag: int, value: int) -> bytes:
    """A number below 32,768."""
    return tlv(tag, value.to_bytes(2, "big"))


def parts(body: bytes) -> list[tuple[int, bytes]]:
    """What a constructed value is made of: tags and values."""
    found, at = [], 0
    while at < len(body):
        tag, size, at = body[at], body[at + 1], at + 2
        if size >= 128:
            size, at = int.from_bytes(body[at : at + size - 128], "big"), at + size - 128
        found.append((tag, body[at : at + size]))
        at += size
    return found


def body_of_next(reads: BinaryIO) -> bytes:
    """The next value of a stream, without its tag; empty at the end."""
    head = reads.read(2)
    if len(head) < 2:
        return b""
    size = head[1]
    return reads.read(size if size < 128 else int.from_bytes(reads.read(size - 128), "big"))
