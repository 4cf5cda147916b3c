"""Functions, layers, and what invokes them."""

from __future__ import annotations

from dataclasses import replace

from local.template.deployment import Created, Deployment, FunctionConfig, Handler, Properties
from local.template.translate import placeholder_zip


def _layer(deployment: Deployment, name: str, properties: Properties) -> Created:
    published = deployment.client("lambda").publish_layer_version(
        LayerName=properties.get("LayerName", name),
        Content={"ZipFile": placeholder_zip()},
        CompatibleRuntimes=properties.get("CompatibleRuntimes", []),
    )
    logical = properties["Content"]["S3Key"]
    deployment.layers[published["LayerVersionArn"]] = deployment.sources[logical]
    return Created(published["LayerVersionArn"])


def _function(deployment: Deployment, name: str, properties: Properties) -> Created:
    function = properties.get("FunctionName") or deployment.name(name)
    deployment.client("lambda").create_function(
        FunctionName=function,
        Runtime=properties["Runtime"],
        Handler=properties["Handler"],
        Role=properties["Role"],
        Code={"ZipFile": placeholder_zip()},
        Timeout=int(properties.get("Timeout", 3)),
        MemorySize=int(properties.get("MemorySize", 128)),
        Environment=properties.get("Environment", {}),
        Layers=properties.get("Layers", []),
    )
    arn = f"arn:aws:lambda:{deployment.region}:{deployment.account}:function:{function}"
    deployment.functions[function] = FunctionConfig(
        logical_id=name,
        name=function,
        arn=arn,
        role=properties["Role"],
        handler=properties["Handler"],
        source=deployment.sources[name],
        layers=tuple(deployment.layers[each] for each in properties.get("Layers", ())),
        environment={key: str(value) for key, value in properties.get("Environment", {}).get("Variables", {}).items()},
        timeout=float(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
    )
    return Created(function, {"Arn": arn})


def _permission(deployment: Deployment, name: str, properties: Properties) -> Created:
    deployment.client("lambda").add_permission(StatementId=name, **properties)
    return Created(name)


def _event_source(deployment: Deployment, name: str, properties: Properties) -> Created:
    deployment.event_sources.append(properties)
    return Created(name)


def _invoke_config(deployment: Deployment, name: str, properties: Properties) -> Created:
    function = properties["FunctionName"]
    deployment.functions[function] = replace(
        deployment.functions[function],
        retries=int(properties.get("MaximumRetryAttempts", 2)),
        on_failure=properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
    )
    return Created(name)


HANDLERS: dict[str, Handler] = {
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _permission,
    "AWS::Lambda::EventSourceMapping": _event_source,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
}
