"""Recovery records and reports in S3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concierge.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Records:
    """`onboarding.ports.Records` in a versioned bucket: an object that is written again keeps its former version."""

    client: S3Client
    bucket: str

    def write(self, key: str, record: Mapping[str, object]) -> None:
        """PutObject of sorted JSON."""
        body = json.dumps(record, indent=2, sort_keys=True).encode() + b"\n"
        with translated("s3:PutObject"):
            self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType="application/json")
