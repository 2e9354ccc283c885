"""Periods along a line: where they lie, which of them can be named without touching, and the line itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, share_text
from recoverynet.draw.rows import write_around
from recoverynet.draw.style import (
    APART,
    BAND,
    GRID,
    MAIN,
    MAIN_DARK,
    MUTED,
    SMALL,
    TEXT,
    axes_width,
    hatched,
    open_axes,
    text_width,
    wrap,
)
from recoverynet.errors import SchemaError

LEFT, RIGHT = 52.0, 58.0
PAD = 0.55


@dataclass(frozen=True)
class Periods:
    """Where periods lie on a line, and their names.

    Parameters
    ----------
    at : numpy.ndarray of float
        Position of each period, rising; days for instants, 0, 1, 2 … for labels.
    names : tuple of str
        Name of each period.
    order : numpy.ndarray of int
        Row of the frame each period came from.
    """

    at: np.ndarray
    names: tuple[str, ...]
    order: np.ndarray

    @property
    def step(self) -> float:
        """Smallest distance between neighbours; 1 where there is only one period."""
        return float(np.diff(self.at).min()) if len(self.at) > 1 else 1.0


def read_periods(periods: pd.Series) -> Periods:
    """Put periods on a line: instants by date, labels in the order of their rows.

    Parameters
    ----------
    periods : pandas.Series
        Timestamps or pandas Periods (sorted here), or labels (kept as they stand).

    Returns
    -------
    Periods

    Raises
    ------
    SchemaError
        A period is missing, or there twice.

    Examples
    --------
    >>> read_periods(pd.Series(pd.to_datetime(["2011-02-01", "2011-01-01"]))).names
    ('Jan 2011', 'Feb 2011')
    """
    if periods.isna().any() or periods.duplicated().any():
        wrong = periods[periods.isna() | periods.duplicated()].astype(str).head(5)
        raise SchemaError(
            f"Every row needs a period of its own; {', '.join(wrong)} is missing or there twice. Give one row a period."
        )
    if isinstance(periods.dtype, pd.PeriodDtype):
        periods = periods.dt.to_timestamp()
    if not pd.api.types.is_datetime64_any_dtype(periods):
        instants = len(periods) > 0 and all(isinstance(value, pd.Timestamp) for value in periods)
        if not instants:
            return Periods(np.arange(len(periods), dtype=float), tuple(map(str, periods)), np.arange(len(periods)))
        periods = pd.to_datetime(periods)
    if getattr(periods.dtype, "tz", None) is not None:
        periods = periods.dt.tz_localize(None)
    order = np.argsort(periods.to_numpy(), kind="stable")
    ordered = periods.iloc[order]
    days = ((ordered - ordered.iloc[0]) / pd.Timedelta(days=1)).to_numpy() if len(ordered) else np.array([])
    return Periods(days, _names(ordered, days), order)


def _names(instants: pd.Series, days: np.ndarray) -> tuple[str, ...]:
    """Year, month and year, or day, by how far the periods lie apart."""
    if (instants.dt.day != 1).any():
        return tuple(f"{when.day} {when:%b %Y}" for when in instants)
    yearly = len(days) > 1 and np.diff(days).min() >= 365 and (instants.dt.month == 1).all()
    return tuple(instants.dt.strftime("%Y" if yearly else "%b %Y"))


def choose_names(periods: Periods, under: Sequence[str], width: float) -> tuple[np.ndarray, list[str]]:
    """Which periods can be named under an axis without touching, each with its denominator below.

    Parameters
    ----------
    periods : Periods
    under : sequence of str
        What stands below the name of each period.
    width : float
        Width of the axes in points.

    Returns
    -------
    (numpy.ndarray of int, list of str)
        Rows that are named, at even steps from the first, and their names: on one line each, or broken
        into lines where that names more of them.
    """
    room = 2.0 * (LEFT - 8.0)
    whole = tuple(wrap(name, room, SMALL) for name in periods.names)
    broken = tuple(wrap(name, min(max(40.0, 0.6 * text_width(name, SMALL)), room), SMALL) for name in periods.names)
    points = (periods.at - periods.at[0] + PAD * periods.step) / (_length(periods) or 1.0) * width
    best = (np.array([], dtype=int), [""])
    for names in (whole, broken):
        labels = [f"{name}\n{below}".strip() for name, below in zip(names, under, strict=True)]
        wide = np.array([text_width(label, SMALL) for label in labels])
        for step in range(1, len(labels) + 1):
            rows = np.arange(0, len(labels), step)
            if (np.diff(points[rows]) >= (wide[rows][1:] + wide[rows][:-1]) / 2.0 + 9.0).all():
                break
        if len(rows) > len(best[0]):
            best = (rows, [labels[row] for row in rows])
    return best


def open_timeline(
    ax: Axes | None,
    periods: Periods,
    under: Sequence[str],
    *,
    title: str,
    note: str,
    top: float,
    height: float = 190.0,
    below: float = 0.0,
    right: float = RIGHT,
) -> Axes:
    """Axes for shares over time: from 0 to a round percentage, titled, with periods named below.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.
    periods : Periods
    under : sequence of str
        What stands below the name of each period.
    title, note : str
        Stand above and below.
    top : float
        Largest share that must fit.
    height : float
        Height of the plotting area in points.
    below : float
        Points kept free between the plotting area and the names, for a strip.
    right : float
        Margin at the right in points. Default: enough to name the last value there.

    Returns
    -------
    matplotlib.axes.Axes
    """
    full = axes_width(ax)
    title, note = wrap(title, full, TEXT, "bold"), wrap(note, full, SMALL)
    inner = axes_width(ax, left=LEFT, right=right)
    rows, labels = choose_names(periods, under, inner) if len(periods.at) else (np.array([], dtype=int), [])
    lines = max((label.count("\n") + 1 for label in labels), default=0)
    names = 1.25 * SMALL * lines + 12.0
    words = 1.3 * SMALL * (note.count("\n") + 1) + 6.0 if note else 0.0
    axes = open_axes(
        ax,
        height=height if len(rows) else 40.0,
        left=LEFT,
        right=right,
        top=14.0 + 1.25 * TEXT * (title.count("\n") + 1) + 10.0,
        bottom=below + names + words + 6.0,
    )
    write_around(axes, title, note, shift=LEFT)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(APART)
    axes.set_xticks(periods.at[rows], labels, fontsize=SMALL, color=MUTED)
    axes.tick_params(axis="x", length=0, pad=6 + below)
    if not len(rows):
        axes.set_yticks([])
        axes.text(0.0, 0.5, NOTHING, transform=axes.transAxes, va="center", color=MUTED, fontsize=TEXT)
        return axes
    start = periods.at[0] - PAD * periods.step
    axes.set_xlim(start, start + _length(periods))
    share_axis(axes, top)
    return axes


def column_width(periods: Periods) -> float:
    """Width of a column for one period: most of its step, never more than an eighth of the axis."""
    return min(0.7 * periods.step, _length(periods) / 8.0)


def _length(periods: Periods) -> float:
    """Length of the axis, with a little room at both ends."""
    return float(periods.at[-1] - periods.at[0] + 2.0 * PAD * periods.step)


def share_axis(axes: Axes, top: float) -> None:
    """A vertical axis of percentages from 0 to the next round one above ``top``, with a quiet grid.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    top : float
        Largest share that must fit; NaN counts as 1.

    Returns
    -------
    None
    """
    ends = {0.1: 0.02, 0.2: 0.05, 0.3: 0.1, 0.5: 0.1, 1.0: 0.25}
    end = next((end for end in ends if top <= end), 1.0)
    ticks = np.arange(0.0, end + 1e-9, ends[end])
    axes.set_ylim(0.0, end)
    axes.set_yticks(ticks, [share_text(tick) for tick in ticks], fontsize=SMALL, color=MUTED)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.grid(axis="y", color=GRID, linewidth=0.8)


def draw_line(axes: Axes, periods: Periods, share: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """A line with its band and points; a gap where a value is NaN; the last value named at its side.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    periods : Periods
    share, low, high : numpy.ndarray of float
        In the order of the periods.

    Returns
    -------
    None
    """
    known = ~np.isnan(share)
    banded = known & ~np.isnan(low) & ~np.isnan(high)
    axes.fill_between(periods.at, low, high, where=banded, color=BAND, linewidth=0, zorder=1)
    beside = np.concatenate([[False], banded, [False]])
    alone = banded & ~beside[:-2] & ~beside[2:]
    axes.vlines(periods.at[alone], low[alone], high[alone], color=BAND, linewidth=7.0, zorder=1)
    axes.plot(periods.at, share, color=MAIN, linewidth=2.2, zorder=3, clip_on=False)
    axes.plot(periods.at[known], share[known], "o", color=MAIN, markersize=5.5, zorder=4, clip_on=False)
    if known.any():
        last = int(np.flatnonzero(known)[-1])
        if last == len(share) - 1:
            axes.annotate(
                share_text(share[last]),
                (periods.at[last], share[last]),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
                fontsize=TEXT,
                fontweight="bold",
                color=MAIN_DARK,
                annotation_clip=False,
            )


def hatch_periods(axes: Axes, periods: Periods, hidden: np.ndarray) -> None:
    """A hatched stub at the foot of every suppressed period, with a star above it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    periods : Periods
    hidden : numpy.ndarray of bool
        Which periods are suppressed, in the order of the periods.

    Returns
    -------
    None
    """
    high, wide = axes.get_ylim()[1], column_width(periods)
    for at in periods.at[hidden]:
        axes.add_patch(hatched(at - wide / 2, 0.0, wide, 0.09 * high))
        axes.text(at, 0.1 * high, "*", ha="center", va="bottom", fontsize=TEXT, color=MUTED)


def highest(share: np.ndarray, high: np.ndarray) -> float:
    """The largest share a line and its band reach; 1 where nothing is known.

    Parameters
    ----------
    share, high : numpy.ndarray of float
        NaN where unknown.

    Returns
    -------
    float
    """
    seen = np.concatenate([share, high])
    return 1.0 if np.isnan(seen).all() else float(np.nanmax(seen))


def tell(opening: str, periods: Periods, share: np.ndarray, said: list[str], hidden: np.ndarray) -> str:
    """What a line does, in words: where it starts, ends, is lowest and highest, and where it is silent.

    Parameters
    ----------
    opening : str
        What is drawn.
    periods : Periods
    share : numpy.ndarray of float
        In the order of the periods.
    said : list of str
        Each value with its denominator.
    hidden : numpy.ndarray of bool
        Which periods are suppressed.

    Returns
    -------
    str
    """
    names, known = periods.names, np.flatnonzero(~np.isnan(share))
    if not names:
        return NOTHING
    count = f"{len(names)} periods from {names[0]} to {names[-1]}" if len(names) > 1 else f"in {names[0]} only"
    words = [f"{opening}, {count}."]
    if len(known):
        first, last = int(known[0]), int(known[-1])
        at_low, at_high = int(np.nanargmin(share)), int(np.nanargmax(share))
        if first == last:
            words.append(f"The only value known is {said[first]} in {names[first]}.")
        else:
            words.append(f"It starts at {said[first]} in {names[first]} and ends at {said[last]} in {names[last]}.")
        inner = {"lowest": at_low, "highest": at_high}
        words += [f"The {which} value is {said[row]} in {names[row]}." for which, row in inner.items() if row not in (first, last)]
    else:
        words.append("No value is known.")
    empty = int((np.isnan(share) & ~hidden).sum())
    words += [f"Suppressed periods: {int(hidden.sum())}."] if hidden.any() else []
    words += [f"Periods with nobody to count: {empty}."] if empty else []
    return " ".join(words)
