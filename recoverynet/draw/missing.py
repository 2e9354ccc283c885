"""What does the record hold, and of how many people?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, SUPPRESSED_NOTE, count_text, floats_of, require_columns, say, totals, whole
from recoverynet.draw.rows import lay_rows, stub
from recoverynet.draw.style import MAIN_DARK, described, drawn


@drawn
def coverage_bars(
    frame: pd.DataFrame,
    *,
    denominator: float | None = None,
    people: str = "clients",
    title: str | None = None,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """Of how many people does the record hold contacts, states or outcomes?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a kind of information: ``what`` (plain name), ``n`` (people it is recorded for), and, where
        wanted, ``total`` (people it could be recorded for, where that differs). A suppressed value is NaN
        or ``"*"``.
    denominator : float, optional
        Number of people it could be recorded for. Needed where the frame has no ``total``.
    people : str
        Who is counted, in the plural.
    title : str, optional
        Default: ``"What is recorded, as a share of the <denominator> <people>"``.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the rows need.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a row with "n of N (x%)"; the pale rest of the track is what is not recorded.

    Raises
    ------
    SchemaError
        A column or the denominator is missing, a value is no number, or ``n`` is larger than its denominator.

    Examples
    --------
    >>> held = pd.DataFrame({"what": ["At least one contact", "A recovery state"], "n": [520, 260]})
    >>> axes = coverage_bars(held, denominator=650)
    >>> [float(bar.get_width()) for bars in axes.containers for bar in bars]
    [0.8, 0.4]
    """
    n, total, share = _read(frame, denominator)
    hidden = np.isnan(share) & (total != 0)
    of_all = f"the {whole(total[0])} {people}" if len(total) and (total == total[0]).all() else f"{people} it could be"
    rows = lay_rows(
        [str(what) for what in frame["what"]],
        [count_text(*cells) for cells in zip(n, total, share, strict=True)],
        title=title or f"What is recorded, as a share of {of_all}",
        note=note if hidden.any() else "",
        ax=ax,
    )
    for row in range(len(rows.middles)):
        if hidden[row]:
            stub(rows, row)
        elif not np.isnan(share[row]):
            rows.axes.barh(rows.middles[row], share[row], rows.thickness, color=MAIN_DARK)
    return described(rows.axes, describe_coverage_bars(frame, denominator=denominator, people=people))


def describe_coverage_bars(frame: pd.DataFrame, *, denominator: float | None = None, people: str = "clients") -> str:
    """What is recorded and what is missing, in words for those who cannot see it?

    Parameters
    ----------
    frame, denominator, people
        As for :func:`coverage_bars`.

    Returns
    -------
    str
        Every kind of information with its number and denominator.

    Raises
    ------
    SchemaError
        As for :func:`coverage_bars`.

    Examples
    --------
    >>> held = pd.DataFrame({"what": ["At least one contact", "A recovery state"], "n": [520, None]})
    >>> describe_coverage_bars(held, denominator=650)
    'Bar chart of what is recorded for clients. At least one contact: 520 of 650 (80%). A recovery state:
    suppressed (of 650).'
    """
    n, total, share = _read(frame, denominator)
    if frame.empty:
        return NOTHING
    said = [f"{what}: {say(*cells)}." for what, *cells in zip(frame["what"], n, total, share, strict=True)]
    return " ".join([f"Bar chart of what is recorded for {people}.", *said])


def _read(frame: pd.DataFrame, denominator: float | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number, denominator and share of every row."""
    require_columns(frame, ("what", "n"), "coverage_bars")
    n, total = floats_of(frame, "n"), totals(frame, denominator, "coverage_bars")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = pd.DataFrame({"n / total": np.where(total == 0, np.nan, n / total)})
    return n, total, floats_of(ratio, "n / total", share=True)
