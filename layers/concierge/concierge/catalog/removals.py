"""How much may happen to people at once before an administrator is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """How many people may lose access before an administrator is asked.

    floor, share: as many as the larger of both within the window (a count; a share of all managed people, 0..1).
    most:         never more than this, however many people there are.
    window:       minutes that are looked back.
    """

    floor: int = 5
    share: float = 0.10
    most: int = 50
    window: int = 60
