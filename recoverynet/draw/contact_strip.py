"""When somebody was in touch, and with what: one line a kind of contact, along the days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.dates as dates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.style import APART, GRID, INK, MUTED, PAPER, PARTS, SMALL, TRACK, drawn, open_axes, text_width

COLUMNS = ("when", "lane", "layer")
_ROW = 26.0
_FILLS = {"recovery": PARTS["recovery"], "using": PARTS["using"]}


@drawn
def contact_strip(
    frame: pd.DataFrame,
    *,
    lanes: Sequence[tuple[str, str]],
    start: object,
    end: object,
    split: object | None = None,
    ax: Axes | None = None,
) -> Axes:
    """When was somebody in touch with whom, along the days?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a contact: ``when`` (instant), ``lane`` (name of one of the lanes), ``layer`` (person or group).
    lanes : sequence of (name, words)
        Lines from top to bottom; drawn whether or not they hold a contact.
    start, end : instants
        Half-open bounds of the line.
    split : instant, optional
        Where the window looked at begins; what lies before it stands on a grey ground.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Circles are contacts with a person, diamonds meetings of a group.

    Raises
    ------
    SchemaError
        A column is missing.

    Examples
    --------
    >>> contacts = pd.DataFrame({"when": pd.to_datetime(["2011-03-01"]), "lane": ["recovery"], "layer": ["group"]})
    >>> axes = contact_strip(contacts, lanes=[("recovery", "Recovery")], start="2011-02-01", end="2011-04-01")
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['Recovery']
    """
    require_columns(frame, COLUMNS, "contact_strip")
    left = 14.0 + max(text_width(words, SMALL - 1) for _, words in lanes)
    axes = open_axes(ax, height=_ROW * len(lanes), left=left, right=26.0, bottom=26.0)
    first, last = _naive(start), _naive(end)
    axes.set_xlim(first, last)  # type: ignore[arg-type]
    axes.set_ylim(len(lanes) - 0.5, -0.5)
    if split is not None:
        axes.axvspan(first, _naive(split), color=TRACK, zorder=0)  # type: ignore[arg-type]
    when = pd.DatetimeIndex([_naive(instant) for instant in frame["when"]])
    for row, (name, _) in enumerate(lanes):
        axes.axhline(row, color=GRID, linewidth=1.0, zorder=1)
        for layer, marker, size in (("person", "o", 46.0), ("group", "D", 40.0)):
            here = ((frame["lane"] == name) & (frame["layer"] == layer)).to_numpy()
            look: dict[str, Any] = {
                "facecolor": _FILLS.get(name, PAPER),
                "edgecolor": INK,
                "hatch": "////" if name == "using" else None,
            }
            axes.scatter(when[here], np.full(int(here.sum()), row), s=size, marker=marker, zorder=3, **look)
    axes.set_yticks(range(len(lanes)), [words for _, words in lanes], size=SMALL - 1, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(dates.MonthLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(dates.DateFormatter("%-d %b"))  # type: ignore[no-untyped-call]
    axes.tick_params(axis="x", labelsize=SMALL - 2, colors=MUTED)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.axvline(last, color=APART, linewidth=1.5)  # type: ignore[arg-type]
    return axes


def _naive(instant: object) -> pd.Timestamp:
    """An instant as the clock of its place shows it."""
    stamp = pd.Timestamp(instant)  # type: ignore[arg-type]
    return stamp if stamp.tzinfo is None else stamp.tz_localize(None)


def describe_contact_strip(frame: pd.DataFrame, *, lanes: Sequence[tuple[str, str]]) -> str:
    """What does the strip show, in words for those who cannot see it?

    Parameters
    ----------
    frame, lanes
        As for :func:`contact_strip`.

    Returns
    -------
    str
        Lane by lane, how many contacts and the latest.

    Raises
    ------
    SchemaError
        As for :func:`contact_strip`.

    Examples
    --------
    >>> contacts = pd.DataFrame({"when": pd.to_datetime(["2011-03-01"]), "lane": ["recovery"], "layer": ["group"]})
    >>> describe_contact_strip(contacts, lanes=[("recovery", "Recovery"), ("using", "Using")])
    'Contacts along the days. Recovery: 1, the latest on 1 March 2011. Using: none.'
    """
    require_columns(frame, COLUMNS, "contact_strip")
    if frame.empty:
        return NOTHING
    told = []
    for name, words in lanes:
        times = frame.loc[frame["lane"] == name, "when"]
        last = times.max() if len(times) else None
        told.append(f"{words}: {len(times)}, the latest on {last.day} {last:%B %Y}." if last is not None else f"{words}: none.")
    return " ".join(["Contacts along the days.", *told])
