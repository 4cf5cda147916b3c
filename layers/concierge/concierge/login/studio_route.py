"""The language between saml_validator and presigned_url: `GET /studio`, signed by the person's own session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from concierge.errors import AwsError, LoginRefused, Throttled
from concierge.login.attempts import Attempt, Response
from concierge.login.ports import HttpAnswer

NO_WORKSPACE = "no-workspace"
HELD = "held"
TOLD_TO_BROWSERS = frozenset({NO_WORKSPACE, HELD})  # refusals that have a page of their own
_OPERATION = "execute-api:Invoke"
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the person asks for.

    workspace: the key of an offer; empty for whatever there is.
    list_only: whether to say what there is, and to mint no link.
    is_first:  whether this is the login itself, and not one more look while something is prepared.
    """

    workspace: str = ""
    list_only: bool = False
    is_first: bool = False

    @property
    def query(self) -> str:
        """The query string, with its question mark; empty for no wish at all."""
        pairs = {"workspace": self.workspace, "list": "1" * self.list_only, "first": "1" * self.is_first}
        given = {name: value for name, value in pairs.items() if value}
        return f"?{urlencode(given)}" if given else ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wish:
        """From the parameters of a request."""
        return cls(
            workspace=query.get("workspace", ""), list_only=query.get("list") == "1", is_first=query.get("first") == "1"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A place that the person may open.

    opens: the app that it opens in, empty for Studio's own start page; space: its space, empty for none.
    """

    key: str
    domain: str
    persona: str
    account: str
    region: str
    opens: str = ""
    space: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A presigned URL: a secret for as long as it can be followed."""

    location: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToChoose:
    """What there is; `preparing` are names of domains that are not ready yet."""

    offers: tuple[Offer, ...]
    preparing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """Nothing is ready yet, but it will be: names of domains."""

    domains: tuple[str, ...]


Answer = Opened | ToChoose | Preparing


def outcome_of(answer: Answer) -> str:
    """`attempts.Attempt.outcome`, in the log of both functions."""
    match answer:
        case Opened():
            return "accepted"
        case ToChoose():
            return "choosing"
        case Preparing():
            return "preparing"


def response_of(answer: Answer) -> Response:
    """As Lambda's proxy integration returns it."""
    match answer:
        case Opened(location=location):
            return _response(HTTPStatus.FOUND, {}, Location=location)
        case ToChoose(offers=offers, preparing=preparing):
            return _response(HTTPStatus.OK, {"offers": [asdict(each) for each in offers], "preparing": preparing})
        case Preparing(domains=domains):
            return _response(HTTPStatus.ACCEPTED, {"preparing": domains})


class WordsForTheDoorway:
    """`attempts.Words`: nobody but saml_validator reads these."""

    def refused(self, _attempt: Attempt, reason: str) -> Response:
        """With the reason."""
        return _response(HTTPStatus.FORBIDDEN, {"reason": reason})

    def failed(self, _attempt: Attempt, *, busy: bool) -> Response:
        """Without."""
        status = HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.INTERNAL_SERVER_ERROR
        return _response(status, {"reason": "busy" if busy else "failed"})


def answer_of(answer: HttpAnswer) -> Answer:
    """What the route said; raises LoginRefused if nobody may enter, Throttled or AwsError if something is wrong."""
    try:
        match answer.status:
            case HTTPStatus.FOUND if answer.location:
                return Opened(location=answer.location)
            case HTTPStatus.OK:
                body = json.loads(answer.body)
                offers = tuple(Offer(**each) for each in body["offers"])
                return ToChoose(offers=offers, preparing=tuple(body["preparing"]))
            case HTTPStatus.ACCEPTED:
                return Preparing(domains=tuple(json.loads(answer.body)["preparing"]))
            case HTTPStatus.FORBIDDEN if (reason := json.loads(answer.body).get("reason")) in TOLD_TO_BROWSERS:
                raise LoginRefused(reason, "the Studio route says so")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AwsError(_OPERATION, f"Http{answer.status}", "the Studio route answered something else") from error
    if answer.status in _BUSY:
        raise Throttled(_OPERATION, f"Http{answer.status}", "the Studio route is busy")
    raise AwsError(_OPERATION, f"Http{answer.status}", "the Studio route let nobody in")


def _response(status: HTTPStatus, body: Mapping[str, object], **headers: str) -> Response:
    fixed = {"Cache-Control": "no-store", "Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
    return {"statusCode": int(status), "headers": fixed | headers, "body": json.dumps(body) if body else ""}
