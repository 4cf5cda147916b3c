"""The compiled catalog in S3, over boto3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from concierge.aws.catalog_store import Fetched
from concierge.aws.errors import translated
from concierge.errors import AwsError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectRequestTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogObject:
    """`catalog_store.CatalogSource`."""

    client: S3Client
    bucket: str
    key: str

    @property
    def place(self) -> str:
        """As the AWS CLI writes it."""
        return f"s3://{self.bucket}/{self.key}"

    def fetch(self, etag: str) -> Fetched | None:
        """GetObject, on condition that it is another one."""
        request: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": self.key}
        if etag:
            request["IfNoneMatch"] = etag
        try:
            with translated("s3:GetObject"):
                answer = self.client.get_object(**request)
                return Fetched(content=answer["Body"].read(), etag=answer["ETag"])
        except AwsError as error:
            if error.code in ("304", "NotModified"):
                return None
            raise
