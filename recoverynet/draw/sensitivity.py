"""How strong a trait nobody recorded would have to be, as a figure."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.style import ACCENT, APART, BAND, MAIN, drawn, open_axes


@drawn
def draw_sensitivity(
    curve: pd.DataFrame, *, e_value: float, e_value_bound: float, people: int | None = None, ax: Axes | None = None
) -> Axes:
    """Which traits would explain the estimate away? Those on a curve or beyond it.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``what`` ("estimate" or "bound"), ``outcome_ratio``, ``exposure_ratio``: pairs that just explain it away.
    e_value, e_value_bound : float
        The points of the curves at which both ratios are the same.
    people : int, optional
        Number of people, for the label.
    ax : matplotlib Axes, optional
        Default: new ones.

    Returns
    -------
    matplotlib Axes
    """
    ax = open_axes(ax, height=260, left=64, right=16, bottom=56, top=52)
    top = max(2.0, 2.2 * e_value) if math.isfinite(e_value) else 4.0
    marks = (("estimate", e_value, MAIN, "-"), ("bound", e_value_bound, ACCENT, "--"))
    for what, value, colour, line in marks:
        points = curve[curve["what"] == what].sort_values("outcome_ratio")
        if not len(points):
            continue
        words = "the estimate" if what == "estimate" else "its interval"
        label = f"explains {words} away (E-value {value:.2f})"
        ax.plot(points["outcome_ratio"], points["exposure_ratio"], line, color=colour, linewidth=2, label=label)
        ax.plot([value], [value], "o", color=colour, markersize=7)
    beyond = curve[curve["what"] == "estimate"].sort_values("outcome_ratio")
    if len(beyond):
        ceiling = np.maximum(beyond["exposure_ratio"], top)
        ax.fill_between(beyond["outcome_ratio"], beyond["exposure_ratio"], ceiling, color=BAND, alpha=0.6, linewidth=0)
    ax.plot([1, top], [1, top], color=APART, linewidth=1, linestyle=":", zorder=0)
    ax.set_xlim(1, top)
    ax.set_ylim(1, top)
    counted = f" (n = {people:,} people)" if people else ""
    ax.set_xlabel(f"Trait goes with the outcome by a risk ratio of{counted}")
    ax.set_ylabel("Trait goes with exposure by a ratio of")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    return ax
