"""What every section of a what-if report looks at, made once: the comparison, its tipping points and what may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from recoverynet.errors import DisclosureError
from recoverynet.models.interventions.arrays import group_place, person_place
from recoverynet.models.interventions.comparison import NOBODY, Comparison
from recoverynet.models.interventions.declared import BridgeRemoved, GroupClosed, HoursMoved, Introduction
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.models.interventions.robustness import TippingPoints
from recoverynet.models.interventions.source import SpreadSource
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.what_if import wording


@dataclass(frozen=True, eq=False)
class WhatIf:
    """Everything the sections read.

    Attributes
    ----------
    plan : InterventionPlan
    source : SpreadSource
    found : Comparison
    tipping : TippingPoints
    policy : DisclosurePolicy
    period : str
    """

    plan: InterventionPlan
    source: SpreadSource
    found: Comparison
    tipping: TippingPoints
    policy: DisclosurePolicy
    period: str

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row a rule."""
        return self.found.to_frame()

    @property
    def n(self) -> int:
        """Clients the answer is about."""
        return self.found.n_people

    @property
    def least(self) -> int:
        """Fewest people that may stand behind an estimate."""
        return max(self.policy.min_for_mean, self.policy.smallest_shown)

    @property
    def too_few(self) -> bool:
        """Whether so few clients stand behind everything that nothing may be shown."""
        return self.n < self.least

    @cached_property
    def lead(self) -> str:
        """The rule that links most clients; the first told of."""
        return str(self.frame.drop(index=NOBODY)["linked"].idxmax())

    @property
    def basis(self) -> str:
        """On what the spread part rests."""
        return wording.basis(self.found.supposition)

    def shows(self, outcome: str) -> bool:
        """Whether the number of clients with an outcome may be shown: neither they nor the others are too few at the start."""
        start = float(getattr(self.found.arms[NOBODY], {"holding": "held", "linked": "linked"}[outcome])[:, 0, 0].mean())
        small = self.policy.smallest_shown
        return not self.too_few and all(part == 0 or part >= small for part in (start, self.n - start))


def require_nobody_told_of(plan: InterventionPlan, source: SpreadSource, policy: DisclosurePolicy) -> None:
    """Refuse a shared report of a plan that is about a handful of clients.

    Raises
    ------
    DisclosureError
        It names fewer clients than the policy shows, or fewer go to a group that closes or moves, or meet whoever is taken out.
    """
    if policy.is_off:
        return
    at, standing = source.standing.community, source.standing
    for each in plan.interventions:
        told = None
        if isinstance(each, Introduction) and each.clients:
            told = ("the plan introduces", len(each.clients))
        elif isinstance(each, GroupClosed | HoursMoved) and each.group_id in standing.group_ids:
            place = group_place(standing, each.group_id)
            told = (f"{each.group_id!r} is gone to by", int((at.active[:, place] & at.client).sum()))
        elif isinstance(each, BridgeRemoved) and each.person_id in standing.person_ids:
            place = person_place(standing, each.person_id)
            tied = at.indices[at.indptr[place] : at.indptr[place + 1]]
            told = ("the person taken out meets", int(at.client[tied].sum()))
        if told is not None and 0 < told[1] < policy.smallest_shown:
            raise DisclosureError(
                f"A report that is shared would tell of a handful of clients: {told[0]} fewer than {policy.smallest_shown}. "
                f"Take this "
                "intervention out of the plan, or look at it with simulate_spread() and keep the answer to yourself."
            )
