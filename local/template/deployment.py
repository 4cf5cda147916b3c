"""Creates every resource of a translated template in moto, in the order of their references."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import boto3

from local.template.intrinsics import Scope, names_in
from local.template.properties import unknown

Properties = dict[str, Any]


class UnsupportedResource(Exception):
    """A resource type or property that the local stack cannot create."""


@dataclass(frozen=True, slots=True)
class Created:
    """A resource's physical id (what Ref gives) and its attributes (what Fn::GetAtt gives)."""

    ref: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Deployment:
    """What handlers work with and leave behind."""

    stack: str
    account: str
    region: str
    session: boto3.Session
    sources: Mapping[str, Path]
    functions: dict[str, FunctionConfig] = field(default_factory=dict)
    machines: dict[str, MachineConfig] = field(default_factory=dict)
    api_bodies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    stages: list[tuple[str, str]] = field(default_factory=list)
    layers: dict[str, Path] = field(default_factory=dict)
    event_sources: list[Properties] = field(default_factory=list)
    log_subscriptions: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """An operator's client for the stack's moto."""
        return self.session.client(service)  # type: ignore[call-overload]  # by name

    def name(self, logical_id: str, limit: int = 64) -> str:
        """A physical name as CloudFormation makes them."""
        return f"{self.stack}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfig:
    """All that a worker needs to know of a function."""

    logical_id: str
    name: str
    arn: str
    role: str
    handler: str
    source: Path
    layers: tuple[Path, ...]
    environment: Mapping[str, str]
    timeout: float
    memory: int
    retries: int = 2
    on_failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineConfig:
    """A state machine; `logs` is whether its history is to be delivered to a log group."""

    logical_id: str
    name: str
    arn: str
    role: str
    logs: bool


Handler = Callable[[Deployment, str, Properties], Created]


def deploy(template: Mapping[str, Any], scope: Scope, deployment: Deployment, handlers: Mapping[str, Handler]) -> None:
    """Raises UnsupportedResource, naming logical id and type or property, before anything is created."""
    wanted = {
        name: resource
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or scope.condition(resource["Condition"])
    }
    for name, resource in wanted.items():
        if resource["Type"] not in handlers:
            raise UnsupportedResource(f"{name}: the local stack cannot create {resource['Type']}")
        if left := unknown(resource["Type"], resource.get("Properties", {})):
            raise UnsupportedResource(f"{name}: the local stack does not know {', '.join(left)} of {resource['Type']}")
    graph = {name: {each for each in _needs(resource) if each in wanted} for name, resource in wanted.items()}
    for name in TopologicalSorter(graph).static_order():
        resource = wanted[name]
        created = handlers[resource["Type"]](deployment, name, scope.resolve(resource.get("Properties", {})))
        scope.references[name] = created.ref
        scope.attributes[name] = created.attributes


def outputs(template: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """The template's outputs, resolved."""
    return {
        name: scope.resolve(output["Value"])
        for name, output in template.get("Outputs", {}).items()
        if "Condition" not in output or scope.condition(output["Condition"])
    }


def _needs(resource: Mapping[str, Any]) -> set[str]:
    explicit = resource.get("DependsOn", [])
    return set(names_in(resource.get("Properties", {}))) | set([explicit] if isinstance(explicit, str) else explicit)
