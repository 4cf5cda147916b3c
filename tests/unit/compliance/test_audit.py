"""The audit of a night: what was found is told, and nothing is changed."""

import pytest

from concierge.compliance.audit import ComplianceAudit
from concierge.compliance.checks import CHECKS
from concierge.compliance.model import Posture
from concierge.model import Status
from concierge.night.sweep import SweepFailed
from concierge.plan import Change
from tests.support.house_fakes import Domains, described
from tests.support.night_fakes import NOW, RESEARCH, SALES, Ledger, Trail, binding, catalog, sweep_of

EVENT = {"schedule": "night", "time": NOW.isoformat()}


def room(domains: Domains) -> ComplianceAudit:
    return ComplianceAudit(
        ledger=Ledger({name: (binding(domain=name),) for name in ("research", "sales")}), studio=lambda _domain: domains
    )


def two_domains() -> Domains:
    return Domains(
        {RESEARCH.domain_id: described(), SALES.domain_id: described()},
        postures={SALES.domain_id: Posture(auth_mode="IAM")},
        held_profiles={"amara-okafor": Status.IN_SERVICE},
    )


def test_a_night_tells_every_finding_of_every_domain_and_changes_nothing() -> None:
    domains, trail = two_domains(), Trail()
    answer = sweep_of(room(domains), catalog(RESEARCH, SALES), trail).sweep(EVENT)
    assert answer["domains"] == {
        "research": {"checked": len(CHECKS), "findings": 0},
        "sales": {"checked": len(CHECKS), "findings": 4},
    }
    assert {(event.kind, event.subject) for event in trail.events} == {("Finding", "domain sales")}
    assert len(trail.events) == 4
    assert domains.updates == []


def test_a_domain_that_does_not_exist_is_a_failure_and_keeps_no_other_from_its_turn() -> None:
    domains, trail = two_domains(), Trail()
    del domains.descriptions[RESEARCH.domain_id]
    with pytest.raises(SweepFailed, match="there is no domain d-research"):
        sweep_of(room(domains), catalog(RESEARCH, SALES), trail).sweep(EVENT)
    assert [event.subject for event in trail.events].count("domain sales") == 4


def test_there_is_no_change_that_this_room_would_carry_out() -> None:
    with pytest.raises(TypeError, match="changes nothing"):
        room(Domains()).perform(Change(subject="x", reason="y"))
