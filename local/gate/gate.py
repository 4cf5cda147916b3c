"""May they, and a record of every call."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from moto.iam.models import Role

from local.clock import Clock
from local.gate.attached import statements_on
from local.gate.authorization import needs
from local.gate.calls import ApiCall, Need, Unresolvable
from local.gate.circumstances import of_the_moment, of_the_resource
from local.gate.keys import tags_of_call
from local.gate.patterns import Context
from local.gate.policy import Decision, Request, Statement, UnknownElement, applies, decide
from local.gate.principals import Principal, Sessions, boundary_of, identity_of, of_service
from local.gate.refused import Refused
from local.gate.roles import KnownToMoto, role_of
from local.gate.trust import names, names_principal, trust_allows

_UNGATED = frozenset({"sts:GetCallerIdentity", "sts:AssumeRoleWithSAML"})
_BECOMING = frozenset({"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One action of one call by a role, and how it was judged; `dependent` ones came with a call, and are none.

    A call that AWS then answers with an error is recorded all the same.
    """

    at: datetime
    principal_role: str
    session_name: str
    action: str
    resource: str
    context: Context
    decision: Decision
    dependent: bool = False

    @property
    def who(self) -> str:
        """The role without what CloudFormation puts around its name."""
        return re.sub(r"^studio-concierge-|Role-[0-9A-F]{12}$", "", self.principal_role)


