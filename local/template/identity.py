"""IAM resources."""

from __future__ import annotations

import json
from typing import Any

from local.template.deployment import Created, Deployment, Handler, Properties


def _document(document: dict[str, Any]) -> str:
    # SAM's own policies lack a Version, which CloudFormation adds and moto demands.
    return json.dumps({"Version": "2012-10-17", **document})


def _role(deployment: Deployment, name: str, properties: Properties) -> Created:
    iam = deployment.client("iam")
    role_name = properties.get("RoleName") or deployment.name(name)
    optional = ("Path", "PermissionsBoundary", "MaxSessionDuration", "Description", "Tags")
    role = iam.create_role(
        RoleName=role_name,
        AssumeRolePolicyDocument=_document(properties["AssumeRolePolicyDocument"]),
        **{key: properties[key] for key in optional if key in properties},
    )["Role"]
    for policy in properties.get("Policies", ()):
        iam.put_role_policy(
            RoleName=role_name, PolicyName=policy["PolicyName"], PolicyDocument=_document(policy["PolicyDocument"])
        )
    for arn in properties.get("ManagedPolicyArns", ()):
        iam.attach_role_policy(RoleName=role_name, PolicyArn=arn)
    return Created(role_name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def _managed_policy(deployment: Deployment, name: str, properties: Properties) -> Created:
    policy = deployment.client("iam").create_policy(
        PolicyName=properties.get("ManagedPolicyName") or deployment.name(name),
        Path=properties.get("Path", "/"),
        Description=properties.get("Description", ""),
        PolicyDocument=_document(properties["PolicyDocument"]),
    )["Policy"]
    return Created(policy["Arn"])


HANDLERS: dict[str, Handler] = {"AWS::IAM::Role": _role, "AWS::IAM::ManagedPolicy": _managed_policy}
