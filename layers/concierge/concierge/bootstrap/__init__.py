"""The composition root: which adapter stands behind which port, once per container.

Each function calls its own root, and each root imports only the adapters that it uses: a login does not wait for
what onboarding needs.
"""

from concierge.bootstrap.directories import poller, rounds
from concierge.bootstrap.login import doorway, saml_settings, studio_links
from concierge.bootstrap.memberships import entra_client_state, intake, look_again, membership_queue, onboarding
from concierge.bootstrap.night import idle_shutdown, tag_remediation

__all__ = [
    "doorway",
    "entra_client_state",
    "idle_shutdown",
    "intake",
    "look_again",
    "membership_queue",
    "onboarding",
    "poller",
    "rounds",
    "saml_settings",
    "studio_links",
    "tag_remediation",
]
