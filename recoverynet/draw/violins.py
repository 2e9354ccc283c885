"""Does a model make networks and behaviours like those observed? Violins of simulations, the observed as a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes as Axes

from recoverynet.draw.cells import NOTHING, in_a_sentence, whole
from recoverynet.draw.plate import empty_plate, open_plate, room_for_values, value_axis
from recoverynet.draw.style import ACCENT, BAND, INK, MAIN, MUTED, SMALL, axes_width, described, drawn, text_width
from recoverynet.errors import SchemaError

LEFT, RIGHT = 58.0, 12.0
ROW, HEAD = 25.0, 18.0
MIDDLE = (0.05, 0.95)
FARTHEST = 6.0
"""Standard deviations from the mean at which the axis ends; what lies beyond is a triangle at its edge."""
FEWEST = 4
"""Fewer classes than that leave room at their sides, so that no violin is wider than it is high."""
UNEVEN = 30.0
"""Classes whose spreads differ by more than so many times do not share an axis of counts."""


class _Classes(NamedTuple):
    """What is drawn: a list of simulated values a class, the observed ones, 5 and 95 % in the unit of the axis."""

    names: list[str]
    values: list[np.ndarray]
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    printed: list[str]


@drawn
def draw_violins(
    simulated: pd.DataFrame,
    *,
    observed: Sequence[float] | np.ndarray | pd.Series,
    title: str,
    classes: str = "",
    unit: str = "",
    p: float = math.nan,
    people: int | None = None,
    standardised: bool | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Is what was observed what the model would make? A violin a class, the observed as a line through them.

    Parameters
    ----------
    simulated : pandas.DataFrame
        One row a simulation, one column a class in order ("0", "1", …; "003", "012", …). NaN is left out.
    observed : sequence of float
        The observed value of each class.
    title : str
        What is counted.
    classes : str
        What the classes are; stands beside them.
    unit : str
        What the values count ("people"); names the axis where it is not standardised.
    p : float
        Of the test over all classes together; NaN leaves it out.
    people : int, optional
        Number of people, for the note.
    standardised : bool, optional
        Every class in standard deviations from its simulated mean. Default: where the classes do not fit side by side
        or differ too much in spread to share an axis.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Classes side by side with their observed values above, or below each other where they do not fit. Thick bars
        hold the middle 90 % of simulations.

    Raises
    ------
    SchemaError
        ``observed`` has not one value a class.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> ties = pd.DataFrame(rng.binomial(50, [0.1, 0.4, 0.8], (200, 3)), columns=["0", "1", "2"])
    >>> axes = draw_violins(ties, observed=[6, 19, 41], title="Ties sent", unit="people", p=0.62, people=50)
    >>> [text.get_text() for text in axes.texts if text.get_gid() == "observed"]
    ['6', '19', '41']
    """
    values = np.asarray(observed, dtype=float)
    _require(simulated, values)
    printed = [_count(value) for value in values]
    room = axes_width(ax, left=LEFT, right=RIGHT) / max(simulated.shape[1], 1) - 6.0
    labels = [*printed, *map(str, simulated.columns)]
    stacked = max((text_width(label, SMALL) for label in labels), default=0.0) > room
    if standardised is None:
        standardised = stacked or _uneven(simulated)
    shown = _classes(simulated, values, printed, standardised)
    if simulated.empty:
        return described(empty_plate(title, ax), describe_violins(simulated, observed=observed, title=title, p=p))
    note = _note(len(simulated), people, standardised, bool(np.abs(shown.observed).max(initial=0) > FARTHEST))
    place = _below_each_other if stacked else _side_by_side
    axes = place(shown, (title, note), (classes, _axis_name(unit, standardised)), standardised, ax)
    _key(axes, p, stacked)
    return described(axes, describe_violins(simulated, observed=observed, title=title, p=p))


