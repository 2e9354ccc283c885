"""How far does likeness in a norm reach through a network, and how far would it by chance?"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.cells import NOTHING, floats_of, require_columns, whole
from recoverynet.draw.rows import write_around
from recoverynet.draw.style import APART, BAND, GRID, INK, MAIN, MUTED, SMALL, TEXT, axes_width, drawn, open_axes, text_width, wrap
from recoverynet.readable import true_minus

COLUMNS = ("distance", "excess", "null_low", "null_high", "n_pairs")
LEFT, RIGHT = 62.0, 12.0
STEPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)


@drawn
def separation_curve(
    frame: pd.DataFrame, *, norm: str = "the recovery norm", title: str | None = None, level: float = 0.95, ax: Axes | None = None
) -> Axes:
    r"""How much more often does somebody hold a norm when a person one, two or three steps away does?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a distance: ``distance`` (steps), ``excess`` (0.5 is half as many again as in the network at
        large; NaN where it cannot be told), ``null_low`` and ``null_high`` (band of the excess by chance),
        and ``n_pairs`` (pairs so far apart).
    norm : str
        What is held, as it follows "holding".
    title : str, optional
        Default: ``"Holding <norm> more often than people at large, by how far away somebody who holds it
        is"``.
    level : float
        Coverage of the band, for the note.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A dot a distance over the band that chance makes.

    Raises
    ------
    SchemaError
        A column is missing, or a value is no number.

    Examples
    --------
    >>> steps = pd.DataFrame(
    ...     {"distance": [1, 2], "excess": [0.5, 0.1], "null_low": [-0.1, -0.1], "null_high": [0.1, 0.1], "n_pairs": [900, 4000]}
    ... )
    >>> axes = separation_curve(steps)
    >>> [label.get_text().replace("\n", " ") for label in axes.get_xticklabels()]
    ['1 step 900 pairs', '2 steps 4,000 pairs']
    """
    distance, excess, low, high, pairs = _read(frame)
    full = axes_width(ax)
    heading = title or f"Holding {norm} more often than people at large, by how far away somebody who holds it is"
    heading = wrap(heading, full, TEXT, "bold")
    room = (axes_width(ax, left=LEFT, right=RIGHT)) / max(len(distance), 1)
    counts = [f"{whole(n)} pairs" for n in pairs]
    apart = max(map(partial(text_width, size=SMALL), counts), default=0.0) > room - 6.0
    note = wrap(f"Bands: where chance puts it in {level:.0%} of cases, {norm} dealt out at random.", full, SMALL)
    axes = open_axes(
        ax,
        height=190.0 if len(distance) else 40.0,
        left=LEFT,
        right=RIGHT,
        top=14.0 + 1.25 * TEXT * (heading.count("\n") + 1) + 12.0,
        bottom=46.0 + 1.3 * SMALL * (note.count("\n") + 1 + apart),
    )
    write_around(axes, heading, note if len(distance) else "", shift=LEFT)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    if not len(distance):
        axes.set(xticks=[], yticks=[])
        axes.text(0.0, 0.5, NOTHING, transform=axes.transAxes, va="center", color=MUTED, fontsize=TEXT)
        return axes
    names = [
        f"{_steps(far)}\n{count.replace(' ', chr(10)) if apart else count}" for far, count in zip(distance, counts, strict=True)
    ]
    axes.set_xticks(np.arange(len(distance)), names, fontsize=SMALL, color=MUTED)
    axes.set_xlim(-0.5, len(distance) - 0.5)
    _excess_axis(axes, np.concatenate([excess, low, high, [0.0]]))
    for place, values in enumerate(zip(excess, low, high, strict=True)):
        _dot_over_band(axes, place, *values)
    axes.axhline(0.0, color=APART, linewidth=1.2, zorder=2.5)
    return axes


def _dot_over_band(axes: Axes, place: int, excess: float, low: float, high: float) -> None:
    """What chance makes at one distance, and what was found there."""
    if np.isfinite(low + high):
        band = Rectangle((place - 0.28, low), 0.56, high - low, color=BAND, linewidth=0, zorder=2)
        axes.add_patch(band)
    if not np.isfinite(excess):
        return
    axes.plot([place], [excess], "o", color=MAIN, markersize=9, zorder=4)
    axes.annotate(
        _signed(excess), (place, excess), xytext=(9, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK
    )


def describe_separation(frame: pd.DataFrame, *, norm: str = "the recovery norm", level: float = 0.95) -> str:
    """What does the figure of likeness by distance show, in words for those who cannot see it?

    Parameters
    ----------
    frame, norm, level
        As for :func:`separation_curve`.

    Returns
    -------
    str
        Every distance with its excess, the band by chance and the number of pairs.

    Raises
    ------
    SchemaError
        As for :func:`separation_curve`.

    Examples
    --------
    >>> steps = pd.DataFrame({"distance": [1], "excess": [0.5], "null_low": [-0.1], "null_high": [0.1], "n_pairs": [900]})
    >>> describe_separation(steps)
    'Dots over bands: how much more often people hold the recovery norm when somebody some steps away does. 1
    step: +50%, by chance −10% to +10% in 95% of cases (900 pairs).'
    """
    distance, excess, low, high, pairs = _read(frame)
    if not len(distance):
        return NOTHING
    said = []
    for far, value, bottom, top, n in zip(distance, excess, low, high, pairs, strict=True):
        start = f"{_steps(far)}: "
        band = f", by chance {_signed(bottom)} to {_signed(top)} in {level:.0%} of cases" if np.isfinite(top) else ""
        said.append(f"{start}{_signed(value)}{band} ({whole(n)} pairs)." if np.isfinite(value) else f"{start}cannot be told.")
    opening = f"Dots over bands: how much more often people hold {norm} when somebody some steps away does."
    return " ".join([opening, *said])


def _read(frame: pd.DataFrame) -> tuple[np.ndarray, ...]:
    require_columns(frame, COLUMNS, "separation_curve")
    return tuple(floats_of(frame, name) for name in COLUMNS)


def _steps(distance: float) -> str:
    return "1 step" if distance == 1 else f"{distance:.0f} steps"


def _signed(value: float) -> str:
    text = true_minus(f"{100 * value:+.0f}%")
    return "0%" if text[1:] == "0%" else text


def _excess_axis(axes: Axes, values: np.ndarray) -> None:
    """A vertical axis of signed percentages with a quiet grid."""
    low, high = np.nanmin(values), np.nanmax(values)
    step = next((step for step in STEPS if (high - low) / step <= 5), STEPS[-1])
    bottom, top = np.floor(low / step) * step, np.ceil((high + 1e-9) / step) * step
    ticks = np.arange(round(bottom / step), round(top / step) + 1) * step
    axes.set_ylim(bottom, top)
    axes.set_yticks(ticks, [_signed(tick) for tick in ticks], fontsize=SMALL, color=MUTED)
    axes.tick_params(axis="both", length=0, pad=6)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
