"""Execution roles in IAM."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.errors import AlreadyExists, Denied, NotFound
from concierge.model import Role

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient
    from types_boto3_iam.type_defs import RoleTypeDef

    from concierge.onboarding.desired import RoleSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class IamRoles:
    """`onboarding.ports.Roles` over IAM."""

    client: IAMClient

    def find(self, name: str) -> Role | None:
        """GetRole, and where it exists its inline documents and attached policies: 3 calls + 1 per document."""
        role = self._got(name)
        if role is None:
            return None
        return Role(
            name=name,
            arn=role["Arn"],
            tags={tag["Key"]: tag["Value"] for tag in role.get("Tags", ())},
            inline_policies={policy: self._document(name, policy) for policy in self._inline_names(name)},
            managed_policies=frozenset(self._attached(name)),
        )

    def create(self, spec: RoleSpec) -> None:
        """CreateRole with boundary and tags; a role of that name is taken as the one that a former run made.

        A role that several share may have been made a moment ago for somebody else. IAM then says either that it
        exists, or that it may not be tagged again.
        """
        try:
            with translated("iam:CreateRole"):
                self.client.create_role(
                    RoleName=spec.name,
                    Path=spec.path,
                    AssumeRolePolicyDocument=spec.trust,
                    PermissionsBoundary=spec.boundary,
                    Description="Execution role of SageMaker Studio; made by Studio Concierge.",
                    Tags=[{"Key": key, "Value": value} for key, value in sorted(spec.tags.items())],
                )
        except AlreadyExists:
            return
        except Denied:
            if self._got(spec.name) is None:
                raise

    def put_policy(self, role: str, name: str, document: str) -> None:
        """PutRolePolicy."""
        with translated("iam:PutRolePolicy"):
            self.client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def delete_policy(self, role: str, name: str) -> None:
        """DeleteRolePolicy; one that is not there is a success."""
        try:
            with translated("iam:DeleteRolePolicy"):
                self.client.delete_role_policy(RoleName=role, PolicyName=name)
        except NotFound:
            return

    def attach(self, role: str, policy_arn: str) -> None:
        """AttachRolePolicy, which is idempotent."""
        with translated("iam:AttachRolePolicy"):
            self.client.attach_role_policy(RoleName=role, PolicyArn=policy_arn)

    def detach(self, role: str, policy_arn: str) -> None:
        """DetachRolePolicy; one that is not attached is a success."""
        try:
            with translated("iam:DetachRolePolicy"):
                self.client.detach_role_policy(RoleName=role, PolicyArn=policy_arn)
        except NotFound:
            return

    def delete(self, role: Role) -> None:
        """Detaches and deletes its policies, then DeleteRole; one that is gone is a success."""
        for arn in sorted(role.managed_policies):
            self.detach(role.name, arn)
        for name in sorted(role.inline_policies):
            self.delete_policy(role.name, name)
        try:
            with translated("iam:DeleteRole"):
                self.client.delete_role(RoleName=role.name)
        except NotFound:
            return

    def _got(self, name: str) -> RoleTypeDef | None:
        try:
            with translated("iam:GetRole"):
                return self.client.get_role(RoleName=name)["Role"]
        except NotFound:
            return None

    def _inline_names(self, role: str) -> list[str]:
        with translated("iam:ListRolePolicies"):
            pages = self.client.get_paginator("list_role_policies").paginate(RoleName=role)
            return [name for page in pages for name in page["PolicyNames"]]

    def _document(self, role: str, name: str) -> str:
        with translated("iam:GetRolePolicy"):
            document = self.client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return document if isinstance(document, str) else json.dumps(document)  # botocore decodes it on arrival

    def _attached(self, role: str) -> list[str]:
        with translated("iam:ListAttachedRolePolicies"):
            pages = self.client.get_paginator("list_attached_role_policies").paginate(RoleName=role)
            return [each["PolicyArn"] for page in pages for each in page["AttachedPolicies"]]
