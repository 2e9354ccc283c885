"""What every section of a what-if report looks at, made once: the comparison, its tipping points and what may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from recoverynet.errors import DisclosureError
from recoverynet.measures.subgroups import EVERYONE, NOT_RECORDED
from recoverynet.models.interventions.arrays import group_place, person_place
from recoverynet.models.interventions.comparison import NOBODY, Comparison
from recoverynet.models.interventions.declared import BridgeRemoved, GroupClosed, HoursMoved, Introduction
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.models.interventions.robustness import TippingPoints
from recoverynet.models.interventions.source import SpreadSource
from recoverynet.report.disclosure.labels import OTHER, is_usual
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


def with_rare_levels_pooled(source: SpreadSource, smallest: int) -> SpreadSource:
    """The same community with subgroups of fewer clients than a policy shows counted as one, "other", before courses are."""
    standing = source.standing
    words = {by: rare_levels(standing.levels, standing.n_level, by, smallest) for by in dict(standing.levels)}
    told = [(by, OTHER if level in words[by] else level) for by, level in standing.levels]
    if told == list(standing.levels):
        return source
    levels = tuple(dict.fromkeys(told))
    place = np.array([levels.index(level) for level in told])
    n_level = np.bincount(place, weights=standing.n_level, minlength=len(levels)).astype(np.int64)
    community = standing.community._replace(levels=place[standing.community.levels])
    return replace(source, standing=replace(standing, community=community, levels=levels, n_level=n_level))


def rare_levels(levels: Sequence[tuple[str, str]], n_level: np.ndarray, by: str, smallest: int) -> set[str]:
    """Levels of one column that fewer clients have, words every report has left out."""
    own = [(level, n) for (name, level), n in zip(levels, n_level, strict=True) if name == by]
    return {level for level, n in own if n < smallest and level not in (EVERYONE, NOT_RECORDED) and not is_usual(level)}
