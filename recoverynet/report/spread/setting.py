"""What every section on spread starts from: the panel, the ladder, what chance makes, in words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recoverynet.models.ladder.ladder import evidence_ladder
from recoverynet.models.ladder.rungs import PermutationNull, expected_risk_set, permutation_null
from recoverynet.models.ladder.verdict import LEVELS, NOT_ADJUSTED, EvidenceLadder, Rung, hidden_in_words
from recoverynet.models.spread.risk_set import RiskSet
from recoverynet.models.spread.spread_panel import SpreadPanel
from recoverynet.report import wording
from recoverynet.report.disclosure.estimates import about
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.results import p_in_words

_COUNTED = re.compile(r"\s*(?:\([^()]*\d[^()]*\)|:[^:()]*\d[^:()]*$)")
"""The part of a reason that counts people or changes: in brackets, or after a last colon."""

WAVE = {"month": "month", "quarter": "quarter", "half": "half of the period"}
SAID = {
    "described": "Enough to look at",
    "crude association": "Crude association",
    "permutation": "More than chance",
    "adjusted, beyond the margin": "Adjusted for what is recorded",
    "placebo outcome": "Placebo outcome",
    "placebo named": "Placebo outcome",
    "future ties": "People met only later",
    "matched comparison": "Matched comparison",
}
LIFT = {
    "placebo named": "an outcome on record that cannot spread between people, such as housing, named as "
    "placebo when the report is made"
}
MEANING = {
    0: "Nothing in these records speaks for spread. That is no finding against it: how wide the intervals "
    "are says what could have been missed.",
    1: "People whose contacts held the norm went on to gain it more often, but no more than chance could make.",
    2: "People whose contacts held the norm went on to gain it more often than chance would make. Why "
    "cannot be told: like people meeting, or sharing a place, leaves the same trace as influence.",
    3: "People whose contacts held the norm went on to gain it more often than others, by more than "
    "{accounted} account for. That is what spread would look like; it is not proof "
    "of it.",
    4: "People whose contacts held the norm went on to gain it more often than others, by more than "
    "{accounted} account for, and so they did in a matched comparison. That is what "
    "spread would look like; it is not proof of it.",
}
CAUTION = "Caution: few people or few changes stand behind this, and with so few an interval may be far too narrow."


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
    """

    waves: SpreadPanel
    name: str
    policy: DisclosurePolicy
    seed: int = 0
    n_permutations: int = 999

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

    @cached_property
    def ladder(self) -> EvidenceLadder:
        """The evidence ladder."""
        return evidence_ladder(
            self.waves.panel, behaviour=self.name, n_permutations=self.n_permutations, rng=self.seed, **self.waves.asked
        )

    @cached_property
    def null(self) -> PermutationNull:
        """What chance makes of the exposure of those who gained, in the very draws the ladder judged by."""
        exposure = self.risk.at(self.risk.seen.share)
        return permutation_null(self.risk, exposure, self.n_permutations, np.random.default_rng(self.seed))

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
        return next((rung for rung in self.ladder.rungs if rung.name == name), None)


def meaning_of(level: int, adjusted: bool = True) -> str:
    """What a level says, and what it does not."""
    accounted = "chance, a set margin and what was adjusted for" if adjusted else "chance and a set margin"
    return MEANING[level].format(accounted=accounted)


def verdict_sentences(setting: SpreadSetting) -> list[str]:
    """The verdict: level and meaning, where it stops, how strong a hidden trait, what lifts it."""
    ladder = setting.ladder
    said = [f"**Level {ladder.level} of 4: {LEVELS[ladder.level]}.** {meaning_of(ladder.level, bool(ladder.adjusted_for))}"]
    if ladder.consistent_with_spread:
        said.append(f"Adjusted for: {terms_in_words(setting)}." if ladder.adjusted_for else NOT_ADJUSTED)
    failed = setting.rung(ladder.failed) if ladder.failed else None
    if failed is not None:
        said.append(
            f"It stops at the rung “{wording.lower_first(SAID.get(failed.name, failed.name))}”: {found_at(setting, failed)}."
        )
    if ladder.caution and not setting.too_few:
        said.append(CAUTION)
    if not math.isnan(ladder.hidden_trait) and ladder.level > 0 and not setting.too_few:
        said.append(hidden_in_words(ladder.hidden_trait, ladder.hidden_trait_low))
    if ladder.lift:
        said.append(f"What would lift it: {LIFT.get(ladder.failed or '', ladder.lift)}.")
    return said


def found_at(setting: SpreadSetting, rung: Rung) -> str:
    """What was found at a rung, without any count that could be of a few people."""
    has_estimate = math.isfinite(rung.odds_ratio) or rung.name == "matched comparison" and math.isfinite(rung.p)
    if setting.too_few:
        return "too few people, or too few changes, to look at"
    if rung.name == "described" and rung.passed:
        return f"about {about(rung.n_events)} gains in about {about(rung.n_rows)} person-waves at risk"
    if has_estimate and rung.n_events < setting.least:
        return "too few changes stand behind it to show an estimate"
    if has_estimate or math.isfinite(rung.p):
        return re.sub(r"(?<=[( ])-(?=\d)", "\N{MINUS SIGN}", rung.detail)
    return without_counts(rung.detail)


def without_counts(reason: str) -> str:
    """A reason without the numbers of people or changes it names.

    Examples
    --------
    >>> without_counts("too few new ties: 4 person-waves at risk and 2 gains")
    'too few new ties'
    """
    return _COUNTED.sub("", reason)


def terms_in_words(setting: SpreadSetting) -> str:
    """What was adjusted for, surroundings included."""
    terms = [wording.lower_first(wording.label(name)) for name in (*setting.waves.adjust, *setting.waves.surroundings)]
    return wording.listed(terms) or "nothing, as nothing is recorded"


def placebo_in_words(setting: SpreadSetting) -> str:
    """What the placebo is."""
    placebo = setting.waves.placebo
    return "not named" if placebo is None else placebo.replace("_", " ").replace(".", " ", 1)


def p_words(p: float) -> str:
    """``p = 0.006``, or that it is not known."""
    return "p not known" if math.isnan(p) else f"p = {p_in_words(p)}"
