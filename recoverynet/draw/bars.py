"""Values side by side, each a dot on its interval, each with its denominator."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from recoverynet.draw.cells import (
    NOTHING,
    SUPPRESSED_NOTE,
    count_text,
    floats_of,
    note_for,
    require_columns,
    say,
    share_text,
    shares,
    totals,
    whole,
)
from recoverynet.draw.rows import MANY, QUARTERS, Tracks, lay_rows, stub
from recoverynet.draw.style import INK, MAIN, drawn


@drawn
def interval_bars(
    frame: pd.DataFrame,
    *,
    title: str,
    denominator: float | None = None,
    share: bool = True,
    unit: str = "",
    reference: float | None = None,
    reference_label: str = "",
    level: float = 0.95,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """How do several values compare, and how sure is each?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a value: ``label`` (plain name), ``value``, and, where wanted, ``low`` and ``high`` (its
        interval), ``n`` (people counted) and, for shares, ``total`` (people the share is of, where it differs
        between rows). A suppressed value is NaN or ``"*"``; with ``total`` 0 it is left empty.
    title : str
        What is shown, and of whom.
    denominator : float, optional
        Number of people every share is of. Needed for shares where the frame has no ``total``.
    share : bool
        True where values are shares between 0 and 1. Otherwise they are printed to three figures, and ``n``
        beside them is the number of people they rest on.
    unit : str
        Unit of values that are not shares, after the number.
    reference : float, optional
        A value to compare with: an upright mark in every row.
    reference_label : str
        What the marks are, such as ``"the whole area, 31%"``.
    level : float
        Level of the intervals, for the note below the figure.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the rows need.

    Returns
    -------
    matplotlib.axes.Axes
        A dot a row on the line of its interval; a hatched stub where the value is suppressed.

    Raises
    ------
    SchemaError
        A column or the denominator is missing, a value is no number, or a share lies outside 0 to 1.

    Examples
    --------
    >>> areas = pd.DataFrame(
    ...     {
    ...         "label": ["North", "South"],
    ...         "value": [0.2, 0.5],
    ...         "low": [0.1, 0.3],
    ...         "high": [0.3, 0.7],
    ...         "n": [12, 11],
    ...         "total": [60, 22],
    ...     }
    ... )
    >>> axes = interval_bars(areas, title="Clients with a recovery contact")
    >>> [text.get_text() for text in axes.texts][-3:]
    ['12 of 60 (20%)', 'South', '11 of 22 (50%)']
    """
    value, low, high, n, total = _read(frame, denominator, share)
    hidden = np.isnan(value) & (total != 0)
    limits, ticks, tick_labels = value_scale(value, low, high, reference, share)
    below = note_for(hidden, note, low, "Lines through the dots", level)
    if reference is not None:
        below = f"Upright marks: {reference_label or _printed(reference, share, unit)}.\n{below}".strip()
    rows = lay_rows(
        [str(label) for label in frame["label"]],
        _labels(value, n, total, share, unit),
        title=title,
        note=below,
        ticks=ticks,
        tick_labels=tick_labels,
        limits=limits,
        thickness=10.0,
        ax=ax,
    )
    for row in range(len(rows.middles)):
        if hidden[row]:
            stub(rows, row, start=limits[0])
        elif not np.isnan(value[row]):
            dot(rows, row, value[row], low[row], high[row])
    if reference is not None:
        half = 0.9 * rows.thickness
        rows.axes.vlines(
            np.full(len(rows.middles), reference), rows.middles - half, rows.middles + half, color=INK, linewidth=1.8, zorder=2.5
        )
    return rows.axes


def dot(rows: Tracks, row: int, value: float, low: float, high: float) -> None:
    """A dot on the line of its interval.

    Parameters
    ----------
    rows : Rows
    row : int
        Which row, counted from 0.
    value, low, high : float
        In the unit of the tracks; no line where ``low`` or ``high`` is NaN.

    Returns
    -------
    None
    """
    middle = rows.middles[row]
    if not np.isnan(low + high):
        rows.axes.hlines(middle, low, high, color=MAIN, linewidth=3.2, zorder=3, clip_on=False)
    rows.axes.plot([value], [middle], "o", color=MAIN, markeredgecolor="white", markersize=10, zorder=4, clip_on=False)


def describe_intervals(
    frame: pd.DataFrame, *, title: str, denominator: float | None = None, share: bool = True, unit: str = "", level: float = 0.95
) -> str:
    """What do the dots and intervals show, in words for those who cannot see them?

    Parameters
    ----------
    frame, title, denominator, share, unit, level
        As for :func:`interval_bars`.

    Returns
    -------
    str
        Every value with its denominator and interval; beyond 12 rows, the lowest, the highest and how many
        are suppressed.

    Raises
    ------
    SchemaError
        As for :func:`interval_bars`.

    Examples
    --------
    >>> areas = pd.DataFrame({"label": ["North"], "value": [0.2], "low": [0.1], "high": [0.3], "n": [12], "total": [60]})
    >>> describe_intervals(areas, title="Clients with a recovery contact")
    'Dot chart. Clients with a recovery contact. North: 12 of 60 (20%), 95% interval 10% to 30%.'
    """
    value, low, high, n, total = _read(frame, denominator, share)
    if frame.empty:
        return NOTHING
    said = []
    for row, label in enumerate(frame["label"]):
        words = say(n[row], total[row], value[row]) if share else _number(value[row], n[row], unit, "suppressed")
        if not np.isnan(value[row] + low[row] + high[row]):
            ends = (share_text(low[row]), share_text(high[row])) if share else (f"{low[row]:.3g}", f"{high[row]:.3g}")
            words += f", {share_text(level)} interval {ends[0]} to {ends[1]}"
        said.append(f"{label}: {words}.")
    return f"Dot chart. {title.rstrip('.')}. " + " ".join(shorten(said, value, np.isnan(value) & (total != 0)))


def shorten(said: list[str], value: np.ndarray, hidden: np.ndarray) -> list[str]:
    """Of many sentences, the lowest and the highest value, and how many are suppressed.

    Parameters
    ----------
    said : list of str
        One sentence a row.
    value : numpy.ndarray of float
        What the rows are ordered by.
    hidden : numpy.ndarray of bool
        Which rows are suppressed.

    Returns
    -------
    list of str
        All of them up to 12 rows.
    """
    if len(said) <= MANY:
        return said
    short = [f"{len(said)} rows."]
    if not np.isnan(value).all():
        short += [f"Lowest: {said[int(np.nanargmin(value))]}", f"Highest: {said[int(np.nanargmax(value))]}"]
    return short + ([f"Suppressed: {int(hidden.sum())}."] if hidden.any() else [])


def _read(frame: pd.DataFrame, denominator: float | None, share: bool) -> tuple[np.ndarray, ...]:
    """Value, low, high, n and total of every row."""
    require_columns(frame, ("label", "value"), "interval_bars")
    total = totals(frame, denominator, "interval_bars") if share else floats_of(frame, "n")
    value = shares(frame, total, column="value") if share else np.where(total == 0, np.nan, floats_of(frame, "value"))
    return value, *(floats_of(frame, name, share=share) for name in ("low", "high")), floats_of(frame, "n"), total


def _labels(value: np.ndarray, n: np.ndarray, total: np.ndarray, share: bool, unit: str) -> list[str]:
    """The printed value of every row."""
    if share:
        return [count_text(a, b, c) for a, b, c in zip(n, total, value, strict=True)]
    return [_number(a, b, unit, "*") for a, b in zip(value, n, strict=True)]


def _number(value: float, n: float, unit: str, hidden: str) -> str:
    """A value that is no share, with the number of people it rests on."""
    if n == 0:
        return "none to count"
    words = hidden if np.isnan(value) else _printed(value, False, unit)
    return words if np.isnan(n) else f"{words} (n = {whole(n)})"


def _printed(value: float, share: bool, unit: str) -> str:
    """A value with its unit."""
    return share_text(value) if share else f"{value:.3g} {unit}".strip()


def value_scale(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, reference: float | None, share: bool
) -> tuple[tuple[float, float], list[float], list[str]]:
    """Ends and ticks of the tracks: 0 to 100 % for shares, round numbers around the values otherwise.

    Parameters
    ----------
    value, low, high : numpy.ndarray of float
        What must fit; NaN is left out.
    reference : float or None
        Another value that must fit.
    share : bool
        Whether the values are shares.

    Returns
    -------
    (float, float), list of float, list of str
        Ends, ticks, and the labels of the ticks.
    """
    if share:
        return (0.0, 1.0), list(QUARTERS), [share_text(tick) for tick in QUARTERS]
    seen = np.concatenate([value, low, high, [np.nan if reference is None else reference]])
    seen = seen[~np.isnan(seen)] if not np.isnan(seen).all() else np.array([0.0, 1.0])
    start, end = min(seen.min(), 0.0), seen.max() if seen.max() > min(seen.min(), 0.0) else 1.0
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(start, end)
    return ((float(ticks[0]), float(ticks[-1])), [float(tick) for tick in ticks], [f"{tick:g}" for tick in ticks])
