"""Who are people tied to, and does that change?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from recoverynet.draw.cells import NOTHING, SUPPRESSED_NOTE, floats_of, in_a_sentence, require_columns, share_text, whole
from recoverynet.draw.rows import MANY, Tracks, lay_rows
from recoverynet.draw.style import APART, INK, PAPER, PARTS, SMALL, axes_width, contrast, drawn, figure_of, hatched, text_width
from recoverynet.draw.timeline import read_periods
from recoverynet.errors import SchemaError

KEY = 18.0
"""Height of a line of the key in points."""
TIES = {"recovery": "Recovery", "other": "Other known", "using": "Using", "unknown": "Not known"}
SPARE = ("#2F78AD", "#8FC0D6", "#C9A36A", "#F7DDB0", "#7A8691", "#D5DBE1")


@drawn
def composition_change(
    frame: pd.DataFrame,
    *,
    parts: Mapping[str, str] = TIES,
    people: str = "clients",
    unit: str = "ties",
    title: str | None = None,
    note: str = SUPPRESSED_NOTE,
    ax: Axes | None = None,
) -> Axes:
    """What do the ties of people consist of, period by period?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a period: ``period`` (Timestamp, Period, or a label in order), one column of counts for each
        part, and, where wanted, ``total`` (all ties of the period; default the sum of the parts). A
        suppressed count is NaN or ``"*"``.
    parts : mapping of str to str
        Columns of the parts, in the order they are stacked, and their short plain names. Default: ties to
        people in recovery, in another known state, using, and not known.
    people : str
        Whose ties they are, in the plural.
    unit : str
        What is counted, in the plural.
    title : str, optional
        Default: ``"Who <people> are tied to, as a share of all their <unit>"``.
    note : str
        Stands below the figure where a value is suppressed.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own, as high as the periods need.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a period, all of the same length, the number of ties beside it. Suppressed parts of a bar
        are hatched together; where only one is suppressed, the whole bar is, as it could be worked out from
        the others.

    Raises
    ------
    SchemaError
        A column is missing, a value is no number, a period is missing or there twice, or the parts come to
        more than the total.

    Notes
    -----
    The bars show shares of ties, not of people: someone with many ties counts many times.

    Examples
    --------
    >>> ties = pd.DataFrame(
    ...     {"period": ["first", "last"], "recovery": [10, 30], "other": [10, 10], "using": [20, 10], "unknown": [60, 50]}
    ... )
    >>> axes = composition_change(ties)
    >>> [text.get_text() for text in axes.texts if "ties" in text.get_text()][1:]
    ['100 ties', '100 ties']
    """
    names, counts, total = _read(frame, parts)
    spans = [_spans(row, all_ties) for row, all_ties in zip(counts, total, strict=True)]
    hidden = any(gap is not None for _, gap in spans)
    few = len(names) <= MANY
    rows = lay_rows(
        names,
        [_size(number, unit) for number in total],
        title=title or f"Who {people} are tied to, as a share of all their {unit}",
        note=note if hidden else "",
        beside=True,
        thickness=24.0 if few else 15.0,
        lead=KEY * len(_key_lines(list(parts.values()), axes_width(ax, left=0.0, right=0.0))),
        ax=ax,
    )
    colours = _colours(parts)
    for row, (segments, gap) in enumerate(spans):
        _stack(rows, row, segments, gap, colours, total[row])
    if len(names):
        _name_parts(rows, list(parts.values()), colours, spans[0][0])
    return rows.axes


def describe_composition(
    frame: pd.DataFrame, *, parts: Mapping[str, str] = TIES, people: str = "clients", unit: str = "ties"
) -> str:
    """What do the stacked bars show, in words for those who cannot see it?

    Parameters
    ----------
    frame, parts, people, unit
        As for :func:`composition_change`.

    Returns
    -------
    str
        The parts in the first and the last period, each with its denominator, suppressed ones said as such.

    Raises
    ------
    SchemaError
        As for :func:`composition_change`.

    Examples
    --------
    >>> ties = pd.DataFrame(
    ...     {"period": ["first", "last"], "recovery": [10, 30], "other": [10, 10], "using": [20, 10], "unknown": [60, 50]}
    ... )
    >>> describe_composition(ties)
    'Stacked bars of who clients are tied to, 2 periods. In first, of 100 ties: recovery 10%, other known 10%,
    using 20% and not known 60%. In last, of 100 ties: recovery 30%, other known 10%, using 10% and not
    known 50%.'
    """
    names, counts, total = _read(frame, parts)
    if not names:
        return NOTHING
    words = [f"Stacked bars of who {people} are tied to, {len(names)} period{'s' if len(names) > 1 else ''}."]
    for row in dict.fromkeys((0, len(names) - 1)):
        if total[row] == 0:
            words.append(f"In {names[row]}: no {unit}.")
        elif np.isnan(total[row]):
            words.append(f"In {names[row]}: suppressed.")
        else:
            segments, _ = _spans(counts[row], total[row])
            shown = [share_text(segments[part][1]) if part in segments else "suppressed" for part in range(len(parts))]
            said = [f"{name[0].lower()}{name[1:]} {cell}" for name, cell in zip(parts.values(), shown, strict=True)]
            words.append(f"In {names[row]}, of {_size(total[row], unit)}: {in_a_sentence(said)}.")
    return " ".join(words)


def _size(total: float, unit: str) -> str:
    """How many ties a bar is made of."""
    return f"no {unit}" if total == 0 else f"{whole(total)} {unit.removesuffix('s') if total == 1 else unit}"


def _read(frame: pd.DataFrame, parts: Mapping[str, str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of the periods, counts (periods by parts) and totals, in the order of the periods."""
    require_columns(frame, ("period", *parts), "composition_change")
    periods = read_periods(frame["period"])
    ordered = frame.iloc[periods.order]
    counts = np.column_stack([floats_of(ordered, part) for part in parts]).reshape(len(ordered), len(parts))
    total = floats_of(ordered, "total") if "total" in frame.columns else counts.sum(axis=1)
    rounding = 3.0 * (len(parts) + 1)
    over = np.nansum(counts, axis=1) > total + rounding
    if over.any():
        first = ", ".join(periods.names[row] for row in np.flatnonzero(over)[:5])
        raise SchemaError(
            f"The parts of composition_change may not come to more than 'total'; they do in "
            f"{int(over.sum())} period(s): {first}. Count every tie once."
        )
    return list(periods.names), counts, total


