"""Who calls a route that asks for IAM, and whether their policies allow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from botocore.credentials import Credentials
from moto.sts.models import sts_backends

from local.gate.gate import Gate
from local.http.gateway import Route
from local.http.sigv4 import NotSigned, access_key, verify

Caller = Callable[[str, str, Mapping[str, str], bytes, Route], str]


def caller_by(gate: Gate) -> Caller:
    """A function that verifies a request's signature and gives the caller's ARN, or raises NotSigned."""

    def caller(method: str, url: str, headers: Mapping[str, str], body: bytes, route: Route) -> str:
        key = access_key(headers)
        principal = gate.principal(key)
        account = principal.role.account_id if principal else ""
        assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(key) if principal else None
        if principal is None or assumed is None:
            raise NotSigned("The security token included in the request is invalid.")
        credentials = Credentials(key, assumed.secret_access_key, assumed.session_token)
        verify(method, url, headers, body, credentials)
        decision = gate.authorize(key, "execute-api:Invoke", route.arn)
        if not decision.allowed:
            raise NotSigned(f"User: {principal.arn} is not authorized to access this resource: {decision.reason}")
        return principal.arn

    return caller
