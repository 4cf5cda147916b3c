"""Whom stories are about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Whom the story is about, as the directory knows them."""

    login: str = "amara.okafor"
    guid: str = "f16bf178-c99f-51b5-b340-d7ab89898425"
    directory: str = "corp.example.com"
