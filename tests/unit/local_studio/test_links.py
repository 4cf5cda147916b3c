"""Presigned URLs, and the stand-in page that they open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.responses import SageMakerResponse

from local.studio import moto_studio
from local.studio.page import open_page

from .conftest import DOMAIN, Studio, refusal


def presigned(studio: Studio, **more: Any) -> str:
    """The token of a new link."""
    made = studio.client().create_presigned_domain_url(DomainId=DOMAIN, UserProfileName="amara", **more)
    parts = urlsplit(str(made["AuthorizedUrl"]))
    assert parts.path == "/studio-page"
    return parse_qs(parts.query)["token"][0]


def test_the_page_says_that_it_is_a_stand_in_and_what_the_link_was_for(studio: Studio) -> None:
    role = studio.role("exec")
    studio.profile(UserSettings={"ExecutionRole": role})
    studio.space("lab")
    token = presigned(studio, SpaceName="lab", LandingUri="app:JupyterLab:", SessionExpirationDurationInSeconds=3600)
    status, html = open_page(studio.backend, token)
    assert status == 200
    for shown in ("stand-in", DOMAIN, "amara", role, "lab", "app:JupyterLab:", "1:00:00", "2030-01-01"):
        assert shown in html


def test_a_link_opens_once(studio: Studio) -> None:
    studio.profile()
    token = presigned(studio)
    with ThreadPoolExecutor(4) as browsers:
        answers = sorted(browsers.map(lambda _: open_page(studio.backend, token)[0], range(4)))
    assert answers == [200, 403, 403, 403]


def test_a_link_opens_in_time(studio: Studio) -> None:
    studio.profile()
    token = presigned(studio, ExpiresInSeconds=5)
    studio.later(timedelta(seconds=6))
    status, html = open_page(studio.backend, token)
    assert status == 403
    assert "Log in again" in html
    assert open_page(studio.backend, "never-made")[0] == 403


@pytest.mark.parametrize("landing", ["https://example.com", "app:Notebook:", "studio:", "app:JupyterLab: x"])
def test_a_link_lands_only_where_studio_has_a_page(studio: Studio, landing: str) -> None:
    studio.profile()
    with pytest.raises(ClientError, match="is not supported") as refused:
        presigned(studio, LandingUri=landing)
    assert refusal(refused) == "ValidationException"


def test_a_link_needs_a_profile_and_a_space_that_are_there(studio: Studio) -> None:
    with pytest.raises(ClientError) as nobody:
        presigned(studio)
    assert refusal(nobody) == "ResourceNotFound"
    studio.profile()
    with pytest.raises(ClientError) as nowhere:
        presigned(studio, SpaceName="nowhere")
    assert refusal(nowhere) == "ResourceNotFound"


def test_a_link_needs_a_profile_in_service(studio: Studio) -> None:
    studio.client().create_user_profile(DomainId=DOMAIN, UserProfileName="amara")
    with pytest.raises(ClientError, match="is in status Pending"):
        presigned(studio)


def test_a_domain_of_identity_center_has_no_links(studio: Studio) -> None:
    made = studio.client().create_domain(
        DomainName="sso", AuthMode="SSO", DefaultUserSettings={}, SubnetIds=["subnet-1"], VpcId="vpc-1"
    )
    studio.client().create_user_profile(DomainId=made["DomainId"], UserProfileName="amara")
    studio.later()
    with pytest.raises(ClientError, match="AuthMode is IAM"):
        studio.client().create_presigned_domain_url(DomainId=made["DomainId"], UserProfileName="amara")


def test_moto_is_as_it_was_once_studio_is_taken_out(studio: Studio) -> None:
    before = dict(vars(SageMakerResponse))
    with moto_studio.installed(studio.backend):
        assert vars(SageMakerResponse)["create_app"] is not before["create_app"]
    assert dict(vars(SageMakerResponse)) == before
