"""What does each rule change? A dot and its interval a rule, against no change."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes as Axes

from recoverynet.by_row import each_row
from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.courses import SUPPOSED
from recoverynet.draw.plate import round_values
from recoverynet.draw.rows import lay_rows
from recoverynet.draw.style import INK, MUTED, SERIES, described, drawn
from recoverynet.readable import true_minus

COLUMNS = ("label", "value", "low", "high")
GAINED = "More clients holding the norm at the end than without"


@drawn
def draw_dots(
    frame: pd.DataFrame, *, title: str = GAINED, people: int | None = None, supposition: bool = True, ax: Axes | None = None
) -> Axes:
    """What does each rule change, and how sure are we?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a rule: ``label``, ``value`` (a difference), ``low``, ``high``.
    title : str
        What is counted.
    people : int, optional
        Clients, for the note.
    supposition : bool
        Whether the note says that what passes between people is supposed. Default: yes.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A dot and a line a rule; a line at 0.

    Raises
    ------
    SchemaError
        A column is missing.

    Examples
    --------
    >>> rules = pd.DataFrame({"label": ["at random"], "value": [6.0], "low": [2.0], "high": [11.0]})
    >>> draw_dots(rules, people=533).get_xlim()[0] < 0
    np.True_
    """
    require_columns(frame, COLUMNS, "draw_dots")
    known = frame.dropna(subset=["value"])
    ends = (min(0.0, *known["low"].tolist(), -1.0), max(0.0, *known["high"].tolist(), 1.0))
    pad = 0.05 * (ends[1] - ends[0])
    limits = (ends[0] - pad, ends[1] + pad)
    ticks, labels = round_values(*limits, sign=True)
    values = [f"{_told(row.value, 1)} ({_told(row.low)} to {_told(row.high)})" for row in each_row(known)]
    of = "" if people is None else f"Of {people:,} clients. "
    note = f"{of}Lines: 95 in 100 simulated courses. {SUPPOSED if supposition else ''}"
    rows = lay_rows(
        [str(label) for label in known["label"]], values, title=title, note=note.strip(), ticks=ticks, tick_labels=labels,
        limits=limits, ax=ax,
    )  # fmt: skip
    if known.empty:
        return described(rows.axes, describe_dots(frame, title=title))
    for middle, row in zip(rows.middles, each_row(known), strict=True):
        tall = 0.5 * rows.thickness
        rows.axes.plot([0.0, 0.0], [middle - tall, middle + tall], color=MUTED, linewidth=1.6, zorder=2)
        rows.axes.plot([row.low, row.high], [middle, middle], color=INK, linewidth=1.8, zorder=3, solid_capstyle="butt")
        rows.axes.plot(row.value, middle, "o", color=SERIES[0], markersize=8, markeredgecolor="white", zorder=4)
    return described(rows.axes, describe_dots(frame, title=title))


def describe_dots(frame: pd.DataFrame, *, title: str = GAINED) -> str:
    """What does the figure of rules show, in words for those who cannot see it?

    Parameters
    ----------
    frame, title
        As for :func:`draw_dots`.

    Returns
    -------
    str

    Raises
    ------
    SchemaError
        A column is missing.
    """
    require_columns(frame, COLUMNS, "draw_dots")
    told = [
        f"{row.label} {row.value:+.1f} ({row.low:+.0f} to {row.high:+.0f})" for row in each_row(frame) if math.isfinite(row.value)
    ]
    return f"{title}: {'; '.join(told)}." if told else NOTHING


def _told(value: float, digits: int = 0) -> str:
    """A difference with its sign; none where it rounds to nothing."""
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else true_minus(text)
