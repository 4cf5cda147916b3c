"""Clients in the accounts of domains: the hub's own, and others through their spoke role.

Source: "Providing access to AWS accounts owned by third parties" (IAM User Guide) for the external id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.credentials import RefreshableCredentials

from concierge.aws import clients
from concierge.aws.errors import translated
from concierge.errors import AwsError

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_iam import IAMClient
    from types_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sts import STSClient

    from concierge.catalog.model import Domain

_SESSION_SECONDS = 3600  # the longest that a role gives which another role's session assumes
_SESSION_NAME = "studio-concierge"


class Accounts:
    """Sessions are assumed when they are first needed, kept for the life of the container, and renewed by botocore.

    hub: the function's own account. An account that cannot be entered is asked again the next time.
    """

    def __init__(self, *, hub: str, sts: STSClient) -> None:
        self._hub = hub
        self._sts = sts
        self._sessions: dict[tuple[str, str], boto3.Session] = {}
        self._clients: dict[tuple[str, str, str, str], Any] = {}

    def iam(self, domain: Domain) -> IAMClient:
        """IAM of the domain's account; raises AwsError if the account cannot be entered."""
        if domain.account == self._hub:
            return clients.iam()
        client: IAMClient = self._client("iam", domain)
        return client

    def sagemaker(self, domain: Domain) -> SageMakerClient:
        """SageMaker of the domain's account and region; raises AwsError if the account cannot be entered."""
        if domain.account == self._hub:
            return clients.sagemaker(domain.region)
        client: SageMakerClient = self._client("sagemaker", domain)
        return client

    def tagging(self, domain: Domain) -> ResourceGroupsTaggingAPIClient:
        """Resource Groups Tagging of the domain's account and region; raises AwsError as the others do."""
        if domain.account == self._hub:
            return clients.tagging(domain.region)
        client: ResourceGroupsTaggingAPIClient = self._client("resourcegroupstaggingapi", domain)
        return client

    def dynamodb(self, domain: Domain) -> DynamoDBClient:
        """DynamoDB of the domain's account and region; raises AwsError as the others do."""
        if domain.account == self._hub:
            return clients.dynamodb_in(domain.region)
        client: DynamoDBClient = self._client("dynamodb", domain)
        return client

    def patient_sagemaker(self, domain: Domain) -> SageMakerClient:
        """A client of its own for one run, whose retries are left to the run; raises AwsError as the others do."""
        client: SageMakerClient = self._patient("sagemaker", domain)
        return client

    def patient_tagging(self, domain: Domain) -> ResourceGroupsTaggingAPIClient:
        """The same for Resource Groups Tagging."""
        client: ResourceGroupsTaggingAPIClient = self._patient("resourcegroupstaggingapi", domain)
        return client

    def _patient(self, service: str, domain: Domain) -> Any:
        here = domain.account == self._hub
        session: Any = boto3 if here else self._session(*_way_in(domain))
        return session.client(service, region_name=domain.region, config=clients.PATIENT)

    def _client(self, service: str, domain: Domain) -> Any:
        way_in = _way_in(domain)
        key = (service, domain.region, *way_in)  # another external id is another session, and so other clients
        if key not in self._clients:
            session: Any = self._session(*way_in)  # boto3's stubs want the service's name as a literal
            self._clients[key] = session.client(service, region_name=domain.region, config=clients.CONFIG)
        return self._clients[key]

    def _session(self, role: str, external_id: str) -> boto3.Session:
        key = (role, external_id)
        if key not in self._sessions:
            self._sessions[key] = self._assumed(role, external_id)
        return self._sessions[key]

    def _assumed(self, role: str, external_id: str) -> boto3.Session:
        def assume() -> dict[str, str]:
            with translated("sts:AssumeRole"):
                given = self._sts.assume_role(
                    RoleArn=role,
                    RoleSessionName=_SESSION_NAME,
                    ExternalId=external_id,
                    DurationSeconds=_SESSION_SECONDS,
                )["Credentials"]
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["SessionToken"],
                "expiry_time": given["Expiration"].isoformat(),
            }

        core = botocore.session.get_session()
        core._credentials = RefreshableCredentials.create_from_metadata(  # type: ignore[attr-defined]  # noqa: SLF001 - botocore has no other way in
            metadata=assume(), refresh_using=assume, method="sts-assume-role"
        )
        return boto3.Session(botocore_session=core)


def _way_in(domain: Domain) -> tuple[str, str]:
    """The domain's spoke role and external id."""
    if domain.spoke_role is None or domain.external_id is None:
        message = f"domain {domain.name} is in account {domain.account}: give it spoke_role and external_id"
        raise AwsError("sts:AssumeRole", "NoSpokeRole", f"{message} in studio.yaml")
    return domain.spoke_role, domain.external_id
