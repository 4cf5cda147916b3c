"""What STS refuses, with AWS's codes."""

from __future__ import annotations


class SamlRefused(Exception):
    """STS refuses the request; `code` is AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def invalid_token(message: str) -> SamlRefused:
    """The response is not one that STS can believe."""
    return SamlRefused("InvalidIdentityToken", message)


def expired() -> SamlRefused:
    """The response was good once, or will be."""
    return SamlRefused("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")


def not_authorized(action: str = "sts:AssumeRoleWithSAML") -> SamlRefused:
    """The response, or the role's trust policy, does not let this subject in."""
    return SamlRefused("AccessDenied", f"Not authorized to perform {action}")


def invalid_request(message: str) -> SamlRefused:
    """The request's own parameters are wrong."""
    return SamlRefused("ValidationError", message)
