"""Puts the verification into moto's STS, and takes it out again."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from moto.core.responses import ActionResult
from moto.iam.models import Role, iam_backends
from moto.sts.models import AssumedRole
from moto.sts.responses import TokenResponse
from werkzeug.exceptions import HTTPException

from local.patching import patched
from local.sts_saml.refusals import SamlRefused, invalid_request, invalid_token, not_authorized
from local.sts_saml.verify import Subject, verified

TrustAllows = Callable[[str, Mapping[str, str], str, Mapping[str, tuple[str, ...]]], bool]
RememberSession = Callable[[str, Mapping[str, str]], None]

_ROLE = re.compile(r"arn:[a-z-]+:iam::(\d{12}):role/.+", re.ASCII)
_PROVIDER = re.compile(r"arn:[a-z-]+:iam::(\d{12}):saml-provider/([\w._-]+)", re.ASCII)
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_FORBIDDEN = frozenset({"AccessDenied", "IDPRejectedClaim"})  # answered with 403; the rest with 400
_LONGEST_ASSERTION = 100_000  # characters of base64 (API reference)
_SHORTEST_SESSION = 900  # seconds
_DEFAULT_SESSION = 3600  # seconds; also the longest of a role that does not say otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The parameters of a request; `duration` in seconds."""

    role_arn: str
    role_account: str
    provider_arn: str
    provider_account: str
    provider_name: str
    response: bytes
    duration: int


class _Refused(HTTPException):
    """STS's own error document: moto's general one warns of codes that the service model lacks, as AccessDenied is."""

    def __init__(self, refused: SamlRefused) -> None:
        error = f"<Type>Sender</Type><Code>{escape(refused.code)}</Code><Message>{escape(str(refused))}</Message>"
        super().__init__(f'<ErrorResponse xmlns="{_NAMESPACE}"><Error>{error}</Error></ErrorResponse>')
        self.code = 403 if refused.code in _FORBIDDEN else 400

    def get_headers(self, *_: Any) -> list[tuple[str, str]]:
        """As XML."""
        return [("Content-Type", "text/xml")]


@contextmanager
def installed(
    now: Callable[[], datetime], trust_allows: TrustAllows, remember_session: RememberSession
) -> Iterator[None]:
    """While open, AssumeRoleWithSAML verifies signature, times, audience, role pair and the role's trust.

    now:              what the response's times are compared with.
    trust_allows:     (trust policy, principal, action, condition keys in lower case) -> whether the policy lets it in.
    remember_session: (access key id, session tags), for whoever judges what the session does later.
    """

    def assume_role_with_saml(response: TokenResponse) -> ActionResult:
        moment = now()
        try:
            asked = _asked(response)
            metadata = _metadata(asked)
            subject = verified(asked.response, metadata, asked.role_arn, asked.provider_arn, moment)
            role = _trusting_role(asked, subject, trust_allows)
            seconds = _seconds(asked, role, subject, moment)
        except SamlRefused as error:
            raise _Refused(error) from error
        assumed: AssumedRole = response.backend.assume_role(
            region_name=response.region,
            role_session_name=subject.session_name,
            role_arn=asked.role_arn,
            policy="",
            duration=seconds,
            external_id="",
        )
        remember_session(assumed.access_key_id, subject.tags)
        return ActionResult(_answer(assumed, asked, subject))

    with patched(TokenResponse, {"assume_role_with_saml": assume_role_with_saml}):
        yield


