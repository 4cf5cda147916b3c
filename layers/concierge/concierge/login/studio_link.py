"""The caller's own profile becomes a presigned URL.

Who is asking is what API Gateway found out from the request's signature. Nothing in the request itself can name a
person, a domain or a profile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from concierge.errors import LoginRefused
from concierge.login.attempts import NO_WORKSPACE, Attempt
from concierge.login.ports import Bindings, Catalogs, LinkRequest, Presigner
from concierge.login.settings import RoleArn
from concierge.model import Door, ProfileBinding
from concierge.names import canonical_login

if TYPE_CHECKING:
    from concierge.catalog.model import Catalog, Domain, Persona

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A door that is open: where, as what, and the profile behind it."""

    domain: Domain
    persona: Persona
    binding: ProfileBinding


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioLinks:
    """url_expires: seconds in which a link must be followed."""

    login_role: RoleArn
    url_expires: int
    bindings: Bindings
    catalogs: Catalogs
    presigner: Presigner

    def enter(self, caller_arn: str, *, attempt: Attempt, now: datetime) -> str:
        """The presigned URL of the caller's workspace, the catalog's first if there are several; raises LoginRefused.

        caller_arn: `requestContext.identity.userArn`, never anything that the caller wrote.
        """
        login = self._login(caller_arn)
        attempt.login = login
        workspace = self._workspace(login, self.catalogs.current(now))
        attempt.domain, attempt.profile = workspace.domain.name, workspace.binding.profile
        return self.presigner.url(
            LinkRequest(
                login=login,
                account=workspace.domain.account,
                region=workspace.domain.region,
                domain_id=workspace.domain.domain_id,
                profile=workspace.binding.profile,
                expires=self.url_expires,
                session_seconds=workspace.persona.session_minutes * 60,
            )
        )

    def _login(self, caller_arn: str) -> str:
        """The person behind a session of our login role; no other principal is a person here."""
        session_name = caller_arn.removeprefix(self.login_role.sessions)
        if session_name == caller_arn or not _SESSION_NAME.fullmatch(session_name):
            raise LoginRefused("caller", "the caller is not a session of the login role")
        return canonical_login(session_name)

    def _workspace(self, login: str, catalog: Catalog) -> Workspace:
        """What the ledger and the catalog agree on; what only one of them knows is no way in."""
        found = [each for each in self.bindings.bindings_of_login(login) if each.login == login]
        open_doors = {binding.domain: binding for binding in found if binding.door is Door.OPEN}
        if len({binding.person_id for binding in found if binding.door is Door.OPEN}) > 1:
            raise LoginRefused("ambiguous-login", "two people with this login have an open door")
        personas = {persona.name: persona for persona in catalog.personas}
        for domain in catalog.domains:
            binding = open_doors.get(domain.name)
            if binding is not None and binding.persona in personas:
                return Workspace(domain=domain, persona=personas[binding.persona], binding=binding)
        raise LoginRefused(NO_WORKSPACE, "no door is open for this person")
