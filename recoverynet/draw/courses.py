"""How would it go, with an intervention and without? Two courses of a count over months, each with its band."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes as Axes

from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.plate import empty_plate, open_plate, room_for_values, value_axis
from recoverynet.draw.style import INK, MUTED, SERIES, SMALL, described, drawn, text_width

COLUMNS = ("course", "outcome", "month", "mean", "low", "high", "n")
SUPPOSED = "What passes between people is a supposition."
LABELS = {"without": "without", "with": "with it"}
AXES = {"holding": "Clients holding the norm", "linked": "Clients going to a recovery group"}


@drawn
def draw_courses(
    frame: pd.DataFrame, *, outcome: str = "holding", supposition: bool = True, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """How would it go, with an intervention and without?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a course and month: ``course`` (``"without"`` or another name; ``"difference"`` is passed over),
        ``outcome``, ``month``, ``mean``, ``low``, ``high`` and ``n`` (people).
    outcome : {"holding", "linked"}
        Which outcome is drawn.
    supposition : bool
        Whether the note says that what passes between people is supposed. Default: yes.
    title : str, optional
        Default: what is counted, out of how many.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A line and a band a course, the one without interventions dashed.

    Raises
    ------
    SchemaError
        A column is missing.

    Examples
    --------
    >>> rows = [("without", "holding", month, 50.0, 40.0, 60.0, 100) for month in (0, 1)]
    >>> axes = draw_courses(pd.DataFrame(rows, columns=["course", "outcome", "month", "mean", "low", "high", "n"]))
    >>> len(axes.lines)
    1
    """
    shown = _shown(frame, outcome)
    heading = title or AXES[outcome]
    if shown.empty:
        return described(empty_plate(heading, ax), describe_courses(frame, outcome=outcome))
    names = shown["course"].unique().tolist()
    right = max(text_width(LABELS.get(name, name), SMALL) for name in names) + 16.0
    low, high = float(shown["low"].min()), float(shown["high"].max())
    ends = (max(0.0, low - 0.1 * (high - low) - 1.0), high + 0.1 * (high - low) + 1.0)
    note = f"Of {int(shown['n'].iloc[0]):,} clients. Bands: 95 in 100 simulated courses. {SUPPOSED if supposition else ''}".strip()
    axes = open_plate(ax, heading, note, height=210.0, left=room_for_values(ends), right=right, above=8.0, below=44.0)
    value_axis(axes, "y", ends)
    last = int(shown["month"].max())
    axes.set_xlim(0, max(last, 1))
    axes.set_xticks(range(0, last + 1, max(1, last // 6)))
    axes.set_xlabel("Months from the end of the record", fontsize=SMALL, color=MUTED, labelpad=4)
    places = []
    for place, name in enumerate(names):
        part = shown[shown["course"] == name].sort_values("month")
        colour = INK if name == "without" else SERIES[(place - ("without" in names)) % len(SERIES)]
        axes.fill_between(part["month"], part["low"], part["high"], color=colour, alpha=0.13, linewidth=0)
        axes.plot(part["month"], part["mean"], color=colour, linestyle="--" if name == "without" else "-")
        places.append((float(part["mean"].iloc[-1]), LABELS.get(name, name), colour))
    _name_ends(axes, places, last)
    return described(axes, describe_courses(frame, outcome=outcome))


def describe_courses(frame: pd.DataFrame, *, outcome: str = "holding") -> str:
    """What does the figure of courses show, in words for those who cannot see it?

    Parameters
    ----------
    frame, outcome
        As for :func:`draw_courses`.

    Returns
    -------
    str
        Where each course ends, with its interval.

    Raises
    ------
    SchemaError
        A column is missing.
    """
    shown = _shown(frame, outcome)
    if shown.empty:
        return NOTHING
    last = shown[shown["month"] == shown["month"].max()]
    told = [f"{LABELS.get(row.course, row.course)} {row.mean:.0f} ({row.low:.0f} to {row.high:.0f})" for row in last.itertuples()]
    return f"{AXES[outcome]} after {int(last['month'].iloc[0])} months, of {int(last['n'].iloc[0]):,}: {'; '.join(told)}."


def _shown(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    require_columns(frame, COLUMNS, "draw_courses")
    return frame[(frame["outcome"] == outcome) & (frame["course"] != "difference")]


def _name_ends(axes: Axes, places: list[tuple[float, str, str]], last: int) -> None:
    """The name of each course at its right end, moved apart where ends lie close."""
    low, high = axes.get_ylim()
    least, before = 0.075 * (high - low), -np.inf
    for value, name, colour in sorted(places):
        at = max(value, before + least)
        before = at
        axes.annotate(
            name, (last, at), xytext=(6.0, 0.0), textcoords="offset points", va="center", fontsize=SMALL, color=colour,
            annotation_clip=False,
        )  # fmt: skip
