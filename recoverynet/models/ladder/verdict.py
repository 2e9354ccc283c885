"""What the evidence ladder answers: its rungs, the level reached and the verdict in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.draw.exposure_null import exposure_null
from recoverynet.draw.results import Axes, describe_estimates, draw_estimates, draw_reason
from recoverynet.draw.style import described
from recoverynet.models.ladder.coverage import Outside
from recoverynet.models.ladder.findings import ADJUSTED, DESCRIBED, MATCHED, PLACEBO, PLACEBOS, Footing, Rung
from recoverynet.models.ladder.rungs import STEADY_GAINS, PermutationNull
from recoverynet.models.ladder.used import Used
from recoverynet.models.ladder.words import (
    LEVELS,
    LIFTS,
    UNTRIED_PLACEBO,
    footing_in_words,
    hidden_in_words,
    meaning_in_words,
    outside_in_words,
    rung_in_words,
    thin_match_in_words,
    untried_in_words,
    warned_in_words,
    weak_in_words,
)
from recoverynet.plain import plain
from recoverynet.results import Result


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
    footing : Footing
        What the adjusted estimate stands on.
    null : PermutationNull or None
        What level 2 was judged by: exposure of those who gained, and in every dealing of the same gains.
    outside : tuple of Outside
        In what the panel lies outside what the ladder's error rates were measured on.
    used : Used or None
        What the answer was made from: panel, people, gains, contacts, share unknown, adjustment, surroundings, the placebo and its
        power, seed and versions.
    """

    level: int
    rungs: tuple[Rung, ...]
    failed: str | None
    hidden_trait: float
    hidden_trait_low: float
    margin: float
    footing: Footing = Footing()
    null: PermutationNull | None = None
    outside: tuple[Outside, ...] = ()
    used: Used | None = None

    @property
    def consistent_with_spread(self) -> bool:
        """Whether level 3 was reached."""
        return self.level >= 3

    @property
    def stopped_at(self) -> Rung | None:
        """The first rung that did not hold; None where all did."""
        return self.rung(self.failed) if self.failed else None

    def rung(self, name: str) -> Rung | None:
        """A rung by name; None where the ladder did not come to it."""
        return next((rung for rung in self.rungs if rung.name == name), None)

    @property
    def untried(self) -> tuple[Rung, ...]:
        """Rungs that could not be tried and for which the ladder does not stop."""
        return tuple(rung for rung in self.rungs if rung.passed is None)

    @property
    def warned(self) -> tuple[Rung, ...]:
        """Checks that show something and for which the ladder does not stop."""
        return tuple(rung for rung in self.rungs if rung.passed is False and not rung.stops)

    @property
    def weak_placebos(self) -> tuple[Rung, ...]:
        """Placebos that held, yet whose bounds leave room for an association as strong as that of the norm."""
        adjusted = self.rung(ADJUSTED)
        if adjusted is None or not math.isfinite(adjusted.odds_ratio):
            return ()
        return tuple(rung for rung in self.rungs if rung.name in PLACEBOS and rung.passed and rung.high >= adjusted.odds_ratio)

    @property
    def thin_match(self) -> Rung | None:
        """The matched comparison where it held on fewer changes than an answer needs to go without caution; else None."""
        rung = self.rung(MATCHED)
        if rung is None or not rung.passed:
            return None
        return rung if min(rung.n_events, rung.n_rows - rung.n_events) < STEADY_GAINS else None

    @property
    def verdict(self) -> str:
        """The answer in plain words, for somebody who has to act on it."""
        return " ".join([self.level_in_words(), *self.sentences()])

    def level_in_words(self, terms: Sequence[str] | None = None) -> str:
        """The level reached and what it means; ``terms`` are the names of what was adjusted for, as they are to be read."""
        stopped = self.stopped_at
        if stopped is not None and stopped.name == DESCRIBED:
            return f"Level 0 of 4, there is too little to go by: {rung_in_words(stopped)}."
        names = self.adjusted_for if terms is None else terms
        return f"Level {self.level} of 4: {LEVELS[self.level]}. {meaning_in_words(self.level, names)}"

    def sentences(
        self,
        *,
        counted: bool = True,
        found: Callable[[Rung], str] = rung_in_words,
        named: Callable[[Rung], str] = lambda rung: rung.name,
    ) -> list[str]:
        """What belongs to the level: where it stops, cautions, what was not tried, a hidden trait, what would lift it.

        Parameters
        ----------
        counted : bool
            Whether people and gains may be counted.
        found, named : function of a Rung
            What was found at a rung in a clause, and what the rung is called, where that is another matter than here.

        Returns
        -------
        list of str
        """
        stopped, said = self.stopped_at, []
        if stopped is not None and stopped.name != DESCRIBED:
            said.append(f"It stops at “{named(stopped)}”: {found(stopped)}.")
        if self.level >= 1:
            said += filter(None, [footing_in_words(self.footing, counted=counted)])
            said += [thin_match_in_words(self.thin_match, counted=counted)] if self.thin_match else []
            said += [untried_in_words(named(rung), found(rung)) for rung in self.untried]
            said += [warned_in_words(named(rung), found(rung)) for rung in self.warned]
            said += [outside_in_words(self.outside)] if self.outside and counted else []
            adjusted = self.rung(ADJUSTED)
            said += [weak_in_words(named(rung), rung, adjusted) for rung in self.weak_placebos if adjusted is not None]
        if not math.isnan(self.hidden_trait):
            said.append(hidden_in_words(self.hidden_trait, self.hidden_trait_low))
        if self.lift:
            said.append(f"What would lift it: {self.lift}.")
        return said

    @property
    def adjusted_for(self) -> tuple[str, ...]:
        """Names of what was adjusted for, surroundings included."""
        return tuple(name for word in ("adjust", "surroundings") for name in self.settings.get(word, ()))

    @property
    def caution(self) -> str:
        """A sentence of caution where a level was reached on few people or gains; else empty."""
        return footing_in_words(self.footing) if self.level >= 1 else ""

    @property
    def lift(self) -> str:
        """What data would lift the answer past the rung that did not hold; empty where all held."""
        stopped = self.stopped_at
        if stopped is None:
            return ""
        code = "" if stopped.reason is None else stopped.reason.code
        untried = stopped.name == PLACEBO and bool(code)
        return LIFTS.get(code, LIFTS[UNTRIED_PLACEBO if untried else stopped.name])

    def to_dict(self) -> dict[str, Any]:
        """The whole answer in plain Python values that JSON can hold, the verdict in words among them.

        Returns
        -------
        dict
            As of every result, and ``verdict``, ``lift``, and the names of the rungs ``untried``, ``weak_placebos`` and ``warned``;
            every rung has ``reason_code`` and ``reason_facts`` beside its ``reason``. What JSON makes of it is the same again.
        """
        rungs = [
            {
                **plain(rung),
                "reason_code": None if rung.reason is None else rung.reason.code,
                "reason_facts": {} if rung.reason is None else plain(rung.reason.facts),
            }
            for rung in self.rungs
        ]
        named = {name: [rung.name for rung in getattr(self, name)] for name in ("untried", "weak_placebos", "warned")}
        return {**super().to_dict(), "rungs": rungs, "verdict": self.verdict, "lift": self.lift, **named}

    def to_frame(self) -> pd.DataFrame:
        """One row a rung.

        Returns
        -------
        pandas.DataFrame indexed by rung
            ``level``, ``passed`` (missing where it could not be tried), ``odds_ratio``, ``low``, ``high``, ``p``,
            ``n_rows``, ``n_events``, ``detail``.
        """
        columns = ("level", "passed", "odds_ratio", "low", "high", "p", "n_rows", "n_events")
        rows = [{name: getattr(rung, name) for name in columns} | {"detail": rung_in_words(rung)} for rung in self.rungs]
        frame = pd.DataFrame(rows, index=pd.Index([rung.name for rung in self.rungs], name="rung"))
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
        sided = {rung.name: rung.sided for rung in self.rungs}
        table.index = [f"{name} ({2 * sided[name] - 1:.0%})" for name in table.index]
        ax = draw_estimates(table, ratio="odds ratio", people=self.n_people, ax=ax)
        ax.set_xlabel(f"Odds ratio with interval, n = {self.n_people:,} people")
        ax.axvline(self.margin, linestyle=":", linewidth=1.2, color="0.35")
        told = describe_estimates(table, ratio="odds ratio", level=None, people=self.n_people)
        return described(ax, f"{told} The margin is {self.margin:g}.")

    def plot_chance(self, ax: Axes | None = None, *, title: str | None = None) -> Axes:
        """How exposed were those who gained the norm, and how exposed had the same gains fallen by chance (level 2)?

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Default: a new one.
        title : str, optional
            Default: the one of the figure.

        Returns
        -------
        matplotlib Axes
        """
        if self.null is None or not len(self.null.draws):
            return draw_reason(self.reason or "nobody, or everybody, gained the norm", ax=ax)
        null, draws = self.null, pd.DataFrame({"draw": self.null.draws})
        return exposure_null(draws, observed=null.observed, expected=null.expected, gains=null.n_events, title=title, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Ladder", "description, association, permutation null, lagged and adjusted with placebos, matched design"

    def _headline(self) -> str:
        stop = f"; stops at “{self.failed}”" if self.failed else ""
        return f"level {self.level} of 4: {LEVELS[self.level]}{stop}"

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.sentences())
        return f"<div><p><strong>{escape(self.level_in_words())}</strong></p><ul>{said}</ul></div>{super()._repr_html_()}"
