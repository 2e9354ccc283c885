"""What a fitted model says of kinds of people: chances, and by when it has happened to how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy.special import ndtri

from recoverynet.draw.chances import draw_chances, draw_incidence
from recoverynet.draw.results import Axes
from recoverynet.errors import SchemaError
from recoverynet.kernels.hazard_margins import interval_of_chance, mean_chance, mean_incidence
from recoverynet.models.spread.fitted_rows import WAVE, FittedRows
from recoverynet.models.spread.profiles import LEAST_PEOPLE, Profile, outside_seen, set_profile
from recoverynet.results import Check, Result

MOST_GROUPS = 30
HALF = 0.5


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Predictions(Result):
    """How likely is it, for people of which kind?

    Attributes
    ----------
    estimand : str
        What the probabilities are of, in words.
    table : pandas.DataFrame indexed by profile or group
        See :meth:`to_frame`.
    level : float
        Coverage of ``low`` to ``high``.
    """

    estimand: str
    table: pd.DataFrame
    level: float = 0.95

    def to_frame(self) -> pd.DataFrame:
        """One row a profile or group.

        Returns
        -------
        pandas.DataFrame indexed by profile, or by group
            ``probability`` (from 0 to 1), ``std_error``, ``low``, ``high``, ``n_people``, ``n_rows`` (those averaged over), of
            groups ``observed`` (the share it happened to), and ``withheld``: why nothing is said, else missing.
        """
        return self.table.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Every probability with its interval; in new Axes where none are given."""
        label = "Probability"
        return draw_chances(self.table, label=label, level=self.level, people=self.n_people, reason=self.reason, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", self.estimand

    def _headline(self) -> str:
        known = self.table[self.table["probability"].notna()]
        if known.empty:
            return "nothing may be said of so few people"
        ends = known["probability"].idxmin(), known["probability"].idxmax()
        words = [f"{known['probability'][cast(str, name)]:.3g} for {name}" for name in dict.fromkeys(ends)]
        return f"probability {' to '.join(words)}"


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class TimeToEvent(Result):
    """By when has it happened to how many, among people of which kind?

    Attributes
    ----------
    estimand : str
    table : pandas.DataFrame indexed by (profile, waves)
        See :meth:`to_frame`.
    medians : pandas.DataFrame indexed by profile
        ``median``: waves until it has happened to half, missing where it has not within the waves looked at; ``low``, ``high``: the
        waves at which the upper and the lower bound of the incidence reach a half, missing likewise.
    level : float
        Coverage of ``low`` to ``high``.
    """

    estimand: str
    table: pd.DataFrame
    medians: pd.DataFrame
    level: float = 0.95

    def to_frame(self) -> pd.DataFrame:
        """One row a profile and number of waves.

        Returns
        -------
        pandas.DataFrame indexed by (profile, waves)
            ``hazard`` (chance at that wave among those to whom it has not happened), ``incidence`` (chance that it has happened by
            then), ``std_error``, ``low``, ``high`` (of the incidence), ``withheld``.
        """
        return self.table.copy()

    def plot(self, ax: Axes | None = None) -> Axes:
        """The incidence of every profile, wave by wave; in new Axes where none are given."""
        label = "Share to whom it has happened"
        return draw_incidence(self.table, label=label, level=self.level, people=self.n_people, reason=self.reason, ax=ax)

    def _claim(self) -> tuple[str, str]:
        return "Estimated", self.estimand

    def _headline(self) -> str:
        words = [f"{name}: {'not reached' if np.isnan(row) else f'{row:g}'}" for name, row in self.medians["median"].items()]
        return f"waves until half: {'; '.join(words)}"


def profile_table(rows: FittedRows, profiles: list[Profile], others: str, level: float) -> pd.DataFrame:
    """Chances of profiles, averaged over the rows as observed or at the mean of what a profile leaves open."""
    found = []
    for profile in profiles:
        counts = {"n_people": rows.people_behind(np.ones(len(rows.design), bool)), "n_rows": len(rows.design)}
        if profile.withheld:
            found.append(_row(np.nan, np.nan, np.nan, np.nan) | counts | {"withheld": profile.withheld})
            continue
        made = mean_chance(rows.estimated(set_profile(rows, profile, others)), rows.beta, rows.link)
        spread = made.std_error(rows.covariance)
        low, high = interval_of_chance(made.value, spread, float(ndtri(0.5 + level / 2)), rows.link)
        found.append(_row(made.value, spread, low, high) | counts | {"withheld": None})
    says = pd.DataFrame([dict(profile.says) for profile in profiles])
    index = pd.Index([profile.name for profile in profiles], name="profile")
    return pd.concat([says, pd.DataFrame(found)], axis=1).set_axis(index, axis=0).astype({"withheld": "object"})


def group_table(rows: FittedRows, by: str, level: float) -> pd.DataFrame:
    """Fitted chances and observed shares of groups of the people behind the fit; groups of few people are withheld."""
    code, names = _groups(rows, by)
    found = []
    for number in range(len(names)):
        inside = code == number
        people = rows.people_behind(inside)
        if people < LEAST_PEOPLE:
            few = {"observed": np.nan, "n_people": pd.NA, "n_rows": pd.NA, "withheld": f"fewer than {LEAST_PEOPLE} people"}
            found.append(_row(np.nan, np.nan, np.nan, np.nan) | few)
            continue
        made = mean_chance(rows.estimated(rows.design[inside]), rows.beta, rows.link)
        spread = made.std_error(rows.covariance)
        low, high = interval_of_chance(made.value, spread, float(ndtri(0.5 + level / 2)), rows.link)
        counts = {"observed": float(rows.outcome[inside].mean()), "n_people": people, "n_rows": int(inside.sum()), "withheld": None}
        found.append(_row(made.value, spread, low, high) | counts)
    table = pd.DataFrame(found, index=pd.Index([f"{by} {name}" for name in names], name="group"))
    return table.astype({"n_people": "Int64", "n_rows": "Int64", "withheld": "object"})


def _row(value: float, spread: float, low: float, high: float) -> dict[str, object]:
    return {"probability": value, "std_error": spread, "low": low, "high": high}


def _groups(rows: FittedRows, by: str) -> tuple[np.ndarray, list[str]]:
    """The group of every row and the names of groups."""
    if by == WAVE:
        values = rows.wave
    elif by in rows.counts:
        nothing = np.zeros(len(rows.design))
        values = sum((step * rows.design[:, rows.column(term)] for step, term in enumerate(rows.counts[by], start=1)), nothing)
    elif by in rows.nameable:
        values = rows.level_of_rows(by) if rows.levels(by) else rows.design[:, rows.column(by)]
    else:
        known = list(dict.fromkeys([WAVE, *rows.nameable]))
        raise SchemaError(f"by must be one of {', '.join(map(repr, known))}; got {by!r}.")
    code, levels = pd.factorize(values, sort=True)
    if len(levels) > MOST_GROUPS:
        raise SchemaError(
            f"{by!r} has {len(levels):,} values, which makes groups of few; name something of at most {MOST_GROUPS}, or ask about "
            "profiles."
        )
    return code, [f"{level:g}" if isinstance(level, float) else str(level) for level in levels]


def incidence_tables(
    rows: FittedRows, profiles: list[Profile], others: str, n_waves: int, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Incidence by profile and number of waves, and waves until half."""
    steps = sorted([*rows.waves, *rows.quiet])[:n_waves] if rows.wave_effects else [None] * n_waves
    reach = float(ndtri(0.5 + level / 2))
    found, medians = [], []
    for profile in profiles:
        made = [] if profile.withheld else _incidences(rows, profile, others, steps, reach)
        nothing = {"hazard": np.nan, "incidence": np.nan, "std_error": np.nan, "low": np.nan, "high": np.nan}
        part = pd.DataFrame(made or [nothing] * len(steps)).assign(withheld=profile.withheld)
        index = pd.MultiIndex.from_product([[profile.name], range(1, len(steps) + 1)], names=["profile", "waves"])
        found.append(part.set_axis(index, axis=0).astype({"withheld": "object"}))
        halves = [_first_at_half(part[name]) for name in ("incidence", "high", "low")]
        medians.append(dict(zip(("median", "low", "high"), halves, strict=True)))
    names = pd.Index([profile.name for profile in profiles], name="profile")
    return pd.concat(found), pd.DataFrame(medians, index=names)


def _incidences(rows: FittedRows, profile: Profile, others: str, steps: list[Any], reach: float) -> list[dict[str, float]]:
    designs: list[np.ndarray | None] = []
    base = set_profile(rows, profile, others)
    for wave in steps:
        if wave in rows.quiet:
            designs.append(None)
            continue
        here = base.copy()
        if wave is not None:
            rows.set_wave(here, wave)
        designs.append(rows.estimated(here))
    certain = [rows.quiet.get(wave, np.nan) for wave in steps]
    found, last = [], 0.0
    for made in mean_incidence(designs, rows.beta, rows.link, certain):
        spread = made.std_error(rows.covariance)
        low, high = interval_of_chance(made.value, spread, reach, "cloglog")
        hazard = (made.value - last) / (1.0 - last) if last < 1.0 else np.nan
        found.append({"hazard": hazard, "incidence": made.value, "std_error": spread, "low": low, "high": high})
        last = made.value
    return found


def _first_at_half(values: pd.Series) -> float:
    """Number of waves at which a half is reached first; NaN where it is not."""
    there = np.flatnonzero(values.to_numpy(dtype=float) >= HALF)
    return float(there[0] + 1) if len(there) else np.nan


def profile_checks(rows: FittedRows, profiles: list[Profile]) -> tuple[Check, ...]:
    """Whether profiles lie within what was seen, and whether all of them may be spoken of."""
    beyond = outside_seen(rows, profiles)
    withheld = [f"{profile.name}: {profile.withheld}" for profile in profiles if profile.withheld]
    return (
        Check("profiles within what was seen", not beyond, "; ".join(beyond)),
        Check("people enough behind every profile", not withheld, "; ".join(withheld)),
    )


def quiet_checks(rows: FittedRows) -> tuple[Check, ...]:
    """Whether every wave has an estimate of its own."""
    told = [f"wave {wave}: {'everybody' if share else 'nobody'}, by what was seen" for wave, share in rows.quiet.items()]
    return (Check("an estimate at every wave", not told, "; ".join(told)),)
