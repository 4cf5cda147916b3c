"""Puts the verification into moto's STS, and takes it out again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole
from moto.sts.responses import TokenResponse

from local.patching import patched
from local.sts_saml.verify import SamlRefused, Subject, verified

TrustAllows = Callable[[str, Mapping[str, str], str, Mapping[str, tuple[str, ...]]], bool]
RememberSession = Callable[[str, Mapping[str, str]], None]


class _Refused(ServiceException):
    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@contextmanager
def installed(
    now: Callable[[], datetime], trust_allows: TrustAllows, remember_session: RememberSession
) -> Iterator[None]:
    """While open, AssumeRoleWithSAML verifies signature, times, audience, role pair and the role's trust."""

    def assume_role_with_saml(response: TokenResponse) -> ActionResult:
        role_arn = str(response._get_param("RoleArn"))  # noqa: SLF001 - moto's own way to read parameters
        provider_arn = str(response._get_param("PrincipalArn"))  # noqa: SLF001 - as above
        try:
            document = base64.b64decode(str(response._get_param("SAMLAssertion")), validate=True)  # noqa: SLF001 - as above
            subject = verified(document, _metadata(provider_arn), role_arn, provider_arn, now())
            _require_trust(role_arn, provider_arn, subject, trust_allows)
        except binascii.Error as error:
            raise _Refused("InvalidIdentityToken", "Invalid base64 SAMLResponse") from error
        except SamlRefused as error:
            raise _Refused(error.code, str(error)) from error
        assumed = _assume(response, role_arn, subject)
        remember_session(assumed.access_key_id, subject.tags)
        return ActionResult(_answer(assumed, provider_arn, subject))

    with patched(TokenResponse, {"assume_role_with_saml": assume_role_with_saml}):
        yield


def _metadata(provider_arn: str) -> bytes:
    account = provider_arn.split(":")[4]
    for provider in iam_backends[account]["aws"].saml_providers.values():
        if provider.arn == provider_arn:
            return str(provider.saml_metadata_document).encode()
    raise SamlRefused("InvalidIdentityToken", "No such SAML provider")


def _require_trust(role_arn: str, provider_arn: str, subject: Subject, trust_allows: TrustAllows) -> None:
    roles = iam_backends[role_arn.split(":")[4]]["aws"].roles.values()
    role = next((each for each in roles if each.arn == role_arn), None)
    context: dict[str, tuple[str, ...]] = {
        "saml:aud": (subject.recipient,),
        "saml:iss": (subject.issuer,),
        "saml:sub": (subject.name,),
        **{f"aws:requesttag/{key}".lower(): (value,) for key, value in subject.tags.items()},
    }
    if subject.tags:
        context["aws:tagkeys"] = tuple(subject.tags)
    actions = ["sts:AssumeRoleWithSAML", *(["sts:TagSession"] if subject.tags else [])]
    principal = {"Federated": provider_arn}
    if role is None or not all(
        trust_allows(role.assume_role_policy_document, principal, action, context) for action in actions
    ):
        raise SamlRefused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")


def _assume(response: TokenResponse, role_arn: str, subject: Subject) -> AssumedRole:
    return response.backend.assume_role(
        region_name=response.region,
        role_session_name=subject.session_name,
        role_arn=role_arn,
        policy="",
        duration=int(response._get_param("DurationSeconds", 3600)),  # noqa: SLF001 - moto's own way
        external_id="",
    )


def _answer(assumed: AssumedRole, provider_arn: str, subject: Subject) -> dict[str, Any]:
    account, name = provider_arn.split(":")[4], provider_arn.rpartition("/")[2]
    return {
        "Credentials": {
            "AccessKeyId": assumed.access_key_id,
            "SecretAccessKey": assumed.secret_access_key,
            "SessionToken": assumed.session_token,
            "Expiration": assumed.expiration,
        },
        "AssumedRoleUser": {"AssumedRoleId": assumed.user_id, "Arn": assumed.arn},
        "Subject": subject.name,
        "SubjectType": subject.name_format.rpartition(":")[2],
        "Issuer": subject.issuer,
        "Audience": subject.recipient,
        "NameQualifier": subject.qualifier(account, name),
    }
