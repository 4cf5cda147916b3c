"""The services that a night asks for little: EventBridge, STS and S3."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from benchmarks.night.messages import Json, Refused, Reply, Request
from benchmarks.night.population import ACCOUNT

_MOST_EVENTS = 10  # of one PutEvents


class Events:
    """EventBridge: takes every event."""

    def __init__(self) -> None:
        self.operations: Mapping[str, Callable[[Json], Json]] = {"PutEvents": self._put_events}

    def _put_events(self, asked: Json) -> Json:
        count = len(asked["Entries"])
        if not 1 <= count <= _MOST_EVENTS:
            raise Refused("ValidationException", f"PutEvents takes 1 to {_MOST_EVENTS} entries, not {count}")
        return {"FailedEntryCount": 0, "Entries": [{"EventId": f"{number:08}"} for number in range(count)]}


class Sts:
    """Says to everybody who they are, and gives them the role that they ask for. Answers are XML."""

    def __init__(self) -> None:
        self.operations: Mapping[str, Callable[[Mapping[str, str]], Reply]] = {
            "GetCallerIdentity": self._identity,
            "AssumeRole": self._assume,
        }

    def _identity(self, _: Mapping[str, str]) -> Reply:
        who = f"<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>AIDABENCH</UserId><Account>{ACCOUNT}</Account>"
        return _result("GetCallerIdentity", who)

    def _assume(self, form: Mapping[str, str]) -> Reply:
        until = datetime.now(UTC) + timedelta(seconds=int(form.get("DurationSeconds", "3600")))
        keys = "<AccessKeyId>ASIABENCH</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
        session = f"<SessionToken>token</SessionToken><Expiration>{until:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
        user = f"<AssumedRoleId>AROABENCH:{form['RoleSessionName']}</AssumedRoleId><Arn>{form['RoleArn']}</Arn>"
        given = f"<Credentials>{keys}{session}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>"
        return _result("AssumeRole", given)


def _result(operation: str, content: str) -> Reply:
    result = f"<{operation}Result>{content}</{operation}Result>"
    namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    text = f'<{operation}Response xmlns="{namespace}">{result}</{operation}Response>'
    return Reply(headers={"Content-Type": "text/xml"}, body=text.encode())


class Objects:
    """S3 with the bucket in the path: whole objects, without versions."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    def get(self, asked: Request) -> Reply:
        """GetObject, with If-None-Match; raises Refused."""
        content = self._objects.get(unquote(asked.path))
        if content is None:
            raise Refused("NoSuchKey", "The specified key does not exist.", status=404)
        headers = {"ETag": _etag(content)}
        if asked.headers.get("if-none-match") == headers["ETag"]:
            return Reply(status=304, headers=headers)
        return Reply(headers={**headers, "Content-Type": "binary/octet-stream"}, body=content)

    def put(self, asked: Request) -> Reply:
        """PutObject; raises Refused for a body in signed chunks."""
        if "aws-chunked" in asked.headers.get("content-encoding", ""):
            raise Refused("NotImplemented", "Chunked bodies are not known here", status=501)
        self._objects[unquote(asked.path)] = asked.body
        return Reply(headers={"ETag": _etag(asked.body)})


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
