"""Whether what the catalog says about logins fits together."""

from __future__ import annotations

from collections.abc import Iterator

from concierge.catalog.model import Catalog
from concierge.catalog.problems import Found, Path
from concierge.catalog.shape import Json, Sound, close_or_all


def check_login(file: Sound) -> Iterator[Found]:
    """The directory of just-in-time groups must be one of the file's."""
    directory = file.login.get("just_in_time", {}).get("directory")
    known = file.names["directories"]
    if directory is not None and known is not None and directory not in known:
        at = ("login", "just_in_time", "directory")
        yield at, f"there is no directory {directory!r}", close_or_all(directory, known)


def check_landings(persona: Json, path: Path) -> Iterator[Found]:
    """A landing leads into one of the persona's own spaces, by the app that the space runs."""
    spaces = {each["name"]: each.get("app_type") for each in persona.get("spaces", ()) if "name" in each}
    for index, landing in enumerate(persona.get("landings", ())):
        space, app = landing.get("space"), landing.get("app")
        at = (*path, "landings", index, "space")
        if space is None:
            continue
        if space not in spaces:
            yield at, f"the persona has no space {space!r}", close_or_all(space, spaces)
        elif app != spaces[space]:
            yield (
                at,
                f"the space runs {spaces[space]}, the landing opens {app or 'no app'}",
                f"set app: {spaces[space]}",
            )


def groups_of_no_binding(catalog: Catalog) -> Iterator[Found]:
    """A just-in-time group that no binding names would never give anything."""
    rules = catalog.login.just_in_time
    for index, group in enumerate(rules.groups if rules else ()):
        if not catalog.knows_group(group):
            at = ("login", "just_in_time", "groups", index)
            yield at, f"no binding names the group {group!r}", "add a binding for it, or remove it"
