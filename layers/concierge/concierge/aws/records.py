"""Recovery records and reports in S3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Records:
    """`onboarding.ports.Records` and `night.runs.KeptRecords` in a versioned bucket.

    An object that is written again keeps its former version.
    """

    client: S3Client
    bucket: str

    def write(self, key: str, record: Mapping[str, object]) -> None:
        """PutObject of sorted JSON."""
        body = json.dumps(record, indent=2, sort_keys=True).encode() + b"\n"
        with translated("s3:PutObject"):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json")

    def read(self, key: str) -> Mapping[str, Any]:
        """GetObject; raises NotFound."""
        with translated("s3:GetObject"):
            found: Mapping[str, Any] = json.loads(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        return found

    def folders(self, prefix: str) -> list[str]:
        """ListObjectsV2: the names right below a prefix that ends in a slash, in their order."""
        with translated("s3:ListObjectsV2"):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix, Delimiter="/"
            )
            found = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", ())]
        return [each.removeprefix(prefix).removesuffix("/") for each in found]

    def under(self, prefix: str) -> Iterator[Mapping[str, Any]]:
        """ListObjectsV2, then GetObject of each key."""
        with translated("s3:ListObjectsV2"):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
        for key in keys:
            yield self.read(key)