def describe_violins(
    simulated: pd.DataFrame, *, observed: Sequence[float] | np.ndarray | pd.Series, title: str, p: float = math.nan
) -> str:
    """What does the figure of violins show, in words for those who cannot see it?

    Parameters
    ----------
    simulated, observed, title, p
        As for :func:`draw_violins`.

    Returns
    -------
    str
        p, and each class whose observed value lies outside the middle 90 % of simulations.

    Raises
    ------
    SchemaError
        As for :func:`draw_violins`.

    Examples
    --------
    >>> ties = pd.DataFrame({"0": [1, 2, 3, 4], "1": [5, 6, 7, 8]})
    >>> describe_violins(ties, observed=[2, 20], title="Ties sent", p=0.2)
    'Violins. Ties sent: 4 simulations, p = 0.2. Observed outside the middle 90% of simulations in 1 of 2 classes:
    1 (observed 20, simulations 5.15 to 7.85).'
    """
    values = np.asarray(observed, dtype=float)
    _require(simulated, values)
    if simulated.empty:
        return NOTHING
    low, high = (simulated.quantile(share).to_numpy() for share in MIDDLE)
    out = np.flatnonzero((values < low) | (values > high))
    said = [
        f"{simulated.columns[int(at)]} (observed {_count(values[at])}, simulations {low[at]:.4g} to {high[at]:.4g})" for at in out
    ]
    where = f" in {len(out)} of {len(values)} classes: {in_a_sentence(said)}." if said else " in no class."
    size = "" if math.isnan(p) else f", p = {p:.3g}"
    opening = f"Violins. {title.rstrip('.')}: {len(simulated):,} simulations{size}."
    return f"{opening} Observed outside the middle 90% of simulations{where}"


def _require(simulated: pd.DataFrame, observed: np.ndarray) -> None:
    if observed.shape != (simulated.shape[1],):
        raise SchemaError(
            f"draw_violins needs one observed value a class: {simulated.shape[1]} columns of simulations, {observed.size} observed."
        )


def _uneven(simulated: pd.DataFrame) -> bool:
    """Whether spreads differ too much for one axis."""
    spread = simulated.std().to_numpy()
    spread = spread[spread > 0]
    return bool(len(spread) and spread.max() > UNEVEN * spread.min())


def _classes(simulated: pd.DataFrame, observed: np.ndarray, printed: list[str], standardised: bool) -> _Classes:
    """Values in the unit of the axis; where a class never varies, what differs from it lies beyond the axis."""
    values = simulated.to_numpy(dtype=float)
    if standardised and len(values):
        centre, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0, ddof=min(1, len(values) - 1))
        fixed = spread <= 1e-12 * np.abs(centre)
        spread = np.where(fixed, 1.0, spread)
        values, apart = np.where(fixed, 0.0, (values - centre) / spread), (observed - centre) / spread
        observed = np.where(fixed & (np.abs(apart) > 1e-9), np.copysign(np.inf, apart), apart)
    columns = [column[np.isfinite(column)] for column in values.T]
    ends = [np.quantile(column, MIDDLE) if len(column) else (np.nan, np.nan) for column in columns]
    low, high = np.reshape(ends, (-1, 2)).T
    return _Classes([str(name) for name in simulated.columns], columns, observed, low, high, printed)


def _count(value: float) -> str:
    """An observed value as printed: whole numbers in full, others to three digits."""
    return "–" if np.isnan(value) else whole(value) if value == round(value) else f"{value:.3g}"


def _axis_name(unit: str, standardised: bool) -> str:
    return "Standard deviations from the simulated mean" if standardised else f"Number of {unit}" if unit else ""


def _note(runs: int, people: int | None, standardised: bool, beyond: bool) -> str:
    counted = "" if people is None else f", n = {people:,} people"
    far = " Triangles: farther out than the axis." if standardised and beyond else ""
    return f"Violins: {runs:,} simulations, thick bars their middle 90%{counted}.{far}"


def _side_by_side(shown: _Classes, around: tuple[str, str], names: tuple[str, str], standardised: bool, ax: Axes | None) -> Axes:
    """Classes from left to right, observed values in a row above."""
    name = names[1].replace(" from the ", "\nfrom the ")
    ends = _ends(shown, standardised)
    left = room_for_values(ends, lines=name.count("\n") + 1 if name else 0)
    below = 1.3 * SMALL * (2 if names[0] else 1) + 16.0
    axes = open_plate(ax, *around, height=200.0, left=left, right=RIGHT, above=2 * HEAD + 10.0, below=below)
    at = np.arange(len(shown.names), dtype=float)
    spare = max(FEWEST - len(at), 0) / 2.0
    axes.set_xlim(-0.6 - spare, len(at) - 0.4 + spare)
    value_axis(axes, "y", ends)
    _shapes(axes, shown, at, "vertical", ends)
    for place, words in zip(at, shown.printed, strict=True):
        axes.annotate(
            words, (place, 1.0), xycoords=axes.get_xaxis_transform(), xytext=(0, 5), textcoords="offset points",
            ha="center", va="bottom", fontsize=SMALL, color=ACCENT, gid="observed", annotation_clip=False,
        )  # fmt: skip
    axes.set_xticks(at, shown.names, fontsize=SMALL, color=MUTED)
    axes.set_xlabel(names[0], fontsize=SMALL, color=MUTED, labelpad=4)
    axes.set_ylabel(name, fontsize=SMALL, color=MUTED, labelpad=2)
    return axes


