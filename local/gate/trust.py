"""Trust policies: may this principal become that role?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.gate.policy import Policy, Request, applies, statements


def trust_allows(
    document: str, principal: Mapping[str, str], action: str, context: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether the role's trust policy lets the principal ({"AWS": arn}, {"Federated": arn}, {"Service": name}) in."""
    text = document if isinstance(document, str) else json.dumps(document)
    request = Request(action=action, resource="*", context=context)
    fitting = [
        each
        for each in statements(Policy("trust", text))
        if names_principal(each.body.get("Principal"), principal) and applies(each, request)
    ]
    return bool(fitting) and all(each.effect == "Allow" for each in fitting)


def names_principal(found: Any, principal: Mapping[str, str]) -> bool:
    """Whether a Principal element of a policy names this one."""
    if found == "*":
        return True
    for kind, wanted in principal.items():
        named = (found or {}).get(kind, [])
        for each in [named] if isinstance(named, str) else named:
            if each in ("*", wanted) or (kind == "AWS" and each == f"arn:aws:iam::{wanted.split(':')[4]}:root"):
                return True
    return False
