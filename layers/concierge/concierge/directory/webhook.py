"""The route to which Microsoft Graph posts its notifications: is it really Graph, and what did it say.

Source: "Receive change notifications through webhooks" (Microsoft Graph documentation): a new subscription is
validated by answering with the token that the request carries; every notification carries the subscription's secret.
"""

from __future__ import annotations

import binascii
import hmac
import json
import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from concierge.errors import MalformedEvent

_LONGEST_TOKEN = 2_048
_LARGEST_BODY = 1024 * 1024

Answer = dict[str, Any]

logger = logging.getLogger(__name__)


class NotGraph(Exception):
    """The request does not come from one of our subscriptions; the message is for the log."""


def answered(
    event: Mapping[str, Any], *, client_state: Callable[[], str], take: Callable[[Mapping[str, Any]], object]
) -> Answer:
    """API Gateway's answer to one request; `take` is given the body of genuine notifications.

    client_state: the subscriptions' secret, empty if the route is closed. Graph sends again whatever is not answered
    with success, so nothing is lost by a refusal. Raises what `take` raises, but for MalformedEvent: a notification
    that cannot be read would come back for hours, so it is logged and taken as read.
    """
    secret = client_state()
    if not secret:
        return _answer(404)
    if event.get("httpMethod") != "POST":
        return _answer(405)
    token = (event.get("queryStringParameters") or {}).get("validationToken")
    if token is not None:
        return _answer(200, token) if 0 < len(token) <= _LONGEST_TOKEN and token.isprintable() else _answer(400)
    try:
        body = _genuine(event, secret)
    except NotGraph as error:
        logger.warning("refused", extra={"reason": str(error)})
        return _answer(403)
    try:
        take(body)
    except MalformedEvent:
        logger.exception("a notification cannot be read; the next reconciliation finds what it was about")
    return _answer(202)


def _genuine(event: Mapping[str, Any], secret: str) -> dict[str, Any]:
    """The body, if every notification in it carries the secret."""
    body = event.get("body") or ""
    try:
        raw = b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        found = json.loads(raw) if len(raw) <= _LARGEST_BODY else None
    except (binascii.Error, ValueError, RecursionError) as error:
        raise NotGraph(f"not JSON: {type(error).__name__}") from error
    notifications = found.get("value") if isinstance(found, dict) else None
    if not isinstance(notifications, list) or not notifications:
        raise NotGraph("no list of notifications")
    for each in notifications:
        given = each.get("clientState") if isinstance(each, dict) else None
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(errors="replace"), secret.encode()):
            raise NotGraph("a notification without our clientState")
    return {"value": notifications}


def _answer(status: int, text: str = "") -> Answer:
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return {"statusCode": status, "headers": headers, "body": text, "isBase64Encoded": False}
