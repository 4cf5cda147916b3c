"""The composition root: which adapter stands behind which port, once per container.

Each function calls its own root, and each root imports only the adapters that it uses: a login does not wait for
what onboarding needs.
"""

from concierge.bootstrap.directories import poller, rounds
from concierge.bootstrap.login import doorway, saml_settings, studio_links
from concierge.bootstrap.memberships import entra_client_state, intake, look_again, membership_queue, onboarding
from concierge.bootstrap.night import (
    compliance_audit,
    domain_backup,
    idle_shutdown,
    night,
    studio_settings,
    tag_remediation,
)

__all__ = [
    "compliance_audit",
    "domain_backup",
    "doorway",
    "entra_client_state",
    "idle_shutdown",
    "intake",
    "look_again",
    "membership_queue",
    "night",
    "onboarding",
    "poller",
    "rounds",
    "saml_settings",
    "studio_links",
    "studio_settings",
    "tag_remediation",
]
