"""Rates, faults, latency and counters: what makes a night slow."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from benchmarks.night.faults import Fault, FaultKind
from benchmarks.night.population import space_of
from benchmarks.night.stand_in import Refusal, StandIn, standing_in

Clients = Callable[..., Any]
RARELY = 1e-6  # tokens a second: none comes back during a test


def code_of(call: Callable[[], object]) -> str:
    """The error code of a call, or nothing."""
    try:
        call()
    except ClientError as error:
        code: str = error.response["Error"]["Code"]
        return code
    return ""


def test_of_many_calls_at_once_exactly_the_burst_passes(aws: StandIn, client: Clients) -> None:
    aws.world(apps=1, profiles=1)
    aws.limits({"sagemaker:ListApps": (RARELY, 5)})
    sagemaker = client("sagemaker")
    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda _: code_of(sagemaker.list_apps), range(40)))
    count = aws.counts()["operations"]["sagemaker:ListApps"]
    assert (codes.count(""), codes.count("ThrottlingException")) == (5, 35)
    assert (count["calls"], count["throttled"], count["failed"]) == (40, 35, 0)


def test_each_operation_has_a_bucket_of_its_own(aws: StandIn, client: Clients) -> None:
    aws.limits({"sagemaker:ListApps": (RARELY, 1), "sts:GetCallerIdentity": (RARELY, 1), "s3:GetObject": (RARELY, 1)})
    sagemaker, sts, s3 = client("sagemaker"), client("sts"), client("s3")
    for call in (sagemaker.list_apps, sts.get_caller_identity, lambda: s3.get_object(Bucket="b", Key="k")):
        code_of(call)
    assert code_of(sagemaker.list_apps) == "ThrottlingException"
    assert code_of(sts.get_caller_identity) == "Throttling"
    assert code_of(lambda: s3.get_object(Bucket="b", Key="k")) == "SlowDown"
    assert code_of(sagemaker.list_spaces) == ""


def test_botocore_asks_again_after_it_was_throttled(aws: StandIn, client: Clients) -> None:
    aws.faults(Fault(operation="sagemaker:ListApps", nth=1, kind=FaultKind.THROTTLE, times=2))
    assert client("sagemaker", attempts=4).list_apps()["Apps"] == []
    count = aws.counts()["operations"]["sagemaker:ListApps"]
    assert (count["calls"], count["throttled"]) == (3, 2)


def test_a_reset_fills_buckets_and_forgets_faults_and_counts(aws: StandIn, client: Clients) -> None:
    sagemaker = client("sagemaker")
    aws.limits({"sagemaker:ListApps": (RARELY, 1)})
    aws.faults(Fault(operation="sagemaker:ListSpaces", nth=1, kind=FaultKind.DENIED))
    sagemaker.list_apps()
    aws.reset()
    assert aws.calls() == {}
    assert [code_of(sagemaker.list_apps), code_of(sagemaker.list_spaces), code_of(sagemaker.list_apps)] == [
        "",
        "",
        "ThrottlingException",
    ]


@pytest.mark.parametrize(
    ("kind", "code", "counted"),
    [
        (FaultKind.THROTTLE, "ThrottlingException", "throttled"),
        (FaultKind.INTERNAL, "InternalFailure", "failed"),
        (FaultKind.DENIED, "AccessDeniedException", "failed"),
    ],
)
def test_a_fault_meets_the_call_that_it_is_meant_for(
    aws: StandIn, client: Clients, kind: FaultKind, code: str, counted: str
) -> None:
    sagemaker = client("sagemaker")
    aws.faults(Fault(operation="sagemaker:ListApps", nth=2, kind=kind))
    assert [code_of(sagemaker.list_apps) for _ in range(3)] == ["", code, ""]
    count = aws.counts()["operations"]["sagemaker:ListApps"]
    assert (count["calls"], count[counted]) == (3, 1)


@pytest.mark.parametrize(("kind", "status"), [(FaultKind.TIMEOUT, "InService"), (FaultKind.LOST, "Deleting")])
def test_a_call_without_an_answer_was_made_or_not(aws: StandIn, client: Clients, kind: FaultKind, status: str) -> None:
    aws.world(apps=1, profiles=1)
    sagemaker = client("sagemaker")
    app = {"DomainId": "d-bench", "AppType": "JupyterLab", "AppName": "default", "SpaceName": space_of(1)}
    aws.faults(Fault(operation="sagemaker:DeleteApp", nth=1, kind=kind, seconds=0.05))
    began = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        sagemaker.delete_app(**app)
    assert time.monotonic() - began >= 0.05
    assert sagemaker.describe_app(**app)["Status"] == status


def test_a_world_that_cannot_be_is_refused_in_words(aws: StandIn) -> None:
    with pytest.raises(Refusal, match="one app at the most"):
        aws.world(apps=2, profiles=1)
    with pytest.raises(Refusal, match="people"):
        aws.world(people=2)


def test_calls_wait_side_by_side_and_not_one_after_the_other() -> None:
    call = b"POST / HTTP/1.1\r\nX-Amz-Target: SageMaker.ListDomains\r\nContent-Length: 2\r\n\r\n{}"
    with standing_in(latency=1.0) as slow:
        place = urlsplit(slow.endpoint)
        lines = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(20)]
        began = time.monotonic()
        for line in lines:
            line.sendall(call)
        answers = [line.recv(1 << 16) for line in lines]
        seconds = time.monotonic() - began
        for line in lines:
            line.close()
        counts = slow.counts()
    assert {answer.partition(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 200 OK"}
    assert 1.0 <= seconds < 10.0  # one after the other, they would take 20
    assert counts["most_at_once"] == 20
    count = counts["operations"]["sagemaker:ListDomains"]
    assert 0 <= count["last"] - count["first"] < 1.0


def test_a_request_that_comes_in_pieces_is_one(aws: StandIn) -> None:
    place = urlsplit(aws.endpoint)
    head = (
        b"POST / HTTP/1.1\r\nX-Amz-Target: SageMaker.ListDomains\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((place.hostname or "", place.port or 0)) as line:
        line.sendall(head[:20])
        line.sendall(head[20:])
        assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"{")
        line.sendall(b"}")
        assert line.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
    assert aws.calls() == {"sagemaker:ListDomains": 1}


def test_what_is_no_http_that_botocore_speaks_is_hung_up_on(aws: StandIn) -> None:
    place = urlsplit(aws.endpoint)
    with socket.create_connection((place.hostname or "", place.port or 0)) as line:
        line.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert line.recv(100) == b""
