"""Where do contacts draw a person? The pull of each value of a behaviour, a line a level of the contacts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy.optimize import isotonic_regression

from recoverynet.draw.cells import NOTHING, floats_of, require_columns
from recoverynet.draw.plate import empty_plate, open_plate, room_for_values, value_axis
from recoverynet.draw.ramp import ordered_colours
from recoverynet.draw.selection import DOUBLE, fitted_to, square_table
from recoverynet.draw.style import APART, INK, MUTED, SMALL, described, drawn, text_width

COLUMNS = ("behaviour", "contacts", "contribution")
MARKERS = "osD^vPX"
LEAD = {"arrowstyle": "-", "color": APART, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 9, "relpos": (0, 0.5)}


@drawn
def draw_drift(
    frame: pd.DataFrame,
    *,
    behaviour: str = "behaviour",
    people: int | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Where does a person drift, given the behaviour of their contacts?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a value and level of contacts: ``behaviour`` (the person's, a number), ``contacts`` (their level),
        ``contribution`` (to the evaluation of that value; NaN where unknown).
    behaviour : str
        What the values are of.
    people : int, optional
        Number of people the model was fitted to, for the note.
    title : str, optional
        Default: ``"Where <behaviour> drifts, by that of a person's contacts"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A line a level of contacts, light to dark as they rise; a large ring where it is highest.

    Raises
    ------
    SchemaError
        A column is missing, a value and level are there twice, or a value is no number.

    Examples
    --------
    >>> drift = pd.DataFrame(
    ...     {"behaviour": [1, 2, 3] * 2, "contacts": [1, 1, 1, 3, 3, 3], "contribution": [0.5, 0.2, -0.6, -0.4, 0.1, 0.6]}
    ... )
    >>> axes = draw_drift(drift, behaviour="drinking", people=50)
    >>> [line.get_xdata().tolist() for line in axes.lines if line.get_gid() == "preferred"]
    [[1.0], [3.0]]
    """
    table = _table(frame)
    heading = title or f"Where {behaviour} drifts, by that of a person’s contacts"
    if table.empty:
        return described(empty_plate(heading, ax), describe_drift(frame, behaviour=behaviour))
    labels = [f"contacts at {level}" for level in table.index]
    right = max(text_width(label, SMALL) for label in labels) + 30.0
    note = f"Rings: the value a person with such contacts prefers. {DOUBLE}{fitted_to(people)}"
    height = max(200.0, 1.35 * SMALL * len(labels) + 20.0)
    ends = _ends(table.to_numpy())
    left = room_for_values(ends, sign=True)
    axes = open_plate(ax, heading, note, height=height, left=left, right=right, above=12.0, below=46.0)
    own = table.columns.to_numpy(dtype=float)
    value_axis(axes, "y", ends, sign=True)
    _own_values(axes, own, behaviour)
    for row, colour in enumerate(ordered_colours(len(labels))):
        _drift_line(axes, own, table.iloc[row].to_numpy(), colour, MARKERS[row % len(MARKERS)])
    _name_ends(axes, own, table.to_numpy(), labels)
    return described(axes, describe_drift(frame, behaviour=behaviour))


def describe_drift(frame: pd.DataFrame, *, behaviour: str = "behaviour") -> str:
    """What does the figure of drift show, in words for those who cannot see it?

    Parameters
    ----------
    frame, behaviour
        As for :func:`draw_drift`.

    Returns
    -------
    str
        The value preferred at each level of contacts.

    Raises
    ------
    SchemaError
        As for :func:`draw_drift`.

    Examples
    --------
    >>> drift = pd.DataFrame({"behaviour": [1, 2], "contacts": [1, 1], "contribution": [0.5, 0.2]})
    >>> describe_drift(drift, behaviour="drinking")
    'Lines of where drinking drifts. With contacts at 1 a person prefers 1.'
    """
    table = _table(frame)
    said = [f"With contacts at {level} a person prefers {row.idxmax():g}." for level, row in table.iterrows() if row.notna().any()]
    return " ".join([f"Lines of where {behaviour} drifts.", *said]) if said else NOTHING


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    """Levels of contacts down, own values across."""
    require_columns(frame, COLUMNS, "draw_drift")
    return square_table(frame.assign(behaviour=floats_of(frame, "behaviour")), COLUMNS, "draw_drift").T


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Ends of the axis of contributions, zero within."""
    seen = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
    pad = 0.08 * (seen.max() - seen.min()) or 0.5
    return float(min(seen.min(), 0.0) - pad), float(max(seen.max(), 0.0) + pad)


def _own_values(axes: Axes, own: np.ndarray, behaviour: str) -> None:
    """The person's own values below, and the names of both axes."""
    side = 0.04 * (own.max() - own.min()) or 0.5
    axes.set_xlim(own.min() - side, own.max() + side)
    axes.set_xticks(own, [f"{value:g}" for value in own])
    axes.set_xlabel(f"Person’s own {behaviour}", fontsize=SMALL, color=MUTED, labelpad=4)
    axes.set_ylabel("How much it draws", fontsize=SMALL, color=MUTED, labelpad=2)


def _drift_line(axes: Axes, own: np.ndarray, values: np.ndarray, colour: str, marker: str) -> None:
    """One level of contacts, ringed where it is highest."""
    axes.plot(own, values, marker=marker, color=colour, linewidth=2.0, markersize=5.5, zorder=3, clip_on=False)
    if not np.isfinite(values).any():
        return
    best = int(np.nanargmax(values))
    axes.plot(
        own[best], values[best], "o", markerfacecolor="none", markeredgecolor=colour, markeredgewidth=2.2,
        markersize=14, zorder=4, clip_on=False, gid="preferred",
    )  # fmt: skip


def _name_ends(axes: Axes, own: np.ndarray, values: np.ndarray, labels: Sequence[str]) -> None:
    """The name of each line at its right end, moved apart where ends lie close, with a thin lead."""
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height / axes.get_figure(root=True).dpi * 72.0  # type: ignore[union-attr]
    known = np.isfinite(values).any(axis=1)
    ends = np.array([row[np.flatnonzero(np.isfinite(row))[-1]] if np.isfinite(row).any() else low for row in values])
    at = (ends - low) / (high - low) * height
    placed = _apart(at, 1.25 * SMALL, height)
    for row in np.flatnonzero(known).tolist():
        place = (own[np.flatnonzero(np.isfinite(values[row]))[-1]], ends[row])
        offset = (20.0, placed[row] - at[row])
        for words, arrow in (("", LEAD), (labels[row], None)):
            axes.annotate(
                words, place, xytext=offset, textcoords="offset points", va="center", fontsize=SMALL, color=INK,
                annotation_clip=False, arrowprops=arrow,
            )  # fmt: skip


def _apart(places: np.ndarray, least: float, height: float) -> np.ndarray:
    """Places in their order, at least so far apart, as near to where they were as the height allows."""
    if not len(places):
        return places
    order = np.argsort(places, kind="stable")
    steps = least * np.arange(len(places))
    wanted = places[order] - steps
    level = isotonic_regression(wanted).x
    top = max(height - steps[-1], 0.0)
    moved = np.empty(len(places))
    moved[order] = np.clip(level, 0.0, top) + steps
    return moved
