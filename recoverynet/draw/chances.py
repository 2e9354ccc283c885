"""Pictures of chances: of kinds of people with their intervals, and by when how many it has happened to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.results import ROW, draw_reason
from recoverynet.draw.style import ACCENT, MAIN, SERIES, SMALL, axes_width, drawn, open_axes, text_width, wrap

MARKERS = "osD^v"


@drawn
def draw_chances(
    table: pd.DataFrame,
    *,
    label: str,
    level: float = 0.95,
    people: int | None = None,
    reason: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How likely is it for whom? A dot and an interval each, and what was seen where that is known.

    Parameters
    ----------
    table : pandas.DataFrame indexed by what each row is called
        ``probability``, ``low``, ``high``; ``observed`` where there is such.
    label : str
        What the probability is of.
    level : float
        Coverage of the intervals, for the label.
    people : int, optional
        Number of people, for the label.
    reason : str, optional
        Why there is nothing to draw; stands in its place.
    ax : matplotlib Axes, optional
        Default: a new one.

    Returns
    -------
    matplotlib Axes
    """
    if reason:
        return draw_reason(reason, ax=ax)
    names = [wrap(str(name), 190, SMALL) for name in table.index]
    widest = max((text_width(name, SMALL) for name in names), default=0.0)
    bare = "observed" in table
    ax = open_axes(ax, height=ROW * max(len(table), 2), left=widest + 16, right=16, bottom=76, top=34 if bare else 8)
    middle, low, high = (table[name].to_numpy(dtype=float) for name in ("probability", "low", "high"))
    place = np.arange(len(table))[::-1]
    shown = np.isfinite(middle)
    ax.hlines(place[shown], low[shown], high[shown], color=MAIN, linewidth=2)
    ax.plot(middle[shown], place[shown], "o", color=MAIN, markersize=6, label="model")
    if bare:
        ax.plot(
            table["observed"].to_numpy(dtype=float),
            place,
            "D",
            markerfacecolor="none",
            color=ACCENT,
            markersize=7,
            label="observed",
        )
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2, frameon=False)
    ax.set_yticks(place, names)
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.3g}")
    ax.set_xlabel(wrap(f"{label} with {level:.0%} interval{_counted(people)}", axes_width(ax), SMALL))
    return ax


@drawn
def draw_incidence(
    table: pd.DataFrame,
    *,
    label: str,
    level: float = 0.95,
    people: int | None = None,
    reason: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """By when has it happened to how many? A line a profile, the first five of them, with its interval at every wave.

    Parameters
    ----------
    table : pandas.DataFrame indexed by (profile, waves)
        ``incidence``, ``low``, ``high``.
    label, level, people, reason, ax
        As of :func:`draw_chances`.

    Returns
    -------
    matplotlib Axes
    """
    if reason:
        return draw_reason(reason, ax=ax)
    profiles = list(dict.fromkeys(table.index.get_level_values(0)))
    shown, more = profiles[: len(SERIES)], len(profiles) - len(SERIES)
    ax = open_axes(ax, height=230, left=64, right=16, bottom=56, top=20 * (len(shown) + (more > 0)) + 10)
    nudge = np.linspace(-0.12, 0.12, len(shown)) if len(shown) > 1 else np.zeros(1)
    for number, profile in enumerate(shown):
        part = table.xs(profile, level=0)
        steps = part.index.to_numpy(dtype=float) + nudge[number]
        middle, low, high = (part[name].to_numpy(dtype=float) for name in ("incidence", "low", "high"))
        colour, marker = SERIES[number], MARKERS[number]
        ax.vlines(steps, low, high, color=colour, linewidth=1.4)
        ax.plot(steps, middle, marker=marker, color=colour, markersize=5, linewidth=1.4, label=wrap(str(profile), 300, SMALL))
    if more > 0:
        ax.plot([], [], " ", label=f"and {more:,} more, in the table")
    ax.axhline(0.5, color="0.6", linewidth=1, linestyle=":", zorder=0)
    ax.set_ylim(0, 1)
    ax.set_xticks(np.unique(table.index.get_level_values(1)))
    ax.set_xlabel(f"Waves since at risk{_counted(people)}")
    ax.set_ylabel(wrap(label, 220, SMALL))
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, borderaxespad=0.2)
    return ax


def _counted(people: int | None) -> str:
    return "" if people is None else f", n = {people:,} people"
