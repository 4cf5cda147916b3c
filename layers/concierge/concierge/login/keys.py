"""One secret of the deployment, and a key of its own for each use of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

_SEPARATOR = "."


def key_for(secret: str, use: str) -> bytes:
    """A key that says nothing about the secret or about the keys of other uses (HKDF-Expand, RFC 5869, one block)."""
    return hmac.new(secret.encode(), f"studio-concierge {use}\x01".encode(), hashlib.sha256).digest()


def signed(content: bytes, key: bytes) -> str:
    """The content and its signature as one text that fits cookies and headers."""
    return f"{url_safe(content)}{_SEPARATOR}{url_safe(_signature(content, key))}"


def verified_content(text: str, keys: Iterable[bytes]) -> bytes | None:
    """What was signed with one of the keys, or None; keys are asked for one by one."""
    encoded, _, signature = text.partition(_SEPARATOR)
    content, given = from_url_safe(encoded), from_url_safe(signature)
    if content is None or given is None:
        return None
    return content if any(hmac.compare_digest(given, _signature(content, key)) for key in keys) else None


def _signature(content: bytes, key: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def url_safe(content: bytes) -> str:
    """Base64 for addresses, cookies and headers, without padding (RFC 4648, 5)."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_url_safe(text: str) -> bytes | None:
    """What `url_safe` made of it, or None if it made nothing of the kind."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
