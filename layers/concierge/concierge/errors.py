"""Everything that can go wrong, as one tree.

ConciergeError
├── SettingsError          an environment variable is missing or malformed (a deployment mistake)
├── CatalogError           the catalog cannot be used; says where and what would be right
├── MalformedEvent         an event that no retry can mend; it belongs in the dead-letter queue
├── DirectoryUnavailable   a directory does not answer, or not to us: worth another try later
├── UnusableSecret         a secret is not what the catalog says it is; never quotes it
├── UnsafePlan             a plan with too large a blast, refused before its first write
├── LoginRefused           nobody gets in; carries the reason code for the log, never for the browser
└── AwsError               an AWS call failed; carries service, operation and AWS's own code
    ├── Throttled          asked too fast or AWS is unwell: worth another try at once, with backoff
    ├── NotYet             AWS needs time (a new role, a resource in transition): worth another try later
    ├── NotFound           what was to be read or changed is not there
    ├── AlreadyExists      what was to be created is there
    ├── OutOfTime          the run's time was up before the call's turn came; the next round goes on
    └── Denied             IAM says no; no retry will change that
"""

from __future__ import annotations


class ConciergeError(Exception):
    """The root: whatever this project raises on purpose."""


class SettingsError(ConciergeError):
    """An environment variable is missing or malformed."""


class CatalogError(ConciergeError):
    """The catalog cannot be used as it is."""


class MalformedEvent(ConciergeError):
    """The event can never be understood, however often it is delivered."""


class DirectoryUnavailable(ConciergeError):
    """A directory cannot be connected to, does not accept our account, or stopped answering."""


class UnusableSecret(ConciergeError):
    """A secret that is not what the catalog says it is; names the secret, and never quotes it."""


class UnsafePlan(ConciergeError):
    """The plan would change more than the safeguards allow; nothing of it was applied."""


class LoginRefused(ConciergeError):
    """A login attempt ends here.

    `reason` is a stable code for logs and metrics. The browser only ever sees one constant page.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class AwsError(ConciergeError):
    """An AWS API call failed."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation} failed with {code}: {message}")
        self.operation = operation
        self.code = code


class Throttled(AwsError):
    """AWS asks to slow down, or had an internal fault; the same call may succeed in a moment."""


class NotYet(AwsError):
    """AWS has not finished something that this call depends on."""


class NotFound(AwsError):
    """The resource does not exist."""


class AlreadyExists(AwsError):
    """The resource exists already."""


class Denied(AwsError):
    """The caller's policies do not allow the call."""


class OutOfTime(AwsError):
    """The run's time was up before the call's turn came; the next round goes on."""
