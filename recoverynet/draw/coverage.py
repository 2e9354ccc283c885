"""How many are reached, month by month and around the end of treatment?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.bars import describe_intervals, interval_bars
from recoverynet.draw.cells import SUPPRESSED_NOTE, floats_of, note_for, require_columns, say, shares, totals, whole
from recoverynet.draw.style import drawn
from recoverynet.draw.timeline import Periods, draw_line, hatch_periods, highest, open_timeline, read_periods, tell

CONTACT = "with a recovery-community contact"


@drawn
def coverage_over_time(
    frame: pd.DataFrame,
    *,
    denominator: float | None = None,
    people: str = "clients",
    what: str = CONTACT,
    title: str | None = None,
    level: float = 0.95,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    r"""What share of people is reached in each period, and does it rise?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a period: ``period`` (Timestamp, Period, or a label in order), ``share`` (0 to 1), ``n``
        (people reached), and, where wanted, ``low`` and ``high`` (interval of the share) and ``total``
        (people the share is of, where it differs between periods). A suppressed value is NaN or ``"*"``; with
        ``total`` 0 it is a gap without a mark: nobody to be reached.
    denominator : float, optional
        Number of people every share is of. Needed where the frame has no ``total``.
    people : str
        Who is counted, in the plural.
    what : str
        What they are counted for, as it follows "share of clients".
    title : str, optional
        Default: ``"Share of <people> <what>"``.
    level : float
        Level of the intervals, for the note below the figure.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A line with points and, shaded, the interval; the denominator under each named period; a gap in the
        line where nothing is known, with a hatched stub where it is suppressed.

    Raises
    ------
    SchemaError
        A column or the denominator is missing, a value is no number, a share lies outside 0 to 1, a period is
        missing or there twice.

    Examples
    --------
    >>> months = pd.DataFrame(
    ...     {"period": pd.to_datetime(["2011-01-01", "2011-02-01"]), "share": [0.12, 0.31], "n": [8, 40], "total": [66, 129]}
    ... )
    >>> axes = coverage_over_time(months)
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['Jan 2011\nof 66', 'Feb 2011\nof 129']
    """
    periods, n, total, share, hidden = _over_time(frame, denominator)
    low, high = (floats_of(frame, name, share=True)[periods.order] for name in ("low", "high"))
    under = f"Under each period: number of {people} the share is of."
    axes = open_timeline(
        ax,
        periods,
        [f"of {whole(value)}" for value in total],
        title=title or f"Share of {people} {what}",
        note="\n".join(filter(None, [under, note_for(hidden, note, low, "Shaded", level)])) if len(n) else "",
        top=highest(share, high),
    )
    if len(n):
        draw_line(axes, periods, share, low, high)
        hatch_periods(axes, periods, hidden)
    return axes


def _over_time(frame: pd.DataFrame, denominator: float | None) -> tuple[Periods, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Periods, count, denominator, share and what is suppressed, in the order of the periods."""
    require_columns(frame, ("period", "share", "n"), "coverage_over_time")
    periods = read_periods(frame["period"])
    ordered = frame.iloc[periods.order]
    total = totals(ordered, denominator, "coverage_over_time")
    share = shares(ordered, total)
    return periods, floats_of(ordered, "n"), total, share, np.isnan(share) & (total != 0)


def describe_coverage(
    frame: pd.DataFrame, *, denominator: float | None = None, people: str = "clients", what: str = CONTACT
) -> str:
    """What does coverage over time show, in words for those who cannot see it?

    Parameters
    ----------
    frame, denominator, people, what
        As for :func:`coverage_over_time`.

    Returns
    -------
    str
        Where the line starts and ends, its lowest and highest point, with denominators, and how many periods
        are suppressed or empty.

    Raises
    ------
    SchemaError
        As for :func:`coverage_over_time`.

    Examples
    --------
    >>> months = pd.DataFrame(
    ...     {"period": pd.to_datetime(["2011-01-01", "2011-02-01"]), "share": [0.12, 0.31], "n": [8, 40], "total": [66, 129]}
    ... )
    >>> describe_coverage(months)
    'Line chart of the share of clients with a recovery-community contact, 2 periods from Jan 2011 to Feb
    2011. It starts at 8 of 66 (12%) in Jan 2011 and ends at 40 of 129 (31%) in Feb 2011.'
    """
    periods, n, total, share, hidden = _over_time(frame, denominator)
    said = [say(*cells) for cells in zip(n, total, share, strict=True)]
    return tell(f"Line chart of the share of {people} {what}", periods, share, said, hidden)


@drawn
def aftercare_bars(
    frame: pd.DataFrame,
    *,
    denominator: float | None = None,
    people: str = "treatment episodes",
    what: str = CONTACT,
    title: str | None = None,
    level: float = 0.95,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """What share had contact before, during and after treatment?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a phase, in order of time: ``phase`` (plain name), ``share`` (0 to 1), ``n`` (number with a
        contact), and, where wanted, ``low``, ``high`` and ``total``, as for :func:`coverage_over_time`.
    denominator : float, optional
        Number every share is of. Needed where the frame has no ``total``.
    people : str
        What is counted, in the plural.
    what : str
        What they are counted for.
    title : str, optional
        Default: ``"Share of <people> <what>"``.
    level : float
        Level of the intervals, for the note below the figure.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the phases need.

    Returns
    -------
    matplotlib.axes.Axes
        A dot a phase on the line of its interval, with "n of N (x%)".

    Raises
    ------
    SchemaError
        A column or the denominator is missing, a value is no number, or a share lies outside 0 to 1.

    Examples
    --------
    >>> phases = pd.DataFrame(
    ...     {
    ...         "phase": ["During treatment", "Within 28 days after"],
    ...         "share": [0.4, 0.15],
    ...         "n": [80, 30],
    ...         "low": [0.33, 0.11],
    ...         "high": [0.47, 0.21],
    ...     }
    ... )
    >>> axes = aftercare_bars(phases, denominator=200)
    >>> [text.get_text() for text in axes.texts if "(" in text.get_text()]
    ['80 of 200 (40%)', '30 of 200 (15%)']
    """
    rows = _phases(frame)
    title = title or f"Share of {people} {what}"
    return interval_bars(rows, title=title, denominator=denominator, level=level, note=note, ax=ax)


def describe_aftercare(
    frame: pd.DataFrame,
    *,
    denominator: float | None = None,
    people: str = "treatment episodes",
    what: str = CONTACT,
    level: float = 0.95,
) -> str:
    """What do the phases around treatment show, in words for those who cannot see it?

    Parameters
    ----------
    frame, denominator, people, what, level
        As for :func:`aftercare_bars`.

    Returns
    -------
    str
        Every phase with its number, denominator and interval.

    Raises
    ------
    SchemaError
        As for :func:`aftercare_bars`.

    Examples
    --------
    >>> phases = pd.DataFrame({"phase": ["Within 28 days after"], "share": [0.15], "n": [30]})
    >>> describe_aftercare(phases, denominator=200)
    'Dot chart. Share of treatment episodes with a recovery-community contact. Within 28 days after: 30 of
    200 (15%).'
    """
    title = f"Share of {people} {what}"
    return describe_intervals(_phases(frame), title=title, denominator=denominator, level=level)


def _phases(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in the words of interval_bars."""
    require_columns(frame, ("phase", "share", "n"), "aftercare_bars")
    return frame.rename(columns={"phase": "label", "share": "value"})
