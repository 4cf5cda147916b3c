"""What the catalog says about logins: where they lead, and who may log in when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_APP_NAMES = {"CodeEditor": "Code Editor", "JupyterServer": "Studio Classic", "RStudioServerPro": "RStudio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Where in Studio a login leads.

    app:   the app that opens (CreatePresignedDomainUrl, LandingUri); empty for Studio's own start page.
    space: one of the persona's spaces, by its name there; empty for none.
    """

    name: str = ""
    app: str = ""
    space: str = ""

    @property
    def opens(self) -> str:
        """The app as people know it."""
        return _APP_NAMES.get(self.app, self.app)

    @property
    def uri(self) -> str:
        """The LandingUri; empty leaves it to Studio."""
        return f"app:{self.app}:" if self.app else ""


class WhileHeld(StrEnum):
    """Whether somebody may log in whose removal waits for an administrator."""

    REFUSE = "refuse"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class JustInTime:
    """Groups that the identity provider may give and take at every login, and no other; they are of this directory."""

    directory: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRules:
    """just_in_time: None if only the directory says who is in a group."""

    while_held: WhileHeld = WhileHeld.REFUSE
    just_in_time: JustInTime | None = None
