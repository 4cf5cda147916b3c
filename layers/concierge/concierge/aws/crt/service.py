"""One AWS service: its protocol, its errors, and another try when AWS asks for one.

Source: Smithy, "AWS JSON 1.0/1.1 protocol" and "AWS query protocol"; AWS SDKs reference, "Retry behavior" (standard).
"""

from __future__ import annotations

import json
import random
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from concierge.aws.crt.endpoints import Endpoint
from concierge.aws.crt.wire import Answer, NoAnswer, Request, Signature, Wire
from concierge.aws.error_codes import kind_of
from concierge.errors import AwsError, Throttled
from concierge.login.ports import Credentials

_ATTEMPTS = 4
_LONGEST_PAUSE = 1.0  # seconds; somebody is waiting
_AGENT = {"User-Agent": "studio-concierge"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """credentials: None where a call needs no signature.

    chance: 0 <= chance() < 1, what part of the longest allowed pause is really waited.
    """

    name: str
    endpoint: Endpoint
    wire: Wire
    credentials: Credentials | None
    pause: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random

    def json(self, target: str, operation: str, payload: Mapping[str, object], *, version: str = "1.1") -> Any:
        """An operation of a service that speaks AWS JSON; raises AwsError.

        target: what X-Amz-Target has before the operation's name.
        """
        headers = {"X-Amz-Target": f"{target}.{operation}", "Content-Type": f"application/x-amz-json-{version}"}
        answer = self._send(operation, Request(
            method="POST", url=f"{self.endpoint.url}/", headers=_AGENT | headers, body=json.dumps(payload).encode()
        ))  # fmt: skip
        return json.loads(answer.body or b"{}")

    def query(self, operation: str, parameters: Mapping[str, str], *, version: str) -> Mapping[str, str]:
        """An operation of a service that speaks AWS Query: every text of the result, by its path; raises AwsError.

        A path is the names of the elements below `<Operation>Result`, joined by dots: "Credentials.SessionToken".
        """
        form = urlencode({"Action": operation, "Version": version, **parameters})
        headers = _AGENT | {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send(operation, Request(
            method="POST", url=f"{self.endpoint.url}/", headers=headers, body=form.encode()
        ))  # fmt: skip
        root = ET.fromstring(answer.body)  # noqa: S314  # AWS's own answer, over TLS
        result = next((each for each in root if _local(each) == f"{operation}Result"), root)
        return dict(_texts(result))

    def get(self, operation: str, path: str, headers: Mapping[str, str]) -> Answer:
        """A GET of a service that speaks REST; an answer that is no success raises AwsError, 304 Not Modified too."""
        return self._send(operation, Request(method="GET", url=self.endpoint.url + path, headers={**_AGENT, **headers}))

    def _send(self, operation: str, request: Request) -> Answer:
        name = f"{self.name}:{operation}"
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._attempt(name, request)
            except Throttled:
                if attempt == _ATTEMPTS:
                    raise
                self.pause(self.chance() * min(_LONGEST_PAUSE, 0.05 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, name: str, request: Request) -> Answer:
        signature = None
        if self.credentials is not None:
            signature = Signature(credentials=self.credentials, service=self.name, region=self.endpoint.signing_region)
        try:
            answer = self.wire.send(request, signature)
        except NoAnswer as error:
            raise Throttled(name, str(error), "no answer") from error
        if answer.status == HTTPStatus.OK:
            return answer
        raise _error(name, answer)


def _error(name: str, answer: Answer) -> AwsError:
    """AWS's own code and words; the HTTP status where the body says nothing, as S3 does for 304 and 404."""
    code, message = _said(answer.body)
    code = code or str(answer.status)
    return kind_of(code, answer.status)(name, code, message)


def _said(body: bytes) -> tuple[str, str]:
    try:
        if body.lstrip()[:1] == b"{":
            found = json.loads(body)
            return str(found.get("__type", "")).rpartition("#")[2], str(found.get("message", found.get("Message", "")))
        root = ET.fromstring(body)  # noqa: S314  # AWS's own answer, over TLS
    except (ValueError, ET.ParseError):
        return "", ""
    texts = {_local(each): each.text or "" for each in root.iter()}
    return texts.get("Code", ""), texts.get("Message", "")


def _texts(element: ET.Element, path: str = "") -> Iterator[tuple[str, str]]:
    for child in element:
        name = f"{path}{_local(child)}"
        if len(child):
            yield from _texts(child, f"{name}.")
        else:
            yield name, child.text or ""


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
