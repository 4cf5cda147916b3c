"""What all calls that CloudTrail reports through EventBridge have in common ("CloudTrail record contents")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from concierge.directory.changes import Ignored, Kind, MembershipChange
from concierge.directory.fields import Json, instant, optional_text, section, text
from concierge.errors import MalformedEvent
from concierge.model import Identity

DETAIL_TYPE = "AWS API Call via CloudTrail"
REDACTED = "HIDDEN_DUE_TO_SECURITY_REASONS"
PARAMETERS = "detail.requestParameters."  # the path of a call's parameters, for messages
_MAJOR = "1"  # CloudTrail raises the minor version for what older readers can skip


def is_call_to(event: Json, sources: Collection[str]) -> bool:
    """Whether the event reports a call to one of these services, such as ds.amazonaws.com."""
    detail = event.get("detail")
    if event.get("detail-type") != DETAIL_TYPE or not isinstance(detail, dict):
        return False
    return str(detail.get("eventSource")) in sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call that was made, or was tried; raises MalformedEvent where a field that CloudTrail always sends lacks."""

    source: str
    id: str
    name: str
    at: datetime
    error: str
    detail: Json

    @classmethod
    def of(cls, event: Json, source: str) -> ApiCall:
        """From the event as EventBridge delivers it; `source` is the adapter's name for the audit."""
        detail = section(event, "detail")
        if text(detail, "eventVersion", path="detail.").partition(".")[0] != _MAJOR:
            raise MalformedEvent(
                f"field detail.eventVersion: {detail['eventVersion']!r}; this release reads {_MAJOR}.x"
            )
        return cls(
            source=source,
            id=text(detail, "eventID", path="detail."),
            name=text(detail, "eventName", path="detail."),
            at=instant(detail, "eventTime", path="detail."),
            error=optional_text(detail, "errorCode", path="detail."),
            detail=detail,
        )

    @property
    def request(self) -> Json:
        """The call's parameters."""
        return section(self.detail, "requestParameters", path="detail.")

    def parameter(self, name: str) -> str:
        """A parameter that must be there."""
        return text(self.request, name, path=PARAMETERS)

    def told(self, name: str) -> str:
        """A parameter as far as the call tells it: empty where it is missing or redacted."""
        return told(self.request, name, path=PARAMETERS)

    def ignored(self, reason: str) -> tuple[Ignored]:
        """The call means nothing to us."""
        return (Ignored(source=self.source, dedupe_key=self.id, reason=reason),)

    def change(
        self,
        kind: Kind,
        directory: str,
        *,
        person: Identity | None = None,
        group: Identity | None = None,
        reason: str = "",
    ) -> tuple[MembershipChange]:
        """What the call changed."""
        return (
            MembershipChange(
                kind=kind,
                source=self.source,
                directory=directory,
                occurred_at=self.at,
                dedupe_key=self.id,
                person=person,
                group=group,
                reason=reason,
            ),
        )


def told(fields: Json, name: str, *, path: str) -> str:
    """The string in field `name`, empty where CloudTrail leaves it out or hides it."""
    value = optional_text(fields, name, path=path)
    return "" if value == REDACTED else value
