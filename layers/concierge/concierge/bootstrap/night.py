"""idle_shutdown and tag_remediation, in every account that the catalog names."""

from __future__ import annotations

import time
from functools import cache, partial
from typing import TYPE_CHECKING

from concierge.bootstrap.environment import environment
from concierge.bootstrap.shared import accounts, catalog_store, ledger, studio_apps, trail
from concierge.settings import NightSettings

if TYPE_CHECKING:
    from datetime import datetime

    from concierge.catalog.model import Catalog
    from concierge.night import Room, Sweep


def idle_shutdown(now: datetime) -> Sweep:
    """idle_shutdown."""
    from concierge.idle.shutdown import IdleShutdown

    settings, catalog = _settings(), catalog_store().current(now)
    studio = partial(studio_apps, accounts(settings.account))
    return _sweep(IdleShutdown(catalog=catalog, ledger=ledger(settings.table), studio=studio), catalog)


def tag_remediation(now: datetime) -> Sweep:
    """tag_remediation."""
    from concierge.aws.tagging import StudioTags
    from concierge.tags.remediation import TagRemediation

    settings = _settings()
    reached = accounts(settings.account)
    room = TagRemediation(
        ledger=ledger(settings.table),
        studio=partial(studio_apps, reached),
        tags=lambda domain: StudioTags(sagemaker=reached.sagemaker(domain), tagging=reached.tagging(domain)),
    )
    return _sweep(room, catalog_store().current(now))


def _sweep(room: Room, catalog: Catalog) -> Sweep:
    from concierge.night import Sweep

    return Sweep(room=room, catalog=catalog, trail=trail(_settings().audit_bus), pause=time.sleep)


@cache
def _settings() -> NightSettings:
    return NightSettings.read(environment())
