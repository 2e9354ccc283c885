"""What do people's choices hang on? The share of each effect in how a model's actors decide, a bar an effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.cells import NOTHING, floats_of, in_a_sentence, require_columns, share_text
from recoverynet.draw.plate import empty_plate, open_plate, round_values
from recoverynet.draw.ramp import ordered_colours
from recoverynet.draw.style import GRID, INK, LINE, MUTED, SMALL, TEXT, axes_width, described, drawn, text_width, wrap
from recoverynet.errors import SchemaError

COLUMNS = ("dependent", "period", "effect", "share")
BAR, GAP, HEAD, KEY = 9.0, 9.0, 25.0, 22.0
MOST_BARS = 4
"""Up to so many periods each has a bar of its own; beyond, a bar is their mean and a line from lowest to highest."""


@drawn
def draw_importance(frame: pd.DataFrame, *, people: int | None = None, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Which effects do people's choices hang on, for each network and behaviour and at each wave?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an effect and period: ``dependent`` (network or behaviour decided on), ``period`` (or wave, rising),
        ``effect``, ``share`` (relative importance, 0 to 1, summing to 1 over the effects of a dependent and period;
        NaN where unknown). Dependents and effects in the order of their first row.
    people : int, optional
        Number of people whose choices it is the mean of, for the note.
    title : str, optional
        Default: ``"What people's choices hang on: relative importance of each effect"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Effects below each other under the name of what is decided on; a bar a period, darker the later.

    Raises
    ------
    SchemaError
        A column is missing, an effect is there twice for a period, or a share lies outside 0 to 1.

    Examples
    --------
    >>> shares = pd.DataFrame(
    ...     {"dependent": "friend", "period": [1, 1, 2, 2], "effect": ["recip", "density"] * 2, "share": [0.4, 0.6, 0.3, 0.7]}
    ... )
    >>> axes = draw_importance(shares, people=50)
    >>> [text.get_text() for text in axes.texts if text.get_gid() == "share"]
    ['40%, 30%', '60%, 70%']
    """
    table, periods = _read(frame)
    heading = title or "What people’s choices hang on: relative importance of each effect"
    if table.empty:
        return described(empty_plate(heading, ax), describe_importance(frame))
    bars = len(periods) if len(periods) <= MOST_BARS else 1
    words = [_words(table.iloc[row].to_numpy(), bars) for row in range(len(table))]
    names = [wrap(str(effect), 0.34 * axes_width(ax), SMALL) for _, effect in table.index]
    left = max(text_width(name, SMALL) for name in names) + 16.0
    right = max(text_width(each, SMALL) for each in words) + 18.0
    heads, middles, height = _places([dependent for dependent, _ in table.index], names, bars)
    axes = open_plate(
        ax, heading, _note(people, periods, bars), height=height, left=left, right=right,
        above=KEY if bars > 1 else 4.0, below=30.0,
    )  # fmt: skip
    top = float(np.ceil(10.0 * max(np.nanmax(table.to_numpy(), initial=0.0), 0.1) - 1e-9) / 10.0)
    _frame(axes, top, height, (middles, names), heads, left)
    for row, middle in enumerate(middles):
        _bars(axes, middle, table.iloc[row].to_numpy(), bars)
        axes.annotate(
            words[row], (1.0, middle), xycoords=axes.get_yaxis_transform(), xytext=(right - 8.0, 0), va="center",
            ha="right", textcoords="offset points", fontsize=SMALL, color=INK, annotation_clip=False, gid="share",
        )  # fmt: skip
    if bars > 1:
        _key(axes, periods, left)
    return described(axes, describe_importance(frame))


def describe_importance(frame: pd.DataFrame) -> str:
    """What does the figure of importance show, in words for those who cannot see it?

    Parameters
    ----------
    frame
        As for :func:`draw_importance`.

    Returns
    -------
    str
        For each dependent its three most important effects, by their mean over periods.

    Raises
    ------
    SchemaError
        As for :func:`draw_importance`.

    Examples
    --------
    >>> shares = pd.DataFrame({"dependent": "friend", "period": 1, "effect": ["recip", "density"], "share": [0.4, 0.6]})
    >>> describe_importance(shares)
    'Bars of what choices hang on. friend: density 60% and recip 40%.'
    """
    table, _ = _read(frame)
    means = table.mean(axis=1).dropna()
    said = []
    for dependent, part in means.groupby(level=0, sort=False):
        most = part.droplevel(0).sort_values(ascending=False, kind="stable").head(3)
        said.append(f"{dependent}: {in_a_sentence([f'{effect} {share_text(share)}' for effect, share in most.items()])}.")
    return " ".join(["Bars of what choices hang on.", *said]) if said else NOTHING


