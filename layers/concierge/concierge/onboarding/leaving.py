"""Which domains a person has to leave, and why: pure, from the catalog and the person's memberships."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from concierge.catalog.model import Catalog
from concierge.directory.memberships import former_groups, present_groups
from concierge.model import PersonRecord


def domains_to_leave(catalog: Catalog, record: PersonRecord) -> tuple[str, ...]:
    """Domains where the person may still have something and has no grant any more, sorted.

    Former groups count as well as bindings: a run that died between creating a profile and recording it must not
    leave an open door behind.
    """
    wanted = {grant.domain.name for grant in catalog.grants(present_groups(record))}
    once = {grant.domain.name for grant in catalog.grants(former_groups(record))}
    known = {each.name for each in catalog.domains}
    return tuple(sorted((once | (set(record.bindings) & known)) - wanted))


def why_out(catalog: Catalog, record: PersonRecord, domain: str) -> str:
    """The reason that an administrator sees on everything that takes somebody out of a domain."""
    if not record.is_enabled:
        return f"disabled or deleted in the directory, {record.disabled_at:%Y-%m-%d %H:%M} UTC"
    gave = [
        each.group
        for each in record.memberships.values()
        if not each.present and any(grant.domain.name == domain for grant in catalog.grants([each.group]))
    ]
    if not gave:
        return f"the catalog gives {domain} to none of their groups any more"
    return f"left {', '.join(sorted(gave))}, and no other group gives {domain}"


def groups_left(
    catalog: Catalog, record: PersonRecord, domains: Collection[str], *, within: timedelta
) -> tuple[str, ...]:
    """Ids of the groups whose leaving takes the person out of these domains: the latest, and what came with it."""
    left = {
        group_id: each.occurred_at
        for group_id, each in record.memberships.items()
        if not each.present and any(grant.domain.name in domains for grant in catalog.grants([each.group]))
    }
    latest = max(left.values(), default=None)
    return tuple(sorted(group_id for group_id, at in left.items() if latest is not None and at >= latest - within))
