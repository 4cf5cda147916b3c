"""How Studio's resources come, change and go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from .conftest import A_MINUTE, DOMAIN, Studio, app_key, refusal

A_DOMAIN = {
    "DomainName": "vision",
    "AuthMode": "IAM",
    "DefaultUserSettings": {},
    "SubnetIds": ["subnet-1"],
    "VpcId": "vpc-1",
}


def status(studio: Studio, name: str = "amara") -> str:
    return str(studio.client().describe_user_profile(DomainId=DOMAIN, UserProfileName=name)["Status"])


def test_a_profile_comes_changes_and_goes_step_by_step(studio: Studio) -> None:
    names = {"DomainId": DOMAIN, "UserProfileName": "amara"}
    studio.client().create_user_profile(**names)
    assert status(studio) == "Pending"
    studio.later()
    assert status(studio) == "InService"
    studio.client().update_user_profile(**names, UserSettings={"StudioWebPortal": "ENABLED"})
    assert status(studio) == "Updating"
    studio.later()
    studio.client().delete_user_profile(**names)
    assert status(studio) == "Deleting"
    studio.later()
    with pytest.raises(ClientError) as gone:
        status(studio)
    assert refusal(gone) == "ResourceNotFound"


def test_each_kind_takes_its_own_time(studio: Studio) -> None:
    studio.profile()
    studio.client().create_space(DomainId=DOMAIN, SpaceName="lab")
    studio.later(timedelta(seconds=6))
    assert studio.client().describe_space(DomainId=DOMAIN, SpaceName="lab")["Status"] == "InService"


def test_a_new_domain_answers_with_its_id_and_lends_its_name_once(studio: Studio) -> None:
    made = studio.client().create_domain(**A_DOMAIN)
    assert made["DomainArn"].endswith(f":domain/{made['DomainId']}")
    found = studio.client().describe_domain(DomainId=made["DomainId"])
    assert (found["Status"], found["DomainName"]) == ("Pending", "vision")
    with pytest.raises(ClientError, match="already exists") as taken:
        studio.client().create_domain(**{**A_DOMAIN, "DomainName": "Vision"})
    assert refusal(taken) == "ResourceInUse"


def test_a_domain_with_somebody_in_it_stays(studio: Studio) -> None:
    studio.profile()
    with pytest.raises(ClientError, match="UserProfile amara is associated") as refused:
        studio.client().delete_domain(DomainId=DOMAIN)
    assert refusal(refused) == "ResourceInUse"
    studio.client().delete_user_profile(DomainId=DOMAIN, UserProfileName="amara")
    studio.later()
    studio.client().delete_domain(DomainId=DOMAIN)
    studio.later()
    assert studio.client().list_domains()["Domains"] == []


def test_a_profile_that_owns_a_space_stays(studio: Studio) -> None:
    studio.profile()
    studio.space("lab")
    with pytest.raises(ClientError, match="Space lab is associated"):
        studio.client().delete_user_profile(DomainId=DOMAIN, UserProfileName="amara")


def test_a_space_that_runs_an_app_stays_until_the_app_is_gone(studio: Studio) -> None:
    studio.profile()
    studio.space("lab")
    studio.app(SpaceName="lab")
    with pytest.raises(ClientError, match="App default is associated"):
        studio.client().delete_space(DomainId=DOMAIN, SpaceName="lab")
    studio.client().delete_app(**app_key(SpaceName="lab"))
    with pytest.raises(ClientError, match="is in status Deleting"):
        studio.client().delete_app(**app_key(SpaceName="lab"))
    studio.later()
    studio.client().delete_space(DomainId=DOMAIN, SpaceName="lab")


def test_a_lifecycle_configuration_that_somebody_uses_stays(studio: Studio) -> None:
    made = studio.client().create_studio_lifecycle_config(
        StudioLifecycleConfigName="idle",
        StudioLifecycleConfigContent="ZWNobw==",
        StudioLifecycleConfigAppType="JupyterLab",
    )
    settings = {"JupyterLabAppSettings": {"LifecycleConfigArns": [made["StudioLifecycleConfigArn"]]}}
    studio.profile(UserSettings=settings)
    with pytest.raises(ClientError, match="UserProfile amara is associated") as refused:
        studio.client().delete_studio_lifecycle_config(StudioLifecycleConfigName="idle")
    assert refusal(refused) == "ResourceInUse"
    studio.client().update_user_profile(
        DomainId=DOMAIN, UserProfileName="amara", UserSettings={"JupyterLabAppSettings": {"LifecycleConfigArns": []}}
    )
    studio.client().delete_studio_lifecycle_config(StudioLifecycleConfigName="idle")
    assert studio.client().list_studio_lifecycle_configs()["StudioLifecycleConfigs"] == []


def test_a_deleted_app_is_listed_for_a_day_and_its_name_is_free(studio: Studio) -> None:
    studio.profile()
    studio.space("lab")
    studio.app(SpaceName="lab")
    studio.client().delete_app(**app_key(SpaceName="lab"))
    studio.later()
    assert [app["Status"] for app in studio.client().list_apps()["Apps"]] == ["Deleted"]
    studio.later(timedelta(hours=23))
    assert [app["Status"] for app in studio.client().list_apps()["Apps"]] == ["Deleted"]
    studio.later(timedelta(hours=1))
    assert studio.client().list_apps()["Apps"] == []
    studio.app(SpaceName="lab")


def test_an_update_waits_for_the_one_before_it(studio: Studio) -> None:
    studio.profile()
    names = {"DomainId": DOMAIN, "UserProfileName": "amara"}
    studio.client().update_user_profile(**names, UserSettings={})
    with pytest.raises(ClientError, match="is in status Updating") as refused:
        studio.client().update_user_profile(**names, UserSettings={})
    assert refusal(refused) == "ResourceInUse"


def test_a_name_is_one_name_whatever_its_case_and_keeps_its_spelling(studio: Studio) -> None:
    arn = studio.profile("Amara")
    assert arn.endswith(f":user-profile/{DOMAIN}/amara")
    with pytest.raises(ClientError, match="already exists") as taken:
        studio.profile("AMARA")
    assert refusal(taken) == "ResourceInUse"
    studio.client().update_user_profile(DomainId=DOMAIN, UserProfileName="amara", UserSettings={})
    found = studio.client().describe_user_profile(DomainId=DOMAIN, UserProfileName="AMARA")
    assert found["UserProfileName"] == "Amara"


def test_an_update_keeps_what_it_does_not_name(studio: Studio) -> None:
    studio.profile(UserSettings={"StudioWebPortal": "ENABLED", "DefaultLandingUri": "studio::"})
    studio.client().update_user_profile(
        DomainId=DOMAIN, UserProfileName="amara", UserSettings={"StudioWebPortal": "DISABLED"}
    )
    found = studio.client().describe_user_profile(DomainId=DOMAIN, UserProfileName="amara")["UserSettings"]
    assert found == {"StudioWebPortal": "DISABLED", "DefaultLandingUri": "studio::"}


@pytest.mark.parametrize(
    ("owner", "code"),
    [
        ({}, "ValidationException"),
        ({"UserProfileName": "amara", "SpaceName": "lab"}, "ValidationException"),
        ({"UserProfileName": "nobody"}, "ResourceNotFound"),
        ({"SpaceName": "nowhere"}, "ResourceNotFound"),
    ],
)
def test_an_app_has_one_owner_who_is_there(studio: Studio, owner: dict[str, str], code: str) -> None:
    studio.profile()
    studio.space("lab")
    with pytest.raises(ClientError) as refused:
        studio.client().create_app(**app_key(**owner))
    assert refusal(refused) == code


def test_an_app_runs_on_what_was_asked_for_or_on_what_its_space_or_owner_has(studio: Studio) -> None:
    lab = {"DefaultResourceSpec": {"InstanceType": "ml.m5.large"}}
    editor = {"DefaultResourceSpec": {"InstanceType": "ml.t3.large"}}
    studio.profile(UserSettings={"CodeEditorAppSettings": editor})
    studio.space("lab", settings={"AppType": "JupyterLab", "JupyterLabAppSettings": lab})
    studio.space("plain")

    def instance(**where: str) -> str:
        return str(studio.client().describe_app(**app_key(**where))["ResourceSpec"]["InstanceType"])

    studio.app(SpaceName="lab")
    studio.app(SpaceName="lab", AppName="big", ResourceSpec={"InstanceType": "ml.m5.xlarge"})
    studio.app(SpaceName="plain", AppType="CodeEditor")
    studio.app(SpaceName="plain")
    studio.app(UserProfileName="amara", AppType="JupyterServer")
    assert instance(SpaceName="lab") == "ml.m5.large"
    assert instance(SpaceName="lab", AppName="big") == "ml.m5.xlarge"
    assert instance(SpaceName="plain", AppType="CodeEditor") == "ml.t3.large"
    assert instance(SpaceName="plain") == "ml.t3.medium"
    assert instance(UserProfileName="amara", AppType="JupyterServer") == "system"


def test_everybody_has_a_home_of_their_own(studio: Studio) -> None:
    studio.profile("amara")
    studio.client().delete_user_profile(DomainId=DOMAIN, UserProfileName="amara")
    studio.later()
    names = ("li", "noor")
    for name in names:
        studio.profile(name)
    homes = {
        studio.client().describe_user_profile(DomainId=DOMAIN, UserProfileName=name)["HomeEfsFileSystemUid"]
        for name in names
    }
    assert homes == {"200002", "200003"}


def test_the_operator_says_when_an_app_was_last_used(studio: Studio) -> None:
    studio.profile()
    studio.space("lab")
    arn = studio.app(SpaceName="lab")
    used, checked = studio.clock.now().replace(microsecond=0), studio.clock.now().replace(microsecond=0) + A_MINUTE
    studio.backend.touch_app(arn, user_activity=used)
    studio.backend.touch_app(arn, health_check=checked)
    found = studio.client().describe_app(**app_key(SpaceName="lab"))
    assert (found["LastUserActivityTimestamp"], found["LastHealthCheckTimestamp"]) == (used, checked)
    with pytest.raises(LookupError, match="there is no app"):
        studio.backend.touch_app("arn:aws:sagemaker:eu-west-1:123456789012:app/d-1/x/jupyterlab/default")


def test_accounts_and_regions_do_not_see_each_other(studio: Studio) -> None:
    there = studio.client(region="eu-central-1")
    assert there.list_domains()["Domains"] == []
    assumed = studio.client("sts").assume_role(RoleArn="arn:aws:iam::210987654321:role/spoke", RoleSessionName="test")
    keys = assumed["Credentials"]
    spoke = studio.client(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert spoke.list_domains()["Domains"] == []
    assert spoke.create_domain(**A_DOMAIN)["DomainArn"].startswith("arn:aws:sagemaker:eu-west-1:210987654321:domain/")
    assert [domain["DomainId"] for domain in studio.client().list_domains()["Domains"]] == [DOMAIN]


def test_a_name_asked_for_twice_at_once_is_given_once(studio: Studio) -> None:
    def ask(_: int) -> str:
        try:
            studio.client().create_user_profile(DomainId=DOMAIN, UserProfileName="amara")
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(4) as crowd:
        assert sorted(crowd.map(ask, range(8))) == ["ResourceInUse"] * 7 + ["made"]
