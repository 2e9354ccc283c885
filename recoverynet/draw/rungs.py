"""The estimates of the evidence ladder beside each other, and the lines they are judged by."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.rows import Tracks, lay_rows
from recoverynet.draw.style import ACCENT, APART, INK, MAIN, MUTED, PAPER, SMALL, axes_width, drawn

COLUMNS = ("rung", "ratio", "low", "high")
MARKS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 20.0)
LEAST_REACH = 4.5


@drawn
def rung_estimates(
    frame: pd.DataFrame,
    *,
    margin: float,
    title: str = "Odds of gaining the norm: all contacts holding it, against none",
    note: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Which estimates carry the claim that a norm spreads, and which show nothing, as they should?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an estimate: ``rung`` (what it is), ``ratio`` (odds ratio, above 0; NaN where there is none),
        ``low``, ``high`` (its bounds), and, where wanted, ``placebo`` (True where about 1 is expected; drawn
        hollow) and ``judged`` (True where the margin counts; default where it is no placebo).
    margin : float
        Odds ratio that the lower bound of the adjusted estimate must clear.
    title, note : str
        Stand above and below.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One track an estimate on a logarithmic scale, with lines at 1 and at the margin.

    Raises
    ------
    SchemaError
        A column is missing.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"rung": ["Adjusted", "Placebo"], "ratio": [2.1, 0.8], "low": [1.4, 0.3], "high": [3.2, 1.9], "placebo": [False, True]}
    ... )
    >>> axes = rung_estimates(table, margin=1.25)
    >>> [text.get_text() for text in axes.texts if "to" in text.get_text()]
    ['2.1 (1.4 to 3.2)', '0.80 (0.30 to 1.9)']
    """
    ratio, low, high, placebo = _read(frame)
    judged = frame["judged"].to_numpy(dtype=bool) if "judged" in frame.columns else ~placebo
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, left, right = (np.log(values) for values in (ratio, low, high))
    ends = np.abs(np.concatenate([left, right, [np.log(LEAST_REACH)]]))
    reach = float(min(np.max(ends[np.isfinite(ends)]), np.log(25.0))) * 1.04
    ticks = [mark for mark in MARKS if abs(np.log(mark)) <= reach]
    rows = lay_rows(
        [str(name) for name in frame["rung"]],
        [_said(*values) for values in zip(ratio, low, high, strict=True)],
        title=title,
        note=note,
        ticks=[float(np.log(tick)) for tick in ticks],
        tick_labels=[f"{tick:g}" for tick in ticks],
        limits=(-reach, reach),
        beside=False,
        lead=20.0,
        ax=ax,
    )
    if not len(rows.middles):
        return rows.axes
    _lines(rows, margin, judged)
    for row in range(len(ratio)):
        if np.isfinite(middle[row]):
            _estimate(rows, row, middle[row], np.clip([left[row], right[row]], -reach, reach), bool(placebo[row]))
    return rows.axes


def describe_rungs(frame: pd.DataFrame, *, margin: float) -> str:
    """What do the estimates of the ladder say, in words for those who cannot see them?

    Parameters
    ----------
    frame, margin
        As for :func:`rung_estimates`.

    Returns
    -------
    str
        Every estimate with its bounds, and the margin.

    Raises
    ------
    SchemaError
        As for :func:`rung_estimates`.

    Examples
    --------
    >>> table = pd.DataFrame({"rung": ["Adjusted"], "ratio": [2.1], "low": [1.4], "high": [3.2]})
    >>> describe_rungs(table, margin=1.25)
    'Odds ratios with their bounds on a logarithmic scale; the margin is 1.25. Adjusted: 2.1 (1.4 to 3.2).'
    """
    ratio, low, high, placebo = _read(frame)
    if not len(ratio):
        return NOTHING
    said = [
        f"{name}: {_said(*values)}{', where about 1 is expected' if hollow else ''}."
        for name, hollow, *values in zip(frame["rung"], placebo, ratio, low, high, strict=True)
    ]
    return " ".join([f"Odds ratios with their bounds on a logarithmic scale; the margin is {margin:g}.", *said])


def _read(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    require_columns(frame, COLUMNS, "rung_estimates")
    placebo = frame["placebo"].to_numpy(dtype=bool) if "placebo" in frame.columns else np.zeros(len(frame), dtype=bool)
    ratio, low, high = (frame[name].to_numpy(dtype=float) for name in ("ratio", "low", "high"))
    return ratio, low, high, placebo


def _said(ratio: float, low: float, high: float) -> str:
    """An odds ratio and its bounds in two figures."""
    if not np.isfinite(ratio):
        return "could not be estimated"
    return f"{_two(ratio)} ({_two(low)} to {_two(high)})"


def _two(value: float) -> str:
    if not np.isfinite(value) or value >= 1000:
        return "over 1,000"
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"


def _lines(rows: Tracks, margin: float, judged: np.ndarray) -> None:
    """No association at 1, and the margin where it counts, named above the first row."""
    half = rows.thickness / 2 + 1
    rows.axes.vlines([0.0] * len(rows.middles), rows.middles - half, rows.middles + half, color=APART, linewidth=1.6, zorder=2)
    where = rows.middles[judged]
    if not len(where):
        return
    rows.axes.vlines(
        [float(np.log(margin))] * len(where), where - half, where + half, color=ACCENT, linewidth=1.8, linestyle="--", zorder=2
    )
    room, reach = axes_width(rows.axes), rows.axes.get_xlim()[1]
    rows.axes.plot([-reach + 9.0 / room * 2 * reach] * 2, [1.0, 13.0], color=ACCENT, linewidth=1.6, linestyle="--")
    rows.axes.text(
        -reach + 16.0 / room * 2 * reach,
        7.0,
        f"margin {margin:g}, which the adjusted estimate must clear",
        va="center",
        fontsize=SMALL,
        color=MUTED,
    )


def _estimate(rows: Tracks, row: int, middle: float, ends: np.ndarray, placebo: bool) -> None:
    """A dot with its bounds, hollow for a placebo."""
    colour = INK if placebo else MAIN
    rows.axes.hlines(rows.middles[row], ends[0], ends[1], color=colour, linewidth=2.2, zorder=3)
    rows.axes.plot(
        [middle],
        [rows.middles[row]],
        "o",
        color=PAPER if placebo else colour,
        markeredgecolor=colour,
        markeredgewidth=2.0,
        markersize=9,
        zorder=4,
    )
