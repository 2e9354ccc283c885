"""Were those who gained a norm more exposed to it than chance would make them?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, require_columns, share_text, whole
from recoverynet.draw.rows import write_around
from recoverynet.draw.style import (
    ACCENT,
    APART,
    BAND,
    INK,
    MUTED,
    PARTS,
    SMALL,
    TEXT,
    axes_width,
    drawn,
    open_axes,
    text_width,
    wrap,
)

SIDE = 12.0
LABELS = 46.0
MIDDLE = 0.95


@drawn
def exposure_null(
    draws: pd.DataFrame,
    *,
    observed: float,
    expected: float,
    gains: float = math.nan,
    norm: str = "the recovery norm",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Did those who gained a norm have more contacts holding it than chance would have given them?

    Parameters
    ----------
    draws : pandas.DataFrame
        Column ``draw``: mean exposure (0 to 1) of those who would have gained, one row a dealing by chance.
    observed : float
        Mean exposure (0 to 1) of those who did gain; NaN where it cannot be told.
    expected : float
        Mean exposure of everybody who could have gained at the same waves.
    gains : float
        How many gains stand behind it, for the note; NaN leaves it out.
    norm : str
        What is held, as it follows "holding".
    title : str, optional
        Default: ``"Share of contacts holding <norm>, among people who went on to gain it"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Columns of the dealings by chance, the middle 95 % darker; a line for what was observed and one for
        what is expected, each named above.

    Raises
    ------
    SchemaError
        The column is missing.

    Examples
    --------
    >>> chance = pd.DataFrame({"draw": np.random.default_rng(1).normal(0.5, 0.02, 999)})
    >>> axes = exposure_null(chance, observed=0.57, expected=0.5, gains=160)
    >>> [text.get_text() for text in axes.texts if "%" in text.get_text()]
    ['observed 57%', 'by chance 50%']
    """
    values = _read(draws)
    full = axes_width(ax)
    heading = title or f"Share of contacts holding {norm}, among people who went on to gain it"
    heading = wrap(heading, full, TEXT, "bold")
    note = wrap(_note(len(values), gains), full, SMALL) if len(values) else ""
    lines = note.count("\n") + 1 if note else 0
    axes = open_axes(
        ax,
        height=150.0 + LABELS if len(values) else 40.0,
        left=SIDE,
        right=SIDE,
        top=14.0 + 1.25 * TEXT * (heading.count("\n") + 1) + 10.0,
        bottom=24.0 + 1.3 * SMALL * lines + 14.0,
    )
    write_around(axes, heading, note, shift=SIDE)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(APART)
    if not len(values) or not math.isfinite(observed):
        axes.set_xticks([])
        axes.text(0.0, 0.5, NOTHING, transform=axes.transAxes, va="center", ha="left", color=MUTED, fontsize=TEXT)
        return axes
    _columns(axes, values, observed)
    _named_lines(axes, observed, expected)
    return axes


