"""What stands around the login: the API as each parameter makes it, and on which paths links are minted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.gate.policy import Policy, Request, decide, statements
from local.template.intrinsics import Scope
from local.template.parameters import WrongParameter, resolved, typed
from local.template.translate import translate

ROOT = Path(__file__).parents[3]
PROVIDER = "arn:aws:iam::123456789012:saml-provider/corp"
PLACE = {
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::StackName": "studio-concierge",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/studio-concierge/x",
}
VPCE = "vpce-0123456789abcdef0"
IN_VPC = {"VpcSubnetIds": "subnet-1", "VpcSecurityGroupIds": "sg-1", "LoginInVpc": "true"}


class Names(dict[str, Any]):
    """Any resource has its own name as reference, and `name.attribute` as attribute."""

    def __missing__(self, name: str) -> str:
        return name


class Attributes(dict[str, Any]):
    """As above, for attributes."""

    def __missing__(self, name: str) -> Any:
        return _AttributesOf(name)


class _AttributesOf(dict[str, str]):
    def __init__(self, name: str) -> None:
        self._name = name

    def __missing__(self, key: str) -> str:
        return f"{self._name}.{key}"


class Deployed:
    """The template's resources, as CloudFormation would see them with these parameters."""

    def __init__(self, **given: str) -> None:
        template = ROOT / "template.yaml"
        values = resolved(template, {"SamlProviderArn": PROVIDER, **given})
        self._template = translate(template, values, "code").template
        parameters = Names({**typed(template, values), **PLACE})
        self._scope = Scope(parameters=parameters, conditions=self._template["Conditions"], attributes=Attributes())

    def properties(self, name: str) -> Any:
        return self._scope.resolve(self._template["Resources"][name]["Properties"])

    def exists(self, name: str) -> bool:
        condition = self._template["Resources"][name].get("Condition")
        return condition is None or self._scope.condition(condition)

    @property
    def api_policy(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.properties("Api")["Body"]["x-amazon-apigateway-policy"]["Statement"]
        return found


def test_an_api_is_on_the_internet_unless_endpoints_are_named() -> None:
    api = Deployed().properties("Api")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert [each["Effect"] for each in Deployed().api_policy] == ["Allow"]


def test_a_private_api_is_reached_through_the_companys_endpoints_only() -> None:
    private = Deployed(ApiVpcEndpointIds=f"{VPCE},vpce-2f", **IN_VPC)
    assert private.properties("Api")["EndpointConfiguration"] == {
        "Types": ["PRIVATE"],
        "VpcEndpointIds": [VPCE, "vpce-2f"],
    }
    refusal = next(each for each in private.api_policy if each["Effect"] == "Deny")
    assert refusal["Condition"] == {"StringNotEquals": {"aws:SourceVpce": [VPCE, "vpce-2f"]}}
    for function in ("SamlValidator", "PresignedUrl"):
        vpc = private.properties(function)["VpcConfig"]
        assert (vpc["SubnetIds"], vpc["SecurityGroupIds"]) == (["subnet-1"], ["sg-1"])
        assert "VpcConfig" not in Deployed().properties(function)


def test_the_api_opens_its_public_routes_and_leaves_studio_to_the_callers_own_policy() -> None:
    [public] = Deployed().api_policy
    opened = {json.dumps(each).rpartition("/v1/")[2].strip('"]}') for each in public["Resource"]}
    assert opened == {"GET/saml/*", "POST/saml/acs", "POST/webhooks/entra"}
    paths = Deployed().properties("Api")["Body"]["paths"]
    signed = {path for path, methods in paths.items() for each in methods.values() if "AWS_IAM" in json.dumps(each)}
    assert signed == {"/studio"}
    assert set(paths) == {"/saml/acs", "/saml/login", "/saml/workspace", "/saml/metadata", "/studio", "/webhooks/entra"}


def test_a_web_acl_is_put_in_front_where_one_is_named() -> None:
    assert not Deployed().exists("ApiWebAcl")
    arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/login/1"
    guarded = Deployed(WebAclArn=arn)
    assert guarded.exists("ApiWebAcl")
    found = guarded.properties("ApiWebAcl")
    assert found["WebACLArn"] == arn
    assert found["ResourceArn"].startswith("arn:aws:apigateway:eu-west-1::/restapis/Api/stages/")


def test_no_secret_is_in_an_access_log_or_a_trace() -> None:
    stage = next(name for name in Deployed()._template["Resources"] if name.startswith("Apiv1Stage"))
    found = Deployed().properties(stage)
    assert not any(word in found["AccessLogSetting"]["Format"] for word in ("query", "header", "body", "authorizer"))
    assert [each["DataTraceEnabled"] for each in found["MethodSettings"]] == [False]
    assert found["MethodSettings"][0]["ThrottlingRateLimit"]


def minted(deployed: Deployed, **context: str) -> bool:
    [policy] = deployed.properties("PresignerRole")["Policies"]
    document = json.dumps(policy["PolicyDocument"]).replace("${aws:PrincipalTag/studiouserid}", "amara")
    request = Request(
        action="sagemaker:CreatePresignedDomainUrl",
        resource="arn:aws:sagemaker:eu-west-1:123456789012:user-profile/d-1/amara",
        context={"aws:resourcetag/studiouserid": ("amara",), **{key: (value,) for key, value in context.items()}},
    )
    return decide(request, list(statements(Policy("own-profile-only", document)))).allowed


INSIDE = {"aws:sourcevpce": VPCE}
OFFICE = {"aws:sourceip": "203.0.113.7"}
ELSEWHERE = {"aws:sourceip": "198.51.100.7"}


@pytest.mark.parametrize(
    ("given", "inside", "office", "elsewhere"),
    [
        ({}, True, True, True),
        ({"StudioVpcEndpointIds": VPCE}, True, False, False),
        ({"StudioSourceIps": "203.0.113.0/24"}, False, True, False),
        ({"StudioVpcEndpointIds": VPCE, "StudioSourceIps": "203.0.113.0/24,192.0.2.0/24"}, True, True, False),
    ],
)
def test_links_are_minted_on_the_companys_own_paths(
    given: dict[str, str], inside: bool, office: bool, elsewhere: bool
) -> None:
    deployed = Deployed(**given)
    assert (minted(deployed, **INSIDE), minted(deployed, **OFFICE), minted(deployed, **ELSEWHERE)) == (
        inside,
        office,
        elsewhere,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SamlEntityId", "https://studio.example.com"),
        ("AllowIdpInitiated", "yes"),
        ("WebAclArn", "login"),
        ("ApiVpcEndpointIds", "vpce-1, vpce-2"),
        ("GroupsAttribute", "the groups"),
        ("SamlDecryptionSecretArn", "-----BEGIN PRIVATE KEY-----"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused_before_anything_is_deployed(name: str, value: str) -> None:
    with pytest.raises(WrongParameter, match=name):
        Deployed(**{name: value})
