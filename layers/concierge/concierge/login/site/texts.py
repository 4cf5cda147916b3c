"""The words of the pages. `{}` is where a name goes, `{n}` a number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Notice(StrEnum):
    """Why a person sees a page instead of Studio."""

    REFUSED = "refused"  # the sign-in could not be confirmed; why, is in the log only
    NO_WORKSPACE = "no-workspace"
    HELD = "held"  # an administrator is reviewing the person's access
    EXPIRED = "expired"  # the chooser or the waiting page is too old
    FAILED = "failed"  # our fault
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """What happened, and what to do next."""

    title: str
    what: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooserText:
    """key, keys: how digits open a workspace, for one and for several; preparing_*: of those that cannot be opened."""

    title: str
    signed_in: str
    key: str
    keys: str
    opens: str
    opens_start_page: str
    space: str
    preparing_title: str
    preparing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingText:
    """steps: what is done, what is going on, what comes; automatic: how it goes on with a script, by_hand: without.

    ready, interrupted, stopped: the states that the script announces.
    """

    title: str
    signed_in: str
    steps: tuple[str, str, str]
    usual: str
    automatic: str
    by_hand: str
    again: str
    ready: str
    interrupted: str
    stopped: str
    long_title: str
    long: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Everything that a person can read, in one language."""

    reference: str
    notices: dict[Notice, NoticeText]
    chooser: ChooserText
    waiting: WaitingText
