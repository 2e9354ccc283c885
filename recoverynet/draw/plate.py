"""The sheet a figure stands on: title above, note below, both at its left edge; round ticks and signed numbers."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from recoverynet.draw.cells import NOTHING
from recoverynet.draw.style import APART, GRID, INK, MUTED, SMALL, TEXT, axes_width, open_axes, text_width, wrap
from recoverynet.readable import true_minus


def open_plate(
    ax: Axes | None,
    title: str,
    note: str,
    *,
    height: float,
    left: float = 62.0,
    right: float = 12.0,
    above: float = 6.0,
    below: float = 8.0,
) -> Axes:
    """Axes without frame, a title above and a note below, both at the left edge of the figure.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Given axes come back with title and note.
    title, note : str
        Broken into lines here.
    height : float
        Of the plotting area, in points.
    left, right : float
        Margins of a new figure in points.
    above, below : float
        Points between plotting area and title, for a key or labels, and between plotting area and note, for the labels
        of an axis.

    Returns
    -------
    matplotlib.axes.Axes
    """
    full = axes_width(ax)
    title, note = wrap(title, full, TEXT, "bold"), wrap(note, full, SMALL)
    axes = open_axes(
        ax,
        height=height,
        left=left,
        right=right,
        top=14.0 + 1.25 * TEXT * (title.count("\n") + 1) + above,
        bottom=below + (1.3 * SMALL * (note.count("\n") + 1) + 6.0 if note else 0.0),
    )
    for words, end, shift, size, weight, colour in (
        (title, 1, above + 4.0, TEXT, "bold", INK),
        (note, 0, -below, SMALL, "normal", MUTED),
    ):
        axes.annotate(
            words, (0, end), xytext=(8.0 - left, shift), xycoords="axes fraction", textcoords="offset points",
            va="bottom" if end else "top", fontsize=size, fontweight=weight, color=colour, annotation_clip=False,
            gid="title" if end else "note", linespacing=1.15,
        )  # fmt: skip
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, pad=5, labelsize=SMALL, labelcolor=MUTED)
    return axes


def empty_plate(title: str, ax: Axes | None = None) -> Axes:
    """A figure that says there is nothing to draw."""
    axes = open_plate(ax, title, "", height=40.0, left=8.0)
    axes.set(xticks=[], yticks=[])
    axes.text(0.0, 0.5, NOTHING, transform=axes.transAxes, va="center", color=MUTED, fontsize=TEXT)
    return axes


def round_values(low: float, high: float, *, sign: bool = False, percent: bool = False) -> tuple[list[float], list[str]]:
    """At most six round values from low to high, and how they are printed.

    Parameters
    ----------
    low, high : float
    sign : bool
        With a plus before what is above zero.
    percent : bool
        As percentages: 0.5 is 50%.

    Returns
    -------
    list of float, list of str

    Examples
    --------
    >>> round_values(-0.3, 1.1, percent=True)
    ([0.0, 0.5, 1.0], ['0%', '50%', '100%'])
    """
    found = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [float(tick) for tick in found if low <= tick <= high]
    factor, suffix = (100.0, "%") if percent else (1.0, "")
    return ticks, [true_minus(f"{round(tick * factor, 9):{'+' if sign and tick else ''},g}{suffix}") for tick in ticks]


def value_axis(axes: Axes, axis: str, ends: tuple[float, float], *, sign: bool = False) -> None:
    """Limits of one axis of values, round ticks within them, a quiet grid and a line at zero.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    axis : {"x", "y"}
    ends : (float, float)
    sign : bool
        As for :func:`round_values`.

    Returns
    -------
    None
    """
    (axes.set_xlim if axis == "x" else axes.set_ylim)(*ends)
    (axes.set_xticks if axis == "x" else axes.set_yticks)(*round_values(*ends, sign=sign))
    axes.grid(axis=axis, color=GRID, linewidth=0.8)  # type: ignore[arg-type]
    if ends[0] < 0.0 < ends[1]:
        (axes.axvline if axis == "x" else axes.axhline)(0.0, color=APART, linewidth=1.0, zorder=1)


def room_for_values(ends: tuple[float, float], *, lines: int = 1, sign: bool = False) -> float:
    """Points that the printed values of an upright axis and the lines of its name need at its left.

    Examples
    --------
    >>> room_for_values((0.0, 50.0)) < room_for_values((0.0, 50000.0))
    True
    """
    labels = round_values(*ends, sign=sign)[1]
    return max((text_width(label, SMALL) for label in labels), default=0.0) + 13.0 + 1.35 * SMALL * lines + 6.0


def signed_decimals(value: float) -> str:
    """A number with its sign and two decimals; nothing rounds to a signed zero, and a dash stands for NaN.

    Examples
    --------
    >>> signed_decimals(0.416), signed_decimals(-0.2), signed_decimals(-0.001), signed_decimals(float("nan"))
    ('+0.42', '−0.20', '0.00', '–')
    """
    if np.isnan(value):
        return "–"
    text = true_minus(f"{value:+.2f}")
    return "0.00" if text[1:] == "0.00" else text
