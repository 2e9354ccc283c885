"""What has changed between the first and the last time people were asked?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.bars import value_scale
from recoverynet.draw.cells import NOTHING, SUPPRESSED, SUPPRESSED_NOTE, floats_of, note_for, require_columns, share_text, whole
from recoverynet.draw.rows import Tracks, lay_rows, stub
from recoverynet.draw.style import INK, MAIN, MUTED, PAPER, SMALL, axes_width, drawn, text_width
from recoverynet.readable import true_minus

COLUMNS = ("outcome", "first", "last", "n")


@drawn
def paired_change(
    frame: pd.DataFrame,
    *,
    people: str = "clients",
    share: bool = True,
    unit: str = "",
    title: str | None = None,
    level: float = 0.95,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """How far apart are the first and the last value of each outcome, in the same people?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an outcome: ``outcome`` (plain name), ``first`` and ``last`` (shares from 0 to 1, or means),
        ``n`` (people with both), and, where wanted, ``low`` and ``high`` (interval of the change, last
        minus first). A suppressed value is NaN or ``"*"``; with ``n`` 0 the row is left empty.
    people : str
        Who is counted, in the plural.
    share : bool
        True where values are shares: the change is then told in percentage points.
    unit : str
        Unit of values that are not shares. Outcomes in different units belong in different figures.
    title : str, optional
        Default: ``"First and last value, <people> who have both"``.
    level : float
        Level of the intervals, for the note below the figure.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the outcomes need.

    Returns
    -------
    matplotlib.axes.Axes
        A ring at the first value, a dot at the last, a line between; beside them the change with its
        interval and the number of people.

    Raises
    ------
    SchemaError
        A column is missing, a value is no number, or a share lies outside 0 to 1.

    Notes
    -----
    Means and their changes stand with one decimal, each rounded by itself: pass means that are not rounded.
    A change in people who were asked twice is not the effect of a service: those asked twice are often
    those who stayed.

    Examples
    --------
    >>> outcomes = pd.DataFrame({"outcome": ["In work"], "first": [0.2], "last": [0.35], "n": [212], "low": [0.08], "high": [0.22]})
    >>> axes = paired_change(outcomes)
    >>> [text.get_text() for text in axes.texts if "points" in text.get_text()]
    ['+15 points (+8 to +22), n = 212']
    """
    first, last, low, high, n = _read(frame, share)
    hidden = np.isnan(first + last) & (n != 0)
    limits, ticks, tick_labels = value_scale(first, last, last, None, share)
    pad = 0.13 * (limits[1] - limits[0])
    interval = note_for(hidden, note, low, "In brackets", level)
    rows = lay_rows(
        [str(outcome) for outcome in frame["outcome"]],
        [_label(*cells, share, unit) for cells in zip(first, last, low, high, n, strict=True)],
        title=title or f"First and last value, {people} who have both",
        note=interval,
        ticks=ticks,
        tick_labels=tick_labels,
        limits=(limits[0] - pad, limits[1] + pad),
        beside=False,
        lead=22.0,
        ax=ax,
    )
    for row in range(len(rows.middles)):
        if hidden[row]:
            stub(rows, row, start=limits[0])
        elif n[row] != 0:
            _dumbbell(rows, row, first[row], last[row], share)
    if len(rows.middles):
        _key(rows)
    return rows.axes


def describe_change(
    frame: pd.DataFrame, *, people: str = "clients", share: bool = True, unit: str = "", level: float = 0.95
) -> str:
    """What has changed from first to last, in words for those who cannot see it?

    Parameters
    ----------
    frame, people, share, unit, level
        As for :func:`paired_change`.

    Returns
    -------
    str
        Every outcome with its first and last value, the change with its interval, and the number of people.

    Raises
    ------
    SchemaError
        As for :func:`paired_change`.

    Examples
    --------
    >>> outcomes = pd.DataFrame({"outcome": ["In work"], "first": [0.2], "last": [0.35], "n": [212]})
    >>> describe_change(outcomes)
    'First and last value of each outcome, clients who have both. In work: from 20% to 35%, +15 points, n =
    212.'
    """
    first, last, low, high, n = _read(frame, share)
    if frame.empty:
        return NOTHING
    said = []
    for outcome, *cells in zip(frame["outcome"], first, last, low, high, n, strict=True):
        label = _label(
            cells[0], cells[1], cells[2], cells[3], cells[4], share, unit, "suppressed", f"{share_text(level)} interval "
        )
        values = f"from {_value(cells[0], share, unit)} to {_value(cells[1], share, unit)}, "
        said.append(f"{outcome}: {'' if np.isnan(cells[0] + cells[1]) else values}{label}.")
    return " ".join([f"First and last value of each outcome, {people} who have both.", *said])


def _read(frame: pd.DataFrame, share: bool) -> tuple[np.ndarray, ...]:
    """First, last, interval of the change, and number of people; values hidden where their number is."""
    require_columns(frame, COLUMNS, "paired_change")
    n = floats_of(frame, "n")
    unseen = np.isnan(n) | (n == 0)
    first, last = (np.where(unseen, np.nan, floats_of(frame, name, share=share)) for name in ("first", "last"))
    return first, last, floats_of(frame, "low"), floats_of(frame, "high"), n


def _value(value: float, share: bool, unit: str) -> str:
    """One value with its unit."""
    return share_text(value) if share else f"{true_minus(f'{value:,.1f}')} {unit}".strip()


def _signed(change: float, share: bool) -> str:
    """A change with its sign, in percentage points for shares."""
    text = f"{100.0 * change:+.0f}" if share else f"{change:+,.1f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else true_minus(text)


def _label(
    first: float,
    last: float,
    low: float,
    high: float,
    n: float,
    share: bool,
    unit: str,
    hidden: str = SUPPRESSED,
    before_interval: str = "",
) -> str:
    """The change with its interval, and the number of people."""
    if n == 0:
        return "nobody has both"
    if np.isnan(first + last):
        return f"{hidden}, n = {whole(n)}" if not np.isnan(n) else hidden
    words = f"{_signed(last - first, share)} {'points' if share else unit}".strip()
    if not np.isnan(low + high):
        words += f" ({before_interval}{_signed(low, share)} to {_signed(high, share)})"
    return f"{words}, n = {whole(n)}"


def _dumbbell(rows: Tracks, row: int, first: float, last: float, share: bool) -> None:
    """Ring, line and dot, with both values beside them on the outer sides."""
    middle = rows.middles[row]
    rows.axes.plot([first, last], [middle, middle], color=MAIN, linewidth=3.0, zorder=3, solid_capstyle="butt")
    rows.axes.plot([first], [middle], "o", color=PAPER, markeredgecolor=MAIN, markeredgewidth=2.0, markersize=9, zorder=4)
    rows.axes.plot([last], [middle], "o", color=MAIN, markeredgecolor=MAIN, markeredgewidth=2.0, markersize=9, zorder=5)
    sides = [(last, 1)] if _value(first, share, "") == _value(last, share, "") else [(first, -1), (last, 1)]
    for value, side in sides:
        outward = side if last >= first else -side
        rows.axes.annotate(
            _value(value, share, ""),
            (value, middle),
            xytext=(9 * outward, 0),
            textcoords="offset points",
            ha="left" if outward > 0 else "right",
            va="center",
            fontsize=SMALL,
            color=INK,
            zorder=6,
        )


def _key(rows: Tracks) -> None:
    """What the ring and the dot are, above the first row."""
    room, (low, high) = axes_width(rows.axes), rows.axes.get_xlim()
    at = 5.0
    for name, fill in (("first", PAPER), ("last", MAIN)):
        rows.axes.plot(
            [low + at / room * (high - low)],
            [5.0],
            "o",
            color=fill,
            markeredgecolor=MAIN,
            markeredgewidth=2.0,
            markersize=9,
            clip_on=False,
        )
        rows.axes.text(low + (at + 10.0) / room * (high - low), 5.0, name, va="center", fontsize=SMALL, color=MUTED)
        at += 10.0 + text_width(name, SMALL) + 22.0