def _asked(response: TokenResponse) -> _Asked:
    parameters = {name: str(value) for name, value in response._get_params().items()}  # noqa: SLF001 - moto's own way
    role = _ROLE.fullmatch(parameters.get("RoleArn", ""))
    provider = _PROVIDER.fullmatch(parameters.get("PrincipalArn", ""))
    if role is None or provider is None:
        raise invalid_request("RoleArn and PrincipalArn must be the ARNs of a role and of a SAML provider")
    assertion = parameters.get("SAMLAssertion", "")
    if not 4 <= len(assertion) <= _LONGEST_ASSERTION:
        raise invalid_request(f"SAMLAssertion must have from 4 to {_LONGEST_ASSERTION} characters")
    duration = parameters.get("DurationSeconds", str(_DEFAULT_SESSION))
    if not (duration.isascii() and duration.isdecimal() and _SHORTEST_SESSION <= int(duration) <= 43_200):
        raise invalid_request(f"DurationSeconds must be a number from {_SHORTEST_SESSION} to 43200")
    try:
        document = base64.b64decode(assertion, validate=True)
    except binascii.Error as error:
        raise invalid_token("Invalid base64 SAMLResponse") from error
    return _Asked(
        role_arn=role[0],
        role_account=role[1],
        provider_arn=provider[0],
        provider_account=provider[1],
        provider_name=provider[2],
        response=document,
        duration=int(duration),
    )


def _metadata(asked: _Asked) -> bytes:
    for provider in iam_backends[asked.provider_account]["aws"].saml_providers.values():
        if provider.arn == asked.provider_arn:
            return str(provider.saml_metadata_document).encode()
    raise invalid_token("Specified provider doesn't exist")


def _trusting_role(asked: _Asked, subject: Subject, trust_allows: TrustAllows) -> Role:
    """The role, if its trust policy lets the subject do all that the response asks for."""
    actions = ["sts:AssumeRoleWithSAML"]
    if subject.tags:
        actions.append("sts:TagSession")
    if subject.source_identity is not None:
        actions.append("sts:SetSourceIdentity")
    context = _context(asked, subject)
    roles = iam_backends[asked.role_account]["aws"].roles.values()
    role = next((each for each in roles if each.arn == asked.role_arn), None)
    if role is None:
        raise not_authorized()
    for action in actions:
        if not trust_allows(role.assume_role_policy_document, {"Federated": asked.provider_arn}, action, context):
            raise not_authorized(action)
    return role


def _context(asked: _Asked, subject: Subject) -> dict[str, tuple[str, ...]]:
    """Source: "IAM and AWS STS condition context keys" (IAM User Guide), keys for SAML federation."""
    context: dict[str, tuple[str, ...]] = {
        "saml:aud": (subject.recipient,),
        "saml:doc": (f"{asked.provider_account}/{asked.provider_name}",),
        "saml:iss": (subject.issuer,),
        "saml:namequalifier": (subject.qualifier(asked.provider_account, asked.provider_name),),
        "saml:sub": (subject.name,),
        "saml:sub_type": (subject.subject_type,),
        "sts:rolesessionname": (subject.session_name,),
        **{f"aws:requesttag/{key}".lower(): (value,) for key, value in subject.tags.items()},
    }
    if subject.tags:
        context["aws:tagkeys"] = tuple(subject.tags)
    if subject.transitive_tag_keys:
        context["sts:transitivetagkeys"] = subject.transitive_tag_keys
    if subject.source_identity is not None:
        context["sts:sourceidentity"] = (subject.source_identity,)
    return context


def _seconds(asked: _Asked, role: Role, subject: Subject, now: datetime) -> int:
    """As long as asked for, but not beyond the identity provider's own session (API reference)."""
    if asked.duration > int(role.max_session_duration or _DEFAULT_SESSION):
        raise invalid_request("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if subject.session_ends is None:
        return asked.duration
    return min(asked.duration, int((subject.session_ends - now).total_seconds()))


def _answer(assumed: AssumedRole, asked: _Asked, subject: Subject) -> dict[str, Any]:
    return {
        "Credentials": {
            "AccessKeyId": assumed.access_key_id,
            "SecretAccessKey": assumed.secret_access_key,
            "SessionToken": assumed.session_token,
            "Expiration": assumed.expiration,
        },
        "AssumedRoleUser": {"AssumedRoleId": assumed.user_id, "Arn": assumed.arn},
        "Subject": subject.name,
        "SubjectType": subject.subject_type,
        "Issuer": subject.issuer,
        "Audience": subject.recipient,
        "NameQualifier": subject.qualifier(asked.provider_account, asked.provider_name),
        **({"SourceIdentity": subject.source_identity} if subject.source_identity is not None else {}),
    }
