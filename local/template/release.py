"""A template, released into moto: translated, its parameters checked, its resources created."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import boto3

from local.template.deployment import Deployment, deploy, outputs
from local.template.handlers import HANDLERS
from local.template.intrinsics import Scope
from local.template.parameters import resolved, typed
from local.template.translate import translate

_NAME = "studio-concierge"
_CODE_BUCKET = "code-of-the-local-stack"


def release(
    template: Path,
    given: Mapping[str, str],
    session: boto3.Session,
    *,
    account: str,
    region: str,
    offered: Mapping[str, str] | None = None,
) -> tuple[Deployment, dict[str, str]]:
    """The deployment and the template's outputs; `offered` are parameters for a template that has them.

    Raises WrongParameter, UnsupportedResource and UnsupportedIntrinsic, each naming what is wrong.
    """
    parameters = resolved(template, given, offered)
    translated = translate(template, parameters, _CODE_BUCKET)
    deployment = Deployment(stack=_NAME, account=account, region=region, session=session, sources=translated.sources)
    scope = Scope(
        parameters={**typed(template, parameters), **_pseudo_parameters(account, region)},
        conditions=translated.template.get("Conditions", {}),
        mappings=translated.template.get("Mappings", {}),
    )
    deploy(translated.template, scope, deployment, HANDLERS)
    return deployment, outputs(translated.template, scope)


def _pseudo_parameters(account: str, region: str) -> dict[str, str]:
    return {
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::Partition": "aws",
        "AWS::StackName": _NAME,
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackId": f"arn:aws:cloudformation:{region}:{account}:stack/{_NAME}/local",
    }
