"""What agreements count for when people of two agencies are compared, and how the weight of one pair comes about."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.by_row import each_row
from recoverynet.draw.style import ACCENT, APART, MAIN, drawn, open_axes

_LEFT = 216.0


@drawn
def draw_match_weights(weights: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """What does each agreement and disagreement count for?

    Parameters
    ----------
    weights : pandas.DataFrame
        ``comparison``, ``level``, ``weight`` (log2 of how much likelier the level is of one person than of two).
    ax : matplotlib Axes, optional
        Default: new ones.

    Returns
    -------
    matplotlib Axes
    """
    rows = weights.reset_index(drop=True)
    gaps = rows["comparison"].ne(rows["comparison"].shift()).cumsum() - 1
    at = rows.index.to_numpy() + 0.7 * gaps.to_numpy()
    ax = open_axes(ax, height=17.0 * (at.max() + 1.5), left=_LEFT, right=30, bottom=40, top=12)
    _bars(ax, at, np.zeros(len(rows)), rows["weight"].to_numpy())
    ax.set_yticks(at, [f"{one.comparison.replace('_', ' ')}: {one.level}" for one in each_row(rows)])
    ax.set_ylim(at.max() + 0.8, -0.8)
    _room(ax, rows["weight"].to_numpy())
    ax.set_xlabel("Match weight (each 1 doubles the odds)")
    return ax


@drawn
def draw_waterfall(steps: pd.DataFrame, *, thresholds: tuple[float, float], ax: Axes | None = None) -> Axes:
    """How does the weight of one pair come about?

    Parameters
    ----------
    steps : pandas.DataFrame
        ``step`` and ``weight`` in log2, the odds before anything is compared first.
    thresholds : (float, float)
        Probabilities from which a person looks and from which a pair is linked, drawn as lines.
    ax : matplotlib Axes, optional
        Default: new ones.

    Returns
    -------
    matplotlib Axes
    """
    weight = steps["weight"].to_numpy(dtype=float)
    ends = np.cumsum(weight)
    begins, at = ends - weight, np.arange(len(weight) + 1, dtype=float)
    ax = open_axes(ax, height=24.0 * (len(at) + 0.6), left=_LEFT, right=30, bottom=40, top=26)
    _bars(ax, at, np.append(begins, 0.0), np.append(weight, ends[-1]))
    ax.set_yticks(at, [*steps["step"], "all together"])
    ax.set_ylim(len(at) - 0.4, -0.6)
    for probability, label in zip(thresholds, ("look", "link"), strict=True):
        place = math.log2(probability / (1 - probability)) if probability < 1 else math.inf
        if math.isfinite(place):
            ax.axvline(place, color=APART, linewidth=1, linestyle=":")
            side = "right" if label == "look" else "left"
            ax.annotate(label, (place, 1), xycoords=("data", "axes fraction"), ha=side, va="bottom", fontsize=9)
    _room(ax, np.concatenate([begins, ends]))
    ax.set_xlabel("Match weight (0: as likely one person as two)")
    return ax


def _bars(ax: Axes, at: np.ndarray, begins: np.ndarray, lengths: np.ndarray) -> None:
    colours = [MAIN if length >= 0 else ACCENT for length in lengths]
    ax.barh(at, lengths, left=begins, height=0.7, color=colours)
    ax.axvline(0, color=APART, linewidth=1)
    for place, begin, length in zip(at, begins, lengths, strict=True):
        side = "left" if length >= 0 else "right"
        ax.annotate(f"{length:+.1f}", (begin + length, place), xytext=(3 if length >= 0 else -3, 0), textcoords="offset points",
                    ha=side, va="center", fontsize=9)  # fmt: skip


def _room(ax: Axes, values: np.ndarray) -> None:
    low, high = min(float(np.min(values)), 0.0), max(float(np.max(values)), 0.0)
    space = 0.2 * max(high - low, 1.0)
    ax.set_xlim(low - space, high + space)
