"""Every language's words."""

from __future__ import annotations

from collections.abc import Mapping

from concierge.login.site.english import ENGLISH
from concierge.login.site.korean import KOREAN
from concierge.login.site.language import Language
from concierge.login.site.texts import Texts

TEXTS: Mapping[Language, Texts] = {Language.ENGLISH: ENGLISH, Language.KOREAN: KOREAN}
