"""The compiled catalog in S3, for the login; `aws.catalog_object` is the same over boto3."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from concierge.aws.catalog_store import Fetched
from concierge.aws.crt.service import Service
from concierge.errors import AwsError


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogObject:
    """`catalog_store.CatalogSource`; the bucket is named in the path, as AWS_ENDPOINT_URL needs it."""

    service: Service
    bucket: str
    key: str

    @property
    def place(self) -> str:
        """As the AWS CLI writes it."""
        return f"s3://{self.bucket}/{self.key}"

    def fetch(self, etag: str) -> Fetched | None:
        """GetObject, on condition that it is another one."""
        condition = {"If-None-Match": etag} if etag else {}
        try:
            answer = self.service.get("GetObject", f"/{quote(self.bucket)}/{quote(self.key)}", condition)
        except AwsError as error:
            if error.code in ("304", "NotModified"):
                return None
            raise
        return Fetched(content=answer.body, etag=answer.headers["etag"])
