"""API Gateway REST APIs, as SAM writes them: everything is in the OpenAPI body."""

from __future__ import annotations

import uuid

from local.template.deployment import Created, Deployment, Handler, Properties


def _api(deployment: Deployment, name: str, properties: Properties) -> Created:
    api = deployment.client("apigateway").create_rest_api(name=properties.get("Name", name))
    deployment.api_bodies[api["id"]] = properties["Body"]
    return Created(api["id"], {"RootResourceId": api["rootResourceId"]})


def _deployment(_deployment: Deployment, _name: str, _properties: Properties) -> Created:
    return Created(uuid.uuid4().hex[:6])


def _stage(deployment: Deployment, _name: str, properties: Properties) -> Created:
    deployment.stages.append((properties["RestApiId"], properties["StageName"]))
    return Created(properties["StageName"])


HANDLERS: dict[str, Handler] = {
    "AWS::ApiGateway::RestApi": _api,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::Stage": _stage,
}
