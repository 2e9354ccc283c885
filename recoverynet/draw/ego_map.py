"""Who is around one person, drawn for reading together: rings by closeness, shapes by role, fills by what a tie carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from recoverynet.draw.cells import NOTHING, require_columns
from recoverynet.draw.style import APART, GRID, INK, MUTED, PAPER, PARTS, SMALL, axes_width, drawn, open_axes, text_width

COLUMNS = ("mark", "shape", "carries", "ring", "status")
SHAPES = {"peer": "h", "worker": "s", "family": "^", "person": "o", "group": "D"}
SHAPE_WORDS = {
    "peer": "peer or community member",
    "worker": "worker",
    "family": "family",
    "person": "other person",
    "group": "group",
}
CARRIES = ("recovery", "supportive", "neutral", "using", "unknown")
CARRIES_WORDS = {
    "recovery": "carries recovery",
    "supportive": "supportive",
    "neutral": "neutral",
    "using": "using",
    "unknown": "not known",
}
FILLS = {"recovery": PARTS["recovery"], "supportive": "#BBD7E6", "neutral": PAPER, "using": PARTS["using"], "unknown": PAPER}
_WIDTHS = {"strong": 3.2, "tenuous": 1.0, "strained": 1.6}
MOST_ON_RING = (8, 12, 18)
RADII = (1.15, 2.15, 3.15)
_REACH, _MARK, _CENTRE = 3.65, 21.0, 30.0
_LEGEND, _CLEAR = 62.0, 1.0


@dataclass(frozen=True)
class _Place:
    """Where one tie is drawn."""

    row: int
    x: float
    y: float


@drawn
def ego_map(
    frame: pd.DataFrame, *, centre: str = "you", rings: Sequence[str] = ("close", "", "further out"), ax: Axes | None = None
) -> Axes:
    """Who is around one person, how close, in which role, and what does each tie carry?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a person or group: ``mark`` (what stands in the shape, one to three letters), ``shape`` (peer, worker,
        family, person or group), ``carries`` (recovery, supportive, neutral, using or unknown), ``ring`` (1 close to 3),
        ``status`` (new, current, quiet, named or planned); where wanted ``quality`` (strong, tenuous, strained) and
        ``support_direction`` (received, given, both, neither).
    centre : str
        What stands in the middle.
    rings : sequence of str
        Names of the rings, the nearest first.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Shapes and fills say the same in black and white: solid, pale, white, hatched, dashed outline.

    Raises
    ------
    SchemaError
        A column is missing.

    Notes
    -----
    Lines follow the ecomap: thick strong, thin tenuous, zigzag strained; dotted where there was no contact lately. Rings
    hold 8, 12 and 18 marks; what does not fit is left out, and the caption has to say so.

    References
    ----------
    Hartman, A. (1978). Diagrammatic assessment of family relationships. Social Casework 59, 465-476.
    https://doi.org/10.1177/104438947805900803

    Examples
    --------
    >>> ties = pd.DataFrame({"mark": ["A"], "shape": ["peer"], "carries": ["recovery"], "ring": [1], "status": ["current"]})
    >>> sorted(text.get_text() for text in ego_map(ties).texts)[:2]
    ['A', 'carries recovery']
    """
    require_columns(frame, COLUMNS, "ego_map")
    width = axes_width(ax)
    axes = open_axes(ax, height=width * 0.78 + _LEGEND)
    share = _LEGEND / (width * 0.78 + _LEGEND)
    axes.set_axis_off()
    tall = 2 * _REACH / (1 - share)
    wide = tall * width / (width * 0.78 + _LEGEND)
    axes.set_xlim(-wide / 2, wide / 2)
    axes.set_ylim(_REACH - tall, _REACH)
    places = _places(frame)
    for radius, name in zip(RADII, rings, strict=True):
        axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor=GRID, linewidth=1.0, zorder=0))
        if name and all(np.hypot(place.x, place.y - radius) > _CLEAR for place in places):
            room = {"boxstyle": "square,pad=0.2", "facecolor": PAPER, "edgecolor": "none"}
            axes.text(0, radius, name, ha="center", va="center", size=SMALL - 2, color=MUTED, bbox=room, zorder=1)
    axes.plot([0], [0], marker="o", markersize=_CENTRE, color=INK, zorder=3)
    axes.text(0, 0, centre, ha="center", va="center", size=SMALL, color=PAPER, weight="bold", zorder=5)
    for place in places:
        _draw_line(axes, frame.iloc[place.row], place)
        _draw_mark(axes, frame.iloc[place.row], place)
    _draw_legend(axes, frame, share)
    return axes


def shown_rows(frame: pd.DataFrame) -> list[int]:
    """Positions of the rows that fit on the rings, ring by ring."""
    rings = frame["ring"].to_numpy()
    return [int(row) for ring, most in zip((1, 2, 3), MOST_ON_RING, strict=True) for row in np.flatnonzero(rings == ring)[:most]]


def _places(frame: pd.DataFrame) -> list[_Place]:
    """Every mark on a direction of its own, so that no line runs under another mark; those of a ring spread evenly."""
    order = {name: place for place, name in enumerate(CARRIES)}
    shown = shown_rows(frame)
    free, places = list(range(len(shown))), []
    for ring, radius in zip((1, 2, 3), RADII, strict=True):
        rows = [row for row in shown if frame["ring"].iloc[row] == ring]
        rows.sort(key=lambda row: (frame["shape"].iloc[row] == "group", order.get(frame["carries"].iloc[row], 9), row))
        taken = [free[int((place + 0.5) * len(free) / len(rows))] for place in range(len(rows))]
        free = [slot for slot in free if slot not in taken]
        for row, slot in zip(rows, taken, strict=True):
            angle = np.pi / 2 - 2 * np.pi * (slot + 0.5) / len(shown)
            places.append(_Place(row, float(radius * np.cos(angle)), float(radius * np.sin(angle))))
    return places


def _draw_line(axes: Axes, tie: pd.Series, place: _Place) -> None:
    """From the middle to a mark: thick, thin or zigzag as said; dotted without a contact lately."""
    quality = tie.get("quality")
    width = _WIDTHS.get(quality if isinstance(quality, str) else "", 1.6)
    lately = tie["status"] in ("new", "current")
    x, y = np.array([0.0, place.x]), np.array([0.0, place.y])
    if quality == "strained":
        along = np.linspace(0.0, 1.0, 41)
        swing = 0.07 * np.where(np.arange(41) % 2, 1.0, -1.0) * ((along > 0.1) & (along < 0.9))
        length = float(np.hypot(place.x, place.y))
        x, y = along * place.x - swing * place.y / length, along * place.y + swing * place.x / length
    style = "-" if lately else (0, (1.2, 2.6))
    axes.plot(x, y, color=INK if lately else APART, linewidth=width, linestyle=style, zorder=2, solid_capstyle="butt")
    direction = tie.get("support_direction")
    for wanted, end in (("received", 0.40), ("given", 0.62)):
        if direction in (wanted, "both"):
            _arrow(axes, place, end, inwards=wanted == "received")


def _arrow(axes: Axes, place: _Place, share: float, *, inwards: bool) -> None:
    """A small head on the line: support comes in, or goes out."""
    turn = np.degrees(np.arctan2(place.y, place.x)) + (90 if inwards else -90)
    axes.plot([place.x * share], [place.y * share], marker=(3, 0, turn), markersize=9, color=INK, zorder=2.5)


def _draw_mark(axes: Axes, tie: pd.Series, place: _Place) -> None:
    """The shape of a role in the fill of what the tie carries, and its letters."""
    _draw_shape(axes, place.x, place.y, tie["shape"], tie["carries"], _MARK)
    dark = tie["carries"] == "recovery"
    lift = -0.07 if tie["shape"] == "family" else 0.0
    letters = axes.text(
        place.x,
        place.y + lift,
        tie["mark"],
        ha="center",
        va="center",
        size=SMALL - 1.5,
        weight="bold",
        color=PAPER if dark else INK,
    )
    letters.set_zorder(5)
    if tie["carries"] == "using":
        letters.set_path_effects([withStroke(linewidth=2.5, foreground=FILLS["using"])])


def _draw_shape(axes: Axes, x: float, y: float, shape: str, carries: str, size: float) -> None:
    """One mark; hatching and a dashed outline tell using and not known without colour."""
    marker = MarkerStyle(SHAPES.get(shape, "o"))
    scale = {"group": 0.86, "family": 1.18, "peer": 1.12, "worker": 0.92}.get(shape, 1.0) * size
    outline: dict[str, Any] = {"edgecolor": INK, "linewidth": 1.3, "linestyle": (0, (2.2, 1.6)) if carries == "unknown" else "-"}
    hatch = "////" if carries == "using" else None
    axes.scatter([x], [y], s=scale**2, marker=marker, facecolor=FILLS.get(carries, PAPER), hatch=hatch, zorder=4, **outline)


def _draw_legend(axes: Axes, frame: pd.DataFrame, share: float) -> None:
    """What shapes and fills stand for: only those there are, in two rows below the map."""
    shapes = [name for name in SHAPES if name in set(frame["shape"])]
    carries = [name for name in CARRIES if name in set(frame["carries"])]
    rows = ([(name, "neutral", SHAPE_WORDS[name]) for name in shapes], [("person", name, CARRIES_WORDS[name]) for name in carries])
    left, right = axes.get_xlim()
    bottom = axes.get_ylim()[0]
    height = (axes.get_ylim()[1] - bottom) * share
    points = (right - left) / axes_width(axes)
    for line, row in enumerate(rows):
        x, y = left + 10 * points, bottom + height * (0.66 - 0.5 * line)
        for shape, kind, words in row:
            _draw_shape(axes, x, y, shape, kind, 11.0)
            axes.text(x + 10 * points, y, words, ha="left", va="center", size=SMALL - 2.5, color=INK)
            x += (26 + text_width(words, SMALL - 2.5)) * points


def describe_ego_map(frame: pd.DataFrame) -> str:
    """What does the map show, in words for those who cannot see it?

    Parameters
    ----------
    frame : pandas.DataFrame
        As for :func:`ego_map`.

    Returns
    -------
    str
        How many people and groups, what each ring holds, mark by mark.

    Raises
    ------
    SchemaError
        As for :func:`ego_map`.

    Examples
    --------
    >>> ties = pd.DataFrame({"mark": ["A"], "shape": ["peer"], "carries": ["recovery"], "ring": [1], "status": ["current"]})
    >>> describe_ego_map(ties)
    'Map of 1 person and 0 groups. Close: A (peer or community member, carries recovery).'
    """
    require_columns(frame, COLUMNS, "ego_map")
    if frame.empty:
        return NOTHING
    groups = int((frame["shape"] == "group").sum())
    people = len(frame) - groups
    told = [f"Map of {people} {'person' if people == 1 else 'people'} and {groups} {'group' if groups == 1 else 'groups'}."]
    for ring, name in zip((1, 2, 3), ("Close", "Between", "Further out"), strict=True):
        rows = frame[frame["ring"] == ring]
        lately = ~rows["status"].isin(["new", "current"])
        quiet_words = {True: ", no contact lately", False: ""}
        marks = [
            f"{mark} ({SHAPE_WORDS.get(shape, shape)}, {CARRIES_WORDS.get(carries, carries)}{quiet_words[bool(quiet)]})"
            for mark, shape, carries, quiet in zip(rows["mark"], rows["shape"], rows["carries"], lately, strict=True)
        ]
        told += [f"{name}: {'; '.join(marks)}."] if marks else []
    return " ".join(told)
