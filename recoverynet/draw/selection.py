"""Which contacts are people drawn to? The pull of a tie by the values of both ends, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.cells import NOTHING, floats_of, require_columns
from recoverynet.draw.plate import empty_plate, open_plate, signed_decimals
from recoverynet.draw.ramp import signed_colour
from recoverynet.draw.style import INK, MUTED, PAPER, SMALL, axes_width, described, drawn, text_width, wrap
from recoverynet.errors import SchemaError

COLUMNS = ("ego_value", "alter_value", "contribution")
CELL = 30.0
DOUBLE = "0.69 more: twice as likely."


@drawn
def draw_selection(
    frame: pd.DataFrame, *, behaviour: str = "value", people: int | None = None, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Which contacts does a person with each value of a behaviour prefer?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a pair of values: ``ego_value`` (the person's), ``alter_value`` (the contact's), ``contribution`` (to
        the evaluation of a tie between them; NaN where unknown).
    behaviour : str
        What the values are of.
    people : int, optional
        Number of people the model was fitted to, for the note.
    title : str, optional
        Default: ``"Which contacts people prefer, by their own <behaviour> and the contact's"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A table, a row a value of the person, a column a value of the contact; blue draws, orange puts off, and the
        contact a person prefers is outlined.

    Raises
    ------
    SchemaError
        A column is missing, a pair of values is there twice, or a contribution is no number.

    Examples
    --------
    >>> pairs = pd.DataFrame({"ego_value": [1, 1, 2, 2], "alter_value": [1, 2, 1, 2], "contribution": [0.4, -0.2, -0.3, 0.5]})
    >>> axes = draw_selection(pairs, behaviour="drinking", people=50)
    >>> [text.get_text() for text in axes.texts if text.get_gid() == "contribution"]
    ['+0.40', '−0.20', '−0.30', '+0.50']
    """
    table = square_table(frame, COLUMNS, "draw_selection")
    heading = title or f"Which contacts people prefer, by their own {behaviour} and the contact’s"
    if table.empty:
        return described(empty_plate(heading, ax), describe_selection(frame, behaviour=behaviour))
    rows, columns = ([str(value) for value in index] for index in (table.index, table.columns))
    corner, across = wrap(f"Person’s {behaviour}", 76.0, SMALL), f"Contact’s {behaviour}"
    left = max(text_width(label, SMALL) for label in [*rows, corner]) + 22.0
    size = _cell_type(axes_width(ax, left=left) / len(columns))
    note = f"Outlined: the contact each prefers. {DOUBLE}{fitted_to(people)}"
    if not size:
        note = f"Blue draws, orange puts off, full at {_largest(table.to_numpy()):.2f}. {note}"
    axes = open_plate(
        ax, heading, note, height=CELL * len(rows), left=left, right=8.0,
        above=max(48.0, 1.2 * SMALL * (corner.count("\n") + 1) + 12.0),
    )  # fmt: skip
    axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns, fontsize=SMALL, color=INK)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=SMALL, color=INK)
    axes.xaxis.set_ticks_position("top")
    axes.tick_params(length=0, pad=6)
    for words, at, offset in ((across, (0.5, 1.0), (0, 27)), (corner, (0.0, 1.0), (8.0 - left, 5))):
        axes.annotate(
            words, at, xytext=offset, xycoords="axes fraction", textcoords="offset points", va="bottom",
            ha="center" if at[0] else "left", fontsize=SMALL, color=MUTED, annotation_clip=False, linespacing=1.1,
        )  # fmt: skip
    _cells(axes, table.to_numpy(), size)
    return described(axes, describe_selection(frame, behaviour=behaviour))


def describe_selection(frame: pd.DataFrame, *, behaviour: str = "value") -> str:
    """What does the table of preferences show, in words for those who cannot see it?

    Parameters
    ----------
    frame, behaviour
        As for :func:`draw_selection`.

    Returns
    -------
    str
        The contact that each person prefers.

    Raises
    ------
    SchemaError
        As for :func:`draw_selection`.

    Examples
    --------
    >>> pairs = pd.DataFrame({"ego_value": [1, 1], "alter_value": [1, 2], "contribution": [0.4, -0.2]})
    >>> describe_selection(pairs, behaviour="drinking")
    'Table of which contacts people prefer, by drinking. People at 1 prefer contacts at 1 (+0.40).'
    """
    table = square_table(frame, COLUMNS, "draw_selection")
    said = [
        f"People at {own} prefer contacts at {row.idxmax()} ({signed_decimals(row.max())})."
        for own, row in table.iterrows()
        if row.notna().any()
    ]
    return " ".join([f"Table of which contacts people prefer, by {behaviour}.", *said]) if said else NOTHING


def square_table(frame: pd.DataFrame, columns: Sequence[str], figure: str) -> pd.DataFrame:
    """One value of a frame as a table of two others.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : (str, str, str)
        What goes down, what goes across, and the value.
    figure : str
        Name of the drawing function, for messages.

    Returns
    -------
    pandas.DataFrame
        Both sides in rising order; NaN where a pair is not there.

    Raises
    ------
    SchemaError
        A column is missing, a pair is there twice, or a value is no number.
    """
    require_columns(frame, columns, figure)
    down, across, value = columns
    twice = frame.duplicated([down, across])
    if twice.any():
        first = frame.loc[twice].iloc[0]
        raise SchemaError(
            f"{figure} needs one row a pair of {down!r} and {across!r}; {first[down]} and {first[across]} are there twice."
        )
    table = frame.assign(**{value: floats_of(frame, value)}).pivot(index=down, columns=across, values=value)
    return table.sort_index().sort_index(axis=1)


def fitted_to(people: int | None) -> str:
    """How many people a model was fitted to, as a sentence; nothing where that is not told."""
    return "" if people is None else f" Fitted to {people:,} people."


def _largest(values: np.ndarray) -> float:
    return float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 0.0


def _cell_type(room: float) -> float:
    """The size of type at which a contribution fits a cell; 0 where none does."""
    return next((size for size in (SMALL, 10.0) if text_width("+0.00", size, "bold") + 1.0 <= room), 0.0)


def _cells(axes: Axes, values: np.ndarray, size: float) -> None:
    """Every contribution on its colour, the highest of each row outlined; no number where it does not fit."""
    largest = _largest(values)
    for row, column in np.ndindex(*values.shape):
        value = float(values[row, column])
        axes.add_patch(Rectangle((column, row), 1, 1, facecolor=signed_colour(value, largest), edgecolor=PAPER, linewidth=1.5))
        best = np.isfinite(value) and value == np.nanmax(values[row])
        if best:
            inner = Rectangle((column + 0.03, row + 0.06), 0.94, 0.88, fill=False, edgecolor=INK, linewidth=2.0)
            axes.add_patch(inner)
            inner.set_gid("preferred")
        if size:
            axes.text(
                column + 0.5, row + 0.5, signed_decimals(value), ha="center", va="center",
                fontsize=size, fontweight="bold" if best else "normal", color=INK, gid="contribution",
            )  # fmt: skip
