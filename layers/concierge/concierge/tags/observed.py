"""What a domain holds and how it is tagged: Studio's lists joined with the tagging index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from concierge.errors import NotFound
from concierge.night import owner_of
from concierge.tags.model import Kind, ResourceTags
from concierge.tags.ports import Studio, Tags


def observe(domain_id: str, studio: Studio, tags: Tags, *, managed: frozenset[str]) -> tuple[ResourceTags, ...]:
    """Every profile, space and running app of the domain, with the tags of those whose owner is `managed`.

    The index leaves out what never had a tag, so a resource that it does not name has none. If it names none at all
    of a kind that the lists do show, it may not serve that kind: then each resource is asked.
    """
    indexed = {each.arn.lower(): each for each in tags.index()}  # AWS spells ARNs in lower case, callers may not
    served = {each.kind for each in indexed.values()}
    found: list[ResourceTags] = []
    for resource in _listed(domain_id, studio):
        known = indexed.get(resource.arn.lower())
        if known is not None:
            found.append(replace(resource, arn=known.arn, tags=known.tags))
        elif resource.kind in served or resource.owner not in managed:
            found.append(resource)
        else:
            found.extend(_asked(resource, tags))
    return tuple(found)


def _asked(resource: ResourceTags, tags: Tags) -> Iterator[ResourceTags]:
    try:
        yield replace(resource, tags=tags.read(resource.arn))
    except NotFound:  # it ended since it was listed
        return


def _listed(domain_id: str, studio: Studio) -> Iterator[ResourceTags]:
    for name, arn in studio.profiles(domain_id).items():
        yield ResourceTags(arn=arn, kind=Kind.PROFILE, name=name, owner=name)
    spaces = studio.spaces(domain_id)
    for space in spaces:
        yield ResourceTags(arn=space.arn, kind=Kind.SPACE, name=space.name, owner=space.owner)
    owners = {space.name: space.owner for space in spaces}
    for app in studio.apps(domain_id):
        name = f"{app.app_type}/{app.name} of {app.space or app.profile}"
        yield ResourceTags(arn=app.arn, kind=Kind.APP, name=name, owner=owner_of(app, owners))
