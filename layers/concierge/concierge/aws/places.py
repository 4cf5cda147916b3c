"""The adapters of accounts and regions for one run: its calls are paced together, and end when its time is up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from concierge.aws.accounts import Accounts
from concierge.aws.activity import DynamoActivity
from concierge.aws.paced import paced
from concierge.aws.studio_apps import StudioApps
from concierge.aws.tag_lists import StudioLists
from concierge.aws.tagging import StudioTags
from concierge.pace import Pacers

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

    from concierge.catalog.model import Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One account and region. Limits hold for it as a whole, so all of its adapters go by the same pacers."""

    sagemaker: SageMakerClient
    studio: StudioApps
    lists: StudioLists
    tags: StudioTags
    activity: DynamoActivity
    pacing: Pacers


class Places:
    """Places of one run, each made when it is first asked for.

    until: on `time.monotonic`, after which no call is begun any more.
    """

    def __init__(self, accounts: Accounts, *, activity_table: str, until: float) -> None:
        self._accounts = accounts
        self._activity_table = activity_table
        self._until = until
        self._places: dict[tuple[str, str], Place] = {}

    def of(self, domain: Domain) -> Place:
        """The place of a domain; raises AwsError if its account cannot be entered."""
        key = (domain.account, domain.region)
        if key not in self._places:
            self._places[key] = self._made(domain)
        return self._places[key]

    def _made(self, domain: Domain) -> Place:
        pacers = Pacers(clock=time.monotonic, pause=time.sleep)
        sagemaker = self._accounts.patient_sagemaker(domain)
        tagging = self._accounts.patient_tagging(domain)
        for client in (sagemaker, tagging):
            paced(client, pacers, until=lambda: self._until)
        studio = StudioApps(client=sagemaker, account=domain.account)
        return Place(
            sagemaker=sagemaker,
            studio=studio,
            lists=StudioLists(client=sagemaker, apps_of_studio=studio),
            tags=StudioTags(sagemaker=sagemaker, tagging=tagging),
            activity=DynamoActivity(
                client=self._accounts.dynamodb(domain), table=self._activity_table, clock=lambda: datetime.now(UTC)
            ),
            pacing=pacers,
        )
