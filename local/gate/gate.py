"""The gate inside moto: who calls, may they, and a record of every call."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.iam.models import Role, iam_backends
from moto.s3.exceptions import S3AccessDeniedError
from moto.sts.models import AssumedRole, STSBackend, sts_backends

from local.clock import Clock
from local.gate.authorization import ApiCall, Need, Unresolvable, needs
from local.gate.parameters import parameters
from local.gate.policy import Decision, Policy, Request, Statement, decide, statements
from local.gate.trust import trust_allows
from local.patching import patched

_KEY = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")
_UNGATED = frozenset({"sts:GetCallerIdentity", "sts:AssumeRoleWithSAML"})
_XML_SERVICES = frozenset({"iam", "sts", "sns", "s3", "cloudwatch", "sqs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One action of one call by a role, and how it was judged; `dependent` ones came with a call, and are none."""

    at: datetime
    principal_role: str
    session_name: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]
    decision: Decision
    dependent: bool = False

    @property
    def who(self) -> str:
        """The role without what CloudFormation puts around its name."""
        return re.sub(r"^studio-concierge-|Role-[0-9A-F]{12}$", "", self.principal_role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A session of a role: its tags are the role's own, overlaid by the session's."""

    role: Role
    arn: str
    session_name: str
    tags: Mapping[str, str]

    @property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that describe the principal."""
        tags = {f"aws:principaltag/{key}".lower(): (value,) for key, value in self.tags.items()}
        return {**tags, "aws:principalarn": (str(self.role.arn),)}


class Refused(ServiceException):
    """AWS's answer to a call that the policies do not allow."""

    def __init__(self, service: str, message: str) -> None:
        self.code = "AccessDenied" if service in _XML_SERVICES else "AccessDeniedException"
        super().__init__(message)


class Gate:
    """`studio_tags` gives the tags of a Studio resource by ARN."""

    def __init__(self, clock: Clock, studio_tags: Callable[[str], Mapping[str, str]]) -> None:
        self._clock = clock
        self._studio_tags = studio_tags
        self._sessions: dict[str, Mapping[str, str]] = {}
        self._asked = threading.local()
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every action that a role asked for, in order."""
        with self._lock:
            return tuple(self._calls)

    def remember_session(self, access_key: str, tags: Mapping[str, str]) -> None:
        """Session tags, which moto does not keep."""
        self._sessions[access_key] = dict(tags)

    def principal(self, access_key: str) -> Principal | None:
        """The role session behind an access key; None for the operator's own credentials."""
        for account in list(sts_backends.keys()):
            assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
            if assumed is not None:
                return self._principal(assumed, access_key)
        return None

    def authorize(self, access_key: str, action: str, resource: str) -> Decision:
        """One action of a principal, judged and recorded; operators may do everything."""
        principal = self.principal(access_key)
        if principal is None:
            return Decision(allowed=True, reason="operator")
        return self._judge(principal, Need(action=action, resource=resource, context={}))

    def check(self, call: ApiCall, access_key: str) -> None:
        """Raises Refused for a call that the principal's policies, or the trust of a role, do not allow."""
        principal = self.principal(access_key)
        if principal is None or f"{call.service}:{call.operation}" in _UNGATED:
            return
        try:
            wanted = list(needs(call, _role_path, str(principal.role.arn)))
        except Unresolvable as error:
            raise Refused(call.service, str(error)) from error
        for need in wanted:
            decision = self._judge(principal, need)
            if not decision.allowed:
                raise Refused(call.service, _message(principal, need, decision))
        if (call.service, call.operation) == ("sts", "AssumeRole"):
            self._check_trust(call, principal)

    def policies(self, role: Role) -> list[Statement]:
        """All statements of a role's identity policies."""
        inline = [Policy(name, document) for name, document in role.policies.items()]
        attached = [Policy(each.name, _document(each)) for each in role.managed_policies.values()]
        return [statement for policy in (*inline, *attached) for statement in statements(policy)]

    def boundary(self, role: Role) -> list[Statement] | None:
        """The statements of a role's permissions boundary, None if it has none."""
        arn = role.permissions_boundary_arn
        if not arn:
            return None
        policy = iam_backends[role.account_id]["aws"].get_policy(arn)
        return list(statements(Policy(policy.name, _document(policy))))

    def _judge(self, principal: Principal, need: Need) -> Decision:
        context = {**principal.context, **self._resource_context(need), **need.context}
        request = Request(action=need.action, resource=need.resource, context=context)
        decision = decide(request, self.policies(principal.role), self.boundary(principal.role))
        call = Call(
            at=self._clock.now(),
            principal_role=principal.role.name,
            session_name=principal.session_name,
            action=need.action,
            resource=need.resource,
            context=context,
            decision=decision,
            dependent=need.dependent,
        )
        with self._lock:
            self._calls.append(call)
        return decision

    def _resource_context(self, need: Need) -> dict[str, tuple[str, ...]]:
        tags = self._studio_tags(need.resource)
        context: dict[str, tuple[str, ...]] = {}
        role = _role_of(need.resource) if need.action.startswith("iam:") else None
        if role is not None:
            tags = _tags_of(role)
            if role.permissions_boundary_arn:
                context["iam:permissionsboundary"] = (role.permissions_boundary_arn,)
        return context | {f"aws:resourcetag/{key}".lower(): (value,) for key, value in tags.items()}

    def _check_trust(self, call: ApiCall, principal: Principal) -> None:
        target = _role_of(call.parameters["RoleArn"])
        tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags", ())}
        context = {f"aws:requesttag/{key}".lower(): (value,) for key, value in tags.items()}
        if tags:
            context["aws:tagkeys"] = tuple(tags)
        actions = ["sts:AssumeRole", *(["sts:TagSession"] if tags else [])]
        document = target.assume_role_policy_document if target else '{"Statement": []}'
        for action in actions:
            if not trust_allows(document, {"AWS": str(principal.role.arn)}, action, context):
                message = f"User: {principal.arn} is not trusted for {action} by {call.parameters['RoleArn']}"
                raise Refused("sts", message)
        self._asked.tags = tags

    def _principal(self, assumed: AssumedRole, access_key: str) -> Principal | None:
        role = _role_of(assumed.role_arn)
        if role is None:
            return None
        own = _tags_of(role)
        tags = {**own, **self._sessions.get(access_key, {})}
        return Principal(role=role, arn=assumed.arn, session_name=assumed.session_name, tags=tags)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While open, moto asks the gate before every action."""
        original_call, original_assume = BaseResponse.call_action, STSBackend.assume_role
        gate = self

        def call_action(response: BaseResponse) -> Any:
            found = _KEY.search(str(response.headers.get("Authorization", "")))
            if found is not None and gate.principal(found[1]) is not None:
                try:
                    gate.check(_api_call(response, found[2]), found[1])
                except Refused as error:
                    status, headers, body = response.serialized(ActionResult(error))
                    headers["status"] = str(status)
                    return status, headers, body
            return original_call(response)

        def assume_role(backend: STSBackend, *arguments: Any, **named: Any) -> AssumedRole:
            assumed = original_assume(backend, *arguments, **named)
            gate.remember_session(assumed.access_key_id, getattr(gate._asked, "tags", {}))
            gate._asked.tags = {}
            return assumed

        def authorize_s3(response: BaseResponse, bucket_name: str = "", key_name: str = "") -> None:
            found = _KEY.search(str(response.headers.get("Authorization", "")))
            if found is None or gate.principal(found[1]) is None:
                return
            try:
                gate.check(_s3_call(response, bucket_name, key_name), found[1])
            except Refused as error:
                raise S3AccessDeniedError from error

        with (
            patched(BaseResponse, {"call_action": call_action}),
            patched(ActionAuthenticatorMixin, {"_authenticate_and_authorize_s3_action": authorize_s3}),
            patched(STSBackend, {"assume_role": assume_role}),
        ):
            yield


def _api_call(response: BaseResponse, service: str) -> ApiCall:
    return ApiCall(
        service={"monitoring": "cloudwatch"}.get(service, service),
        operation=response._get_action(),  # noqa: SLF001 - moto has no public name for it
        parameters=parameters(response),
        account=response.current_account,
        region=response.region,
    )


def _s3_call(response: BaseResponse, bucket: str | None, key: str | None) -> ApiCall:
    return ApiCall(
        service="s3",
        operation=response._get_action(),  # noqa: SLF001 - as above
        parameters={"Bucket": bucket or "", "Key": key or ""},
        account=response.current_account,
        region=response.region,
    )


def _role_of(arn: str) -> Role | None:
    """The IAM role of an ARN, of whatever account."""
    found = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):role/.*", arn)
    if found is None:
        return None
    roles = iam_backends[found[1]]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _tags_of(role: Role) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in role.tags or []}


def _role_path(account: str, name: str) -> str:
    roles = iam_backends[account]["aws"].roles.values()
    return next((str(role.path) for role in roles if role.name == name), "/studio/exec/")


def _document(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default_version)


def _message(principal: Principal, need: Need, decision: Decision) -> str:
    return (
        f"User: {principal.arn} is not authorized to perform: {need.action} on resource: {need.resource}"
        f" because {decision.reason}"
    )
