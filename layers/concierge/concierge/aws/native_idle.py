"""Studio's idle settings within the settings of an app type: its own nested shape <-> `NativeIdle`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concierge.catalog.night import LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES, NativeIdle


def read_idle(app: Mapping[str, Any]) -> NativeIdle | None:
    """The limits of JupyterLabAppSettings or CodeEditorAppSettings; None unless they are in force.

    A bound that is not set is the API's own (IdleSettings, API reference).
    """
    idle = app.get("AppLifecycleManagement", {}).get("IdleSettings", {})
    minutes = idle.get("IdleTimeoutInMinutes")
    if idle.get("LifecycleManagement") != "ENABLED" or minutes is None:
        return None
    return NativeIdle(
        minutes=minutes,
        least=idle.get("MinIdleTimeoutInMinutes", LEAST_IDLE_MINUTES),
        most=idle.get("MaxIdleTimeoutInMinutes", MOST_IDLE_MINUTES),
    )


def with_idle(app: Mapping[str, Any], idle: NativeIdle) -> dict[str, Any]:
    """The app type's settings with these limits in force; everything else in them stays."""
    management = app.get("AppLifecycleManagement", {})
    limits = {
        "LifecycleManagement": "ENABLED",
        "IdleTimeoutInMinutes": idle.minutes,
        "MinIdleTimeoutInMinutes": idle.least,
        "MaxIdleTimeoutInMinutes": idle.most,
    }
    settings = {**management, "IdleSettings": {**management.get("IdleSettings", {}), **limits}}
    return {**app, "AppLifecycleManagement": settings}
