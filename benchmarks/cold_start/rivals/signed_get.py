"""The call of the Studio route: a GET that botocore signs and sends."""

import os
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session


def studio_route(session: Any) -> str:
    """Where the Studio route sends the person whose STS credentials these are."""
    request = AWSRequest(method="GET", url=f"{os.environ['PUBLIC_BASE_URL']}/studio")
    signer = Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    SigV4Auth(signer, "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    http = URLLib3Session(verify=os.environ["AWS_CA_BUNDLE"])  # type: ignore[arg-type]  # a file too; the stubs know flags
    answer = http.send(request.prepare())
    location: str = answer.headers["Location"]
    return location
