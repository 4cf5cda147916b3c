"""One resource and the tags that are due -> which of them to set, and what cannot be set. Pure.

Tags are only ever added or given their right value: what others put on a resource stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from concierge.model import LOGIN_TAG, OWNER, OWNERSHIP_TAG
from concierge.plan import few
from concierge.tags.model import Kind, ResourceTags
from concierge.tags.owners import Owner

# A resource. AWS's own `aws:` tags do not count; those that Studio sets, such as sagemaker:domain-arn, do.
MOST_TAGS = 50
_KEY = re.compile(r"(?!aws:)[\w .:/=+@-]{1,128}", re.IGNORECASE)
_VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
_SHOWN = 64  # characters of a value in a reason, of 256 that it may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is wrong with a resource.

    tags:     to be set.
    why:      what each of them was; empty if nothing is to be set.
    replaces: whether a value that is there is lost.
    problems: what is not set, and why.
    lacking:  required keys that it lacks even so.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    replaces: bool = False
    problems: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def judge(resource: ResourceTags, owner: Owner, required: Iterable[str] = ()) -> Judgement:
    """What somebody owns carries all of their tags, with these very values."""
    claim = _claim_of_others(resource) or _claim_to_the_name(resource, owner)
    if claim:
        return Judgement(problems=(f"{claim}; left alone",))
    due = owner.due(resource.kind)
    return _judged(resource, {key: due[key] for key in due if resource.tags.get(key) != due[key]}, required)


def judge_shared(resource: ResourceTags, due: Mapping[str, str], required: Iterable[str] = ()) -> Judgement:
    """What serves everybody in a domain carries the domain's tags, which hold for all of them.

    Only missing ones are added: nobody's binding says who pays for it, so a value that somebody gave stands.
    """
    claim = _claim_of_others(resource)
    if claim:
        return Judgement(problems=(f"{claim}; left alone",))
    return _judged(resource, {key: due[key] for key in sorted(due) if key not in resource.tags}, required)


def _judged(resource: ResourceTags, wrong: Mapping[str, str], required: Iterable[str]) -> Judgement:
    illegal = [key for key, value in wrong.items() if not _is_legal(key, value)]
    problems = [f"AWS would not accept the tags that are due: {', '.join(illegal)}"] if illegal else []
    tags = {key: value for key, value in wrong.items() if key not in illegal}
    count = sum(not key.lower().startswith("aws:") for key in resource.tags.keys() | tags.keys())
    if tags and count > MOST_TAGS:
        problems.append(f"{few(tags)} due, but it would have {count} tags of {MOST_TAGS}")
        tags = {}
    return Judgement(
        tags=tags,
        why="; ".join(_why(key, value, resource.tags.get(key)) for key, value in tags.items()),
        replaces=any(key in resource.tags for key in tags),
        problems=tuple(problems),
        lacking=tuple(key for key in required if key not in resource.tags and key not in tags),
    )


def _claim_of_others(resource: ResourceTags) -> str:
    """Why the resource is somebody else's to manage; empty if it is not."""
    owner = resource.tags.get(OWNERSHIP_TAG)
    return "" if owner in (None, OWNER) else f"{OWNERSHIP_TAG} says {owner!r}"


def _claim_to_the_name(resource: ResourceTags, owner: Owner) -> str:
    """Why a profile cannot be what the binding is about, though it has its name; empty if it can.

    The ledger's binding proves that a profile of this name was made here. One that names another person, and not
    who made it, is a later one that somebody else made.
    """
    login = resource.tags.get(LOGIN_TAG)
    if resource.kind is Kind.PROFILE and OWNERSHIP_TAG not in resource.tags and login not in (None, owner.login):
        return f"{OWNERSHIP_TAG} is missing and {LOGIN_TAG} says {login!r}, not {owner.login!r}"
    return ""


def _why(key: str, due: str, found: str | None) -> str:
    if found is not None:
        return f"{key} was {_shown(found)}, must be {_shown(due)}"
    if key == OWNERSHIP_TAG:
        return f"{key} was missing, and the ledger's binding proves that it was made here"
    return f"{key} was missing, must be {_shown(due)}"


def _shown(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def _is_legal(key: str, value: str) -> bool:
    return _KEY.fullmatch(key) is not None and _VALUE.fullmatch(value) is not None
