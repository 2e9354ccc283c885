"""Do people who hold a norm stand close to each other? Excess by degree of separation, beside chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.style import ACCENT, BAND, INK, MAIN, MUTED, SMALL, axes_width, drawn, open_axes, wrap
from recoverynet.errors import SchemaError

COLUMNS = ("excess", "null_low", "null_high", "n_pairs", "n_people", "p")


@drawn
def separation_bands(
    frame: pd.DataFrame, *, norm: str = "the norm", title: str | None = None, ax: Axes | None = None
) -> Axes:
    """How much more often does somebody hold the norm when a person so many steps away does?

    Parameters
    ----------
    frame : pandas.DataFrame indexed by distance
        One wave: ``excess`` (relative, 0 is chance), ``null_low`` and ``null_high`` (band among
        rearrangements), ``n_pairs``, ``n_people``, ``p``. NaN where there is none.
    norm : str
        The norm in words, as in "hold the norm".
    title : str, optional
        Default: says what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A bar for the band that chance makes and a point for what was observed, filled where it lies outside
        the band; the number of pairs stands under each distance.

    Raises
    ------
    SchemaError
        A column is missing, or a distance occurs twice (several waves at once).
    """
    require_columns(frame, COLUMNS, "separation_bands")
    if frame.index.has_duplicates or frame.index.nlevels > 1:
        raise SchemaError("separation_bands draws one wave: choose it with frame.loc[wave].")
    frame = frame[frame["excess"].notna()]
    ax = open_axes(ax, height=210, left=58, right=12, top=52, bottom=70)
    heading = title or f"How much more often people hold {norm} when somebody so many steps away does"
    ax.set_title(wrap(heading, axes_width(ax) - 8, weight="bold"), pad=10)
    if frame.empty:
        ax.set_axis_off()
        ax.text(0.5, 0.5, NOTHING, transform=ax.transAxes, ha="center", color=MUTED)
        return ax
    place = np.arange(len(frame))
    excess, low, high = (frame[name].to_numpy(dtype=float) for name in ("excess", "null_low", "null_high"))
    banded = np.isfinite(low) & np.isfinite(high)
    ax.bar(place[banded], (high - low)[banded], bottom=low[banded], width=0.5, color=BAND, label="chance")
    ax.axhline(0.0, color=INK, linewidth=1)
    outside = banded & ((excess < low) | (excess > high))
    ax.plot(
        place[outside], excess[outside], "o", color=ACCENT, markersize=9, label="observed, outside the band"
    )
    ax.plot(
        place[~outside], excess[~outside], "o", color=MAIN, markerfacecolor="none", markeredgewidth=2,
        markersize=9, label="observed",
    )  # fmt: skip
    ax.set_xticks(place, [_tick(int(distance), int(row)) for distance, row in frame["n_pairs"].items()])
    ax.set_xlim(-0.6, len(frame) - 0.4)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.use_sticky_edges = False
    ax.margins(y=0.08)
    ax.set_xlabel(
        f"Degree of separation; {int(frame['n_people'].iloc[0]):,} people of known state", fontsize=SMALL
    )
    ax.legend(loc="upper right", fontsize=SMALL, ncols=1)
    ax.set_ylim(top=ax.get_ylim()[1] + 0.3 * np.ptp(ax.get_ylim()))
    return ax


def _tick(distance: int, n_pairs: int) -> str:
    words = f"{distance} step{'s' * (distance != 1)}"
    return f"{words}\n{n_pairs:,} pair{'s' * (n_pairs != 1)}"


def describe_separation(frame: pd.DataFrame) -> str:
    """The same in words, for those who cannot see the figure.

    Parameters
    ----------
    frame : pandas.DataFrame indexed by distance
        As for :func:`separation_bands`.

    Returns
    -------
    str
        One sentence a distance.
    """
    require_columns(frame, COLUMNS, "describe_separation")
    frame = frame[frame["excess"].notna()]
    if frame.empty:
        return NOTHING
    sentences = []
    for distance, row in frame.iterrows():
        direction = "more" if row["excess"] >= 0 else "less"
        more = f"{abs(row['excess']):.0%} {direction} often than in the whole network"
        band = (
            f"; chance gives {row['null_low']:+.0%} to {row['null_high']:+.0%}, p = {row['p']:.3g}"
            if np.isfinite(row["null_low"])
            else ""
        )
        step = f"{distance} step{'s' * (distance != 1)}"
        sentences.append(f"At {step} ({int(row['n_pairs']):,} pairs): {more}{band}.")
    return " ".join(sentences)
