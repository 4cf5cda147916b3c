"""The services of the login path, made on first use and kept for the life of the container."""

from __future__ import annotations

import os
from functools import cache

from concierge.aws.crt.endpoints import Api, endpoint_of
from concierge.aws.crt.service import Service
from concierge.aws.crt.wire import Wire
from concierge.errors import SettingsError
from concierge.login.ports import Credentials


@cache
def wire() -> Wire:
    """One event loop and one TLS context for all; AWS_CA_BUNDLE as for every AWS SDK."""
    return Wire(ca_bundle=os.environ.get("AWS_CA_BUNDLE", ""))


def own_region() -> str:
    """The function's own region; raises SettingsError outside of Lambda without AWS_REGION."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise SettingsError("environment variable AWS_REGION is missing; Lambda sets it")
    return region


def own_credentials() -> Credentials:
    """Of the function's role: Lambda replaces the container before they expire (Lambda Developer Guide)."""
    try:
        return Credentials(
            access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
            secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            session_token=os.environ.get("AWS_SESSION_TOKEN", ""),
        )
    except KeyError as error:
        raise SettingsError(f"environment variable {error} is missing; Lambda sets it") from error


@cache
def own(api: Api) -> Service:
    """A service in the function's own region, with the function's own credentials."""
    return service(api, own_region(), own_credentials())


def service(api: Api, region: str, credentials: Credentials | None) -> Service:
    """A service anywhere, with anybody's credentials or with none."""
    name: str = api.value[0]
    return Service(name=name, endpoint=endpoint_of(api, region, os.environ), wire=wire(), credentials=credentials)
