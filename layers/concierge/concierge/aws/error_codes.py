"""AWS's error codes -> the project's tree of errors, whichever client heard them."""

from __future__ import annotations

from http import HTTPStatus

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
            "SlowDown",
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


def kind_of(code: str, status: int) -> type[AwsError]:
    """The error to raise for AWS's own code; an unknown one is judged by its HTTP status."""
    return _KINDS.get(code, Throttled if status >= HTTPStatus.INTERNAL_SERVER_ERROR else AwsError)
