"""Resource policies: may an AWS service use this function or this queue?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from local.gate.policy import Policy, Request, applies, like, statements
from local.gate.trust import names_principal


def permits_invoke(permissions: Iterable[Mapping[str, Any]], function: str, service: str, source_arn: str) -> bool:
    """Whether one of the function's Lambda permissions lets the service invoke it for this source.

    function: its name or ARN; permissions are properties of AWS::Lambda::Permission.
    """
    return any(
        each["FunctionName"] in (function, function.rpartition(":")[2])
        and each["Principal"] == service
        and like(each["Action"], "lambda:InvokeFunction")
        and like(each.get("SourceArn", "*"), source_arn)
        for each in permissions
    )


def queue_permits_send(document: str, queue_arn: str, service: str, source_arn: str) -> bool:
    """Whether the queue's policy lets the service send for this source; a queue without one lets none."""
    if not document:
        return False
    request = Request(action="sqs:SendMessage", resource=queue_arn, context={"aws:sourcearn": (source_arn,)})
    fitting = [
        each
        for each in statements(Policy("queue", document if isinstance(document, str) else json.dumps(document)))
        if names_principal(each.body.get("Principal"), {"Service": service}) and applies(each, request)
    ]
    return bool(fitting) and all(each.effect == "Allow" for each in fitting)
