"""Rows of a figure: one line of words and one track each, so that long names and phones both fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.cells import NOTHING, share_text
from recoverynet.draw.style import (
    GRID,
    INK,
    LINE,
    MUTED,
    PAPER,
    SMALL,
    TEXT,
    TRACK,
    axes_width,
    hatched,
    open_axes,
    text_width,
    wrap,
)

MANY = 12
"""Up to so many rows the words stand above the track; beyond it beside it, to stay on one page."""
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Tracks:
    """Where the tracks of a figure lie.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The vertical axis is in points from the top of the plotting area.
    middles : numpy.ndarray of float
        Vertical middle of each track.
    thickness : float
        Thickness of a track in points.
    """

    axes: Axes
    middles: np.ndarray
    thickness: float


def lay_rows(
    headings: Sequence[str],
    values: Sequence[str],
    *,
    title: str,
    note: str = "",
    ticks: Sequence[float] = QUARTERS,
    tick_labels: Sequence[str] | None = None,
    limits: tuple[float, float] = (0.0, 1.0),
    beside: bool | None = None,
    thickness: float | None = None,
    lead: float = 0.0,
    ax: Axes | None = None,
) -> Tracks:
    """Write the words of every row and lay an empty track for it.

    Parameters
    ----------
    headings, values : sequence of str
        What a row is about (left), and its number with the denominator (right).
    title : str
        What is shown and out of how many; stands above, at the left.
    note : str
        Stands below, at the left.
    ticks : sequence of float
        Where the tracks are marked.
    tick_labels : sequence of str, optional
        Default: the ticks as percentages.
    limits : (float, float)
        Ends of the tracks.
    beside : bool, optional
        True puts the words beside the track instead of above it. Default: from 13 rows on.
    thickness : float, optional
        Thickness of a track in points. Default 15 where words stand above, 11 beside.
    lead : float
        Points left free above the first row, for a key.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the rows need.

    Returns
    -------
    Rows
    """
    if not len(headings):
        return Tracks(_nothing(title, ax), np.array([]), 0.0)
    beside = len(headings) > MANY if beside is None else beside
    labels = [share_text(tick) for tick in ticks] if tick_labels is None else list(tick_labels)
    place = _beside if beside else _above
    rows = place(list(headings), list(values), (title, note), thickness, lead, ax)
    rows.axes.set_xlim(*limits)
    _tracks(rows, ticks, labels, limits)
    return rows


def _above(
    headings: list[str], values: list[str], around: tuple[str, str], thickness: float | None, lead: float, ax: Axes | None
) -> Tracks:
    """Words above the track: heading at the left, number at the right."""
    width = axes_width(ax)
    thick, line, gap = thickness or 15.0, TEXT * LINE, 15.0
    wrapped = [
        wrap(heading, max(width - text_width(value) - 14.0, 0.3 * width)) for heading, value in zip(headings, values, strict=True)
    ]
    words = np.array([line * (text.count("\n") + 1) for text in wrapped])
    tops = lead + np.concatenate([[0.0], np.cumsum(words + thick + gap)])
    axes = _open(ax, float(tops[-1] - gap + 4.0), *around)
    across = axes.get_yaxis_transform()
    for base, text, value in zip(tops[:-1] + words - 3.0, wrapped, values, strict=True):
        axes.text(0.0, base, text, transform=across, va="baseline", ha="left", color=INK, linespacing=1.15)
        axes.text(1.0, base, value, transform=across, va="baseline", ha="right", color=INK)
    return Tracks(axes, tops[:-1] + words + 2.0 + thick / 2.0, thick)


def _beside(
    headings: list[str], values: list[str], around: tuple[str, str], thickness: float | None, lead: float, ax: Axes | None
) -> Tracks:
    """Words beside the track, for many rows."""
    thick, line = thickness or 11.0, SMALL * LINE
    whole_width = axes_width(ax)
    wrapped = [wrap(heading, 0.34 * whole_width, SMALL) for heading in headings]
    left = max(text_width(text, SMALL) for text in wrapped) + 16.0
    right = max(text_width(value, SMALL) for value in values) + 18.0
    pitch = np.array([max(line * (text.count("\n") + 1), thick) + 5.0 for text in wrapped])
    tops = lead + np.concatenate([[0.0], np.cumsum(pitch)])
    axes = _open(ax, float(tops[-1]), *around, left=left, right=right)
    middles = tops[:-1] + pitch / 2.0
    axes.set_yticks(middles, wrapped, color=INK)
    for middle, value in zip(middles, values, strict=True):
        axes.annotate(
            value,
            (1.0, middle),
            xycoords=axes.get_yaxis_transform(),
            xytext=(right - 8.0, 0),
            va="center",
            ha="right",
            textcoords="offset points",
            fontsize=SMALL,
            color=INK,
            annotation_clip=False,
        )
    return Tracks(axes, middles, thick)


def _open(ax: Axes | None, height: float, title: str, note: str, *, left: float = 8.0, right: float = 8.0) -> Axes:
    """Axes as high as the rows, with title and note, and points as the vertical unit."""
    full = axes_width(ax)
    title, note = wrap(title, full, TEXT, "bold"), wrap(note, full, SMALL)
    above = 12.0 + 1.25 * TEXT * (title.count("\n") + 1) + 8.0
    below = 26.0 + (1.3 * SMALL * (note.count("\n") + 1) + 6.0 if note else 0.0)
    axes = open_axes(ax, height=height, left=left, right=right, top=above, bottom=below)
    write_around(axes, title, note, shift=left if ax is None else 8.0)
    axes.set_ylim(height, 0.0)
    axes.set_yticks([])
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    return axes


def write_around(axes: Axes, title: str, note: str, *, shift: float = 8.0) -> None:
    """Title above and note below the axes, both starting at the left edge of the figure.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    title, note : str
        Already broken into lines.
    shift : float
        Left margin of the axes in points.

    Returns
    -------
    None
    """
    axes.annotate(
        title,
        (0, 1),
        xycoords="axes fraction",
        xytext=(8.0 - shift, 10),
        textcoords="offset points",
        va="bottom",
        ha="left",
        fontsize=TEXT,
        fontweight="bold",
        color=INK,
        annotation_clip=False,
    ).set_gid("title")
    axes.tick_params(axis="both", length=0, labelsize=SMALL, labelcolor=MUTED, pad=6)
    if note:
        axes.set_xlabel(note, fontsize=SMALL, color=MUTED, labelpad=8)
        axes.xaxis.label.set_horizontalalignment("left")
        axes.xaxis.label.set_x((8.0 - shift) / axes_width(axes))


def _tracks(rows: Tracks, ticks: Sequence[float], labels: Sequence[str], limits: tuple[float, float]) -> None:
    """Pale tracks with the ticks cut into them, and the tick labels inside the ends."""
    low, high = limits
    for middle in rows.middles:
        rows.axes.add_patch(
            Rectangle((low, middle - rows.thickness / 2), high - low, rows.thickness, color=TRACK, linewidth=0, zorder=0.5)
        )
        inner = [tick for tick in ticks if low < tick < high]
        rows.axes.vlines(inner, middle - rows.thickness / 2, middle + rows.thickness / 2, color=PAPER, linewidth=1.5, zorder=0.6)
    ticks, labels = _room(ticks, labels, axes_width(rows.axes) / (high - low))
    rows.axes.set_xticks(ticks, labels)
    for tick, label in zip(ticks, rows.axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("left" if tick == low else "right" if tick == high else "center")


def _room(ticks: Sequence[float], labels: Sequence[str], points: float) -> tuple[list[float], list[str]]:
    """The ticks whose labels fit side by side: all, every second, or only the ends."""
    widest = max(text_width(label, SMALL) for label in labels)
    for step in (1, 2, max(len(ticks) - 1, 1)):
        kept = list(ticks[::step])
        if len(kept) < 3 or 1.6 * widest < points * float(np.diff(kept).min()):
            return kept, list(labels[::step])
    return list(ticks), list(labels)


def stub(rows: Tracks, row: int, *, start: float = 0.0, length: float | None = None) -> None:
    """A hatched stub where a value is suppressed: it has no length that could be read.

    Parameters
    ----------
    rows : Rows
    row : int
        Which row, counted from 0.
    start : float
        Where the stub begins, in the unit of the tracks.
    length : float, optional
        Length of the stub. Default: 6 % of the track.

    Returns
    -------
    None
    """
    low, high = rows.axes.get_xlim()
    bottom = rows.middles[row] - rows.thickness / 2
    rows.axes.add_patch(hatched(start, bottom, length or 0.06 * (high - low), rows.thickness))


def whisker(rows: Tracks, row: int, low: float, high: float, *, colour: str = INK) -> None:
    """The interval of a value: a line from low to high with short ends; nothing where either is NaN.

    Parameters
    ----------
    rows : Rows
    row : int
        Which row, counted from 0.
    low, high : float
        Ends of the interval, in the unit of the tracks.
    colour : str
        Colour of the line.

    Returns
    -------
    None
    """
    if np.isnan(low) or np.isnan(high):
        return
    middle, half = rows.middles[row], 0.22 * rows.thickness
    rows.axes.hlines(middle, low, high, color=colour, linewidth=1.6, zorder=4, clip_on=False)
    rows.axes.vlines([low, high], middle - half, middle + half, color=colour, linewidth=1.6, zorder=4, clip_on=False)


def _nothing(title: str, ax: Axes | None) -> Axes:
    """A figure that says there is nothing to draw."""
    axes = _open(ax, 40.0, title, "")
    axes.set_xticks([])
    axes.text(0.0, 0.5, NOTHING, transform=axes.transAxes, va="center", ha="left", color=MUTED, fontsize=TEXT)
    axes.spines["bottom"].set(visible=True, color=GRID)
    return axes
