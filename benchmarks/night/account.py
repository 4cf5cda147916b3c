"""One account in one region: finds out what a request asks for, and does it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.night.messages import Json, Protocol, Refused, Reply, Request, json_reply
from benchmarks.night.others import Events, Objects, Sts
from benchmarks.night.population import Domain
from benchmarks.night.studio import Studio
from benchmarks.night.tables import Tables
from benchmarks.night.tagging import Tagging

_SERVICES = {
    "SageMaker": "sagemaker",
    "ResourceGroupsTaggingAPI_20170126": "tag",
    "DynamoDB_20120810": "dynamodb",
    "AWSEvents": "events",
}
_SEVERAL = {
    "events:PutEvents": "Entries",
    "tag:TagResources": "ResourceARNList",
    "tag:UntagResources": "ResourceARNList",
}
_SCOPE = re.compile(r"Credential=[^/]*/\d+/[^/]*/(?P<service>[^/]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that was understood. operation: as IAM calls it, `sagemaker:ListApps`. content: its parameters."""

    request: Request
    protocol: Protocol
    operation: str
    content: Mapping[str, Any]

    @property
    def entries(self) -> int:
        """How many things it brings, if its operation takes several."""
        return len(self.content.get(_SEVERAL.get(self.operation, ""), ()))


def understand(request: Request) -> Asked:
    """AWS JSON by its target, Query by its form, anything else as S3."""
    if target := request.headers.get("x-amz-target"):
        prefix, _, name = target.rpartition(".")
        content = json.loads(request.body or b"{}")
        operation = f"{_SERVICES.get(prefix, prefix)}:{name}"
        return Asked(request=request, protocol=Protocol.JSON, operation=operation, content=content)
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    service = scope["service"] if scope else "unsigned"
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        operation = f"{service}:{form.get('Action', '')}"
        return Asked(request=request, protocol=Protocol.QUERY, operation=operation, content=form)
    verb = {"GET": "GetObject", "PUT": "PutObject"}.get(request.method, request.method)
    return Asked(request=request, protocol=Protocol.S3, operation=f"{service}:{verb}", content={})


class Account:
    """The services of the night, by operation."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._others = {"dynamodb": self.tables.operations, "events": Events().operations}
        self._forms = {f"sts:{name}": of for name, of in Sts().operations.items()}
        objects = Objects()
        self._objects = {"s3:GetObject": objects.get, "s3:PutObject": objects.put}
        self.settle(Domain())

    def settle(self, domain: Domain) -> None:
        """Puts another domain in the place of the one that was there."""
        services = {"sagemaker": Studio(domain).operations, "tag": Tagging(domain).operations, **self._others}
        self._json: dict[str, Callable[[Json], Json]] = {
            f"{service}:{name}": operation for service, of in services.items() for name, operation in of.items()
        }

    def perform(self, asked: Asked) -> Reply:
        """Raises Refused, also for an operation that is not known here."""
        if asked.protocol is Protocol.JSON and asked.operation in self._json:
            return json_reply(self._json[asked.operation](asked.content))
        if asked.protocol is Protocol.QUERY and asked.operation in self._forms:
            return self._forms[asked.operation](asked.content)
        if asked.protocol is Protocol.S3 and asked.operation in self._objects:
            return self._objects[asked.operation](asked.request)
        raise Refused("UnknownOperationException", f"{asked.operation} is not known here")
