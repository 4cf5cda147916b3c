"""What a browser sees of a login: redirects and pages, in the reader's language, as Lambda proxy responses.

Pages need nothing from outside, run nothing but what carries their nonce, and never say why a login was refused.
"""

from concierge.login.site.answers import Look, json_answer, redirect
from concierge.login.site.chooser import Choice, chooser
from concierge.login.site.language import Language, preferred_language
from concierge.login.site.notices import notice
from concierge.login.site.texts import Notice
from concierge.login.site.waiting import waiting

__all__ = [
    "Choice",
    "Language",
    "Look",
    "Notice",
    "chooser",
    "json_answer",
    "notice",
    "preferred_language",
    "redirect",
    "waiting",
]
