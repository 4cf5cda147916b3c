"""Our own versioned event, for any directory or HR system that can put events on a bus.

Envelope: EventBridge with a `source` of the sender's choice and detail-type `directory.<what>.v1`.
"""

from __future__ import annotations

from datetime import datetime

from concierge.directory.changes import Found, Kind, MembershipChange
from concierge.directory.fields import Json, instant, optional_text, section, text
from concierge.errors import MalformedEvent
from concierge.model import Identity

KINDS = {
    "directory.member.added": Kind.ADD,
    "directory.member.removed": Kind.REMOVE,
    "directory.user.disabled": Kind.DISABLE,
    "directory.user.enabled": Kind.ENABLE,
    "directory.user.deleted": Kind.DELETE,
    "directory.user.renamed": Kind.RENAME,
    "directory.user.look": Kind.LOOK,
    "directory.group.resync": Kind.RESYNC,
}


def reads(event: Json) -> bool:
    """Everything whose detail-type begins with `directory.`, so that a typo is told and not dropped."""
    return str(event.get("detail-type", "")).startswith("directory.")


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the event has a time of its own
    """One change from one event; raises MalformedEvent for an unknown kind or version or a missing field."""
    name, _, version = text(event, "detail-type").rpartition(".")
    kind = KINDS.get(name)
    if kind is None or version != "v1":
        known = ", ".join(f"{each}.v1" for each in KINDS)
        raise MalformedEvent(f"field detail-type: {event['detail-type']!r} is none of {known}")
    detail = section(event, "detail")
    if text(detail, "dataversion", path="detail.").split(".")[0] != "1":
        raise MalformedEvent(f"field detail.dataversion: {detail['dataversion']!r}; this release reads 1.x")
    directory = text(detail, "directory", path="detail.")
    about_group = kind in (Kind.ADD, Kind.REMOVE, Kind.RESYNC)
    about_person = kind is not Kind.RESYNC
    return (
        MembershipChange(
            kind=kind,
            source=f"canonical:{text(event, 'source')}",
            directory=directory,
            occurred_at=instant(detail, "occurredat", path="detail."),
            dedupe_key=text(detail, "id", path="detail."),
            person=_identity(detail, "subject", directory) if about_person else None,
            group=_identity(detail, "group", directory) if about_group else None,
            reason="" if about_person else "the sender asks to look at the group again",
        ),
    )


def _identity(detail: Json, name: str, directory: str) -> Identity:
    fields, path = section(detail, name, path="detail."), f"detail.{name}."
    identity = Identity(
        directory=directory,
        guid=optional_text(fields, "guid", path=path),
        sid=optional_text(fields, "sid", path=path),
        account_name=optional_text(fields, "sam", path=path),
        upn=optional_text(fields, "upn", path=path),
    )
    if not identity.keys:
        raise MalformedEvent(f"field detail.{name}: needs at least one of guid, sid, sam and upn")
    return identity
