"""Onboarding and reconciliation as the functions have them, except that nothing is written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from cli.deployment import Deployment
from concierge.audit import AuditEvent
from concierge.catalog.model import Catalog
from concierge.directory.identity import Alias, Resolution
from concierge.directory.memberships import PersonChange
from concierge.directory.people import Aliases
from concierge.directory.reconcile import Reconciliation
from concierge.onboarding.converge import Onboarding
from concierge.onboarding.domains import Domains

_MARGIN = timedelta(seconds=300)  # the default of template.yaml's ReplicationMarginSeconds
_REST = timedelta(seconds=10)  # a rehearsal waits for nothing: only shown


class Nowhere:
    """A trail, a queue and a place for recovery records that keep nothing."""

    def record(self, events: Sequence[AuditEvent]) -> None:
        """A rehearsal leaves no audit: nothing has happened."""

    def send(self, changes: Iterable[PersonChange]) -> None:
        """Nobody is converged."""

    def write(self, key: str, record: Mapping[str, object]) -> None:
        """Nothing is deleted, so that nothing needs a record."""


@dataclass(slots=True)
class UnwrittenAliases:
    """Aliases that are met during a rehearsal are remembered until its end, and never written."""

    kept: Aliases
    met: dict[str, Alias] = field(default_factory=dict)

    def find(self, keys: Iterable[str]) -> Mapping[str, Alias]:
        """What is kept, and over it what was met."""
        wanted = tuple(keys)
        return {**self.kept.find(wanted), **{key: self.met[key] for key in wanted if key in self.met}}

    def write(self, resolution: Resolution) -> None:
        """Remembers them here."""
        self.met.update({each.alias.key: each.alias for each in resolution.writes})


def onboarding(deployment: Deployment, catalog: Catalog) -> Onboarding:
    """For `Mode.DRY_RUN`; other accounts are reached as the administrator, through their spoke roles."""
    from concierge.aws import clients  # noqa: PLC0415 - boto3, see cli.deployment
    from concierge.aws.accounts import Accounts  # noqa: PLC0415
    from concierge.aws.roles import IamRoles  # noqa: PLC0415
    from concierge.aws.studio import SageMakerStudio  # noqa: PLC0415
    from concierge.bootstrap import shared  # noqa: PLC0415

    surroundings = deployment.surroundings
    reached = Accounts(hub=surroundings.account, sts=clients.sts())
    apps = partial(shared.studio_apps, reached)
    return Onboarding(
        catalog=catalog,
        ledger=deployment.ledger(),
        domains=Domains(
            catalog=catalog,
            roles=lambda domain: IamRoles(client=reached.iam(domain)),
            studio=lambda domain: SageMakerStudio(client=reached.sagemaker(domain), apps=apps(domain)),
            rest=_REST,
        ),
        records=Nowhere(),
        protection=shared.protection(catalog, deployment.output("LedgerTable")),
        trail=Nowhere(),
        surroundings=surroundings,
        pause=time.sleep,
    )


def reconciliation(deployment: Deployment, catalog: Catalog, now: datetime) -> Reconciliation:
    """For `drift`, which reads directories from where the command runs."""
    from concierge.bootstrap import shared  # noqa: PLC0415
    from concierge.bootstrap.directories import directory_source  # noqa: PLC0415

    return Reconciliation(
        catalog=catalog,
        aliases=UnwrittenAliases(deployment.aliases()),
        ledger=deployment.ledger(),
        queue=Nowhere(),
        protection=shared.protection(catalog, deployment.output("LedgerTable")),
        trail=Nowhere(),
        source=lambda directory: directory_source(directory, now),
        margin=_MARGIN,
    )
