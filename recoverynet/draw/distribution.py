"""How many ties do people have, and how many have none?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, SUPPRESSED_NOTE, floats_of, require_columns, say, share_text, shares, whole
from recoverynet.draw.rows import MANY
from recoverynet.draw.style import INK, MAIN, MAIN_DARK, SMALL, axes_width, drawn, hatched, text_width
from recoverynet.draw.timeline import LEFT, Periods, open_timeline

COLUMNS = ("ties", "n", "share")
NONE = ("0", "0.0", "none", "None")
MARGIN = 12.0


@drawn
def tie_distribution(
    frame: pd.DataFrame,
    *,
    denominator: float,
    people: str = "clients",
    title: str | None = None,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """How many people is each person tied to, and how many are tied to nobody?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a number of ties, in order: ``ties`` (a number, or a label such as ``"3 to 5"``), ``n``
        (people with so many), ``share`` (0 to 1, of ``denominator``). A suppressed value is NaN or ``"*"``.
    denominator : float
        Number of people every share is of, those with no ties included; NaN where it is suppressed itself.
    people : str
        Who is counted, in the plural.
    title : str, optional
        Default: ``"How many people each of the <denominator> <people> is tied to"``.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One column a number of ties, the one without ties darker; percentage and count above each where they
        fit.

    Raises
    ------
    SchemaError
        A column is missing, a value is no number, or a share lies outside 0 to 1.

    Examples
    --------
    >>> ties = pd.DataFrame({"ties": [0, 1, "2 or more"], "n": [65, 130, 455], "share": [0.1, 0.2, 0.7]})
    >>> axes = tie_distribution(ties, denominator=650)
    >>> [text.get_text().split() for text in axes.texts if "%" in text.get_text()]
    [['10%', '65'], ['20%', '130'], ['70%', '455']]
    """
    n, share, hidden = _read(frame, denominator)
    columns = Periods(np.arange(len(n), dtype=float), tuple(map(str, frame["ties"])), np.arange(len(n)))
    labels = [f"{share_text(a)}\n{whole(b)}" for a, b in zip(share, n, strict=True)]
    room = axes_width(ax, left=LEFT, right=MARGIN) / (len(n) + 0.1) - 5.0
    fits = max((text_width(label, SMALL) for label in labels), default=0.0) <= room
    above = [f"Above each column: share and number of {people}."] if fits and not hidden.all() else []
    seen = 1.0 if np.isnan(share).all() else float(np.nanmax(share))
    axes = open_timeline(
        ax,
        columns,
        [""] * len(n),
        title=title or f"How many people each of the {whole(denominator)} {people} is tied to",
        note="\n".join(["Below: number of ties.", *above, *([note] if hidden.any() else [])]) if len(n) else "",
        top=min(seen * (1.25 if fits else 1.0), 1.0),
        right=MARGIN,
    )
    if len(n) and fits and seen * 1.25 > 1.0:
        axes.set_ylim(0.0, 1.25)
    for column, label in enumerate(labels):
        _column(axes, columns, column, share[column], label if fits else "", bool(hidden[column]))
    return axes


def describe_distribution(frame: pd.DataFrame, *, denominator: float, people: str = "clients") -> str:
    """How are ties spread over people, in words for those who cannot see it?

    Parameters
    ----------
    frame, denominator, people
        As for :func:`tie_distribution`.

    Returns
    -------
    str
        How many people have each number of ties, with the denominator; beyond 12 columns the most frequent
        one and the first.

    Raises
    ------
    SchemaError
        As for :func:`tie_distribution`.

    Examples
    --------
    >>> ties = pd.DataFrame({"ties": [0, "1 or more"], "n": [65, 585], "share": [0.1, 0.9]})
    >>> describe_distribution(ties, denominator=650)
    'Column chart of how many people each of 650 clients is tied to. 0 ties: 65 of 650 (10%). 1 or more
    ties: 585 of 650 (90%).'
    """
    n, share, hidden = _read(frame, denominator)
    if frame.empty:
        return NOTHING
    size = "a suppressed number of" if np.isnan(denominator) else whole(denominator)
    said = [f"{ties} ties: {say(a, denominator, b)}." for ties, a, b in zip(frame["ties"], n, share, strict=True)]
    if len(said) > MANY:
        top = 0 if np.isnan(share).all() else int(np.nanargmax(share))
        frequent = [f"Most frequent: {said[top]}"] if top else []
        said = [said[0], *frequent, *([f"Suppressed: {int(hidden.sum())}."] if hidden.any() else [])]
    return " ".join([f"Column chart of how many people each of {size} {people} is tied to.", *said])


def _read(frame: pd.DataFrame, denominator: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number, share and what is suppressed."""
    require_columns(frame, COLUMNS, "tie_distribution")
    share = shares(frame, np.full(len(frame), float(denominator)))
    return floats_of(frame, "n"), share, np.isnan(share) & (denominator != 0)


def _column(axes: Axes, columns: Periods, column: int, share: float, label: str, hidden: bool) -> None:
    """One column with its label, or a hatched stub where the value is suppressed."""
    at, height = columns.at[column], 0.05 * axes.get_ylim()[1] if hidden else share
    if np.isnan(height):
        return
    if hidden:
        axes.add_patch(hatched(at - 0.4, 0.0, 0.8, height))
    else:
        axes.bar(at, share, 0.8, color=MAIN_DARK if columns.names[column] in NONE else MAIN, zorder=2)
    axes.annotate(
        "*" if hidden else label,
        (at, height),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL,
        color=INK,
        linespacing=1.1,
    )
