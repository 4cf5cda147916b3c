"""Bindings and observed resources -> which tags to set. Pure.

Tags are only ever added or given their right value: what others put on a resource stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from concierge.catalog.model import Domain
from concierge.model import LOGIN_TAG, OWNER, OWNERSHIP_TAG, Door, ProfileBinding
from concierge.night import scope
from concierge.plan import Change, Finding, Plan, few
from concierge.tags.model import Kind, ResourceTags

MOST_TAGS = 50  # a resource; AWS's own `aws:` tags do not count
_KEY = re.compile(r"(?!aws:)[\w .:/=+@-]{1,128}", re.IGNORECASE)
_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
_ORDER = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTags(Change):
    """Adds or replaces tags of one resource."""

    domain: Domain
    arn: str
    tags: Mapping[str, str]


def desired_tags(binding: ProfileBinding, kind: Kind) -> Mapping[str, str]:
    """The binding's tags; without the ownership tag for spaces and apps.

    That tag says "made here", and what carries it may be removed one day. People make spaces and apps themselves, so
    these get the tags that say whose they are and who pays, and keep an ownership tag that they were born with.
    """
    if kind is Kind.PROFILE:
        return binding.tags
    return {key: value for key, value in binding.tags.items() if key != OWNERSHIP_TAG}


def build_plan(domain: Domain, bindings: Iterable[ProfileBinding], observed: Iterable[ResourceTags]) -> Plan:
    """At most one change a resource, each a thread of its own; the order of bindings and observed does not matter."""
    bound = {binding.profile: binding for binding in bindings}
    resources = sorted(observed, key=lambda each: (_ORDER.index(each.kind), each.arn))
    steps = tuple(
        step
        for resource in resources
        if resource.owner in bound
        for step in _mend(domain, resource, bound[resource.owner])
    )
    profiles = frozenset(each.name for each in resources if each.kind is Kind.PROFILE)
    return Plan(
        scope=scope(domain),
        changes=tuple(step for step in steps if isinstance(step, SetTags)),
        findings=(
            *(step for step in steps if isinstance(step, Finding)),
            *_unbound(domain, profiles - bound.keys()),
            *_gone(domain, bound, profiles),
        ),
    )


def _mend(domain: Domain, resource: ResourceTags, binding: ProfileBinding) -> Iterator[SetTags | Finding]:
    subject = f"{resource.kind} {resource.name} in {domain.name}"
    claim = _claim_of_others(resource, binding)
    if claim:
        yield Finding(subject=subject, reason=f"{claim}; left alone")
        return
    desired = desired_tags(binding, resource.kind)
    wrong = {key: value for key, value in sorted(desired.items()) if resource.tags.get(key) != value}
    illegal = sorted(key for key, value in wrong.items() if not _is_legal(key, value))
    if illegal:
        yield Finding(subject=subject, reason=f"AWS would not accept the tags that are due: {', '.join(illegal)}")
    tags = {key: value for key, value in wrong.items() if key not in illegal}
    count = sum(not key.lower().startswith("aws:") for key in {**resource.tags, **tags})
    if count > MOST_TAGS:
        yield Finding(subject=subject, reason=f"{few(tags)} due, but it would have {count} tags of {MOST_TAGS}")
    elif tags:
        reason = "; ".join(_why(key, value, resource.tags.get(key)) for key, value in tags.items())
        yield SetTags(subject=subject, reason=reason, thread=resource.arn, domain=domain, arn=resource.arn, tags=tags)


def _claim_of_others(resource: ResourceTags, binding: ProfileBinding) -> str:
    """Why the resource cannot be what the binding is about, though it has its name; empty if it can.

    The ledger's binding proves that a profile of this name was made here. A profile that names another owner, or
    another person and no owner, is a later one that somebody else made.
    """
    owner, login = resource.tags.get(OWNERSHIP_TAG), resource.tags.get(LOGIN_TAG)
    if owner is not None and owner != OWNER:
        return f"{OWNERSHIP_TAG} says {owner!r}"
    due = binding.tags.get(LOGIN_TAG, binding.login)
    if resource.kind is Kind.PROFILE and owner is None and login is not None and login != due:
        return f"{OWNERSHIP_TAG} is missing and {LOGIN_TAG} says {login!r}, not {due!r}"
    return ""


def _why(key: str, due: str, found: str | None) -> str:
    if found is not None:
        return f"{key} was {found!r}, must be {due!r}"
    if key == OWNERSHIP_TAG:
        return f"{key} was missing, and the ledger's binding proves that it was made here"
    return f"{key} was missing, must be {due!r}"


def _is_legal(key: str, value: str) -> bool:
    return _KEY.fullmatch(key) is not None and _VALUE.fullmatch(value) is not None


def _unbound(domain: Domain, names: frozenset[str]) -> Iterator[Finding]:
    if names:
        reason = f"the ledger has no binding for them, so they are not managed here; left alone: {few(names)}"
        yield Finding(subject=f"{len(names)} profiles in {domain.name}", reason=reason)


def _gone(domain: Domain, bound: Mapping[str, ProfileBinding], profiles: frozenset[str]) -> Iterator[Finding]:
    """Behind a closed door nothing has to be, so only open ones are worth a word."""
    names = {name for name, binding in bound.items() if binding.door is Door.OPEN and name not in profiles}
    if names:
        reason = f"the ledger has bindings for them, but they do not exist: {few(names)}"
        yield Finding(subject=f"{len(names)} profiles in {domain.name}", reason=reason)
