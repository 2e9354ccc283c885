"""Where does the likeness of tied people come from? Shares of selection, influence and the rest, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.cells import NOTHING, floats_of, require_columns
from recoverynet.draw.plate import round_values
from recoverynet.draw.rows import lay_rows, whisker
from recoverynet.draw.style import APART, MAIN, described, drawn
from recoverynet.readable import true_minus

COLUMNS = ("source", "share", "low", "high")


@drawn
def draw_sources(
    frame: pd.DataFrame,
    *,
    behaviour: str = "behaviour",
    people: int | None = None,
    simulations: int | None = None,
    level: float = 0.95,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How much of the likeness of tied people comes from selection, how much from influence, how much from the start?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a source, in order: ``source`` (as it should be read), ``share`` (of the observed likeness; 1 is all of
        it, below 0 takes away from it; NaN where it cannot be told), ``low`` and ``high`` (its interval, NaN for none).
    behaviour : str
        What people are alike in.
    people, simulations : int, optional
        Numbers for the note.
    level : float
        Coverage of the intervals.
    title : str, optional
        Default: ``"Where the likeness of tied people in <behaviour> comes from"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a source from 0, with its interval; shares need not lie between 0 and 100 %.

    Raises
    ------
    SchemaError
        A column is missing, or a value is no number.

    Examples
    --------
    >>> sources = pd.DataFrame(
    ...     {"source": ["Selection", "Influence"], "share": [0.42, -0.05], "low": [0.2, -0.2], "high": [0.6, 0.1]}
    ... )
    >>> axes = draw_sources(sources, behaviour="drinking", people=50, simulations=1000)
    >>> [text.get_text() for text in axes.texts if "%" in text.get_text()]
    ['42% (20% to 60%)', '−5% (−20% to 10%)']
    """
    share, low, high = _read(frame)
    ends = _ends(np.concatenate([share, low, high]))
    ticks, labels = round_values(*ends, percent=True)
    rows = lay_rows(
        [str(name) for name in frame["source"]],
        [_printed(*values) for values in zip(share, low, high, strict=True)],
        title=title or f"Where the likeness of tied people in {behaviour} comes from",
        note=_note(low, level, people, simulations) if len(frame) else "",
        ticks=ticks,
        tick_labels=labels,
        limits=ends,
        beside=False,
        ax=ax,
    )
    for row, middle in enumerate(rows.middles):
        if np.isfinite(share[row]):
            start = min(share[row], 0.0), middle - rows.thickness / 2
            rows.axes.add_patch(Rectangle(start, abs(share[row]), rows.thickness, color=MAIN, linewidth=0, zorder=2))
            whisker(rows, row, low[row], high[row])
    if len(rows.middles):
        half = 0.5 * rows.thickness + 1.0
        rows.axes.vlines(np.zeros(len(frame)), rows.middles - half, rows.middles + half, color=APART, zorder=3)
    return described(rows.axes, describe_sources(frame, behaviour=behaviour, level=level))


def describe_sources(frame: pd.DataFrame, *, behaviour: str = "behaviour", level: float = 0.95) -> str:
    """What does the figure of sources show, in words for those who cannot see it?

    Parameters
    ----------
    frame, behaviour, level
        As for :func:`draw_sources`.

    Returns
    -------
    str
        Every source with its share and interval.

    Raises
    ------
    SchemaError
        As for :func:`draw_sources`.

    Examples
    --------
    >>> sources = pd.DataFrame({"source": ["Selection"], "share": [0.42], "low": [0.2], "high": [0.6]})
    >>> describe_sources(sources, behaviour="drinking")
    'Bars of where the likeness of tied people in drinking comes from, with 95% intervals. Selection: 42% (20% to
    60%).'
    """
    share, low, high = _read(frame)
    if frame.empty:
        return NOTHING
    said = [f"{name}: {_printed(*row)}." for name, *row in zip(frame["source"], share, low, high, strict=True)]
    opening = f"Bars of where the likeness of tied people in {behaviour} comes from, with {level:.0%} intervals."
    return " ".join([opening, *said])


def _read(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    require_columns(frame, COLUMNS, "draw_sources")
    return floats_of(frame, "share"), floats_of(frame, "low"), floats_of(frame, "high")


def _ends(seen: np.ndarray) -> tuple[float, float]:
    """From 0 or below to 100 % or above, at round values."""
    seen = np.concatenate([seen[np.isfinite(seen)], [0.0, 1.0]])
    step = 0.25 if seen.max() - seen.min() <= 2.0 else 1.0
    return float(np.floor(seen.min() / step) * step), float(np.ceil(seen.max() / step) * step)


def _printed(share: float, low: float, high: float) -> str:
    if not np.isfinite(share):
        return "cannot be told"
    interval = f" ({100 * low:.0f}% to {100 * high:.0f}%)" if np.isfinite(low + high) else ""
    return true_minus(f"{100 * share:.0f}%{interval}".replace("-0%", "0%"))


def _note(low: np.ndarray, level: float, people: int | None, simulations: int | None) -> str:
    lines = f"Thin lines: {level:.0%} intervals. " if np.isfinite(low).any() else ""
    runs = "" if simulations is None else f", {simulations:,} simulations"
    counted = "" if people is None else f", n = {people:,} people"
    return f"{lines}Shares of the observed likeness{counted}{runs}."
