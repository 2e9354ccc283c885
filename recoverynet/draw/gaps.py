"""How far are shares apart? A dot and its interval a row, against no difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.bars import dot
from recoverynet.draw.cells import NOTHING, SUPPRESSED_NOTE, floats_of, note_for, require_columns
from recoverynet.draw.plate import round_values
from recoverynet.draw.rows import lay_rows, stub
from recoverynet.draw.style import MUTED, described, drawn
from recoverynet.readable import true_minus

COLUMNS = ("label", "difference", "low", "high")
LEAST = 0.05
"""The track reaches at least five points to either side, so that nothing looks large for want of anything larger."""


@drawn
def draw_gaps(frame: pd.DataFrame, *, title: str, ax: Axes | None = None) -> Axes:
    """How far are shares apart, and how sure is each difference?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a difference: ``label``, ``difference`` (-1 to 1, NaN where it is suppressed or there is none), ``low``, ``high``.
    title : str
        What minus what, and of whom.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A dot on the line of its interval, in percentage points; an upright mark at 0; a hatched stub where nothing can be told.

    Raises
    ------
    SchemaError
        A column is missing, or a value is no number.

    Examples
    --------
    >>> gaps = pd.DataFrame({"label": ["Women"], "difference": [0.08], "low": [-0.01], "high": [0.17]})
    >>> axes = draw_gaps(gaps, title="Difference from all others")
    >>> [text.get_text() for text in axes.texts][-1]
    '+8 points (−1 to +17)'
    """
    require_columns(frame, COLUMNS, "draw_gaps")
    value, low, high = (floats_of(frame, name) for name in COLUMNS[1:])
    hidden = np.isnan(value)
    known = np.concatenate([[-LEAST, LEAST], low[~np.isnan(low)], high[~np.isnan(high)], value[~hidden]])
    room = 0.04 * (known.max() - known.min())
    limits = (float(known.min() - room), float(known.max() + room))
    ticks, _ = round_values(*limits)
    rows = lay_rows(
        [str(label) for label in frame["label"]],
        [points_told(*row) for row in zip(value, low, high, strict=True)],
        title=title,
        note=note_for(hidden, SUPPRESSED_NOTE, low, "Percentage points. Lines through the dots", 0.95),
        ticks=ticks,
        tick_labels=[_points(tick) for tick in ticks],
        limits=limits,
        thickness=10.0,
        ax=ax,
    )
    for row, middle in enumerate(rows.middles):
        half = 0.55 * rows.thickness
        rows.axes.vlines(0.0, middle - half, middle + half, color=MUTED, linewidth=1.6, zorder=2.2)
        if hidden[row]:
            stub(rows, row, start=limits[0])
        else:
            dot(rows, row, value[row], low[row], high[row])
    return described(rows.axes, describe_gaps(frame, title=title))


def describe_gaps(frame: pd.DataFrame, *, title: str) -> str:
    """What does the figure of differences show, in words for those who cannot see it?

    Parameters
    ----------
    frame, title
        As for :func:`draw_gaps`.

    Returns
    -------
    str

    Raises
    ------
    SchemaError
        As for :func:`draw_gaps`.

    Examples
    --------
    >>> gaps = pd.DataFrame({"label": ["Women"], "difference": [float("nan")], "low": [None], "high": [None]})
    >>> describe_gaps(gaps, title="Difference from all others")
    'Difference from all others. Women: suppressed.'
    """
    require_columns(frame, COLUMNS, "draw_gaps")
    if frame.empty:
        return NOTHING
    value, low, high = (floats_of(frame, name) for name in COLUMNS[1:])
    told = [
        f"{label}: {'suppressed' if np.isnan(one) else points_told(one, a, b)}."
        for label, one, a, b in zip(frame["label"], value, low, high, strict=True)
    ]
    return " ".join([f"{title}.", *told])


def points_told(value: float, low: float, high: float) -> str:
    """A difference in percentage points with its interval; ``*`` where it is suppressed.

    Examples
    --------
    >>> points_told(0.031, -0.012, 0.074), points_told(float("nan"), 0.0, 0.0)
    ('+3 points (−1 to +7)', '*')
    """
    if np.isnan(value):
        return "*"
    return f"{_points(value)} points ({_points(low)} to {_points(high)})"


def _points(share: float) -> str:
    """Percentage points with their sign; nothing rounds to a signed zero."""
    text = f"{100.0 * share:+.0f}"
    return "0" if text[1:] == "0" else true_minus(text)
