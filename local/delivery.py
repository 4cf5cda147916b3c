"""What AWS's own services do between the parts, each only as far as a policy lets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3

from local.events.schedules import Schedule, moment
from local.gate.gate import Gate
from local.gate.resource import permits_invoke, queue_permits_send
from local.http.gateway import Route
from local.runtime.functions import Functions
from local.runtime.worker import Result
from local.template.deployment import Deployment, FunctionConfig

_POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


class Undeliverable(Exception):
    """No policy lets an AWS service hand something on, and no dead-letter queue may take it."""


class Delivery:
    """Rules, schedules, routes, queues and failure destinations of one deployment."""

    def __init__(self, deployment: Deployment, gate: Gate, session: boto3.Session) -> None:
        self._deployment = deployment
        self._gate = gate
        self._session = session

    def target(self, functions: Functions, rule_arn: str, target: Mapping[str, Any], event: object) -> None:
        """EventBridge -> function by its permission, else the target's dead-letter queue by the queue's policy."""
        if permits_invoke(self._deployment.permissions, target["Arn"], "events.amazonaws.com", rule_arn):
            functions.invoke_later(target["Arn"], event)
            return
        queue = target.get("DeadLetterConfig", {}).get("Arn", "")
        policy = self._queue_attributes(queue).get("Policy", "") if queue else ""
        if not queue_permits_send(policy, queue, "events.amazonaws.com", rule_arn):
            raise Undeliverable(f"{rule_arn} may invoke {target['Arn']} no more than send to {queue or 'a queue'}")
        self._send(queue, json.dumps(event))

    def schedule(self, functions: Functions, schedule: Schedule, at: datetime) -> None:
        """EventBridge Scheduler -> function, with the schedule's own role; raises Refused."""
        self._gate.require(schedule.role, "lambda:InvokeFunction", schedule.target)
        text = schedule.input.replace("<aws.scheduler.scheduled-time>", moment(at))
        functions.invoke_later(schedule.target, json.loads(text))

    def route(self, functions: Functions, route: Route, event: object) -> Result:
        """API Gateway -> function by its Lambda permission."""
        if not permits_invoke(self._deployment.permissions, route.function, "apigateway.amazonaws.com", route.arn):
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

    def _queue_attributes(self, queue_arn: str) -> Mapping[str, str]:
        sqs = self._session.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=self._url(queue_arn), AttributeNames=["All"])
        return {str(name): value for name, value in found.get("Attributes", {}).items()}

    def _url(self, queue_arn: str) -> str:
        sqs = self._session.client("sqs")
        return str(sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"])