def _spans(counts: np.ndarray, total: float) -> tuple[dict[int, tuple[float, float]], tuple[float, float] | None]:
    """Start and length of every part that may be shown, and of the hatched stretch that hides the others."""
    hidden = np.isnan(counts)
    if total == 0:
        return {}, None
    if np.isnan(total) or hidden.sum() == 1 or hidden.all():
        return {}, (0.0, 1.0)
    shown = counts[~hidden].sum()
    whole_bar = max(total, 1.03 * shown if hidden.any() else shown)
    rest = 1.0 - shown / whole_bar
    segments, gap, start = {}, None, 0.0
    for part, count in enumerate(counts):
        if np.isnan(count):
            length = 0.0 if gap else rest
            gap = gap or (start, rest)
        else:
            length = count / whole_bar
            segments[part] = (start, length)
        start += length
    return segments, gap


def _colours(parts: Mapping[str, str]) -> list[str]:
    """A colour for each part: its own, or a spare one."""
    spare = iter(SPARE * (1 + len(parts) // len(SPARE)))
    return [PARTS[part] if part in PARTS else next(spare) for part in parts]


def _stack(
    rows: Tracks,
    row: int,
    segments: dict[int, tuple[float, float]],
    gap: tuple[float, float] | None,
    colours: list[str],
    total: float,
) -> None:
    """One bar: its parts with their percentages where they fit, and the hatched stretch."""
    bottom, middle = rows.middles[row] - rows.thickness / 2, rows.middles[row]
    room = axes_width(rows.axes)
    for part, (start, length) in segments.items():
        if length <= 0:
            continue
        rows.axes.add_patch(
            Rectangle((start, bottom), length, rows.thickness, facecolor=colours[part], edgecolor=PAPER, linewidth=1.2, zorder=2)
        )
        label = share_text(length)
        if text_width(label, SMALL) + 6.0 <= length * room:
            colour = INK if contrast(INK, colours[part]) >= contrast(PAPER, colours[part]) else PAPER
            rows.axes.text(start + length / 2, middle, label, ha="center", va="center", fontsize=SMALL, color=colour)
    if gap is not None:
        rows.axes.add_patch(hatched(gap[0], bottom, gap[1], rows.thickness))
    if total:
        rows.axes.add_patch(Rectangle((0.0, bottom), 1.0, rows.thickness, fill=False, edgecolor=APART, linewidth=0.8, zorder=3))


def _name_parts(rows: Tracks, names: list[str], colours: list[str], first: dict[int, tuple[float, float]]) -> None:
    """Name the parts right above the first bar where every name fits its part, in a key line otherwise."""
    room = axes_width(rows.axes)
    base = rows.middles[0] - rows.thickness / 2 - 7.0
    if all(part in first and text_width(name, SMALL) + 4.0 <= first[part][1] * room for part, name in enumerate(names)):
        for part, name in enumerate(names):
            rows.axes.text(first[part][0] + first[part][1] / 2, base, name, ha="center", va="baseline", fontsize=SMALL, color=INK)
        return
    lines = _key_lines(names, figure_of(rows.axes).get_size_inches()[0] * 72.0)
    for line, named in enumerate(lines):
        of_line = slice(sum(map(len, lines[:line])), sum(map(len, lines[: line + 1])))
        _key_line(rows, named, colours[of_line], base - KEY * (len(lines) - 1 - line))


def _key_lines(names: list[str], width: float) -> list[list[str]]:
    """The names of a key in one line, or in two where the figure is not wide enough for one."""
    if sum(text_width(name, SMALL) + 24.0 for name in names) <= width:
        return [names]
    half = (len(names) + 1) // 2
    return [names[:half], names[half:]]


def _key_line(rows: Tracks, names: list[str], colours: list[str], base: float) -> None:
    """Patches and names side by side."""
    room = axes_width(rows.axes)
    wide = [text_width(name, SMALL) + 16.0 for name in names]
    gap = min(16.0, max(room - sum(wide), 0.0) / max(len(names) - 1, 1))
    start = 0.0 if sum(wide) <= room else (room - sum(wide) - 8.0 * (len(names) - 1)) / 2
    gap = gap if start == 0.0 else 8.0
    for name, colour, width in zip(names, colours, wide, strict=True):
        rows.axes.add_patch(
            Rectangle(
                (start / room, base - 9.0), 10.0 / room, 10.0, facecolor=colour, edgecolor=APART, linewidth=0.8, clip_on=False
            )
        )
        rows.axes.text((start + 14.0) / room, base, name, va="baseline", fontsize=SMALL, color=INK)
        start += width + gap
