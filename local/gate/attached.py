"""Policies that are attached to resources, as moto keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from moto.awslambda.models import lambda_backends
from moto.events.models import events_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from local.gate.policy import Policy, Statement, statements


def statements_on(resource: str) -> tuple[Statement, ...]:
    """The statements of a resource's own policy; none for a resource without one, and for kinds that are not known.

    Raises UnknownElement for a policy that cannot be judged.
    """
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[2] not in _READERS or "*" in (parts[3], parts[4]):
        return ()
    _, _, service, region, account, rest = parts
    document = _READERS[service](account, region, rest)
    return statements(Policy(f"the policy of {resource}", document)) if document else ()


def _bucket(_account: str, _region: str, rest: str) -> str:
    name = rest.partition("/")[0]
    for account in list(s3_backends.keys()):
        bucket = s3_backends[account]["aws"].buckets.get(name)
        if bucket is not None and bucket.policy:
            return bucket.policy.decode()
    return ""


def _queue(account: str, region: str, name: str) -> str:
    queue = sqs_backends[account][region].queues.get(name)
    policy = queue.policy if queue is not None else None
    return policy if isinstance(policy, str) else json.dumps(policy) if policy else ""


def _topic(account: str, region: str, name: str) -> str:
    topic = sns_backends[account][region].topics.get(f"arn:aws:sns:{region}:{account}:{name}")
    return str(topic.policy) if topic is not None else ""


def _function(account: str, region: str, rest: str) -> str:
    name = rest.split(":")[1] if ":" in rest else ""
    functions = lambda_backends[account][region].list_functions()
    found = [each.policy.statements for each in functions if each.function_name == name and each.policy is not None]
    return json.dumps({"Version": "2012-10-17", "Statement": found[0]}) if found and found[0] else ""


def _bus(account: str, region: str, rest: str) -> str:
    bus = events_backends[account][region].event_buses.get(rest.rpartition("/")[2])
    return str(bus.policy) if bus is not None and bus.policy else ""


_READERS: Mapping[str, Callable[[str, str, str], str]] = {
    "s3": _bucket,
    "sqs": _queue,
    "sns": _topic,
    "lambda": _function,
    "events": _bus,
}