def _read(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Effects of each dependent down, periods across, in the order of their first rows."""
    require_columns(frame, COLUMNS, "draw_importance")
    keys = ["dependent", "effect"]
    twice = frame.duplicated([*keys, "period"])
    if twice.any():
        first = frame.loc[twice].iloc[0]
        raise SchemaError(
            f"draw_importance needs one row an effect and period; {first['effect']!r} of {first['dependent']!r} is "
            f"there twice for period {first['period']}."
        )
    table = frame.assign(share=floats_of(frame, "share", share=True)).pivot(index=keys, columns="period", values="share")
    order = frame[keys].drop_duplicates()
    dependents = list(dict.fromkeys(order["dependent"]))
    order = order.sort_values("dependent", key=lambda each: each.map(dependents.index), kind="stable")
    table = table.reindex(pd.MultiIndex.from_frame(order)).sort_index(axis=1)
    return table, [str(period) for period in table.columns]


def _words(shares: np.ndarray, bars: int) -> str:
    """The shares of one effect: each, or their mean and ends."""
    known = shares[np.isfinite(shares)]
    if not len(known):
        return "–"
    if bars > 1 or len(shares) == 1:
        return ", ".join("–" if np.isnan(share) else share_text(share) for share in shares)
    return f"{share_text(known.mean())} ({share_text(known.min())} to {share_text(known.max())})"


def _places(dependents: Sequence[object], names: Sequence[str], bars: int) -> tuple[dict[str, float], np.ndarray, float]:
    """Where headings and the middles of effects lie, in points from the top, and the height of it all."""
    heads: dict[str, float] = {}
    middles = []
    at = 0.0
    for dependent, name in zip(map(str, dependents), names, strict=True):
        if dependent not in heads:
            heads[dependent] = at + HEAD - 7.0
            at += HEAD
        room = max(BAR * bars, LINE * SMALL * (name.count("\n") + 1)) + GAP
        middles.append(at + room / 2.0)
        at += room
    return heads, np.array(middles), at


def _frame(
    axes: Axes, top: float, height: float, effects: tuple[np.ndarray, Sequence[str]], heads: dict[str, float], left: float
) -> None:
    """Axis of shares, names of effects, and what is decided on above its effects."""
    axes.set(xlim=(0.0, top), ylim=(height, 0.0))
    ticks, labels = round_values(0.0, top, percent=True)
    step = 1 + int(48.0 * len(ticks) > axes_width(axes))
    axes.set_xticks(ticks[::step], labels[::step])
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_yticks(*effects, fontsize=SMALL, color=INK)
    for words, at in heads.items():
        axes.annotate(
            words, (0.0, at), xycoords=axes.get_yaxis_transform(), xytext=(8.0 - left, 0), va="baseline", ha="left",
            textcoords="offset points", fontsize=TEXT, fontweight="bold", color=INK, annotation_clip=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def _bars(axes: Axes, middle: float, shares: np.ndarray, bars: int) -> None:
    """The bars of one effect, one a period; or their mean with a line from the lowest to the highest."""
    known = shares[np.isfinite(shares)]
    if bars == 1:
        if len(known):
            axes.add_patch(Rectangle((0.0, middle - BAR / 2), known.mean(), BAR, color=ordered_colours(1)[0], zorder=2))
        if len(known) > 1:
            axes.hlines(middle, known.min(), known.max(), color=INK, linewidth=1.6, zorder=3)
        return
    for at, (share, colour) in enumerate(zip(shares, ordered_colours(bars), strict=True)):
        if np.isfinite(share):
            bottom = middle + BAR * (at - bars / 2.0)
            axes.add_patch(Rectangle((0.0, bottom + 0.5), share, BAR - 1.0, color=colour, linewidth=0, zorder=2))


def _key(axes: Axes, periods: Sequence[str], left: float) -> None:
    """Which colour is which period, above the effects."""
    at = 8.0 - left
    for period, colour in zip(periods, ordered_colours(len(periods)), strict=True):
        for words, size, ink, step in (("■", SMALL, colour, 12.0), (f"period {period}", SMALL, MUTED, 16.0)):
            axes.annotate(
                words, (0.0, 1.0), xycoords="axes fraction", xytext=(at, 5.0), textcoords="offset points", va="bottom",
                fontsize=size, color=ink, annotation_clip=False,
            )  # fmt: skip
            at += step if words == "■" else text_width(words, SMALL) + step


def _note(people: int | None, periods: Sequence[str], bars: int) -> str:
    several = f" Bars: mean of {len(periods)} periods, lines from lowest to highest." if bars < len(periods) else ""
    counted = "" if people is None else f", mean over {people:,} people"
    return f"The effects of each network or behaviour make 100% together{counted}.{several}"
