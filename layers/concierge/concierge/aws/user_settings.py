"""A profile's UserSettings: Studio's own nested shape <-> `model.AppSettings`. Pure.

UpdateUserProfile is given everything that the profile has with our part laid over it, because a list that is sent
replaces the one that is there (UpdateUserProfile, API reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from concierge.aws.native_idle import read_idle, with_idle
from concierge.model import AppSettings, AppType
from concierge.onboarding.drift import superseded

if TYPE_CHECKING:
    from concierge.onboarding.desired import Access

Shape = dict[str, Any]
_WITH_NATIVE_IDLE = (AppType.JUPYTER_LAB, AppType.CODE_EDITOR)


def read(settings: Mapping[str, Any]) -> Mapping[AppType, AppSettings]:
    """The settings of each app type that the profile has any for."""
    return {app_type: _read_app(settings[_key(app_type)]) for app_type in AppType if _key(app_type) in settings}


def merged(existing: Mapping[str, Any], access: Access) -> Shape:
    """`existing` with the access laid over it; what others attached or set stays."""
    settings: Shape = deepcopy(dict(existing))
    settings["ExecutionRole"] = access.role.arn
    for app_type in AppType:
        app = _merged_app(settings.get(_key(app_type), {}), access, app_type)
        if app:
            settings[_key(app_type)] = app
    return settings


def _merged_app(existing: Mapping[str, Any], access: Access, app_type: AppType) -> Shape:
    app: Shape = dict(existing)
    wanted = access.lifecycle_arns(app_type)
    attached = tuple(app.get("LifecycleConfigArns", ()))
    former = superseded(attached, wanted)
    arns = [arn for arn in attached if arn not in former and arn not in wanted] + list(wanted)
    if arns or former:
        app["LifecycleConfigArns"] = arns
    spec: Shape = dict(app.get("DefaultResourceSpec", {}))
    if spec.get("LifecycleConfigArn") in former:
        del spec["LifecycleConfigArn"]
    if wanted:
        spec.setdefault("LifecycleConfigArn", wanted[0])  # attached alone it would only be offered, not run
    if app_type in _WITH_NATIVE_IDLE:
        if access.instance_type is not None:
            spec["InstanceType"] = access.instance_type
        if access.idle is not None:
            app = with_idle(app, access.idle)
    if spec:
        app["DefaultResourceSpec"] = spec
    return app


def _read_app(app: Mapping[str, Any]) -> AppSettings:
    idle = read_idle(app)
    return AppSettings(
        lifecycle_configs=tuple(app.get("LifecycleConfigArns", ())),
        instance_type=app.get("DefaultResourceSpec", {}).get("InstanceType"),
        idle_minutes=idle.minutes if idle else None,
        least_idle_minutes=idle.least if idle else None,
        most_idle_minutes=idle.most if idle else None,
    )


def _key(app_type: AppType) -> str:
    return f"{app_type}AppSettings"
