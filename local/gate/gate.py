"""Who calls, may they, and a record of every call."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from moto.core.exceptions import ServiceException
from moto.iam.models import Role, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from local.clock import Clock
from local.gate.authorization import ApiCall, Need, Unresolvable, needs
from local.gate.policy import Decision, Policy, Request, Statement, decide, statements
from local.gate.roles import document_of, role_of, role_path, tags_of
from local.gate.trust import trust_allows

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

    def require(self, role_arn: str, action: str, resource: str) -> None:
        """What an AWS service does with a role that was handed to it; raises Refused, and records it as a call."""
        role = role_of(role_arn)
        if role is None:
            raise Refused(action.partition(":")[0], f"role {role_arn} does not exist")
        principal = Principal(role=role, arn=role_arn, session_name="aws-service", tags=tags_of(role))
        need = Need(action=action, resource=resource, context={}, dependent=True)
        decision = self._judge(principal, need)
        if not decision.allowed:
            raise Refused(action.partition(":")[0], _message(principal, need, decision))

    def check(self, call: ApiCall, access_key: str) -> None:
        """Raises Refused for a call that the principal's policies, or the trust of a role, do not allow."""
        principal = self.principal(access_key)
        if principal is None or f"{call.service}:{call.operation}" in _UNGATED:
            return
        try:
            wanted = list(needs(call, role_path, str(principal.role.arn)))
        except Unresolvable as error:
            raise Refused(call.service, str(error)) from error
        for need in wanted:
            decision = self._judge(principal, need)
            if not decision.allowed:
                raise Refused(call.service, _message(principal, need, decision))
        if (call.service, call.operation) == ("sts", "AssumeRole"):
            self._check_trust(call, principal)

    def session_tags_asked_for(self) -> Mapping[str, str]:
        """The tags of the AssumeRole that this thread was last allowed, once."""
        tags: Mapping[str, str] = getattr(self._asked, "tags", {})
        self._asked.tags = {}
        return tags

    def policies(self, role: Role) -> list[Statement]:
        """All statements of a role's identity policies."""
        inline = [Policy(name, document) for name, document in role.policies.items()]
        attached = [Policy(each.name, document_of(each)) for each in role.managed_policies.values()]
        return [statement for policy in (*inline, *attached) for statement in statements(policy)]

    def boundary(self, role: Role) -> list[Statement] | None:
        """The statements of a role's permissions boundary, None if it has none."""
        arn = role.permissions_boundary_arn
        if not arn:
            return None
        policy = iam_backends[role.account_id]["aws"].get_policy(arn)
        return list(statements(Policy(policy.name, document_of(policy))))

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
        role = role_of(need.resource) if need.action.startswith("iam:") else None
        if role is not None:
            tags = tags_of(role)
            if role.permissions_boundary_arn:
                context["iam:permissionsboundary"] = (role.permissions_boundary_arn,)
        return context | {f"aws:resourcetag/{key}".lower(): (value,) for key, value in tags.items()}

    def _check_trust(self, call: ApiCall, principal: Principal) -> None:
        target = role_of(call.parameters["RoleArn"])
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
        role = role_of(assumed.role_arn)
        if role is None:
            return None
        own = tags_of(role)
        tags = {**own, **self._sessions.get(access_key, {})}
        return Principal(role=role, arn=assumed.arn, session_name=assumed.session_name, tags=tags)


def _message(principal: Principal, need: Need, decision: Decision) -> str:
    return (
        f"User: {principal.arn} is not authorized to perform: {need.action} on resource: {need.resource}"
        f" because {decision.reason}"
    )
