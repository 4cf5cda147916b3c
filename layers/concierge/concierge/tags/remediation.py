"""The tag remediation capability: what our people have in a domain carries the tags that they were given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from concierge.catalog.model import Domain
from concierge.night import Survey
from concierge.plan import Change
from concierge.safeguards import Limits
from concierge.tags.observed import observe
from concierge.tags.plan import SetTags, build_plan
from concierge.tags.ports import Ledger, Studio, Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRemediation:
    """A `night.Room`; `studio` and `tags` give the adapters of a domain's account and region."""

    capability: ClassVar[str] = "tag_remediation"

    # Nothing is removed. Thousands of wrong tags in one domain are no drift but a mistake somewhere else, and as much
    # as one run of fifteen minutes can write.
    limits: ClassVar[Limits] = Limits(changes=5_000)

    ledger: Ledger
    studio: Callable[[Domain], Studio]
    tags: Callable[[Domain], Tags]

    def survey(self, domain: Domain, now: datetime) -> Survey:  # noqa: ARG002 - tags are right or wrong at any time
        """Lists, joins with the tags and plans. Raises AwsError if the domain cannot be read."""
        bindings = self.ledger.bindings_in_domain(domain.name)
        managed = frozenset(binding.profile for binding in bindings)
        observed = observe(domain.domain_id, self.studio(domain), self.tags(domain), managed=managed)
        plan = build_plan(domain, bindings, observed)
        checked = sum(resource.owner in managed for resource in observed)
        return Survey(plan=plan, population=checked, counts={"checked": checked})

    def perform(self, change: Change) -> None:
        """Raises AwsError as the port does, and TypeError for a change that is not of this room."""
        if not isinstance(change, SetTags):
            raise TypeError(f"not a change of tag remediation: {change!r}")
        self.tags(change.domain).add(change.arn, change.tags)
