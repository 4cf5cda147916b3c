"""A call -> the ARNs of its resources.

Which resource types an action has, and what their ARNs look like, comes from the Service Authorization Reference as
`policy_sentry` carries it. What is written here are only the places where a call's parameters are not named like the
placeholders of an ARN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from policy_sentry.shared.iam_data import get_service_prefix_data

from local.gate.calls import ApiCall, Known, Unresolvable

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")

# Placeholder (lower case) -> the parameter that holds it, by service; a default after "|".
_NAMED_OTHERWISE: Mapping[str, Mapping[str, str]] = {
    "events": {"eventbusname": "EventBusName|default", "rulename": "Rule"},
    "iam": {"samlprovidername": "Name"},
    "s3": {"bucketname": "Bucket", "objectname": "Key"},
    "scheduler": {"schedulename": "Name", "groupname": "GroupName|default"},
    "ssm": {"parameternamewithoutleadingslash": "Name"},
    "sqs": {"queuename": "QueueUrl"},
    "sagemaker": {"userprofilename": "SpaceName"},  # of an app: the reference names its owner so
}
# What a call to an identity store does not name: it is judged on the store and on each kind of thing in it.
_ALL_OF_A_STORE = {"groupid": "*", "userid": "*", "membershipid": "*"}


def resources(action: str, call: ApiCall, known: Known) -> tuple[str, ...]:
    """The ARNs that the action is judged on, `*` for an action that has no resource types.

    Raises Unresolvable for an action that is not in the reference, and for a call that does not name its resource.
    """
    templates = _templates(action)
    if not templates:
        return ("*",)
    if existing := _existing(templates, call, known):
        return (existing,)
    if call.service == "identitystore":
        return tuple(_fill(template, {**_ALL_OF_A_STORE, **dict(_values(call))}) for template in templates)
    values = dict(_values(call))
    filled = [arn for arn in (_fill(template, values) for template in templates) if arn]
    if filled:
        return (_as_kept(max(filled, key=len)),)  # the most specific one: an index rather than its table
    if call.operation.startswith("Create"):
        unnamed = [_fill(template, {**values, _last(template): "*"}) for template in templates]
        if any(unnamed):
            return (_as_kept(max(unnamed, key=len)),)  # AWS gives it its id only now
    if not any(_required(action)):
        return ("*",)
    raise Unresolvable(f"the gate cannot tell which resource this {action} is about")


def _existing(templates: tuple[str, ...], call: ApiCall, known: Known) -> str:
    """The ARN of what exists, whatever the call names it by: a name says neither a role's path nor a secret's end."""
    if call.operation != "CreateRole" and "RoleName" in call.parameters and _is_about_roles(templates):
        return known.role_arn(call.account, call.parameters["RoleName"])
    secret = call.parameters.get("SecretId") if call.service == "secretsmanager" else None
    return (known.secret_arn(call.account, call.region, secret) if secret else "") or _given(templates, call)


def _is_about_roles(templates: tuple[str, ...]) -> bool:
    """A role's ARN has its path, which calls about an existing role do not name."""
    return any("RoleNameWithPath" in template for template in templates)


def dependent_actions(action: str) -> frozenset[str]:
    """Actions that the reference says the action needs besides."""
    return frozenset(each for kind in _resource_types(action).values() for each in kind["dependent_actions"])


def _given(templates: tuple[str, ...], call: ApiCall) -> str:
    """The ARN that the call itself gives, in whichever parameter, for one of the templates."""
    for value in call.parameters.values():
        if isinstance(value, str) and value.startswith("arn:"):
            for template in templates:
                if _shape(template).fullmatch(value):
                    return value
    return ""


@cache
def _shape(template: str) -> re.Pattern[str]:
    *parts, last = template.split(":", 5)
    head = [re.sub(r"\\\$\\\{[^}]+\\\}", "[^:]*", re.escape(part)) for part in parts]
    return re.compile(":".join([*head, re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(last))]))


@cache
def _templates(action: str) -> tuple[str, ...]:
    reference = get_service_prefix_data(action.partition(":")[0])
    return tuple(reference["resources"][kind]["arn"] for kind in _resource_types(action) if kind)


def _required(action: str) -> Iterator[bool]:
    return (bool(kind["required"]) for kind in _resource_types(action).values())


@cache
def _resource_types(action: str) -> Mapping[str, Mapping[str, list[str]]]:
    prefix, _, name = action.partition(":")
    reference = get_service_prefix_data(prefix)
    privilege = reference["privileges"].get(name) if reference else None
    if privilege is None:
        raise Unresolvable(f"{action} is no action of the Service Authorization Reference")
    found: Mapping[str, Mapping[str, list[str]]] = privilege["resource_types"]
    return found


def _fill(template: str, values: Mapping[str, str]) -> str:
    """The ARN, or nothing if a placeholder has no value."""
    if not all(values.get(name.lower()) for name in _PLACEHOLDER.findall(template)):
        return ""
    return _PLACEHOLDER.sub(lambda found: values[found[1].lower()], template)


def _last(template: str) -> str:
    return str(_PLACEHOLDER.findall(template)[-1]).lower()


def _values(call: ApiCall) -> Iterator[tuple[str, str]]:
    """Values for placeholders, by their name in lower case."""
    yield from (("partition", call.partition), ("region", call.region), ("account", call.account))
    for placeholder, rule in _NAMED_OTHERWISE.get(call.service, {}).items():
        parameter, _, default = rule.partition("|")
        value = str(call.parameters.get(parameter) or default)
        if call.service in ("events", "sqs"):
            value = value.rpartition("/")[2]  # the name at the end of a URL or ARN
        yield placeholder, value.lstrip("/") if call.service == "ssm" else value
    for name, value in call.parameters.items():
        if isinstance(value, str) and not (call.service == "events" and name == "EventBusName"):
            yield name.lower(), value
    if call.service == "iam" and "RoleName" in call.parameters:
        yield "rolenamewithpath", f"{call.parameters.get('Path', '/')}{call.parameters['RoleName']}".lstrip("/")


def _as_kept(arn: str) -> str:
    """Studio lower-cases the names in its ARNs."""
    return arn.lower() if ":sagemaker:" in arn else arn
