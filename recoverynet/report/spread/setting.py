"""What every section on spread starts from: the panel, the ladder, what chance makes, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.models.ladder.findings import DESCRIBED, Rung
from recoverynet.models.ladder.intervals import expected_risk_set, with_jumps
from recoverynet.models.ladder.ladder import evidence_ladder
from recoverynet.models.ladder.rungs import PermutationNull, permutation_null
from recoverynet.models.ladder.verdict import EvidenceLadder
from recoverynet.models.ladder.words import LEVELS, NAMES, meaning_in_words, rung_in_words
from recoverynet.models.spread.risk_set import RiskSet, risk_set
from recoverynet.models.spread.spread_panel import SpreadPanel
from recoverynet.report import wording
from recoverynet.report.disclosure.estimates import about
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.results import p_in_words

WAVE = {"month": "month", "quarter": "quarter", "half": "half of the period"}


@dataclass(frozen=True, eq=False)
class SpreadSetting:
    """One question about spread: a panel, how it is asked, and its answers, each worked out once.

    Attributes
    ----------
    waves : SpreadPanel
    name : str
        Name of the norm or behaviour.
    policy : DisclosurePolicy
    seed : int
        Every permutation of the report draws from it.
    n_permutations : int
    clients : pandas.Index or None
        Clients an evaluation of the same record and period is about; None where nobody is told of as a client.
    """

    waves: SpreadPanel
    name: str
    policy: DisclosurePolicy
    seed: int = 0
    n_permutations: int = 999
    clients: pd.Index | None = None

    @property
    def norm(self) -> str:
        """The norm as it follows "holding"."""
        return f"the {self.name} norm" if self.waves.panel.norm is not None else f"“{self.name}”"

    @property
    def wave(self) -> str:
        """What a wave is called."""
        return WAVE.get(self.waves.every, "wave")

    @property
    def period(self) -> str:
        """The time the panel covers, in words."""
        dated = self.waves.panel.waves.dropna()
        if len(dated) < self.waves.panel.n_waves:
            return f"{self.waves.panel.n_waves} waves"
        return wording.period(dated["start"].iloc[0], dated["end"].iloc[-1])

    @cached_property
    def risk(self) -> RiskSet:
        """Everybody who could gain the norm, wave by wave."""
        return expected_risk_set(self.waves.panel, self.name)

    @property
    def known_holding(self) -> np.ndarray:
        """How many contacts are known to hold the norm at the start of each row of ``risk``; those of unknown state not counted."""
        return self.risk.at(risk_set(self.waves.panel, self.name).seen.n_holding)

    @cached_property
    def judged(self) -> RiskSet:
        """The same with the intervals that jump waves of unknown state, as the ladder judges by."""
        return with_jumps(self.risk)

    @cached_property
    def ladder(self) -> EvidenceLadder:
        """The evidence ladder."""
        asked: dict[str, Any] = self.waves.asked
        return evidence_ladder(self.waves.panel, behaviour=self.name, n_permutations=self.n_permutations, rng=self.seed, **asked)

    @cached_property
    def null(self) -> PermutationNull:
        """What chance makes of the exposure of those who gained, in the very draws the ladder judged by."""
        exposure = self.judged.at(self.judged.seen.share)
        return permutation_null(self.judged, exposure, self.n_permutations, np.random.default_rng(self.seed))

    @property
    def rows(self) -> tuple[int, int]:
        """Person-waves at risk with known exposure, and gains among them."""
        first = self.ladder.rungs[0]
        return first.n_rows, first.n_events

    @property
    def least(self) -> int:
        """How many people or events must stand behind a figure."""
        return max(self.policy.min_for_mean, self.policy.smallest_shown)

    @property
    def too_few(self) -> bool:
        """Whether so few gained the norm, or did not, that no estimate may be shown."""
        n_rows, n_events = self.rows
        return min(n_events, n_rows - n_events) < self.least

    def rung(self, name: str) -> Rung | None:
        """A rung of the ladder, None where it was not reached."""
        return self.ladder.rung(name)


def verdict_sentences(setting: SpreadSetting) -> list[str]:
    """The verdict: level and meaning, where it stops, cautions, what was not tried, a hidden trait, what lifts it."""
    ladder = setting.ladder
    said = [f"**Level {ladder.level} of 4: {LEVELS[ladder.level]}.** {meaning_in_words(ladder.level, terms_read(setting))}"]
    if setting.too_few:
        stopped = ladder.stopped_at
        said += [f"It stops at the rung “{rung_name(stopped)}”: {found_at(setting, stopped)}."] if stopped else []
        return said + ([f"What would lift it: {ladder.lift}."] if ladder.lift else [])
    return said + ladder.sentences(counted=False, found=lambda rung: found_at(setting, rung), named=rung_name)


def rung_name(rung: Rung) -> str:
    """A rung as it is called within a sentence."""
    return wording.lower_first(NAMES[rung.name])


def found_at(setting: SpreadSetting, rung: Rung) -> str:
    """What was found at a rung, without any count that could be of a few people."""
    if setting.too_few:
        return "too few people, or too few changes, to look at"
    if rung.name == DESCRIBED and rung.passed:
        return f"about {about(rung.n_events)} gains in about {about(rung.n_rows)} person-waves at risk"
    if rung.has_estimate and rung.n_rows and rung.n_events < setting.least:
        return "too few changes stand behind it to show an estimate"
    labelled = replace(rung, terms=tuple(terms_read(setting)) if rung.terms else ())
    return rung_in_words(labelled, counted=False)


def terms_read(setting: SpreadSetting) -> list[str]:
    """Names of what was adjusted for, surroundings included, as they are read."""
    return [wording.lower_first(wording.label(name)) for name in (*setting.waves.adjust, *setting.waves.surroundings)]


def terms_in_words(setting: SpreadSetting) -> str:
    """What was adjusted for, surroundings included."""
    return wording.listed(terms_read(setting)) or "nothing, as nothing is recorded"


def placebo_in_words(setting: SpreadSetting) -> str:
    """What the placebo is."""
    placebo = setting.waves.placebo
    return "not named" if placebo is None else placebo.replace("_", " ").replace(".", " ", 1)


def p_words(p: float) -> str:
    """``p = 0.006``, or that it is not known."""
    return "p not known" if math.isnan(p) else f"p = {p_in_words(p)}"
