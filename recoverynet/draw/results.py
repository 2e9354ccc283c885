"""Pictures of results: terms with their intervals, a null distribution with the value observed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes as Axes

from recoverynet.draw.style import ACCENT, APART, MAIN, MUTED, SMALL, axes_width, described, drawn, open_axes, text_width, wrap
from recoverynet.readable import true_minus

ROW = 30.0


@drawn
def draw_estimates(
    table: pd.DataFrame,
    *,
    ratio: str | None = None,
    level: float = 0.95,
    people: int | None = None,
    reason: str | None = None,
    focus: str | None = None,
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
    reason : str, optional
        Why there is no estimate; stands in place of the estimates.
    focus : str, optional
        The term that answers the question, drawn to be seen first.
    ax : matplotlib Axes, optional
        Default: a new one.

    Returns
    -------
    matplotlib Axes
    """
    if reason:
        return draw_reason(reason, ax=ax)
    names = [wrap(str(term), 190, SMALL) for term in table.index]
    widest = max((text_width(name, SMALL) for name in names), default=0.0)
    ax = open_axes(ax, height=ROW * max(len(table), 2), left=widest + 16, right=16, bottom=56)
    columns = ("ratio", "ratio_low", "ratio_high") if ratio else ("estimate", "low", "high")
    middle, low, high = (table[name].to_numpy(dtype=float) for name in columns)
    place = np.arange(len(table))[::-1]
    shown = np.isfinite(middle) & np.isfinite(low) & np.isfinite(high)
    ax.axvline(1.0 if ratio else 0.0, color=APART, linewidth=1, linestyle="--", zorder=0)
    first = np.array([str(term) == focus for term in table.index], dtype=bool)
    for some, colour, size in ((shown & ~first, MAIN, 6), (shown & first, ACCENT, 8)):
        ax.hlines(place[some], low[some], high[some], color=colour, linewidth=size / 3)
        ax.plot(middle[some], place[some], "o", color=colour, markersize=size)
    ax.set_yticks(place, names)
    if ratio:
        _ratio_axis(ax)
    ax.set_ylim(-0.6, len(table) - 0.4)
    counted = "" if people is None else f", n = {people:,} people"
    ax.set_xlabel(f"{ratio or 'Estimate'} with {level:.0%} interval{counted}")
    return described(ax, describe_estimates(table, ratio=ratio, level=level, people=people))


def describe_estimates(
    table: pd.DataFrame, *, ratio: str | None = None, level: float | None = 0.95, people: int | None = None
) -> str:
    """What does the figure of estimates show, in words for those who cannot see it?

    Parameters
    ----------
    table, ratio, people
        As for :func:`draw_estimates`.
    level : float or None
        Likewise; None where the intervals do not all cover the same.

    Returns
    -------
    str
    """
    columns = ["ratio", "ratio_low", "ratio_high"] if ratio else ["estimate", "low", "high"]
    rows = zip(table.index, table[columns].to_numpy(dtype=float), strict=True)
    told = [
        f"{term} {_short(middle)} ({_short(low)} to {_short(high)})"
        for term, (middle, low, high) in rows
        if all(map(math.isfinite, (middle, low, high)))
    ]
    counted = "" if people is None else f" of {people:,} people"
    interval = "interval" if level is None else f"{level:.0%} interval"
    if not told:
        return f"{ratio or 'Estimate'}: there is none to show."
    return f"{(ratio or 'Estimate').capitalize()} with {interval}{counted}: {'; '.join(told)}."


def _short(value: float) -> str:
    """A number to three figures."""
    return true_minus(f"{value:.3g}")


@drawn
def draw_reason(reason: str, *, ax: Axes | None = None) -> Axes:
    """Why is there nothing to draw? The reason in words where the figure would stand.

    Parameters
    ----------
    reason : str
    ax : matplotlib Axes, optional
        Default: a new one.

    Returns
    -------
    matplotlib Axes
    """
    words = wrap(f"No answer: {reason}", max(axes_width(ax, left=16, right=16) - 24, 120), SMALL)
    ax = open_axes(ax, height=60 + 14 * words.count("\n"), left=16, right=16, bottom=16)
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", fontsize=SMALL, color=MUTED)
    ax.set_xticks([])
    ax.set_yticks([])
    return described(ax, f"No answer: {reason}")


