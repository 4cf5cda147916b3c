"""A call about several resources -> the calls about one that IAM judges it by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from local.gate.calls import ApiCall

_TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def parts(call: ApiCall) -> Iterator[ApiCall]:
    """A call that is about one resource comes back as it is."""
    divide = _DIVIDED.get(call.action)
    if divide is None:
        yield call
    else:
        yield from divide(call)


def _transaction(call: ApiCall) -> Iterator[ApiCall]:
    for item in call.parameters["TransactItems"]:
        for kind, alone in item.items():
            yield replace(call, operation=_TRANSACTED[kind], parameters=alone)


def _batch_read(call: ApiCall) -> Iterator[ApiCall]:
    for table, wanted in call.parameters["RequestItems"].items():
        yield replace(call, parameters={"TableName": table, "Keys": wanted["Keys"]})


def _batch_write(call: ApiCall) -> Iterator[ApiCall]:
    for table, requests in call.parameters["RequestItems"].items():
        written = [next(iter(each.values())) for each in requests]
        items = [each.get("Item") or each.get("Key") for each in written]
        yield replace(call, parameters={"TableName": table, "Keys": items})


def _events(call: ApiCall) -> Iterator[ApiCall]:
    for entry in call.parameters["Entries"]:
        yield replace(call, parameters=entry)


def _deleted_objects(call: ApiCall) -> Iterator[ApiCall]:
    for each in call.parameters["Delete"]["Objects"]:
        operation = "DeleteObjectVersion" if each.get("VersionId") else "DeleteObject"
        yield replace(call, operation=operation, parameters={"Bucket": call.parameters["Bucket"], **each})


def _put_or_copied_object(call: ApiCall) -> Iterator[ApiCall]:
    source = str(call.parameters.get("CopySource", "")).lstrip("/")
    yield replace(call, parameters={key: value for key, value in call.parameters.items() if key != "CopySource"})
    if source:
        bucket, _, key = source.partition("?")[0].partition("/")
        yield replace(call, operation="GetObject", parameters={"Bucket": bucket, "Key": key})


def _parameters_by_name(call: ApiCall) -> Iterator[ApiCall]:
    for name in call.parameters["Names"]:
        yield replace(call, parameters={"Name": name})


_DIVIDED: Mapping[str, Callable[[ApiCall], Iterator[ApiCall]]] = {
    "dynamodb:TransactWriteItems": _transaction,
    "dynamodb:TransactGetItems": _transaction,
    "dynamodb:BatchGetItem": _batch_read,
    "dynamodb:BatchWriteItem": _batch_write,
    "events:PutEvents": _events,
    "s3:DeleteObjects": _deleted_objects,
    "s3:PutObject": _put_or_copied_object,
    "ssm:GetParameters": _parameters_by_name,
}
