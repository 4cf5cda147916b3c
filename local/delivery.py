"""What AWS's own services do between the parts, each only as far as a policy lets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3

from local.events.schedules import Schedule, moment
from local.gate.gate import Gate
from local.http.gateway import Route
from local.runtime.functions import Functions
from local.runtime.worker import Result
from local.template.deployment import FunctionConfig

_POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


class Undeliverable(Exception):
    """No policy lets an AWS service hand something on, and no dead-letter queue may take it."""


class Delivery:
    """Rules, schedules, routes, queues and failure destinations of one deployment."""

    def __init__(self, gate: Gate, session: boto3.Session) -> None:
        self._gate = gate
        self._session = session

    def target(self, functions: Functions, rule_arn: str, target: Mapping[str, Any], event: object) -> None:
        """EventBridge -> function by its permission, else the target's dead-letter queue by the queue's policy."""
        if self._may("events", "lambda:InvokeFunction", target["Arn"], rule_arn):
            functions.invoke_later(target["Arn"], event)
            return
        queue = target.get("DeadLetterConfig", {}).get("Arn", "")
        if not self._may("events", "sqs:SendMessage", queue, rule_arn):
            raise Undeliverable(f"{rule_arn} may invoke {target['Arn']} no more than send to {queue or 'a queue'}")
        self._send(queue, json.dumps(event))

    def schedule(self, functions: Functions, schedule: Schedule, at: datetime) -> None:
        """EventBridge Scheduler -> function, with the schedule's own role; raises Refused."""
        self._gate.require(schedule.role, "lambda:InvokeFunction", schedule.target)
        text = schedule.input.replace("<aws.scheduler.scheduled-time>", moment(at))
        functions.invoke_later(schedule.target, json.loads(text))

    def route(self, functions: Functions, route: Route, event: object) -> Result:
        """API Gateway -> function by its Lambda permission."""
        if not self._may("apigateway", "lambda:InvokeFunction", route.function, route.arn):
            return Result(ok=False, body=b'{"errorMessage": "API Gateway may not invoke the function"}')
        return functions.invoke(route.function, event)

    def require_polling(self, function: FunctionConfig, queue_arn: str) -> None:
        """Lambda polls a queue with the function's role; raises Refused."""
        for action in _POLLING:
            self._gate.require(function.role, action, queue_arn)

    def failure(self, function: FunctionConfig, body: str) -> None:
        """Lambda -> on-failure destination, with the function's role; raises Refused."""
        queue = function.on_failure or ""
        self._gate.require(function.role, "sqs:SendMessage", queue)
        self._send(queue, body)

    def _send(self, queue_arn: str, body: str) -> None:
        self._session.client("sqs").send_message(QueueUrl=self._url(queue_arn), MessageBody=body)

    def _may(self, service: str, action: str, resource: str, source: str) -> bool:
        """Whether the resource's own policy lets the service in for this source."""
        context = {"aws:sourcearn": (source,)}
        return self._gate.resource_policy_allows(f"{service}.amazonaws.com", action, resource, context)

    def _url(self, queue_arn: str) -> str:
        sqs = self._session.client("sqs")
        return str(sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"])
