"""botocore's errors -> the project's tree, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from concierge.aws.error_codes import kind_of
from concierge.errors import AlreadyExists, AwsError, Throttled


@contextmanager
def translated(operation: str) -> Iterator[None]:
    """Inside, botocore's errors become AwsErrors named after the operation ("iam:CreateRole")."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "Unknown")
        message = error.response.get("Error", {}).get("Message", str(error))
        raise _kind(code, error)(operation, code, message) from error
    except ParamValidationError:  # ours to mend: AWS never saw the call
        raise
    except BotoCoreError as error:  # no answer at all: connection, timeout, endpoint
        raise Throttled(operation, type(error).__name__, str(error)) from error


def _kind(code: str, error: ClientError) -> type[AwsError]:
    if code == "TransactionCanceledException":
        reasons = {each.get("Code") for each in error.response.get("CancellationReasons", ())}
        return AlreadyExists if "ConditionalCheckFailed" in reasons else Throttled
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return kind_of(code, status)
