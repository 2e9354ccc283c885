"""How many hold the norm, of those about whom it is known, and how many are not known?"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from recoverynet.draw.cells import SUPPRESSED_NOTE, floats_of, note_for, require_columns, say, share_text, shares, whole
from recoverynet.draw.style import APART, GRID, MUTED, SMALL, drawn, figure_of, hatched
from recoverynet.draw.timeline import Periods, column_width, draw_line, hatch_periods, highest, open_timeline, read_periods, tell

COLUMNS = ("period", "share", "n_known", "n")
STRIP, CAPTION = 32.0, 24.0


@drawn
def norm_share_curve(
    frame: pd.DataFrame,
    *,
    people: str = "people",
    norm: str = "the recovery norm",
    title: str | None = None,
    level: float = 0.95,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """Does the share holding a norm rise, and about how many is nothing known?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a period: ``period`` (Timestamp, Period, or a label in order), ``share`` (0 to 1, of those
        whose state is known), ``n_known`` (people whose state is known), ``n`` (all people of the period),
        and, where wanted, ``low`` and ``high`` (interval of the share). A suppressed value is NaN or
        ``"*"``; with ``n_known`` or ``n`` 0 it is a gap without a mark.
    people : str
        Who is counted, in the plural.
    norm : str
        What is held, as it follows "holding".
    title : str, optional
        Default: ``"Share of <people> holding <norm>, where known"``.
    level : float
        Level of the intervals, for the note below the figure.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw; the strip hangs below it. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        The line of the share with its interval; ``axes.child_axes[0]`` is the strip below it, the share of
        people whose state is not known; under each named period the number known of all.

    Raises
    ------
    SchemaError
        A column is missing, a value is no number, a share lies outside 0 to 1, a period is missing or there
        twice.

    Notes
    -----
    The share leaves out those whose state is not known. When they differ from the others, or their number
    changes, the line can rise though nobody has changed: read it together with the strip.

    Examples
    --------
    >>> months = pd.DataFrame({"period": ["first", "second"], "share": [0.4, 0.5], "n_known": [50, 60], "n": [100, 90]})
    >>> axes = norm_share_curve(months)
    >>> [round(float(bar.get_height()), 2) for bar in axes.child_axes[0].patches]
    [0.5, 0.33]
    """
    periods, share, known, everyone, hidden = _read(frame)
    low, high = (floats_of(frame, name, share=True)[periods.order] for name in ("low", "high"))
    under = f"Under each period: number of {people} whose state is known, of all."
    axes = open_timeline(
        ax,
        periods,
        [f"{whole(a)}\nof {whole(b)}" for a, b in zip(known, everyone, strict=True)],
        title=title or f"Share of {people} holding {norm}, where known",
        note="\n".join(filter(None, [under, note_for(hidden, note, low, "Shaded", level)])) if len(share) else "",
        top=highest(share, high),
        below=STRIP + CAPTION + 4.0 if len(share) else 0.0,
    )
    if len(share):
        draw_line(axes, periods, share, low, high)
        hatch_periods(axes, periods, hidden)
        _strip(axes, periods, known, everyone)
    return axes


def describe_norm_share(frame: pd.DataFrame, *, people: str = "people", norm: str = "the recovery norm") -> str:
    """What does the norm share curve show, in words for those who cannot see it?

    Parameters
    ----------
    frame, people, norm
        As for :func:`norm_share_curve`.

    Returns
    -------
    str
        Where the line starts and ends, its lowest and highest point, with the number known, and how the
        share of people whose state is not known has changed.

    Raises
    ------
    SchemaError
        As for :func:`norm_share_curve`.

    Examples
    --------
    >>> months = pd.DataFrame({"period": ["first", "second"], "share": [0.4, 0.5], "n_known": [50, 60], "n": [100, 90]})
    >>> describe_norm_share(months)
    'Line chart of the share holding the recovery norm, of people whose state is known, 2 periods from first
    to second. It starts at 40% of 50 in first and ends at 50% of 60 in second. Not known: 50% of all 100
    people in first, 33% of all 90 people in second.'
    """
    periods, share, known, everyone, hidden = _read(frame)
    nobody = np.full(len(share), np.nan)
    said = [say(*cells) for cells in zip(nobody, known, share, strict=True)]
    words = tell(f"Line chart of the share holding {norm}, of {people} whose state is known", periods, share, said, hidden)
    if not len(share):
        return words
    ends = dict.fromkeys((0, len(share) - 1))
    missing = [f"{_unknown_in_words(known[row], everyone[row], people)} in {periods.names[row]}" for row in ends]
    return f"{words} Not known: {', '.join(missing)}."


def _unknown_in_words(known: float, everyone: float, people: str) -> str:
    """The share whose state is not known, with its denominator."""
    if everyone == 0:
        return f"no {people}"
    if np.isnan(known + everyone):
        return "suppressed"
    return f"{share_text(1.0 - known / everyone)} of all {whole(everyone)} {people}"


def _read(frame: pd.DataFrame) -> tuple[Periods, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Periods, share, number known, number of all, and what is suppressed, in the order of the periods."""
    require_columns(frame, COLUMNS, "norm_share_curve")
    periods = read_periods(frame["period"])
    ordered = frame.iloc[periods.order]
    known, everyone = floats_of(ordered, "n_known"), floats_of(ordered, "n")
    share = shares(ordered, known, count="n_known")
    return periods, share, known, everyone, np.isnan(share) & (known != 0) & (everyone != 0)


def _below(axes: Axes, strip: Axes, renderer: object) -> Bbox:
    """Where the strip lies: at a fixed distance under the axes, however large they are drawn."""
    figure = figure_of(axes)
    point, box = figure.dpi / 72.0, axes.get_window_extent()
    foot = box.y0 - (CAPTION + STRIP) * point
    return Bbox.from_bounds(box.x0, foot, box.width, STRIP * point).transformed(figure.transFigure.inverted())


def _strip(axes: Axes, periods: Periods, known: np.ndarray, everyone: np.ndarray) -> None:
    """The share whose state is not known, as columns in a strip under the line."""
    strip = axes.inset_axes((0.0, -0.3, 1.0, 0.15))
    strip.set_axes_locator(partial(_below, axes))
    strip.set(xlim=axes.get_xlim(), ylim=(0.0, 1.0), xticks=[])
    strip.set_yticks([0.0, 1.0], ["0%", "100%"], fontsize=SMALL, color=MUTED)
    strip.tick_params(length=0, pad=6)
    strip.spines[["top", "right", "left"]].set_visible(False)
    strip.spines["bottom"].set_color(APART)
    strip.axhline(1.0, color=GRID, linewidth=0.8)
    strip.text(0.0, 1.12, "Share whose state is not known", transform=strip.transAxes, fontsize=SMALL, color=MUTED, va="bottom")
    with np.errstate(divide="ignore", invalid="ignore"):
        unknown = 1.0 - known / everyone
    for at, share, all_people in zip(periods.at, unknown, everyone, strict=True):
        wide = column_width(periods)
        left = at - wide / 2
        if np.isnan(share) and all_people != 0:
            strip.add_patch(hatched(left, 0.0, wide, 0.4))
        elif not np.isnan(share):
            strip.add_patch(Rectangle((left, 0.0), wide, share, color=APART, linewidth=0))
