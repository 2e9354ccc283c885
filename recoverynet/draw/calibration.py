"""How often does a test speak of spread where there is some, and where there is none?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

from recoverynet.by_row import each_row
from recoverynet.draw.cells import NOTHING, floats_of, require_columns, share_text
from recoverynet.draw.rows import Tracks, lay_rows, write_around
from recoverynet.draw.style import (
    ACCENT,
    APART,
    INK,
    MAIN,
    MAIN_DARK,
    MUTED,
    PAPER,
    PARTS,
    SMALL,
    TEXT,
    axes_width,
    contrast,
    described,
    drawn,
    open_axes,
    text_width,
    wrap,
)

RATE_COLUMNS = ("world", "strength", "rate", "low", "high")
GRID_COLUMNS = ("test", "world", "rate")
STRENGTHS: Mapping[str, tuple[str, str, str]] = {
    "none": ("o", PAPER, ACCENT),
    "weak": ("s", PARTS["other"], PARTS["other"]),
    "medium": ("D", MAIN, MAIN),
    "strong": ("o", MAIN_DARK, MAIN_DARK),
}
"""Marker, fill and edge of each strength of influence: hollow where there is none."""
SIZE, POWER = 0.05, 0.80
PAD = 0.025
CELL, HEAD = 21.0, 10.5
STEPS = (0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 1.0)
SHADES = ("#FFFFFF", "#FBEBDD", "#F4CDA9", "#E59A5C", "#C86A25", "#8F3606")
"""From never to always, light to dark; orange, for where nothing spreads yes is a false alarm."""
FOUND_STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
FOUND = ("#FFFFFF", "#E3EDF5", "#BFD7E8", "#86B1D0", "#2A6A99", "#0B4A6F")
"""The same in blue, for where something spreads yes is right; the two darkest from 80 %."""


@drawn
def calibration_rates(frame: pd.DataFrame, *, title: str | None = None, replications: str = "", ax: Axes | None = None) -> Axes:
    """In which worlds of known truth does one test speak of spread, and how often?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a world and strength of influence: ``world`` (as it should be read), ``strength`` ("none",
        "weak", "medium", "strong"), ``rate`` (0 to 1), ``low`` and ``high`` (its interval). Worlds in the
        order of their first row.
    title : str, optional
        Default: ``"How often the verdict is “consistent with spread”"``.
    replications : str
        How many replications stand behind a rate, as it ends the note.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One track a world; a mark a strength, hollow where there is no influence, with its interval; lines at
        5 % and 80 %.

    Raises
    ------
    SchemaError
        A column is missing, or a rate lies outside 0 to 1.

    Examples
    --------
    >>> rates = pd.DataFrame(
    ...     {"world": "plain", "strength": ["none", "strong"], "rate": [0.02, 0.97], "low": [0.01, 0.95], "high": [0.03, 0.98]}
    ... )
    >>> [line.get_marker() for line in calibration_rates(rates).lines if line.get_marker() != "None"]
    ['o', 'o', 'o', 'o']
    """
    table = _rates(frame)
    worlds = list(dict.fromkeys(table["world"].astype(str)))
    shown = [strength for strength in STRENGTHS if (table["strength"] == strength).any()]
    note = "Lines: 95% intervals. Dashed: 5%, which a hollow mark should stay below, and 80%. " + replications
    rows = lay_rows(
        worlds,
        [""] * len(worlds),
        title=title or "How often the verdict is “consistent with spread”",
        note=note.strip() if worlds else "",
        beside=True,
        thickness=13.0,
        lead=24.0,
        limits=(-PAD, 1.0 + PAD),
        ax=ax,
    )
    if not worlds:
        return described(rows.axes, describe_calibration_rates(frame))
    ends = rows.middles[0] - rows.thickness, rows.middles[-1] + rows.thickness
    rows.axes.vlines((SIZE, POWER), *ends, color=APART, linewidth=1.0, linestyle="--", zorder=1.5)
    for cell in each_row(table):
        if np.isfinite(cell.rate):
            _mark(rows, worlds.index(str(cell.world)), str(cell.strength), cell.rate, cell.low, cell.high)
    _key(rows, shown)
    return described(rows.axes, describe_calibration_rates(frame))


def describe_calibration_rates(frame: pd.DataFrame) -> str:
    """What does the figure of rates show, in words for those who cannot see it?

    Parameters
    ----------
    frame
        As for :func:`calibration_rates`.

    Returns
    -------
    str
        For each strength the lowest and highest rate over worlds, and where the highest is.

    Raises
    ------
    SchemaError
        As for :func:`calibration_rates`.

    Examples
    --------
    >>> rates = pd.DataFrame(
    ...     {"world": ["plain", "cafés"], "strength": "none", "rate": [0.02, 0.04], "low": [0.01, 0.03], "high": [0.03, 0.05]}
    ... )
    >>> describe_calibration_rates(rates)
    'Dot chart of how often the verdict speaks of spread in 2 worlds of known truth. With influence none: from
    2% in plain to 4% in cafés.'
    """
    table = _rates(frame)
    table = table[np.isfinite(table["rate"])]
    if table.empty:
        return NOTHING
    n_worlds = table["world"].nunique()
    said = [f"Dot chart of how often the verdict speaks of spread in {n_worlds} world{'s' * (n_worlds != 1)} of known truth."]
    for strength in STRENGTHS:
        part = table[table["strength"] == strength]
        if len(part):
            least, most = part.loc[part["rate"].idxmin()], part.loc[part["rate"].idxmax()]
            said.append(
                f"With influence {strength}: from {share_text(least['rate'])} in {least['world']} to "
                f"{share_text(most['rate'])} in {most['world']}."
            )
    return " ".join(said)


@drawn
def calibration_grid(frame: pd.DataFrame, *, title: str, note: str = "", found: bool = False, ax: Axes | None = None) -> Axes:
    """Which tests cry wolf in which worlds, or find what is there?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a test and world: ``test`` and ``world`` (as they should be read), ``rate`` (0 to 1, NaN where
        the test was not tried). Tests and worlds in the order of their first row.
    title, note : str
        Stand above and below.
    found : bool
        Whether influence is there to be found: blue, dark from 80 %. Default: it is not, and the higher the rate the
        darker the orange.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Worlds down, tests across; every cell holds its rate in percent, darker the higher it is.

    Raises
    ------
    SchemaError
        A column is missing, a rate lies outside 0 to 1, or a test and world are there twice.

    Examples
    --------
    >>> rates = pd.DataFrame({"test": ["ladder", "labels"], "world": "plain", "rate": [0.01, 0.6]})
    >>> axes = calibration_grid(rates, title="Where nothing spreads")
    >>> [text.get_text() for text in axes.texts if text.get_gid() == "rate"]
    ['1', '60']
    """
    table = _grid(frame)
    worlds, tests = [str(name) for name in table.index], [str(name) for name in table.columns]
    full = axes_width(ax)
    title, note = wrap(title, full, TEXT, "bold"), wrap(note, full, SMALL)
    labels = [wrap(name, 0.36 * full, SMALL) for name in worlds]
    left = max((text_width(label, SMALL) for label in labels), default=0.0) + 16.0
    room = (full - left) / max(len(tests), 1)
    heads = [wrap(name, 150.0, HEAD) for name in tests]
    high = max((text_width(head, HEAD) for head in heads), default=0.0)
    lines = note.count("\n") + 1 if note else 0
    axes = open_axes(
        ax,
        height=CELL * max(len(worlds), 1),
        left=left,
        right=8.0,
        top=14.0 + 1.25 * TEXT * (title.count("\n") + 1) + high + 20.0,
        bottom=1.3 * SMALL * lines + 22.0,
    )
    _frame_around(axes, title, note, left, high)
    if not worlds:
        axes.set(xticks=[], yticks=[])
        axes.text(0.0, 0.5, NOTHING, transform=axes.transAxes, color=MUTED, fontsize=TEXT)
        return described(axes, describe_calibration_grid(frame, title=title))
    axes.set(xlim=(0, len(tests)), ylim=(len(worlds), 0))
    axes.set_xticks(np.arange(len(tests)) + 0.5, heads, rotation=90, fontsize=HEAD, color=MUTED)
    axes.xaxis.set_ticks_position("top")
    axes.set_yticks(np.arange(len(worlds)) + 0.5, labels, fontsize=SMALL, color=INK)
    axes.tick_params(length=0, pad=5)
    for row, column in np.ndindex(*table.shape):
        _cell(axes, row, column, float(table.iloc[:, column].iloc[row]), room, found)
    return described(axes, describe_calibration_grid(frame, title=title))


def describe_calibration_grid(frame: pd.DataFrame, *, title: str) -> str:
    """What does the grid of rates show, in words for those who cannot see it?

    Parameters
    ----------
    frame, title
        As for :func:`calibration_grid`.

    Returns
    -------
    str
        For each test its lowest and highest rate over worlds, and where the highest is.

    Raises
    ------
    SchemaError
        As for :func:`calibration_grid`.

    Examples
    --------
    >>> rates = pd.DataFrame({"test": ["ladder", "labels"], "world": "plain", "rate": [0.01, 0.6]})
    >>> describe_calibration_grid(rates, title="Where nothing spreads")
    'Where nothing spreads: rates of 2 tests in 1 world. ladder: 1% in plain. labels: 60% in plain.'
    """
    table = _grid(frame)
    n_worlds, n_tests = table.shape
    words = f"{title.rstrip('.')}: rates of {_plural(n_tests, 'test')} in {_plural(n_worlds, 'world')}."
    said = []
    for test in table.columns:
        rates = table[test].dropna()
        if rates.empty:
            continue
        most = f"{share_text(rates.max())} in {rates.idxmax()}"
        said.append(f"{test}: {most}." if len(rates) == 1 else f"{test}: from {share_text(rates.min())} to {most}.")
    return " ".join([words, *said]) if said else NOTHING


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _rates(frame: pd.DataFrame) -> pd.DataFrame:
    require_columns(frame, RATE_COLUMNS, "calibration_rates")
    return frame.assign(**{name: floats_of(frame, name, share=True) for name in ("rate", "low", "high")})


def _grid(frame: pd.DataFrame) -> pd.DataFrame:
    """Worlds × tests, in the order of their first rows."""
    require_columns(frame, GRID_COLUMNS, "calibration_grid")
    table = frame.assign(rate=floats_of(frame, "rate", share=True))
    wide = table.pivot(index="world", columns="test", values="rate")
    return wide.reindex(index=list(dict.fromkeys(frame["world"])), columns=list(dict.fromkeys(frame["test"])))


def _mark(rows: Tracks, row: int, strength: str, rate: float, low: float, high: float) -> None:
    """One rate with its interval."""
    marker, fill, edge = STRENGTHS[strength]
    middle = rows.middles[row]
    if np.isfinite(low) and np.isfinite(high):
        rows.axes.hlines(middle, low, high, color=edge, linewidth=2.0, zorder=3, clip_on=False)
    rows.axes.plot(
        [rate], [middle], marker, color=fill, markeredgecolor=edge, markeredgewidth=1.8, markersize=7.5, zorder=4, clip_on=False
    )


def _key(rows: Tracks, strengths: Sequence[str]) -> None:
    """What the marks are, above the first row."""
    low, high = rows.axes.get_xlim()
    point, at = (high - low) / axes_width(rows.axes), 5.0
    for strength in strengths:
        marker, fill, edge = STRENGTHS[strength]
        rows.axes.plot(
            [low + at * point], [6.0], marker, color=fill, markeredgecolor=edge, markeredgewidth=1.8, markersize=7.5, clip_on=False
        )
        name = "no influence" if strength == "none" else strength
        words = low + (at + 9.0) * point
        rows.axes.text(words, 6.0, name, va="center", fontsize=SMALL, color=MUTED)
        at += 9.0 + text_width(name, SMALL) + 18.0


def _frame_around(axes: Axes, title: str, note: str, left: float, above: float) -> None:
    """Title and note at the left edge of the figure, the title clear of the names of the tests."""
    write_around(axes, title, note, shift=left)
    for text in axes.texts:
        if text.get_gid() == "title":
            text.set_y(0)
            cast(Annotation, text).xyann = (8.0 - left, above + 20.0)
    axes.spines[:].set_visible(False)


def _cell(axes: Axes, row: int, column: int, rate: float, room: float, found: bool) -> None:
    """One rate in percent on its shade; a dash where the test was not tried."""
    # A false alarm of just 5 % is still allowed, a yes in just 80 % already good.
    steps, side, shades = (FOUND_STEPS, "right", FOUND) if found else (STEPS, "left", SHADES)
    place = int(np.searchsorted(np.asarray(steps), rate, side=side)) - 1 if np.isfinite(rate) else 0  # type: ignore[call-overload]
    shade = shades[min(max(place, 0), len(shades) - 1)]
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=shade, edgecolor=PAPER, linewidth=1.5))
    text = "–" if not np.isfinite(rate) else f"{100 * rate:.0f}"
    ink = PAPER if contrast(PAPER, shade) >= 4.5 else INK
    axes.text(
        column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=min(HEAD, max(10.0, room / 2.6)), color=ink, gid="rate"
    )