def describe_exposure_null(
    draws: pd.DataFrame, *, observed: float, expected: float, gains: float = math.nan, norm: str = "the recovery norm"
) -> str:
    """What does the figure of exposure against chance show, in words for those who cannot see it?

    Parameters
    ----------
    draws, observed, expected, gains, norm
        As for :func:`exposure_null`.

    Returns
    -------
    str
        What was observed, what is expected, the middle 95 % of the dealings, and how many of them reach what
        was observed.

    Raises
    ------
    SchemaError
        As for :func:`exposure_null`.

    Examples
    --------
    >>> chance = pd.DataFrame({"draw": np.linspace(0.4, 0.6, 101)})
    >>> describe_exposure_null(chance, observed=0.57, expected=0.5, gains=160)
    'Column chart of chance against what was observed. Of the contacts of people who went on to gain the
    recovery norm, 57% held it already (160 gains). Had the same gains fallen on others at risk by chance, it
    would be 50% on average, and between 40% and 60% in 95 of 100 cases. 16 of 101 dealings by chance reach
    what was observed.'
    """
    values = _read(draws)
    if not len(values) or not math.isfinite(observed):
        return NOTHING
    low, high = np.quantile(values, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
    counted = "" if math.isnan(gains) else f" ({whole(gains)} gains)"
    reaching = int((values >= observed - 1e-9).sum())
    return (
        "Column chart of chance against what was observed. Of the contacts of people who went on to gain "
        f"{norm}, {_share(observed, expected)} held it already{counted}. Had the same gains fallen on "
        f"others at risk by chance, it would be {_share(expected, observed)} on average, and between "
        f"{share_text(low)} and {share_text(high)} in 95 of 100 cases. {reaching:,} of {len(values):,} dealings "
        "by chance reach what was observed."
    )


def _read(draws: pd.DataFrame) -> np.ndarray:
    """The dealings that have a value."""
    require_columns(draws, ("draw",), "exposure_null")
    values = draws["draw"].to_numpy(dtype=float)
    answer: np.ndarray = values[np.isfinite(values)]
    return answer


def _note(n_draws: int, gains: float) -> str:
    """What the columns are, and how many gains stand behind the lines."""
    counted = "" if math.isnan(gains) else f" {whole(gains)} gains."
    return (
        f"Blue: where chance puts it, {n_draws:,} times over, the same gains falling on others who could "
        f"have gained at the same time; dark: the middle 95% of them.{counted}"
    )


def _columns(axes: Axes, values: np.ndarray, observed: float) -> None:
    """A histogram that leaves room above for names, and at the sides for what was observed."""
    low, high = min(values.min(), observed), max(values.max(), observed)
    pad = 0.08 * max(high - low, 0.01)
    axes.set_xlim(low - pad, high + pad)
    edges = np.linspace(values.min(), max(values.max(), values.min() + 1e-9), 31)
    heights, edges = np.histogram(values, bins=edges)
    inner = np.quantile(values, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
    middles = (edges[:-1] + edges[1:]) / 2
    dark = (middles >= inner[0]) & (middles <= inner[1])
    axes.bar(middles, heights, np.diff(edges) * 0.94, color=np.where(dark, PARTS["other"], BAND), linewidth=0, zorder=2)
    axes.set_ylim(0.0, heights.max() * (150.0 + LABELS) / 150.0)
    step = next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (high - low + 2 * pad) / step <= 9)
    ticks = np.arange(np.ceil((low - pad) / step), np.floor((high + pad) / step) + 1) * step
    digits = 1 if step < 0.01 else 0
    axes.set_xticks(ticks, [f"{100 * tick:.{digits}f}%" for tick in ticks], fontsize=SMALL, color=MUTED)
    axes.tick_params(axis="x", length=0, pad=6)


def _named_lines(axes: Axes, observed: float, expected: float) -> None:
    """A line each for what was observed and what is expected, named above the columns in two rows."""
    said = {"observed": _share(observed, expected), "by chance": _share(expected, observed)}
    _named_line(axes, observed, f"observed {said['observed']}", ACCENT, (2.4, "-", 0.99, "bold"), leftward=False)
    if math.isfinite(expected):
        words = f"by chance {said['by chance']}"
        _named_line(axes, expected, words, INK, (1.4, "--", 0.885, "normal"), leftward=observed >= expected)


def _named_line(axes: Axes, value: float, text: str, colour: str, shape: tuple[float, str, float, str], *, leftward: bool) -> None:
    """One line with its name at the top, on the side asked for where there is room, else on the other."""
    width, dashes, top, weight = shape
    height, (low, high) = axes.get_ylim()[1], axes.get_xlim()
    wide = (text_width(text, TEXT, weight) + 8.0) / axes_width(axes) * (high - low)
    left = value - wide >= low if leftward else value + wide > high
    axes.vlines(value, 0.0, top * height, color=colour, linewidth=width, linestyle=dashes, zorder=4)
    axes.annotate(
        text,
        (value, top * height),
        xytext=(-5 if left else 5, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        fontsize=TEXT,
        fontweight=weight,
        color=colour,
        annotation_clip=False,
    )


def _share(value: float, other: float) -> str:
    """A share in whole percent, with a decimal where the two would read alike."""
    close = abs(value - other) < 0.015
    return f"{100 * value:.1f}%" if close else share_text(value)
