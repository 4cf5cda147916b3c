"""CloudWatch Logs subscriptions: one invocation with many lines, each of Windows or of Samba.

Source: "Using CloudWatch Logs subscription filters" (User Guide): gzip and base64 around JSON; control messages only
probe the destination.
"""

from __future__ import annotations

import binascii
import json
import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from concierge.directory.changes import Found, Ignored, MembershipChange, Unreadable
from concierge.directory.fields import Json, an_object, section, text
from concierge.directory.sources import samba_audit, windows_security
from concierge.errors import MalformedEvent

_SOURCE = "cwl"
_LARGEST = 32 * 1024 * 1024  # bytes unpacked; CloudWatch Logs packs at most 1 MB of compressed lines


def reads(event: Json) -> bool:
    """What CloudWatch Logs sends to a subscribed function."""
    return "awslogs" in event


def read(event: Json, *, now: datetime) -> Found:
    """What each line says; a line that cannot be read takes no other with it."""
    payload = _unpacked(text(section(event, "awslogs"), "data", path="awslogs."))
    kind = text(payload, "messageType", path="awslogs.data.")
    if kind == "CONTROL_MESSAGE":
        return (Ignored(source=_SOURCE, dedupe_key="control", reason="a control message carries no events"),)
    if kind != "DATA_MESSAGE":
        raise MalformedEvent(f"field awslogs.data.messageType: {kind!r} is neither DATA_MESSAGE nor CONTROL_MESSAGE")
    lines = payload.get("logEvents")
    if not isinstance(lines, list):
        raise MalformedEvent("field awslogs.data.logEvents: expected a list")
    return tuple(each for index, line in enumerate(lines) for each in _line(line, index, now))


def _line(line: object, index: int, now: datetime) -> Iterator[MembershipChange | Ignored | Unreadable]:
    key = str(line.get("id", index)) if isinstance(line, Mapping) else str(index)
    try:
        message = text(an_object(line), "message")
        if message.lstrip().startswith("{"):
            yield from samba_audit.read(_json(message), now=now)
        else:
            yield windows_security.read_record(message)
    except MalformedEvent as error:
        yield Unreadable(source=_SOURCE, dedupe_key=key, reason=f"field awslogs.data.logEvents[{index}]: {error}")


def _json(message: str) -> Json:
    try:
        found = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent(f"message: not JSON: {error}") from error
    if not isinstance(found, dict) or not samba_audit.reads(found):
        raise MalformedEvent("message: JSON, but no audit record of Samba")
    return found


def _unpacked(data: str) -> dict[str, Any]:
    try:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # with a gzip header
        plain = unpacker.decompress(b64decode(data, validate=True), _LARGEST)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise MalformedEvent(f"field awslogs.data: not base64 of gzip: {error}") from error
    if unpacker.unused_data:
        raise MalformedEvent("field awslogs.data: something follows the packed lines")
    if not unpacker.eof:
        raise MalformedEvent(f"field awslogs.data: cut off, or more than {_LARGEST} bytes")
    try:
        found = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent(f"field awslogs.data: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise MalformedEvent("field awslogs.data: expected an object")
    return found
