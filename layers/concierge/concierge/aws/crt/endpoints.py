"""Where the services of the login path are, and for which region a request to them is signed.

Source: AWS General Reference, "Service endpoints"; a test compares every region with botocore's own resolver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Api(Enum):
    """A service: its name in a signature, the first part of its host name, and its name in AWS_ENDPOINT_URL_…"""

    DYNAMODB = ("dynamodb", "dynamodb", "DYNAMODB")
    EVENTS = ("events", "events", "EVENTBRIDGE")
    IAM = ("iam", "iam", "IAM")
    S3 = ("s3", "s3", "S3")
    SAGEMAKER = ("sagemaker", "api.sagemaker", "SAGEMAKER")
    SECRETS_MANAGER = ("secretsmanager", "secretsmanager", "SECRETS_MANAGER")
    STS = ("sts", "sts", "STS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """url: without a trailing slash. signing_region: of the signature's scope."""

    url: str
    signing_region: str


# IAM has one endpoint a partition: host and signing region, by the start of the region's name, the longest first.
_IAM = (
    ("us-gov-", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
    ("us-isob-", "iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
    ("us-iso-", "iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
    ("cn-", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ("eusc-", "iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
    ("", "iam.amazonaws.com", "us-east-1"),
)
_SUFFIXES = (
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("", "amazonaws.com"),
)


def endpoint_of(api: Api, region: str, environ: Mapping[str, str]) -> Endpoint:
    """AWS's own, unless AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL names another one, as for every AWS SDK."""
    _, host, variable = api.value
    _, iam_host, iam_region = next(each for each in _IAM if region.startswith(each[0]))
    signing_region = iam_region if api is Api.IAM else region
    if named := environ.get(f"AWS_ENDPOINT_URL_{variable}") or environ.get("AWS_ENDPOINT_URL"):
        return Endpoint(url=named.rstrip("/"), signing_region=signing_region)
    if api is Api.IAM:
        return Endpoint(url=f"https://{iam_host}", signing_region=signing_region)
    suffix = next(suffix for start, suffix in _SUFFIXES if region.startswith(start))
    return Endpoint(url=f"https://{host}.{region}.{suffix}", signing_region=signing_region)
