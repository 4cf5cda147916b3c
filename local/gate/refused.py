"""AWS's answer to what the policies do not allow."""

from __future__ import annotations

from moto.core.exceptions import ServiceException

_XML_SERVICES = frozenset({"iam", "sts", "sns", "s3", "cloudwatch", "sqs"})


class Refused(ServiceException):
    """AWS's answer to a call that the policies do not allow."""

    def __init__(self, service: str, message: str, code: str = "") -> None:
        self.code = code or ("AccessDenied" if service in _XML_SERVICES else "AccessDeniedException")
        super().__init__(message)