def _below_each_other(
    shown: _Classes, around: tuple[str, str], names: tuple[str, str], standardised: bool, ax: Axes | None
) -> Axes:
    """Classes from top to bottom, observed values at the right."""
    left = max(text_width(name, SMALL) for name in [*shown.names, names[0]]) + 18.0
    right = max(text_width(words, SMALL) for words in shown.printed) + 22.0
    axes = open_plate(
        ax, *around, height=ROW * len(shown.names), left=left, right=right, above=HEAD + 8.0, below=2.6 * SMALL + 16.0
    )
    at = np.arange(len(shown.names), dtype=float)
    axes.set_ylim(len(at) - 0.4, -0.6)
    ends = _ends(shown, standardised)
    value_axis(axes, "x", ends)
    _shapes(axes, shown, at, "horizontal", ends)
    for place, words in zip(at, shown.printed, strict=True):
        axes.annotate(
            words, (1.0, place), xycoords=axes.get_yaxis_transform(), xytext=(right - 8.0, 0), ha="right",
            textcoords="offset points", va="center", fontsize=SMALL, color=ACCENT, gid="observed",
            annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(at, shown.names, fontsize=SMALL, color=INK)
    axes.set_xlabel(names[1], fontsize=SMALL, color=MUTED, labelpad=4)
    return axes


def _ends(shown: _Classes, standardised: bool) -> tuple[float, float]:
    """Ends of the axis of values."""
    seen = np.concatenate([*shown.values, shown.observed[np.isfinite(shown.observed)]])
    if not len(seen):
        return 0.0, 1.0
    low, high = float(seen.min()), float(seen.max())
    if standardised:
        return max(min(low, -3.2), -FARTHEST) - 0.3, min(max(high, 3.2), FARTHEST) + 0.3
    pad = 0.06 * (high - low) or 0.5
    return low - pad, high + pad


def _shapes(axes: Axes, shown: _Classes, at: np.ndarray, way: Literal["vertical", "horizontal"], ends: tuple[float, float]) -> None:
    """Violins, bars of the middle 90 %, and the observed line, along either axis."""
    upright = way == "vertical"
    full = [row for row, column in enumerate(shown.values) if len(column)]
    if full:
        axes.violinplot([shown.values[row] for row in full], at[full], widths=0.82, showextrema=False, orientation=way)
    for body in axes.collections:
        body.set(facecolor=BAND, edgecolor=MAIN, linewidth=0.9, alpha=1.0, zorder=2)
    (axes.vlines if upright else axes.hlines)(at, shown.low, shown.high, color=MAIN, linewidth=4.0, zorder=3)
    inside = np.clip(shown.observed, *ends)
    across, along = (at, inside) if upright else (inside, at)
    axes.plot(across, along, color=ACCENT, linewidth=1.6, zorder=4)
    beyond = np.sign(shown.observed - inside)
    for sign, marker in ((0, "o"), (1, "^" if upright else ">"), (-1, "v" if upright else "<")):
        which = beyond == sign
        axes.plot(
            across[which], along[which], marker, color=ACCENT, markeredgecolor="white", markersize=7.5, zorder=5,
            clip_on=False, gid="observed point",
        )  # fmt: skip


def _key(axes: Axes, p: float, stacked: bool) -> None:
    """What the line is, with p, above the observed values."""
    size = "" if math.isnan(p) else f", p = {p:.3f}" if p >= 0.001 else f", p = {p:.1g}"
    axes.annotate(
        f"—●— observed{size}", (0.0, 1.0), xycoords="axes fraction",
        xytext=(0, 6.0 if stacked else HEAD + 8.0), textcoords="offset points",
        ha="left", va="bottom", fontsize=SMALL, color=ACCENT, annotation_clip=False,
    ).set_gid("key")  # fmt: skip
