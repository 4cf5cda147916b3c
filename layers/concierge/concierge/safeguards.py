"""What no plan may do, checked before its first write."""

from __future__ import annotations

from dataclasses import dataclass

from concierge.errors import UnsafePlan
from concierge.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one plan may remove.

    removals_floor: always allowed, however small the population (a count).
    removals_share: of the population, when that is more than the floor (0..1).
    changes:        upper bound on changes of any kind (a count).
    """

    removals_floor: int = 5
    removals_share: float = 0.10
    changes: int = 10_000

    def __post_init__(self) -> None:
        if self.removals_floor < 0 or not 0 <= self.removals_share <= 1 or self.changes < 1:
            raise ValueError(f"limits out of range: {self}")


def check(plan: Plan, limits: Limits, *, population: int, before: int = 0) -> Plan:
    """Returns the plan unchanged if it is safe to apply.

    population: how many things of the kind that the plan removes exist.
    before:     how many changes earlier plans of the same run have, as Plan.weight counts them.
    Raises UnsafePlan, naming what was found and what is allowed.
    """
    if before + plan.weight > limits.changes:
        more = f" after {before}" if before else ""
        raise UnsafePlan(f"{plan.scope}: {plan.weight} changes{more}, at most {limits.changes} are allowed")
    allowed = max(limits.removals_floor, int(limits.removals_share * population))
    if plan.removals > allowed:
        raise UnsafePlan(f"{plan.scope}: would remove {plan.removals} of {population}, at most {allowed} are allowed")
    return plan
