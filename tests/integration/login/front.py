"""The deployed login from outside, with what can be known of it inside: its log, and what it asked of AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

from concierge.names import profile_name
from local.story import Page, Story
from tests.integration.login.browser import Answer, Post, document_post, send
from tests.support.identity_providers.house import House
from tests.support.identity_providers.protocol import Variations
from tests.support.identity_providers.signing import Change, signed_again
from tests.support.saml_idp import Edit, KeyPair, Signing

_PATIENCE = 5.0  # seconds until a log line that was written has been read
_ASSUME = "sts:AssumeRoleWithSAML"
_HARMLESS = frozenset({"iam:GetSAMLProvider", "secretsmanager:GetSecretValue"})  # metadata, and our own keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Genuine:
    """A document that would be let in, and what an attacker may know of whoever made it.

    own: the key that it is signed with; an attacker does not have it, but only so can a response be wrong in one thing.
    """

    document: bytes
    own: KeyPair
    sign: Signing
    house: House
    acs: str
    role_pair: str

    def signed(
        self,
        *changes: Change,
        template: Sequence[Edit] = (),
        text: Sequence[Edit] = (),
        pair: KeyPair | None = None,
        sign: Signing | None = None,
        key: Sequence[str] = (),
    ) -> bytes:
        """The same with changes, signed again; see `signed_again`."""
        return signed_again(
            self.document,
            pair or self.own,
            *changes,
            sign=sign or self.sign,
            template=template,
            text=text,
            key=key,
        )

    def again(self, *changes: Change, template: Sequence[Edit] = (), pair: KeyPair | None = None) -> Post:
        """What most attacks need of `signed`, as it is posted."""
        return document_post(self.signed(*changes, template=template, pair=pair))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How much had been asked of AWS at a moment."""

    calls: int
    sts: int


@dataclass
class Front:
    """`story` tells of the one person who logs in here.

    seen: all that browsers sent and got so far.
    """

    story: Story
    house: House
    seen: list[tuple[Post, Answer]] = field(default_factory=list)

    @property
    def acs(self) -> str:
        """The endpoint under attack."""
        return self.story.stack.outputs["AcsUrl"]

    def genuine(self, idp: str, **variations: Unpack[Variations]) -> Genuine:
        """A new response for the person."""
        software = self.house.idps[idp]
        role_pair = self.story.stack.outputs["SamlRolePair"]
        return Genuine(
            document=software.response(self.story.person.login, acs=self.acs, role_pair=role_pair, **variations),
            own=software.pair,
            sign=variations.get("sign", "assertion"),
            house=self.house,
            acs=self.acs,
            role_pair=role_pair,
        )

    def send(self, post: Post) -> Answer:
        """One request; whatever it is, the fault is never ours."""
        answer = self.exchange(post)
        assert answer.status < 500, answer
        return answer

    def exchange(self, post: Post, *, url: str = "") -> Answer:
        """One request, whatever comes of it; to the ACS endpoint if no other address is given."""
        answer = send(url or self.acs, post)
        self.seen.append((post, answer))
        return answer

    # -- what must have come of it --------------------------------------------------------------

    def refused(self, answer: Answer, reason: str) -> None:
        """The constant page, and the reason in the log."""
        assert answer.status == 403, answer
        assert not answer.location
        assert answer.without_reference == self._first_refusal.without_reference
        line = self.logged(answer.correlation)
        assert (line["outcome"], line["reason"]) == ("refused", reason), line

    def refused_by_gateway(self, answer: Answer) -> None:
        """API Gateway has no such route."""
        assert answer.status == 403, answer
        assert not answer.location
        assert json.loads(answer.body) == {"message": "Missing Authentication Token"}

    def let_in(self, answer: Answer) -> None:
        """On to Studio, and the person's own profile opens there."""
        assert answer.status == 302, self._why(answer)
        opened = self.story.follows(Page(status=answer.status, location=answer.location, body=answer.body))
        assert opened.status == 200
        assert f"<dd>{profile_name(self.story.person.login)}</dd>" in opened.body

    def left_alone(self, before: Asked) -> None:
        """Nothing was asked of AWS since, but what is needed to judge: no assertion was used, nobody became anybody."""
        assert not self.asked_sts(before)
        assert {call.action for call in self.story.stack.calls[before.calls :]} <= _HARMLESS

    # -- what happened inside -------------------------------------------------------------------

    def asked(self) -> Asked:
        """As of now."""
        stack = self.story.stack
        return Asked(calls=len(stack.calls), sts=stack.gate.operator_calls.get(_ASSUME, 0))

    def asked_sts(self, before: Asked) -> bool:
        """Whether a response was shown to STS since."""
        return self.asked().sts > before.sts

    def logged(self, correlation: str) -> dict[str, Any]:
        """The one line of the validator about an attempt; lines are read in another thread."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            lines = [line for line in self.story.stack.logs("SamlValidator") if correlation in line]
            found = [fields for fields in map(json.loads, lines) if fields.get("outcome")]
            if found:
                assert len(found) == 1, found
                return dict(found[0])
            time.sleep(0.01)
        raise AssertionError(f"the log has no line about {correlation}")

    @property
    def _first_refusal(self) -> Answer:
        """The page of an attempt that has nothing to do with SAML."""
        if not self._junk:
            self._junk.append(send(self.acs, Post(body=b"x=y")))
        return self._junk[0]

    _junk: list[Answer] = field(default_factory=list)

    def _why(self, answer: Answer) -> object:
        return (answer, self.logged(answer.correlation)) if answer.status in (403, 500, 503) else answer
