"""What the evidence ladder answers: its rungs, the level reached and the verdict in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.draw.results import Axes, draw_estimates, draw_reason
from recoverynet.models.ladder.rungs import ONE_SIDED, PLACEBO_SIDED, STEADY_CHECK
from recoverynet.results import Result

SIDED = {"placebo outcome": PLACEBO_SIDED, "future ties": PLACEBO_SIDED}
NOT_ADJUSTED = "Nothing was adjusted for: people being alike in age, place or anything else may lie behind it."
LEVELS = {
    0: "described",
    1: "associated",
    2: "more than chance",
    3: "consistent with spread",
    4: "consistent with spread, and in a matched comparison too",
}
LIFTS = {
    "described": "more waves, or more people whose state is known at two waves in a row",
    "crude association": "more people or waves: the interval is too wide, or there is nothing to find",
    "permutation": "more people or waves: chance alone could do this",
    "adjusted, beyond the margin": "more people or waves to narrow the interval, and records of what else people share "
    "(place, provider, substance, age) to adjust for",
    "placebo outcome": "a record of the trait or place that makes people alike in things that cannot spread, to adjust for",
    "placebo tried": "an outcome that cannot spread between people and changes more often, recorded at the same waves",
    "placebo named": "an outcome that cannot spread between people, recorded at the same waves, passed as placebo=",
    "future ties": "a record of what draws people together before they meet, to adjust for",
    "co-evolution model": "more people or waves: with choosing one's like in the model, influence is not told from none",
    "matched comparison": "more people, so that enough with and without exposure are alike in history and circumstances",
}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes
    ----------
    level : int
        1 to 4: the level it belongs to.
    name : str
    passed : bool or None
        None where it could not be tried and the ladder does not stop for it.
    odds_ratio, low, high : float
        Estimate and the bounds it was judged by; NaN where there is none.
    p : float
    n_rows, n_events : int
        Person-waves at risk and gains among them.
    detail : str
        What was found, in a sentence.
    """

    level: int
    name: str
    passed: bool | None
    odds_ratio: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    n_rows: int = 0
    n_events: int = 0
    detail: str = ""


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class EvidenceLadder(Result):
    """How far up the ladder of evidence did the panel carry the claim?

    Attributes
    ----------
    level : int
        0 described, 1 associated, 2 more than chance, 3 consistent with spread, 4 in a matched comparison too.
    rungs : tuple of Rung
    failed : str or None
        Name of the first rung that did not hold; None where all did.
    hidden_trait : float
        x such that a trait nobody recorded, making ties within it x times as likely and changing the odds of gaining
        the norm by x, would by itself bring the adjusted estimate; NaN without an estimate, infinite where none would.
    hidden_trait_low : float
        The same for the lower bound of the estimate: 1 where chance alone reaches it.
    margin : float
        Odds ratio the lower bound had to clear.
    lift : str
        What data would lift the answer.
    """

    level: int
    rungs: tuple[Rung, ...]
    failed: str | None
    hidden_trait: float
    hidden_trait_low: float
    margin: float
    lift: str

    @property
    def consistent_with_spread(self) -> bool:
        """Whether level 3 was reached."""
        return self.level >= 3

    @property
    def verdict(self) -> str:
        """The answer in plain words, for somebody who has to act on it."""
        first = next((rung for rung in self.rungs if rung.name == self.failed), None)
        if first is not None and first.name == "described":
            sentences = [f"Level 0 of 4, there is too little to go by: {first.detail}."]
        else:
            sentences = [f"Level {self.level} of 4: {LEVELS[self.level]}."]
            sentences += [spread_in_words(self.adjusted_for)] if self.consistent_with_spread else []
            sentences += [] if first is None else [f"It stops at “{first.name}”: {first.detail}."]
        if self.caution:
            sentences.append(self.caution)
        if not math.isnan(self.hidden_trait):
            sentences.append(hidden_in_words(self.hidden_trait, self.hidden_trait_low))
        if self.lift:
            sentences.append(f"What would lift it: {self.lift}.")
        return " ".join(sentences)

    @property
    def adjusted_for(self) -> tuple[str, ...]:
        """Names of what was adjusted for, surroundings included."""
        return tuple(name for word in ("adjust", "surroundings") for name in self.settings.get(word, ()))

    @property
    def caution(self) -> str:
        """A sentence of caution where a level was reached on few people or gains; else empty."""
        said = next((each.detail for each in self.checks if each.name == STEADY_CHECK and each.passed is False), None)
        if self.level < 1 or said is None:
            return ""
        return f"Caution: this rests on {said}, and with so few an interval may be far too narrow."

    def to_dict(self) -> dict[str, Any]:
        """The whole answer in plain Python values that JSON can hold, the verdict in words among them.

        Returns
        -------
        dict
            As of every result, and ``verdict``.
        """
        return {**super().to_dict(), "verdict": self.verdict}

    def to_frame(self) -> pd.DataFrame:
        """One row a rung.

        Returns
        -------
        pandas.DataFrame indexed by rung
            ``level``, ``passed`` (missing where it could not be tried), ``odds_ratio``, ``low``, ``high``, ``p``,
            ``n_rows``, ``n_events``, ``detail``.
        """
        frame = pd.DataFrame([vars(rung) for rung in self.rungs]).rename(columns={"name": "rung"}).set_index("rung")
        return frame.astype({"passed": "boolean"})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Every estimate of the ladder with its bounds, the margin as a line.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Default: a new one.

        Returns
        -------
        matplotlib Axes
        """
        frame = self.to_frame()
        frame = frame[np.isfinite(frame["odds_ratio"])]
        if frame.empty:
            return draw_reason(self.reason or "no rung has an estimate", ax=ax)
        table = frame.rename(columns={"odds_ratio": "ratio", "low": "ratio_low", "high": "ratio_high"})
        table.index = [f"{name} ({2 * SIDED.get(name, ONE_SIDED) - 1:.0%})" for name in table.index]
        ax = draw_estimates(table, ratio="odds ratio", people=self.n_people, ax=ax)
        ax.set_xlabel(f"Odds ratio with interval, n = {self.n_people:,} people")
        ax.axvline(self.margin, linestyle=":", linewidth=1.2, color="0.35")
        return ax

    def _claim(self) -> tuple[str, str]:
        return "Ladder", "description, association, permutation null, lagged and adjusted with placebos, matched design"

    def _headline(self) -> str:
        stop = f"; stops at “{self.failed}”" if self.failed else ""
        return f"level {self.level} of 4: {LEVELS[self.level]}{stop}"


def hidden_in_words(strength: float, strength_low: float) -> str:
    """How strong a hidden trait would have to be, in a sentence: for the estimate, and for its lower bound."""
    if strength <= 1.0:
        return "There is no positive estimate for a hidden trait to explain."
    lower = f"for the lower bound {strength_low:.1f} would do"
    if not strength_low > 1.0:
        lower = "chance alone reaches the lower bound"
    if not math.isfinite(strength):
        if math.isinf(strength_low):
            lower = "nor one as large as its lower bound"
        return f"No hidden trait, however strong, would by itself bring an estimate this large; {lower}."
    return (
        "A trait nobody recorded would explain the estimate away if ties between people sharing it were "
        f"{strength:.1f} times as likely and it changed the odds of gaining the norm by {strength:.1f}; {lower}."
    )


def spread_in_words(names: Sequence[str]) -> str:
    """What level 3 means, by what was adjusted for."""
    listed = ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""
    account = f"chance, a set margin and what was adjusted for ({listed})" if names else "chance and a set margin"
    caveat = "" if names else f" {NOT_ADJUSTED}"
    return (
        f"People whose contacts held the norm went on to gain it more often than others, by more than {account} account "
        f"for.{caveat} That is what spread would look like; it is not proof of it."
    )
