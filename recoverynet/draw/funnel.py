"""How far do people get, step by step?"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, SUPPRESSED_NOTE, count_text, floats_of, note_for, require_columns, say, shares, whole
from recoverynet.draw.rows import lay_rows, stub, whisker
from recoverynet.draw.style import APART, MAIN, drawn

COLUMNS = ("stage", "n", "share")


@drawn
def funnel(
    frame: pd.DataFrame,
    *,
    denominator: float,
    people: str = "clients",
    apart: Collection[str] = (),
    title: str | None = None,
    level: float = 0.95,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """How many people reach each stage, out of all who could?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a stage, in their order: ``stage`` (plain name), ``n`` (people), ``share`` (0 to 1, of
        ``denominator``), and, where wanted, ``low`` and ``high`` (interval of the share). A suppressed
        value is NaN or ``"*"``.
    denominator : float
        Number of people every share is of; NaN where it is suppressed itself.
    people : str
        Who is counted, in the plural, as the title says it.
    apart : collection of str
        Stages that are not a step further, such as having stopped; drawn in grey.
    title : str, optional
        Default: ``"Share of the <denominator> <people> at each stage"``.
    level : float
        Level of the intervals, for the note below the figure.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, 6.5 inches wide and as high as the stages need.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a stage with "n of N (x%)"; a thin line is the interval; a hatched stub is a suppressed value.

    Raises
    ------
    SchemaError
        A column is missing, a value is no number, or a share lies outside 0 to 1.

    Notes
    -----
    Bars all start at 0 and share one denominator: this is how many reached a stage at all, not how many of
    those at the stage before.

    Examples
    --------
    >>> stages = pd.DataFrame({"stage": ["Offered", "Attended"], "n": [400, 130], "share": [0.62, 0.2]})
    >>> axes = funnel(stages, denominator=650)
    >>> [text.get_text() for text in axes.texts if "(" in text.get_text()]
    ['400 of 650 (62%)', '130 of 650 (20%)']
    """
    require_columns(frame, COLUMNS, "funnel")
    n, share = floats_of(frame, "n"), shares(frame, np.full(len(frame), float(denominator)))
    low, high = floats_of(frame, "low", share=True), floats_of(frame, "high", share=True)
    hidden = np.isnan(share) & (denominator != 0)
    stages = [str(stage) for stage in frame["stage"]]
    rows = lay_rows(
        stages,
        [count_text(a, denominator, b) for a, b in zip(n, share, strict=True)],
        title=title or f"Share of the {whole(denominator)} {people} at each stage",
        note=note_for(hidden, note, low, "Thin lines", level),
        ax=ax,
    )
    for row, stage in enumerate(stages):
        if hidden[row]:
            stub(rows, row)
        elif not np.isnan(share[row]):
            rows.axes.barh(rows.middles[row], share[row], rows.thickness, color=APART if stage in apart else MAIN)
            whisker(rows, row, low[row], high[row])
    return rows.axes


def describe_funnel(frame: pd.DataFrame, *, denominator: float, people: str = "clients", apart: Collection[str] = ()) -> str:
    """What does the funnel show, in words for those who cannot see it?

    Parameters
    ----------
    frame, denominator, people, apart
        As for :func:`funnel`.

    Returns
    -------
    str
        Every stage with its number and denominator, and where most people are lost.

    Raises
    ------
    SchemaError
        As for :func:`funnel`.

    Examples
    --------
    >>> stages = pd.DataFrame({"stage": ["Offered", "Attended"], "n": [400, 130], "share": [0.62, 0.2]})
    >>> describe_funnel(stages, denominator=650)
    'Bar chart of 650 clients by stage. Offered: 400 of 650 (62%). Attended: 130 of 650 (20%).'
    """
    require_columns(frame, COLUMNS, "funnel")
    if frame.empty:
        return NOTHING
    n, share = floats_of(frame, "n"), shares(frame, np.full(len(frame), float(denominator)))
    stages = [str(stage) for stage in frame["stage"]]
    said = [f"{stage}: {say(a, denominator, b)}." for stage, a, b in zip(stages, n, share, strict=True)]
    size = "a suppressed number of" if np.isnan(denominator) else whole(denominator)
    return " ".join([f"Bar chart of {size} {people} by stage.", *said, *_largest_drop(stages, share, apart)])


def _largest_drop(stages: list[str], share: np.ndarray, apart: Collection[str]) -> list[str]:
    """Between which neighbouring stages most people are lost; nothing where one is suppressed."""
    steps = [row for row, stage in enumerate(stages) if stage not in apart]
    if len(steps) < 3 or np.isnan(share[steps]).any():
        return []
    drops = -np.diff(share[steps])
    worst = int(np.argmax(drops))
    if drops[worst] <= 0:
        return []
    return [f"The largest fall is from {stages[steps[worst]]} to {stages[steps[worst + 1]]}."]
