"""API Gateway in front of the functions: REST API with Lambda proxy integration, payload format 1.0."""

from __future__ import annotations

import base64
import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from local.http.pages import Asked, Page
from local.http.sigv4 import NotSigned
from local.runtime.worker import Result

_FUNCTION = re.compile(r"functions/(arn:[^/]+)/invocations")
_PARAMETER = re.compile(r"\\{(\w+)(\\\+)?\\}")  # {name} or {name+}, after re.escape
_ANY = "X-AMAZON-APIGATEWAY-ANY-METHOD"

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one resource; `arn` is what execute-api:Invoke is asked about.

    parameters: of the path, by name; known once a request has come.
    """

    method: str
    path: str
    function: str
    needs_iam: bool
    api: str
    stage: str
    arn: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def of(self, method: str, path: str) -> Route | None:
        """This route as a request with this method and path uses it; None if it is not the one."""
        pattern = _PARAMETER.sub(lambda found: f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})", re.escape(self.path))
        found = re.fullmatch(f"/{re.escape(self.stage)}{pattern}", path)
        if found is None or self.method not in (method, _ANY):
            return None
        arn = self.arn.removesuffix(self.method + self.path) + method + path.removeprefix(f"/{self.stage}")
        return replace(self, method=method, arn=arn, parameters=found.groupdict())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back to the browser; a header may come more than once."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What stands behind the gateway.

    caller: verifies a signed request and gives the caller's ARN, or raises NotSigned, also for a caller whose policies
            do not allow the route.
    """

    invoke: Callable[[Route, object], Result]
    caller: Callable[[str, str, Mapping[str, str], bytes, Route], str]


def routes(api: str, stage: str, body: Mapping[str, Any], region: str, account: str) -> list[Route]:
    """Every proxy integration in an OpenAPI body."""
    found = []
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration")
            if integration is None or integration["type"].lower() != "aws_proxy":
                continue
            function = _FUNCTION.search(integration["uri"])
            found.append(
                Route(
                    method=method.upper(),
                    path=path,
                    function=function[1] if function else "",
                    needs_iam="AWS_IAM" in json.dumps(operation.get("security", "")),
                    api=api,
                    stage=stage,
                    arn=f"arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method.upper()}{path}",
                )
            )
    return found


class Gateway:
    """Serves on 127.0.0.1 and a free port; `backend`, `routes` and `pages` are set once the stack is deployed.

    pages: what is served beside the API, by the beginning of the path.
    """

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.pages: dict[str, Page] = {}
        self.backend: Backend | None = None
        self._running = 0
        self._changed = threading.Lock()
        handler = type("Handler", (_Handler,), {"gateway": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return self._server.server_port

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, url: str, headers: Headers, body: bytes) -> Answer:
        """One request."""
        parts = urlsplit(url)
        if self.backend is None:
            return _message(503, "Service Unavailable")
        for beginning, page in self.pages.items():
            if parts.path.startswith(beginning):
                status, html = page(Asked.read(method, url, body))
                return Answer(status=status, headers=[("Content-Type", "text/html; charset=utf-8")], body=html.encode())
        # A route without path parameters is the better match, as in API Gateway.
        for each in sorted(self.routes, key=lambda route: ("{" in route.path, route.method == _ANY)):
            if (route := each.of(method, parts.path)) is not None:
                return self._proxied(self.backend, route, url, headers, body)
        return _message(403, "Missing Authentication Token")

    def _proxied(self, backend: Backend, route: Route, url: str, headers: Headers, body: bytes) -> Answer:
        agent = {name.lower(): value for name, value in headers}.get("user-agent")
        identity: dict[str, Any] = {"sourceIp": "127.0.0.1", "userAgent": agent, "userArn": None}
        if route.needs_iam:
            try:
                identity["userArn"] = backend.caller(route.method, url, dict(headers), body, route)
            except NotSigned as error:
                return _message(403, str(error))
        result = backend.invoke(route, _event(route, url, headers, body, identity))
        return _returned(result)


def _event(route: Route, url: str, headers: Headers, body: bytes, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Source: "Input format of a Lambda function for proxy integration" (API Gateway Developer Guide)."""
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    path = parts.path.removeprefix(f"/{route.stage}")
    now = datetime.now(UTC)
    return {
        "resource": route.path,
        "path": path,
        "httpMethod": route.method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value for key, value in headers if key == name] for name, _ in headers},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(route.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": route.arn.split(":")[4],
            "apiId": route.api,
            "domainName": parts.netloc,
            "extendedRequestId": uuid.uuid4().hex,
            "httpMethod": route.method,
            "identity": identity,
            "path": parts.path,
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "resourcePath": route.path,
            "stage": route.stage,
        },
        # Without binary media types API Gateway passes every body on as text.
        "body": body.decode(errors="replace") if body else None,
        "isBase64Encoded": False,
    }


def _returned(result: Result) -> Answer:
    try:
        answer: Any = json.loads(result.body) if result.ok else None
        status = int(answer["statusCode"])
        several = answer.get("multiValueHeaders") or {}
        one_each = [(name, value) for name, value in (answer.get("headers") or {}).items() if name not in several]
        headers = one_each + [(name, value) for name, values in several.items() for value in values]
        body = answer.get("body") or ""
        raw = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return _message(502, "Internal server error")
    return Answer(status=status, headers=[(name, str(value)) for name, value in headers], body=raw)


def _message(status: int, text: str) -> Answer:
    body = json.dumps({"message": text}).encode()
    return Answer(status=status, headers=[("Content-Type", "application/json")], body=body)


class _Handler(BaseHTTPRequestHandler):
    gateway: ClassVar[Gateway]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = f"http://{self.headers['Host']}{self.path}"
        headers = list(self.headers.items())
        answer = self.gateway.answer(self.command, url, headers, body)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _any  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent: the functions log for themselves."""
