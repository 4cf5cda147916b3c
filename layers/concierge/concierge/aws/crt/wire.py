"""One HTTP request and its answer, over the AWS Common Runtime: the only module that imports awscrt."""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.exceptions import AwsCrtError
from awscrt.http import HttpClientConnection, HttpHeaders, HttpRequest
from awscrt.io import (
    ClientBootstrap,
    ClientTlsContext,
    DefaultHostResolver,
    EventLoopGroup,
    SocketOptions,
    TlsContextOptions,
)

from concierge.login.ports import Credentials

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 12.0  # the functions themselves end after 15 and 20


class NoAnswer(Exception):
    """Nobody answered, or not in time; the request may have been carried out all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """url: absolute, its query already encoded. `headers` without Host and Content-Length."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """As whom, and for which service and region (Signature Version 4, IAM User Guide)."""

    credentials: Credentials
    service: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Header names are in lower case; of a header that came twice, the last value."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Wire:
    """Connections that stay open for the life of the container, one to each host.

    ca_bundle: a file of trusted certificates in PEM instead of the system's own; empty for those.
    """

    def __init__(self, *, ca_bundle: str = "") -> None:
        loops = EventLoopGroup(1)
        self._bootstrap = ClientBootstrap(loops, DefaultHostResolver(loops))
        self._socket = SocketOptions()
        self._socket.connect_timeout_ms = int(_CONNECT_SECONDS * 1000)
        self._ca_bundle = ca_bundle
        self._tls: ClientTlsContext | None = None
        self._open: dict[str, HttpClientConnection] = {}

    def send(self, request: Request, signature: Signature | None = None) -> Answer:
        """Follows no redirect; raises NoAnswer.

        A connection that was kept may have been closed by the other side meanwhile: then a new one is tried, once.
        """
        url = urlsplit(request.url)
        was_kept = url.netloc in self._open
        try:
            return self._attempt(request, url, signature)
        except NoAnswer:
            if not was_kept:
                raise
        return self._attempt(request, url, signature)

    def _attempt(self, request: Request, url: SplitResult, signature: Signature | None) -> Answer:
        try:
            message = _message(request, url)
            if signature is not None:
                aws_sign_request(message, _signing(signature)).result(_ANSWER_SECONDS)
            return self._exchange(message, url)
        except (AwsCrtError, TimeoutError) as error:
            self._forget(url)
            # The name only: what awscrt says may hold parts of the request.
            raise NoAnswer(getattr(error, "name", type(error).__name__)) from None

    def _exchange(self, message: HttpRequest, url: SplitResult) -> Answer:
        head: dict[str, str] = {}
        chunks: list[bytes] = []

        def on_response(headers: list[tuple[str, str]], **_: Any) -> None:
            head.update((name.lower(), value) for name, value in headers)

        def on_body(chunk: bytes, **_: Any) -> None:
            chunks.append(bytes(chunk))

        stream = self._connection(url).request(message, on_response, on_body)
        stream.activate()
        status: int = stream.completion_future.result(_ANSWER_SECONDS)
        return Answer(status=status, headers=head, body=b"".join(chunks))

    def _connection(self, url: SplitResult) -> HttpClientConnection:
        kept = self._open.get(url.netloc)
        if kept is not None and kept.is_open():
            return kept
        tls = None
        if url.scheme == "https":
            tls = self._tls_context().new_connection_options()
            tls.set_server_name(url.hostname)
        port = url.port or (443 if tls else 80)
        opening: Future[HttpClientConnection] = HttpClientConnection.new(
            url.hostname, port, self._bootstrap, self._socket, tls
        )
        self._open[url.netloc] = opening.result(_CONNECT_SECONDS * 2)  # the handshake comes after connecting
        return self._open[url.netloc]

    def _tls_context(self) -> ClientTlsContext:
        if self._tls is None:  # made once: it reads every certificate that the system trusts
            options = TlsContextOptions()
            if self._ca_bundle:
                options.override_default_trust_store_from_path(None, self._ca_bundle)
            self._tls = ClientTlsContext(options)
        return self._tls

    def _forget(self, url: SplitResult) -> None:
        if (broken := self._open.pop(url.netloc, None)) is not None:
            broken.close()


def _message(request: Request, url: SplitResult) -> HttpRequest:
    headers = HttpHeaders([("Host", url.netloc), *request.headers.items()])
    if request.body:
        headers.set("Content-Length", str(len(request.body)))
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return HttpRequest(request.method, target, headers, io.BytesIO(request.body) if request.body else None)


def _signing(signature: Signature) -> AwsSigningConfig:
    """S3 alone takes the path as it stands, and wants the digest of the body in a header of its own."""
    is_s3 = signature.service == "s3"
    held = signature.credentials
    token = held.session_token or None
    return AwsSigningConfig(
        algorithm=AwsSigningAlgorithm.V4,
        signature_type=AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=AwsCredentialsProvider.new_static(held.access_key_id, held.secret_access_key, token),
        region=signature.region,
        service=signature.service,
        use_double_uri_encode=not is_s3,
        should_normalize_uri_path=not is_s3,
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
        if is_s3
        else AwsSignedBodyHeaderType.NONE,
    )
