"""What an administrator has before a deployment, and does around it: domains, secrets, other accounts, the catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from concierge.catalog.load import load
from concierge.catalog.model import Domain
from concierge.catalog.source import compile_file
from local.studio.backend import Place, StudioBackend
from local.template.release import release


@dataclass
class Preparation:
    """Around one stack; `session` gives the operator's session, in the stack's account or another."""

    catalog: Path | None
    account: str
    region: str
    session: Callable[..., boto3.Session]
    _compiled: bytes = field(init=False, default=b"")

    def __post_init__(self) -> None:
        if self.catalog is not None:
            self._compiled = compile_file(self.catalog)

    @property
    def _domains(self) -> tuple[Domain, ...]:
        return load(self._compiled).domains if self._compiled else ()

    def provider(self, metadata: str | None) -> None:
        """The IAM SAML provider `corp`, if there is metadata of an identity provider."""
        if metadata is not None:
            self.session().client("iam").create_saml_provider(SAMLMetadataDocument=metadata, Name="corp")

    def domains(self, studio: StudioBackend) -> None:
        """The domains that the catalog names exist."""
        for domain in self._domains:
            place = Place(account=domain.account, region=domain.region)
            studio.seed_domain(place, name=domain.name, domain_id=domain.domain_id)

    def secrets(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Texts in Secrets Manager: their ARNs, by the name that they were given under."""
        client = self.session().client("secretsmanager")
        return {name: client.create_secret(Name=name, SecretString=text)["ARN"] for name, text in texts.items()}

    def spokes(self, template: Path, bucket: str) -> None:
        """Rolls the template out to the other accounts of the catalog; `bucket` is the hub's, of the catalog."""
        reached = {each.account: each.external_id for each in self._domains if each.account != self.account}
        for account, external_id in reached.items():
            if external_id is None:  # the catalog does not say how: the functions report it
                continue
            given = {
                "HubAccountId": self.account,
                "ExternalId": external_id,
                "CatalogBucketArn": f"arn:aws:s3:::{bucket}",
            }
            release(template, given, self.session(account), account=account, region=self.region)

    def publish(self, bucket: str) -> None:
        """The catalog is in its bucket."""
        if self._compiled:
            self.session().client("s3").put_object(Bucket=bucket, Key="catalog.json", Body=self._compiled)
