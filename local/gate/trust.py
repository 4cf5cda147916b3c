"""Trust policies: may this principal become that role?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.gate.policy import Policy, Request, Statement, UnknownElement, applies, statements


def trust_allows(
    document: str | Mapping[str, Any],
    principal: Mapping[str, str],
    action: str,
    context: Mapping[str, tuple[str, ...]],
) -> bool:
    """Whether the role's trust policy lets the principal ({"AWS": arn}, {"Federated": arn}, {"Service": name}) in.

    Raises UnknownElement for a policy that cannot be judged.
    """
    text = document if isinstance(document, str) else json.dumps(document)
    request = Request(action=action, resource="*", context=context)
    fitting = [each for each in statements(Policy("trust", text)) if names(each, principal) and applies(each, request)]
    return bool(fitting) and all(each.effect == "Allow" for each in fitting)


def names(statement: Statement, principal: Mapping[str, str]) -> bool:
    """Whether a statement of a trust or resource policy is about this principal."""
    if "NotPrincipal" in statement.body:
        raise UnknownElement(f"{statement}: NotPrincipal is not known to the gate")
    return names_principal(statement.body.get("Principal"), principal)


def names_principal(found: Any, principal: Mapping[str, str], *, by_account: bool = True) -> bool:
    """Whether a Principal element of a policy names this one; `by_account`: also by naming its whole account."""
    if found == "*":
        return True
    for kind, wanted in principal.items():
        named = (found or {}).get(kind, [])
        accepted = {"*", wanted}
        if kind == "AWS" and by_account:
            _, partition, _, _, account, _ = wanted.split(":", 5)
            accepted |= {account, f"arn:{partition}:iam::{account}:root"}
        if accepted & set([named] if isinstance(named, str) else named):
            return True
    return False
