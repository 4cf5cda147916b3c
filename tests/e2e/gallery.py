"""Every page that a person can see while logging in, with names as companies give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from concierge.login.site import Choice, Language, Look, Notice, chooser, notice, waiting

LOGIN = "amara.okafor"
CORRELATION = "6f1a1f0e-3a51-4c0e-9a53-7d1b6a2f4b10"
DOMAINS = (
    "research",
    "fraud",
    "marketing-analytics",
    "platform",
    "risk-model-validation-and-regulatory-reporting-emea",
    "supply-chain",
    "pricing",
    "claims",
    "customer-insight",
    "forecasting",
    "sandbox",
    "treasury",
)
PERSONAS = ("data-scientist", "analyst", "ml-engineer")
PLACES = ("123456789012 · eu-west-1", "210987654321 · eu-west-1", "345678901234 · ap-northeast-2")
APPS = (("JupyterLab", "lab"), ("", ""), ("CodeEditor", "editor"))


def look(language: Language) -> Look:
    return Look(language=language, nonce="8IBTHwOdqNKAWeKl7plt8g", correlation=CORRELATION)


def choices(count: int) -> list[Choice]:
    """As many workspaces, no two alike; each links to `/open/<its domain>`."""
    return [
        Choice(
            href=f"/open/{name}",
            title=name,
            persona=PERSONAS[number % 3],
            place=PLACES[number % 3],
            opens=APPS[number % 3][0],
            space=APPS[number % 3][1],
        )
        for number, name in enumerate(DOMAINS[:count])
    ]


def pages(language: Language) -> Mapping[str, dict[str, Any]]:
    """By name."""
    shown = look(language)
    return {
        **{f"notice-{which}": notice(which, shown) for which in Notice},
        "chooser-1": chooser(LOGIN, choices(1), shown, preparing=["fraud", DOMAINS[4]]),
        "chooser-2": chooser(LOGIN, choices(2), shown),
        "chooser-3": chooser(LOGIN, choices(3), shown, preparing=["claims"]),
        "chooser-12": chooser(LOGIN, choices(12), shown),
        "waiting": waiting(LOGIN, shown, poll="/state", again="/studio"),
        "waiting-long": waiting(LOGIN, shown, poll="/state", again="/studio", takes_long=True),
    }


NAMES = tuple(pages(Language.ENGLISH))
