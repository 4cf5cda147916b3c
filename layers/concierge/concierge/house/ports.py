"""What studio settings need from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from typing import Protocol

from concierge.catalog.model import Domain
from concierge.house.model import DomainSettings
from concierge.model import App


class Studio(Protocol):
    """Studio in one account and region."""

    def settings(self, domain_id: str) -> DomainSettings:
        """The domain's settings; raises NotFound if there is no such domain."""

    def mend(self, domain: Domain) -> None:
        """Brings the idle limits of the catalog's domain and tag propagation in line, and leaves the rest as it is.

        Writes nothing if nothing is wrong. Raises NotYet while AWS is still working on the domain.
        """

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """Every app that starts or runs."""
