"""The studio settings capability: a domain stops what is idle by itself, and hands its tags on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from concierge.catalog.model import Domain
from concierge.house.plan import UpdateDomainSettings, build_plan, wrong_limits
from concierge.house.ports import Studio
from concierge.night.request import Target
from concierge.night.room import Survey, each_domain
from concierge.plan import Change
from concierge.safeguards import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioSettings:
    """A `night.room.Room`; `studio` gives the adapter of a domain's account and region."""

    capability: ClassVar[str] = "studio_settings"
    limits: ClassVar[Limits] = Limits()  # nothing is removed, and there is one change a domain at the most

    studio: Callable[[Domain], Studio]

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:  # noqa: ARG002 - right or wrong at any time
        """A Survey for each domain: one call, and the list of its apps only where limits are to be mended."""
        yield from each_domain(target, self._domain)

    def perform(self, change: Change) -> None:
        """Raises AwsError as the port does, and TypeError for a change that is not of this room."""
        if not isinstance(change, UpdateDomainSettings):
            raise TypeError(f"not a change of studio settings: {change!r}")
        self.studio(change.domain).mend(change.domain)

    def kept(self, change: Change) -> Mapping[str, Any] | None:
        """Which domain was mended, and what was wrong with it."""
        if not isinstance(change, UpdateDomainSettings):
            return None
        return {"domain": change.domain.name, "reason": change.reason}

    def close(self, target: Target) -> None:
        """Nothing is learnt that the next run should know."""

    def _domain(self, domain: Domain) -> Survey:
        studio = self.studio(domain)
        settings = studio.settings(domain.domain_id)
        running = studio.apps(domain.domain_id) if wrong_limits(domain, settings) else ()
        return Survey(part=domain.name, plan=build_plan(domain, settings, running), population=0, counts={"checked": 1})
