"""What AWS's own services do between the parts, each only as far as a policy lets it."""

from __future__ import annotations

import base64
import gzip
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import boto3

from local.events.schedules import Schedule, moment
from local.gate.gate import Gate
from local.http.gateway import Route
from local.runtime.functions import Functions
from local.runtime.worker import Result
from local.template.deployment import FunctionConfig, MachineConfig

_POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# Step Functions Developer Guide, "Logging in CloudWatch Logs": all of them, on every resource.
_LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)


class Undeliverable(Exception):
    """No policy lets an AWS service hand something on, and no dead-letter queue may take it."""


class Delivery:
    """Rules, schedules, routes, log groups, queues, state machines and failure destinations of one deployment."""

    def __init__(self, gate: Gate, session: boto3.Session) -> None:
        self._gate = gate
        self._session = session

    def target(self, functions: Functions, rule_arn: str, target: Mapping[str, Any], event: object) -> None:
        """EventBridge -> topic or function, else the target's dead-letter queue, each by its own policy.

        Raises Undeliverable where AWS would only count a failed invocation.
        """
        arn = target["Arn"]
        is_topic = arn.split(":")[2] == "sns"
        if self._may("events", "sns:Publish" if is_topic else "lambda:InvokeFunction", arn, rule_arn):
            if is_topic:
                self._session.client("sns").publish(TopicArn=arn, Message=json.dumps(event, ensure_ascii=False))
            else:
                functions.invoke_later(arn, event)
            return
        queue = target.get("DeadLetterConfig", {}).get("Arn", "")
        if not self._may("events", "sqs:SendMessage", queue, rule_arn):
            raise Undeliverable(f"{rule_arn} may reach {arn} no more than {queue or 'a dead-letter queue'}")
        self._send(queue, json.dumps(event))

    def schedule(self, functions: Functions, schedule: Schedule, at: datetime) -> None:
        """EventBridge Scheduler -> function or state machine, with the schedule's own role; raises Refused."""
        given = json.loads(schedule.input.replace("<aws.scheduler.scheduled-time>", moment(at)))
        if schedule.target.split(":")[2] == "states":
            self._gate.require(schedule.role, "states:StartExecution", schedule.target)
            self.start_execution(schedule.target, given)
        else:
            self._gate.require(schedule.role, "lambda:InvokeFunction", schedule.target)
            functions.invoke_later(schedule.target, given)

    def start_execution(self, machine_arn: str, given: object) -> str:
        """The name of an execution that begins now."""
        name = str(uuid.uuid4())
        self._session.client("stepfunctions").start_execution(
            stateMachineArn=machine_arn, name=name, input=json.dumps(given)
        )
        return name

    def require_logging(self, machine: MachineConfig) -> None:
        """Step Functions delivers a state machine's history with its role; AWS creates none without. Raises Refused."""
        for action in _LOG_DELIVERY if machine.logs else ():
            self._gate.require(machine.role, action, "*")

    def route(self, functions: Functions, route: Route, event: object) -> Result:
        """API Gateway -> function by its Lambda permission."""
        if not self._may("apigateway", "lambda:InvokeFunction", route.function, route.arn):
            return Result(ok=False, body=b'{"errorMessage": "API Gateway may not invoke the function"}')
        return functions.invoke(route.function, event)

    def log_lines(self, functions: Functions, group: str, function: str, messages: Sequence[str], at: datetime) -> None:
        """CloudWatch Logs -> function by its Lambda permission, packed as a subscription does; raises Undeliverable."""
        account, region = function.split(":")[4], function.split(":")[3]
        arn = f"arn:aws:logs:{region}:{account}:log-group:{group}:*"
        if not self._may("logs", "lambda:InvokeFunction", function, arn):
            raise Undeliverable(f"log group {group} may not invoke {function}")
        millis = int(at.timestamp() * 1000)
        lines = [{"id": f"{millis:056}{n}", "timestamp": millis, "message": text} for n, text in enumerate(messages)]
        payload = {
            "messageType": "DATA_MESSAGE",
            "owner": account,
            "logGroup": group,
            "logStream": "local",
            "subscriptionFilters": ["local"],
            "logEvents": lines,
        }
        data = base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()
        functions.invoke_later(function, {"awslogs": {"data": data}})

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
        context = {"aws:sourcearn": (source,), "aws:sourceaccount": (source.split(":")[4],)}
        return self._gate.resource_policy_allows(f"{service}.amazonaws.com", action, resource, context)

    def _url(self, queue_arn: str) -> str:
        sqs = self._session.client("sqs")
        return str(sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"])
