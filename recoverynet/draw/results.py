"""Pictures of results: terms with their intervals, a null distribution with the value observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import matplotlib.axes

Axes: TypeAlias = "matplotlib.axes.Axes"
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8C8C8C"


def draw_estimates(
    table: pd.DataFrame,
    *,
    ratio: str | None = None,
    level: float = 0.95,
    people: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Which terms matter, and how surely? A dot and an interval a term.

    Parameters
    ----------
    table : pandas.DataFrame indexed by term
        ``estimate``, ``low``, ``high``, or ``ratio``, ``ratio_low``, ``ratio_high`` where ``ratio`` is given.
    ratio : str, optional
        Name of the ratio; puts it on a logarithmic axis with the line of no association at 1.
    level : float
        Coverage of the intervals, for the label.
    people : int, optional
        Number of people, for the label.
    ax : matplotlib Axes, optional
        Default: a new one.

    Returns
    -------
    matplotlib Axes
    """
    ax = _axes(ax, height=1.2 + 0.35 * len(table))
    columns = ("ratio", "ratio_low", "ratio_high") if ratio else ("estimate", "low", "high")
    middle, low, high = (table[name].to_numpy(dtype=float) for name in columns)
    place = np.arange(len(table))[::-1]
    shown = np.isfinite(middle) & np.isfinite(low) & np.isfinite(high)
    if ratio:
        ax.set_xscale("log")
    ax.axvline(1.0 if ratio else 0.0, color=GREY, linewidth=1, linestyle="--", zorder=0)
    ax.hlines(place[shown], low[shown], high[shown], color=BLUE, linewidth=2)
    ax.plot(middle[shown], place[shown], "o", color=BLUE, markersize=6)
    ax.set_yticks(place, [str(term) for term in table.index])
    ax.set_ylim(-0.6, len(table) - 0.4)
    counted = "" if people is None else f", n = {people:,} people"
    ax.set_xlabel(f"{ratio or 'Estimate'} with {level:.0%} interval{counted}")
    return ax


def draw_null(
    draws: pd.DataFrame,
    *,
    observed: float,
    p: float,
    statistic: str = "statistic",
    people: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Is what was observed far from what chance of the stated kind makes?

    Parameters
    ----------
    draws : pandas.DataFrame
        Column ``draw``: the statistic in each arrangement drawn.
    observed, p : float
        The value observed and its p.
    statistic : str
        Name of the statistic, for the axis.
    people : int, optional
        Number of people, for the label.
    ax : matplotlib Axes, optional
        Default: a new one.

    Returns
    -------
    matplotlib Axes
    """
    ax = _axes(ax, height=3.2)
    values = draws["draw"].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if len(values):
        bins = min(40, max(10, len(values) // 20))
        ax.hist(values, bins=bins, color=BLUE, alpha=0.55, label=f"{len(values):,} draws")
    if math.isfinite(observed):
        ax.axvline(observed, color=ORANGE, linewidth=2, label=f"observed, p = {p:.3g}")
    ax.set_xlabel(statistic if people is None else f"{statistic} (n = {people:,} people)")
    ax.set_ylabel("Number of draws")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False)
    return ax


def _axes(ax: Axes | None, height: float) -> Axes:
    """The Axes given, or new ones."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(6.4, height), layout="constrained")[1]
