"""Queues, topics, buses, rules, schedules, alarms."""

from __future__ import annotations

import json
from collections.abc import Sequence

from local.events.transformers import WrongTransformer, require_known
from local.template.deployment import Created, Deployment, Handler, Properties, UnsupportedResource


def _queue(deployment: Deployment, name: str, properties: Properties) -> Created:
    sqs = deployment.client("sqs")
    fifo = properties.get("FifoQueue", False)
    queue = properties.pop("QueueName", None) or deployment.name(name, 75) + (".fifo" if fifo else "")
    tags = {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", ())}
    url = sqs.create_queue(
        QueueName=queue,
        tags=tags,
        Attributes={
            key: json.dumps(value) if isinstance(value, dict | bool) else str(value)
            for key, value in properties.items()
        },
    )["QueueUrl"]
    arn = f"arn:aws:sqs:{deployment.region}:{deployment.account}:{queue}"
    return Created(url, {"Arn": arn, "QueueName": queue, "QueueUrl": url})


def _queue_policy(deployment: Deployment, name: str, properties: Properties) -> Created:
    for url in properties["Queues"]:
        deployment.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": json.dumps(properties["PolicyDocument"])}
        )
    return Created(name)


def _topic(deployment: Deployment, name: str, properties: Properties) -> Created:
    sns = deployment.client("sns")
    arn = sns.create_topic(Name=properties.get("TopicName") or deployment.name(name, 256))["TopicArn"]
    for each in properties.get("Subscription", ()):
        _subscribe(deployment, name, {"TopicArn": arn, **each})
    return Created(arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]})


def _subscription(deployment: Deployment, name: str, properties: Properties) -> Created:
    return Created(_subscribe(deployment, name, properties))


def _subscribe(deployment: Deployment, name: str, properties: Properties) -> str:
    """Mail is kept and not sent; anything else would be dropped in silence."""
    if properties["Protocol"] not in ("email", "email-json"):
        raise UnsupportedResource(
            f"{name}: topics of the local stack tell people by mail, not {properties['Protocol']}"
        )
    return str(deployment.client("sns").subscribe(**properties)["SubscriptionArn"])


def _topic_policy(deployment: Deployment, name: str, properties: Properties) -> Created:
    for arn in properties["Topics"]:
        deployment.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
        )
    return Created(name)


def _bus(deployment: Deployment, _name: str, properties: Properties) -> Created:
    arn = deployment.client("events").create_event_bus(Name=properties["Name"])["EventBusArn"]
    return Created(properties["Name"], {"Arn": arn, "Name": properties["Name"]})


def _rule(deployment: Deployment, name: str, properties: Properties) -> Created:
    events = deployment.client("events")
    _require_deliverable(name, properties.get("Targets", ()))
    rule = properties.get("Name") or deployment.name(name)
    targets = properties.pop("Targets", [])
    bus = {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}
    if str(bus.get("EventBusName", "")).startswith("aws.partner/"):
        _accept_partner(deployment, bus["EventBusName"])
    if "EventPattern" in properties:
        properties["EventPattern"] = json.dumps(properties["EventPattern"])
    arn = events.put_rule(**{**properties, "Name": rule})["RuleArn"]
    events.put_targets(Rule=rule, Targets=targets, **bus)
    return Created(rule, {"Arn": arn})


def _accept_partner(deployment: Deployment, name: str) -> None:
    """A partner's bus, as an administrator has accepted it before the first deployment."""
    events = deployment.client("events")
    if not any(each["Name"] == name for each in events.list_event_buses()["EventBuses"]):
        events.create_partner_event_source(Name=name, Account=deployment.account)
        events.create_event_bus(Name=name, EventSourceName=name)


def _require_deliverable(name: str, targets: Sequence[Properties]) -> None:
    """The stack delivers to functions and topics; anything else would be dropped in silence."""
    for target in targets:
        if target["Arn"].split(":")[2] not in ("lambda", "sns"):
            raise UnsupportedResource(f"{name}: the local stack delivers to functions and topics, not {target['Arn']}")
        if "InputPath" in target:
            raise UnsupportedResource(f"{name}: the local stack does not shape events by InputPath")
        if "InputTransformer" in target:
            try:
                require_known(target["InputTransformer"])
            except WrongTransformer as error:
                raise UnsupportedResource(f"{name}: {error}") from error


def _schedule(deployment: Deployment, name: str, properties: Properties) -> Created:
    schedule = {"FlexibleTimeWindow": {"Mode": "OFF"}, **properties}
    schedule.setdefault("Name", deployment.name(name))
    arn = deployment.client("scheduler").create_schedule(**schedule)["ScheduleArn"]
    return Created(schedule["Name"], {"Arn": arn})


def _alarm(deployment: Deployment, name: str, properties: Properties) -> Created:
    alarm = {"AlarmName": deployment.name(name), **properties}
    deployment.client("cloudwatch").put_metric_alarm(**alarm)
    arn = f"arn:aws:cloudwatch:{deployment.region}:{deployment.account}:alarm:{alarm['AlarmName']}"
    return Created(alarm["AlarmName"], {"Arn": arn})


HANDLERS: dict[str, Handler] = {
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::Events::EventBus": _bus,
    "AWS::Events::Rule": _rule,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::CloudWatch::Alarm": _alarm,
}
