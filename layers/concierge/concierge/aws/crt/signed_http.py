"""HTTP requests signed for an API behind `AWS_IAM` (Signature Version 4, service `execute-api`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concierge.aws.crt.wire import NoAnswer, Request, Signature, Wire
from concierge.errors import Throttled
from concierge.login.ports import Credentials, HttpAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteApi:
    """`login.ports.SignedHttp`; asks once, because the same question may mint a second link."""

    region: str
    wire: Wire

    def get(self, url: str, credentials: Credentials, *, headers: Mapping[str, str]) -> HttpAnswer:
        """One signed GET, its headers included in the signature."""
        signature = Signature(credentials=credentials, service="execute-api", region=self.region)
        try:
            answer = self.wire.send(Request(method="GET", url=url, headers=headers), signature)
        except NoAnswer as error:
            raise Throttled("execute-api:Invoke", str(error), "no answer") from error
        return HttpAnswer(status=answer.status, location=answer.headers.get("location", ""), body=answer.body)
