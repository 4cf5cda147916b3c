"""The template, the folders that it names and the deployment's configuration agree."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml


class TemplateLoader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (`!Ref`, `!Sub`) as the values that follow them."""


def _value_after_tag(loader: TemplateLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


TemplateLoader.add_multi_constructor("!", _value_after_tag)


@pytest.fixture(scope="module")
def template(repository: Path) -> dict[str, Any]:
    text = (repository / "template.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=TemplateLoader)  # noqa: S506 (a SafeLoader)
    return loaded


@pytest.fixture(scope="module")
def configuration(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "samconfig.toml").read_text(encoding="utf-8"))


def test_every_function_has_its_folder_and_every_folder_its_function(
    repository: Path, template: dict[str, Any]
) -> None:
    """`sam build` succeeds without a word where a CodeUri does not exist."""
    resources = template["Resources"].values()
    functions = [item for item in resources if item["Type"] == "AWS::Serverless::Function"]
    declared = {Path(item["Properties"]["CodeUri"], "app.py") for item in functions}
    present = {path.relative_to(repository) for path in repository.glob("functions/*/app.py")}
    assert declared == present


def test_every_layer_has_its_folder(repository: Path, template: dict[str, Any]) -> None:
    resources = template["Resources"].values()
    layers = [item for item in resources if item["Type"] == "AWS::Serverless::LayerVersion"]
    assert layers
    for layer in layers:
        assert (repository / layer["Properties"]["ContentUri"] / "requirements.txt").is_file()


@pytest.mark.parametrize("environment", ["default", "staging", "production"])
def test_an_environment_sets_only_parameters_that_exist_to_values_that_they_allow(
    environment: str, template: dict[str, Any], configuration: dict[str, Any]
) -> None:
    deploy = configuration[environment]["deploy"]["parameters"]
    assert deploy["capabilities"] == "CAPABILITY_NAMED_IAM"
    for override in deploy["parameter_overrides"]:
        name, _, value = override.partition("=")
        parameter = template["Parameters"][name]
        assert value in map(str, parameter.get("AllowedValues", [value])), override


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_change_set_is_confirmed_where_it_matters(environment: str, configuration: dict[str, Any]) -> None:
    assert configuration[environment]["deploy"]["parameters"]["confirm_changeset"] is True
