"""A persona's policies in a domain: placeholders filled in. Pure.

Placeholders are {partition}, {account}, {region}, {domain_id} and, in policies, {role}, the name of the role
itself; IAM's own ${…} variables stay as they are.
"""

from __future__ import annotations

import re

from concierge.catalog.model import Domain, Persona

PLACEHOLDERS = ("partition", "account", "region", "domain_id", "role")
_PLACEHOLDER = re.compile(r"(?<!\$)\{(" + "|".join(PLACEHOLDERS) + r")\}")


def render_policy(persona: Persona, domain: Domain, *, partition: str, role: str) -> str | None:
    """The inline policy as JSON text, or None if the persona has none."""
    return (
        None if persona.inline_policy is None else filled(persona.inline_policy, domain, partition=partition, role=role)
    )


def render_policy_arns(persona: Persona, domain: Domain, *, partition: str) -> tuple[str, ...]:
    """The ARNs of the managed policies, in the persona's order."""
    return tuple(filled(arn, domain, partition=partition, role="") for arn in persona.managed_policies)


def filled(text: str, domain: Domain, *, partition: str, role: str) -> str:
    """The text with its placeholders filled in."""
    values = {
        "partition": partition,
        "account": domain.account,
        "region": domain.region,
        "domain_id": domain.domain_id,
        "role": role,
    }
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