@drawn
def draw_null(
    draws: pd.DataFrame,
    *,
    observed: float,
    p: float,
    statistic: str = "statistic",
    people: int | None = None,
    null_value: float = math.nan,
    kind: str = "draws",
    reason: str | None = None,
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
    null_value : float
        What the statistic would be were the null true, marked where the draws are not made under the null.
    kind : str
        What the draws are called.
    reason : str, optional
        Why there is no test; stands in place of the draws.
    ax : matplotlib Axes, optional
        Default: a new one.

    Returns
    -------
    matplotlib Axes
    """
    if reason:
        return draw_reason(reason, ax=ax)
    ax = open_axes(ax, height=190, left=64, right=16, bottom=56)
    values = draws["draw"].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    if len(values):
        bins = min(40, max(10, len(values) // 20))
        ax.hist(values, bins=bins, color=MAIN, alpha=0.55, label=f"{len(values):,} {kind}")
    if math.isfinite(observed):
        ax.axvline(observed, color=ACCENT, linewidth=2, label=f"observed, p = {p:.3g}")
    if math.isfinite(null_value):
        ax.axvline(null_value, color=APART, linewidth=1.6, linestyle="--", label=f"{null_value:g}, were the null true")
    label = statistic if people is None else f"{statistic} (n = {people:,} people)"
    ax.set_xlabel(wrap(label, axes_width(ax), SMALL))
    ax.set_ylabel(f"Number of {kind}")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False)
    return described(ax, describe_null(values, observed=observed, p=p, statistic=statistic, kind=kind))


def describe_null(draws: np.ndarray, *, observed: float, p: float, statistic: str = "statistic", kind: str = "draws") -> str:
    """What does the figure of draws and the value observed show, in words for those who cannot see it?

    Parameters
    ----------
    draws : float array
        The statistic in each arrangement drawn.
    observed, p, statistic, kind
        As for :func:`draw_null`.

    Returns
    -------
    str
    """
    values = np.asarray(draws, dtype=float)
    values = values[np.isfinite(values)]
    among = f"lies between {_short(values.min())} and {_short(values.max())} in {len(values):,} {kind}" if len(values) else ""
    seen = f"{_short(observed)} was observed, p = {p:.3g}" if math.isfinite(observed) else "none was observed"
    return f"{statistic}: {'; '.join(filter(None, (among, seen)))}."


@drawn
def draw_balance(table: pd.DataFrame, *, good: float = 0.1, ax: Axes | None = None) -> Axes:
    """Are the people compared alike after matching?

    Parameters
    ----------
    table : pandas.DataFrame indexed by term
        ``difference`` and ``difference_matched``: standardised mean differences before and after.
    good : float
        Differences up to this size count as balance, and are shaded.
    ax : matplotlib Axes, optional
        Default: new ones.

    Returns
    -------
    matplotlib Axes
    """
    names = [wrap(str(term), 190, SMALL) for term in table.index]
    widest = max((text_width(name, SMALL) for name in names), default=0.0)
    ax = open_axes(ax, height=ROW * max(len(table), 2), left=widest + 16, right=16, bottom=56, top=34)
    place = np.arange(len(table))[::-1]
    ax.axvspan(-good, good, color=APART, alpha=0.18, linewidth=0)
    ax.axvline(0.0, color=APART, linewidth=1, linestyle="--", zorder=0)
    before, after = (table[name].to_numpy(dtype=float) for name in ("difference", "difference_matched"))
    ax.plot(before, place, "o", markerfacecolor="none", color=ACCENT, markersize=7, label="before")
    ax.plot(after, place, "o", color=MAIN, markersize=6, label="after matching")
    ax.set_yticks(place, names)
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlabel("Exposed minus unexposed, in standard deviations")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
    return described(ax, describe_balance(table))


def describe_balance(table: pd.DataFrame) -> str:
    """What does the figure of balance show, in words for those who cannot see it?

    Parameters
    ----------
    table
        As for :func:`draw_balance`.

    Returns
    -------
    str
    """
    rows = zip(table.index, table[["difference", "difference_matched"]].to_numpy(dtype=float), strict=True)
    told = [f"{term} {_short(before)} before and {_short(after)} after" for term, (before, after) in rows]
    return f"Exposed minus unexposed, in standard deviations, before and after matching: {'; '.join(told) or 'nothing compared'}."


def _ratio_axis(ax: Axes) -> None:
    """A logarithmic axis marked in plain numbers, four to seven of them."""
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    if high / low < 6:
        marks = [0.25, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4]
    else:
        steps = (1, 2, 5) if high / low < 1e3 else (1,)
        marks = [step * 10.0**power for power in range(-12, 13) for step in steps]
    shown = [mark for mark in marks if low <= mark <= high]
    ax.set_xticks(shown, [f"{mark:g}" for mark in shown])
    ax.set_xticks([], minor=True)
