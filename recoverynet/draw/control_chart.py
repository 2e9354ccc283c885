"""Do units differ by more than chance? Shares against size, between control limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, floats_of, in_a_sentence, require_columns, say, shares
from recoverynet.draw.plate import empty_plate, open_plate, room_for_values
from recoverynet.draw.style import ACCENT, APART, INK, MAIN, MUTED, PAPER, SMALL, TRACK, drawn, figure_of, text_width

COLUMNS = ("label", "n", "total", "share")
LINES = ("total", "low_95", "high_95", "low_998", "high_998")
NAMED = 12
"""Up to so many units stand with their names; beyond it with their numbers in the table."""


@drawn
def control_chart(
    frame: pd.DataFrame, lines: pd.DataFrame, *, target: float, title: str, units: str = "units", ax: Axes | None = None
) -> Axes:
    """Which units lie further from the whole than chance would put a unit of their size?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a unit in alphabetical order: ``label``, ``n``, ``total``, ``share``; suppressed values are NaN and not drawn.
    lines : pandas.DataFrame
        Control limits by size: ``total``, ``low_95``, ``high_95``, ``low_998``, ``high_998``.
    target : float
        The share of all units together.
    title : str
        What is shown, and of whom.
    units : str
        What the dots are, in the plural.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A dot a unit, the share of all as a level line, the 95 % limits broken and the 99.8 % limits whole. No order among units.

    Raises
    ------
    SchemaError
        A column is missing, a value is no number, or a share lies outside 0 to 1.

    Notes
    -----
    A funnel plot instead of a list in order of shares: small units lie far from the whole by chance alone, and the first and the
    last of a list are mostly small.

    References
    ----------
    Spiegelhalter, D. J. (2005). Funnel plots for comparing institutional performance. Statistics in Medicine 24, 1185-1202.
    https://doi.org/10.1002/sim.1970

    Examples
    --------
    >>> units = pd.DataFrame({"label": ["North", "South"], "n": [12, 30], "total": [40, 90], "share": [0.3, 0.333]})
    >>> limits = pd.DataFrame(
    ...     {"total": [40, 90], "low_95": [0.2, 0.24], "high_95": [0.5, 0.42], "low_998": [0.1, 0.2], "high_998": [0.6, 0.5]}
    ... )
    >>> axes = control_chart(units, limits, target=0.32, title="Clients with contact")
    >>> axes.get_xlabel()
    'Clients the share is of'
    """
    require_columns(frame, COLUMNS, "control_chart")
    require_columns(lines, LINES, "control_chart")
    total, share = floats_of(frame, "total"), shares(frame, floats_of(frame, "total"))
    known = ~np.isnan(share)
    if not known.any():
        return empty_plate(title, ax)
    hidden = int((~known).sum())
    note = "Line: all together. Broken and whole curves: where 95% and 99.8% of units of that size lie by chance alone."
    note += f" Not drawn: {hidden} of {len(frame)} {units}, too few people to show safely." if hidden else ""
    top = min(1.0, max(float(np.nanmax(share)), float(lines["high_998"].max())) * 1.06)
    axes = open_plate(
        ax, title, note, height=250.0, left=room_for_values((0.0, 100.0 * top)) + 14.0, right=20.0, above=6.0, below=44.0
    )
    _scales(axes, lines, total[known], top)
    for name, style in (("95", (0, (5, 3))), ("998", "-")):
        for side in ("low", "high"):
            axes.plot(lines["total"], lines[f"{side}_{name}"], color=APART, linewidth=1.2, linestyle=style, zorder=2)
    axes.axhline(target, color=MAIN, linewidth=1.4, zorder=2)
    _dots(axes, frame[known], total[known], share[known])
    return axes


def _scales(axes: Axes, lines: pd.DataFrame, total: np.ndarray, top: float) -> None:
    right = max(float(lines["total"].max()), float(total.max()))
    axes.set_xlim(0.0, right * 1.02)
    axes.set_ylim(0.0, top)
    ticks = [tick for tick in np.linspace(0.0, 1.0, 11) if tick <= top] if top > 0.3 else list(np.arange(0.0, top, 0.05))
    axes.set_yticks(ticks, [f"{100 * tick:.0f}%" for tick in ticks])
    axes.grid(axis="y", color=TRACK, linewidth=0.8)
    axes.set_xlabel("Clients the share is of", fontsize=SMALL, color=MUTED, labelpad=4)


def _dots(axes: Axes, frame: pd.DataFrame, total: np.ndarray, share: np.ndarray) -> None:
    """The units with their names, each name on the side with room, moved up or down where two would lie on each other."""
    axes.plot(total, share, "o", color=ACCENT, markersize=7, markeredgecolor="white", zorder=4, gid="unit")
    names = [str(label) for label in frame["label"]]
    names = names if len(names) <= NAMED else [str(number + 1) for number in range(len(names))]
    wide = axes.get_position().width * figure_of(axes).get_size_inches()[0] * 72.0
    high = axes.get_position().height * figure_of(axes).get_size_inches()[1] * 72.0
    x, y = total / axes.get_xlim()[1] * wide, share / axes.get_ylim()[1] * high
    taken = [(one - 5.0, one + 5.0, other) for one, other in zip(x, y, strict=True)]
    for place in np.argsort(x, kind="stable"):
        needed = text_width(names[place], SMALL)
        start, at = _free(x[place], y[place], needed, (wide, high), taken)
        taken.append((start, start + needed, at))
        axes.annotate(
            names[place], (total[place], share[place]), xytext=(start - x[place], at - y[place]), textcoords="offset points",
            va="center", ha="left", fontsize=SMALL, color=INK, annotation_clip=False, zorder=5,
            bbox={"boxstyle": "square,pad=0.05", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip


def _free(
    x: float, y: float, needed: float, size: tuple[float, float], taken: list[tuple[float, float, float]]
) -> tuple[float, float]:
    """Where a name starts and its height, in points: the nearest place to its dot that nothing else holds."""
    for shift in (0.0, 14.0, -14.0, 28.0, -28.0, 42.0, -42.0):
        for start in (x + 9.0, x - 9.0 - needed) if shift == 0 else (x - needed / 2, x + 9.0, x - 9.0 - needed):
            inside = start >= 0 and start + needed <= size[0] and 6.0 <= y + shift <= size[1]
            free = all(abs(y + shift - at) >= 1.2 * SMALL or start >= end or start + needed <= begin for begin, end, at in taken)
            if inside and free:
                return start, y + shift
    return x + 9.0, y


def describe_control_chart(frame: pd.DataFrame, *, target: float, title: str, where: dict[str, str] | None = None) -> str:
    """What does the funnel plot show, in words for those who cannot see it?

    Parameters
    ----------
    frame, target, title
        As for :func:`control_chart`.
    where : dict of label to str, optional
        Where each unit lies, such as ``"within the limits"``.

    Returns
    -------
    str

    Raises
    ------
    SchemaError
        As for :func:`control_chart`.

    Examples
    --------
    >>> units = pd.DataFrame({"label": ["North"], "n": [12], "total": [40], "share": [0.3]})
    >>> describe_control_chart(units, target=0.3, title="Clients with contact")
    'Funnel plot: Clients with contact. All together 30%. North 12 of 40 (30%).'
    """
    require_columns(frame, COLUMNS, "control_chart")
    if frame.empty:
        return NOTHING
    total, share = floats_of(frame, "total"), shares(frame, floats_of(frame, "total"))
    told = []
    for label, n, of, value in zip(frame["label"], floats_of(frame, "n"), total, share, strict=True):
        there = (where or {}).get(str(label), "")
        told.append(f"{label} {say(n, of, value)}{f', {there}' if there else ''}")
    return f"Funnel plot: {title}. All together {100 * target:.0f}%. {in_a_sentence(told, separator='; ')}."