class Gate:
    """`studio_tags` gives the tags of a Studio resource by ARN."""

    def __init__(self, clock: Clock, studio_tags: Callable[[str], Mapping[str, str]]) -> None:
        self._clock = clock
        self._studio_tags = studio_tags
        self._sessions = Sessions()
        self._known = KnownToMoto()
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._operator_calls: Counter[str] = Counter()

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every action that a role asked for, in order."""
        with self._lock:
            return tuple(self._calls)

    @property
    def operator_calls(self) -> Mapping[str, int]:
        """How often which operation was called with credentials that are no role's; those are not judged."""
        with self._lock:
            return dict(self._operator_calls)

    # -- who ------------------------------------------------------------------------------------

    def remember_session(
        self,
        access_key: str,
        tags: Mapping[str, str],
        *,
        source_identity: str = "",
        transitive: Collection[str] = (),
        by: str = "",
    ) -> None:
        """What a role was assumed with, which moto does not keep; `by`: the access key that assumed it."""
        former = self.principal(by)
        self._sessions.remember(
            access_key,
            tags,
            source_identity=source_identity or (former.source_identity if former else ""),
            transitive=transitive,
            inherited=former.transitive_tags if former else None,
        )

    def assumed(self, call: ApiCall, access_key: str, by: str) -> None:
        """Keeps what an AssumeRole that succeeded was asked with."""
        self.remember_session(
            access_key,
            tags_of_call(call),
            source_identity=str(call.parameters.get("SourceIdentity") or ""),
            transitive=tuple(call.parameters.get("TransitiveTagKeys", ())),
            by=by,
        )

    def principal(self, access_key: str) -> Principal | None:
        """The role session behind an access key; None for the operator's own credentials, and when the role is gone."""
        return self._sessions.principal(access_key)

    def account_of(self, access_key: str) -> str | None:
        """Whose account a call with this key is about; None for the operator's own credentials."""
        return self._sessions.account(access_key)

    def policies(self, role: Role) -> list[Statement]:
        """All statements of a role's identity policies."""
        return identity_of(role)

    def boundary(self, role: Role) -> list[Statement] | None:
        """The statements of a role's permissions boundary, None if it has none."""
        return boundary_of(role)

    # -- may they -------------------------------------------------------------------------------

    def is_gated(self, access_key: str, operation: str) -> bool:
        """Whether a call with this key is to be checked; the operator's are counted."""
        if self._sessions.is_session(access_key):
            return operation not in _UNGATED
        with self._lock:
            self._operator_calls[operation] += 1
        return False

    def check(self, call: ApiCall, access_key: str) -> None:
        """Raises Refused for a call that the principal's policies, or the trust of a role, do not allow."""
        principal = self.principal(access_key)
        if principal is None:
            raise Refused(
                call.service, "The security token included in the request is invalid.", "InvalidClientTokenId"
            )
        try:
            wanted = needs(call, self._known)
        except Unresolvable as error:
            unknown = Need(action=call.action, resource="*", context={})
            self._record(principal, unknown, {}, Decision(allowed=False, reason=str(error)))
            raise Refused(call.service, f"User: {principal.arn} calls {call.action}: {error}") from error
        for need in wanted:
            if not (decision := self._judge(principal, need)).allowed:
                raise Refused(call.service, _message(principal, need, decision))

    def authorize(self, access_key: str, action: str, resource: str, context: Context | None = None) -> Decision:
        """One action of a principal, judged and recorded; operators may do everything."""
        if not self._sessions.is_session(access_key):
            return Decision(allowed=True, reason="operator")
        principal = self.principal(access_key)
        if principal is None:
            return Decision(allowed=False, reason="the role does not exist")
        return self._judge(principal, Need(action=action, resource=resource, context=context or {}))

    def require(self, role_arn: str, action: str, resource: str) -> None:
        """What an AWS service does with a role that was handed to it; raises Refused, and records it as a call."""
        role = role_of(role_arn)
        if role is None:
            raise Refused(action.partition(":")[0], f"role {role_arn} does not exist")
        principal, need = of_service(role), Need(action=action, resource=resource, context={}, dependent=True)
        if not (decision := self._judge(principal, need)).allowed:
            raise Refused(action.partition(":")[0], _message(principal, need, decision))

    def resource_policy_allows(self, service: str, action: str, resource: str, context: Context) -> bool:
        """Whether the resource's own policy lets an AWS service (events.amazonaws.com) in.

        Raises UnknownElement for a policy that cannot be judged.
        """
        request = Request(action=action, resource=resource, context={**of_the_moment(self._clock.now()), **context})
        fitting = [
            each for each in statements_on(resource) if names(each, {"Service": service}) and applies(each, request)
        ]
        return bool(fitting) and all(each.effect == "Allow" for each in fitting)

    def _judge(self, principal: Principal, need: Need) -> Decision:
        context = {
            **of_the_moment(self._clock.now()),
            **principal.context,
            **of_the_resource(need, self._studio_tags),
            **need.context,
        }
        request = Request(action=need.action, resource=need.resource, context=context)
        try:
            decision = self._decide(principal, request)
        except UnknownElement as error:
            decision = Decision(allowed=False, reason=f"the gate cannot judge it: {error}")
        self._record(principal, need, context, decision)
        return decision

    def _decide(self, principal: Principal, request: Request) -> Decision:
        decision = decide(
            request,
            principal.identity(),
            principal.boundary(),
            session=principal.session(),
            resource=list(_about(principal, statements_on(request.resource))),
        )
        if decision.allowed and request.action in _BECOMING:
            target = role_of(request.resource)
            trusted = target is not None and any(
                trust_allows(target.assume_role_policy_document, name, request.action, request.context)
                for name in principal.names
            )
            if not trusted:
                return Decision(allowed=False, reason=f"the trust policy of {request.resource} does not allow it")
        return decision

    def _record(self, principal: Principal, need: Need, context: Context, decision: Decision) -> None:
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


def _about(principal: Principal, found: Collection[Statement]) -> Iterator[Statement]:
    """The statements of a resource policy that are about the principal; an Allow for its whole account grants nothing.

    Naming an account only lets that account's identity policies decide.
    """
    for statement in found:
        for name in principal.names:
            by_account = statement.effect == "Deny"
            if names(statement, name) and names_principal(statement.body["Principal"], name, by_account=by_account):
                yield statement
                break


def _message(principal: Principal, need: Need, decision: Decision) -> str:
    return (
        f"User: {principal.arn} is not authorized to perform: {need.action} on resource: {need.resource}"
        f" because {decision.reason}"
    )
