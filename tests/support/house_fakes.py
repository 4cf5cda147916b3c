"""Domains of one account and region in memory, described as AWS describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from concierge.aws.domain_settings import mending, read
from concierge.catalog.model import Domain, NativeIdle
from concierge.compliance.model import Posture
from concierge.errors import Denied, NotFound, NotYet
from concierge.house.model import DomainSettings
from concierge.model import App, Space, Status
from concierge.night.request import Target
from tests.support.night_fakes import ACCOUNT, RESEARCH

TWO_HOURS = NativeIdle(minutes=120, least=60, most=240)
RIGHT = Posture(
    auth_mode="IAM",
    network_access="VpcOnly",
    kms_key="arn:aws:kms:eu-west-1:111122223333:key/k",
    tag_propagation="ENABLED",
    identity_config="USER_PROFILE_NAME",
    docker_access="DISABLED",
)


def limits(minutes: int = 120, least: int = 60, most: int = 240) -> dict[str, Any]:
    """An app type's settings with idle limits in force."""
    idle = {
        "LifecycleManagement": "ENABLED",
        "IdleTimeoutInMinutes": minutes,
        "MinIdleTimeoutInMinutes": least,
        "MaxIdleTimeoutInMinutes": most,
    }
    return {"AppLifecycleManagement": {"IdleSettings": idle}}


def described(
    *,
    lab: Mapping[str, Any] | None = None,
    editor: Mapping[str, Any] | None = None,
    shared: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What DescribeDomain tells; `shared` gives the domain settings of shared spaces."""
    found: dict[str, Any] = {"Status": "InService", "TagPropagation": "ENABLED", "DefaultUserSettings": {}}
    if lab is not None:
        found["DefaultUserSettings"]["JupyterLabAppSettings"] = lab
    if editor is not None:
        found["DefaultUserSettings"]["CodeEditorAppSettings"] = editor
    if shared is not None:
        role = f"arn:aws:iam::{ACCOUNT}:role/spaces"
        found["DefaultSpaceSettings"] = {"ExecutionRole": role, "JupyterLabAppSettings": shared}
    return {**found, **more}


def target(*domains: Domain) -> Target:
    return Target(account=ACCOUNT, region="eu-west-1", domains=domains or (RESEARCH,))


@dataclass
class Domains:
    """What the three rooms ask of Studio; descriptions are by domain id.

    unreadable: ids of domains that may not be looked at.
    """

    descriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    postures: dict[str, Posture] = field(default_factory=dict)
    held_profiles: Mapping[str, Status] = field(default_factory=dict)
    held_spaces: tuple[Space, ...] = ()
    running: tuple[App, ...] = ()
    unreadable: frozenset[str] = frozenset()
    updates: list[dict[str, Any]] = field(default_factory=list)
    app_lists: int = 0

    def settings(self, domain_id: str) -> DomainSettings:
        return read(self._found(domain_id))

    def mend(self, domain: Domain) -> None:
        found = self._found(domain.domain_id)
        request = mending(found, domain.idle)
        if request and found["Status"] == "Updating":
            raise NotYet("sagemaker:UpdateDomain", "ResourceInUse", "the domain is being updated")
        if request:
            self.updates.append(request)
            found.update(request)

    def apps(self, _domain_id: str) -> tuple[App, ...]:
        self.app_lists += 1
        return self.running

    def posture(self, domain_id: str) -> Posture:
        self._found(domain_id)
        return self.postures.get(domain_id, RIGHT)

    def profiles(self, _domain_id: str) -> Mapping[str, Status]:
        return self.held_profiles

    def all_spaces(self, _domain_id: str) -> tuple[Space, ...]:
        return self.held_spaces

    def description(self, domain_id: str) -> Mapping[str, object]:
        found: dict[str, object] = json.loads(json.dumps(self._found(domain_id)))
        return found

    def _found(self, domain_id: str) -> dict[str, Any]:
        if domain_id in self.unreadable:
            raise Denied("sts:AssumeRole", "AccessDenied", "the spoke role is gone")
        if domain_id not in self.descriptions:
            raise NotFound("sagemaker:DescribeDomain", "ResourceNotFound", f"there is no domain {domain_id}")
        return self.descriptions[domain_id]
