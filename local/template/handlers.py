"""Every resource type that the local stack creates."""

from __future__ import annotations

from local.template import api, compute, identity, messaging, storage, workflow
from local.template.deployment import Created, Deployment, Handler, Properties


def _accepted(_deployment: Deployment, name: str, _properties: Properties) -> Created:
    """Accepted and not imitated: its effect lies outside of what runs here."""
    return Created(name)


# TLS is not spoken between functions and moto, so the bucket's demand for it cannot be checked.
_NOT_IMITATED: dict[str, Handler] = {"AWS::S3::BucketPolicy": _accepted}

HANDLERS: dict[str, Handler] = {
    **identity.HANDLERS,
    **storage.HANDLERS,
    **messaging.HANDLERS,
    **compute.HANDLERS,
    **api.HANDLERS,
    **workflow.HANDLERS,
    **_NOT_IMITATED,
}
