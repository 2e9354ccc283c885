"""Where does the answer tip? What each rule gains along one assumption, a line a rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes as Axes

from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.courses import SUPPOSED
from recoverynet.draw.plate import empty_plate, open_plate, room_for_values, value_axis
from recoverynet.draw.style import INK, MUTED, SERIES, SMALL, described, drawn, text_width

COLUMNS = ("assumption", "value", "rule", "gained", "low", "high")
MARKERS = "osD^vPX"
WORDS = {
    "transmission": "Added to the chance of a gain a month by each contact",
    "attending": "Added to the chance of a gain a month by going to a group",
    "leaving": "Chance a month that a link to a group ends",
    "closure": "Share of proposals that are followed",
}


@drawn
def draw_tipping(
    frame: pd.DataFrame, *, assumption: str, supposition: bool = True, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """What does each rule gain as one assumption changes?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an ``assumption``, ``value`` and ``rule``: ``gained``, ``low``, ``high``.
    assumption : str
        Which one is drawn.
    supposition : bool
        Whether the note says that what passes between people is supposed. Default: yes.
    title : str, optional
        Default: what is counted, by which assumption.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A line a rule; the grey band reaches from the lowest to the highest end of all intervals.

    Raises
    ------
    SchemaError
        A column is missing.

    Examples
    --------
    >>> rows = [("attending", value, "random", 100 * value, 0.0, 200 * value) for value in (0.0, 0.05)]
    >>> axes = draw_tipping(
    ...     pd.DataFrame(rows, columns=["assumption", "value", "rule", "gained", "low", "high"]), assumption="attending"
    ... )
    >>> len([line for line in axes.lines if line.get_gid() == "rule"])
    1
    """
    require_columns(frame, COLUMNS, "draw_tipping")
    part = frame[frame["assumption"] == assumption]
    heading = title or "More clients holding the norm than without, by what is assumed"
    if part.empty:
        return described(empty_plate(heading, ax), describe_tipping(frame, assumption=assumption))
    rules = part["rule"].drop_duplicates().tolist()
    right = max(text_width(rule, SMALL) for rule in rules) + 22.0
    ends = (float(min(part["low"].min(), 0.0)) - 0.5, float(part["high"].max()) + 0.5)
    note = f"Grey: from the lowest to the highest end of the rules’ intervals. {SUPPOSED if supposition else ''}".strip()
    left = room_for_values(ends, sign=True)
    axes = open_plate(ax, heading, note, height=210.0, left=left, right=right, above=8.0, below=46.0)
    value_axis(axes, "y", ends, sign=True)
    values = np.sort(part["value"].unique())
    axes.set_xlim(values.min(), values.max())
    axes.set_xticks(values, [f"{value:g}" for value in values])
    axes.set_xlabel(WORDS.get(assumption, assumption), fontsize=SMALL, color=MUTED, labelpad=4)
    around = part.groupby("value").agg({"low": "min", "high": "max"})
    axes.fill_between(around.index, around["low"], around["high"], color=MUTED, alpha=0.12, linewidth=0)
    axes.axhline(0.0, color=MUTED, linewidth=1.0)
    lasts = []
    for place, rule in enumerate(rules):
        line = part[part["rule"] == rule].sort_values("value")
        colour, marker = SERIES[place % len(SERIES)], MARKERS[place % len(MARKERS)]
        axes.plot(line["value"], line["gained"], marker=marker, color=colour, markersize=5, clip_on=False, gid="rule", zorder=3)
        lasts.append((float(line["gained"].iloc[-1]), rule))
    _name_lasts(axes, lasts, float(values.max()), ends)
    return described(axes, describe_tipping(frame, assumption=assumption))


def _name_lasts(axes: Axes, lasts: list[tuple[float, str]], at: float, ends: tuple[float, float]) -> None:
    """The name of each line at its right end, moved apart where ends lie close, with a thin lead."""
    least = 0.085 * (ends[1] - ends[0])
    below = -np.inf
    for value, rule in sorted(lasts):
        below = max(value - least * (len(lasts) - 1) / 2, below + least)
        axes.annotate(
            rule, (at, value), xytext=(at, below), textcoords="data", va="center", fontsize=SMALL, color=INK, annotation_clip=False,
            xycoords="data",
        ).set_x(at + 0.03 * (axes.get_xlim()[1] - axes.get_xlim()[0]))  # fmt: skip


def describe_tipping(frame: pd.DataFrame, *, assumption: str) -> str:
    """What does the figure of tipping points show, in words for those who cannot see it?

    Parameters
    ----------
    frame, assumption
        As for :func:`draw_tipping`.

    Returns
    -------
    str
        The rule with the highest mean at each value.

    Raises
    ------
    SchemaError
        A column is missing.
    """
    require_columns(frame, COLUMNS, "draw_tipping")
    part = frame[frame["assumption"] == assumption]
    if part.empty:
        return NOTHING
    top = part.sort_values("gained").groupby("value").tail(1).sort_values("value")
    told = [f"at {row.value:g} {row.rule} with {row.gained:+.1f}" for row in top.itertuples()]
    return f"{WORDS.get(assumption, assumption)}. Highest mean: {'; '.join(told)}."
