"""botocore's errors -> the project's tree, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from concierge.errors import AlreadyExists, AwsError, Denied, NotFound, NotYet, Throttled

_KINDS: dict[str, type[AwsError]] = {
    **dict.fromkeys(
        (
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "ProvisionedThroughputExceededException",
            "ServiceUnavailable",
            "ServiceFailure",
            "InternalFailure",
            "InternalServerError",
            "InternalServiceFault",
            "ConcurrentModification",
        ),
        Throttled,
    ),
    **dict.fromkeys(
        ("ResourceNotFound", "ResourceNotFoundException", "NoSuchEntity", "NoSuchKey", "NoSuchBucket", "404"),
        NotFound,
    ),
    **dict.fromkeys(
        ("EntityAlreadyExists", "ConditionalCheckFailedException", "ResourceAlreadyExistsException"),
        AlreadyExists,
    ),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"), Denied),
    # Studio says so for "exists already" as well as for "in transition": the adapter that knows tells them apart.
    "ResourceInUse": NotYet,
}


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
    return _KINDS.get(code, Throttled if status >= 500 else AwsError)
