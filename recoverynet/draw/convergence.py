"""Did the estimation settle? Every parameter over the iterations, a strip each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from recoverynet.draw.cells import NOTHING, floats_of, require_columns
from recoverynet.draw.plate import empty_plate, open_plate
from recoverynet.draw.style import APART, GRID, INK, LINE, MAIN, MUTED, SMALL, axes_width, described, drawn, text_width, wrap
from recoverynet.readable import true_minus

COLUMNS = ("iteration", "parameter", "value")
STRIP, MANY_STRIP, MANY = 34.0, 22.0, 14
GAP = 7.0


@drawn
def draw_convergence(frame: pd.DataFrame, *, ratio: float | None = None, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Did each parameter settle while the model was estimated, or does it still wander?

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a parameter and iteration: ``iteration`` (rising), ``parameter`` (as it should be read), ``value``; and,
        where there is one, ``subphase``, whose changes are marked. Parameters in the order of their first row.
    ratio : float, optional
        Overall maximum convergence ratio, for the note.
    title : str, optional
        Default: ``"How the estimates moved over <n> iterations"``.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        A strip a parameter, each from its lowest to its highest value; the last value at its right.

    Raises
    ------
    SchemaError
        A column is missing, or a value is no number.

    Examples
    --------
    >>> trace = pd.DataFrame({"iteration": [1, 2, 3], "parameter": "recip", "value": [0.0, 1.5, 2.1]})
    >>> axes = draw_convergence(trace, ratio=0.08)
    >>> [text.get_text() for text in axes.texts if text.get_gid() == "last"]
    ['2.10']
    """
    traces, marks = _read(frame)
    iterations = max((len(trace) for _, trace in traces), default=0)
    heading = title or f"How the estimates moved over {iterations:,} iterations"
    if not traces:
        return described(empty_plate(title or "How the estimates moved", ax), describe_convergence(frame, ratio=ratio))
    names = [wrap(name, 0.36 * axes_width(ax), SMALL) for name, _ in traces]
    last = [_last(trace["value"].to_numpy(dtype=float)) for _, trace in traces]
    strip = STRIP if len(traces) <= MANY else MANY_STRIP
    heights = np.array([max(strip, LINE * SMALL * (name.count("\n") + 1)) for name in names])
    tops = np.concatenate([[0.0], np.cumsum(heights + GAP)])
    left = max(text_width(name, SMALL) for name in names) + 18.0
    right = max(text_width(words, SMALL) for words in last) + 24.0
    note = _note(ratio, bool(len(marks)))
    axes = open_plate(ax, heading, note, height=float(tops[-1]), left=left, right=right, above=6.0, below=48.0)
    _frame(axes, (tops[:-1] + heights / 2.0, names), float(tops[-1]), _ends(traces))
    axes.vlines(marks, 0.0, tops[-1], color=APART, linewidth=0.9, linestyle=":", zorder=1)
    for row, (_, trace) in enumerate(traces):
        _strip(axes, trace, tops[row], heights[row])
        axes.annotate(
            last[row], (1.0, tops[row] + heights[row] / 2.0), xycoords=axes.get_yaxis_transform(), ha="right",
            xytext=(right - 8.0, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK, gid="last",
            annotation_clip=False,
        )  # fmt: skip
    return described(axes, describe_convergence(frame, ratio=ratio))


def describe_convergence(frame: pd.DataFrame, *, ratio: float | None = None) -> str:
    """What does the figure of the estimation show, in words for those who cannot see it?

    Parameters
    ----------
    frame, ratio
        As for :func:`draw_convergence`.

    Returns
    -------
    str
        The last value of each parameter, and by how much of its whole path it moved in the last quarter.

    Raises
    ------
    SchemaError
        As for :func:`draw_convergence`.

    Examples
    --------
    >>> trace = pd.DataFrame({"iteration": [1, 2, 3, 4], "parameter": "recip", "value": [0.0, 2.0, 2.1, 2.1]})
    >>> describe_convergence(trace)
    'Strips of 1 parameter over 4 iterations. recip: last 2.10, moved over 0% of its range in the last quarter.'
    """
    traces, _ = _read(frame)
    if not traces:
        return NOTHING
    said = []
    for name, trace in traces:
        values = trace["value"].to_numpy(dtype=float)
        values = values[np.isfinite(values)]
        if not len(values):
            said.append(f"{name}: no value.")
            continue
        late, path = values[-max(len(values) // 4, 1) :], float(np.ptp(values)) or 1.0
        moved = f"moved over {np.ptp(late) / path:.0%} of its range in the last quarter"
        said.append(f"{name}: last {_last(values)}, {moved}.")
    count, steps = len(traces), max(len(trace) for _, trace in traces)
    opening = f"Strips of {count} parameter{'s' * (count != 1)} over {steps:,} iterations."
    return " ".join([opening, *said] + ([_ratio(ratio)] if ratio is not None else []))


def _read(frame: pd.DataFrame) -> tuple[list[tuple[str, pd.DataFrame]], np.ndarray]:
    """The trace of each parameter, and the iterations at which a subphase begins."""
    require_columns(frame, COLUMNS, "draw_convergence")
    table = frame.assign(**{name: floats_of(frame, name) for name in ("iteration", "value")})
    table = table.sort_values("iteration", kind="stable")
    traces = {name: part for name, part in table.groupby("parameter", sort=False)}
    ordered = [(str(name), traces[name]) for name in dict.fromkeys(frame["parameter"])]
    if "subphase" not in table or table.empty:
        return ordered, np.empty(0)
    begins = table.groupby("subphase")["iteration"].min().sort_values().to_numpy()
    return ordered, begins[1:]


def _ends(traces: list[tuple[str, pd.DataFrame]]) -> tuple[float, float]:
    steps = np.concatenate([trace["iteration"].to_numpy(dtype=float) for _, trace in traces])
    low, high = float(steps.min()), float(steps.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _frame(axes: Axes, rows: tuple[np.ndarray, list[str]], height: float, ends: tuple[float, float]) -> None:
    """Iterations below, names of parameters at the left."""
    axes.set(xlim=ends, ylim=(height, 0.0))
    found = MaxNLocator(nbins=5, integer=True, steps=[1, 2, 5, 10]).tick_values(*ends)
    ticks = [float(tick) for tick in found if ends[0] <= tick <= ends[1]]
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    axes.set_xlabel("Iteration", fontsize=SMALL, color=MUTED, labelpad=4)
    axes.set_yticks(*rows, fontsize=SMALL, color=INK)


def _strip(axes: Axes, trace: pd.DataFrame, top: float, height: float) -> None:
    """One trace from its lowest to its highest value, with a line where it ended."""
    values = trace["value"].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    if not len(known):
        return
    low, span = float(known.min()), float(np.ptp(known))
    inner = height - 4.0
    at = top + 2.0 + (inner * (1.0 - (values - low) / span) if span > 0 else np.full(len(values), inner / 2.0))
    end = at[np.isfinite(values)][-1]
    axes.axhline(end, color=GRID, linewidth=1.0, zorder=1)
    axes.plot(trace["iteration"], at, color=MAIN, linewidth=1.3, zorder=3, clip_on=False, gid="trace")
    axes.plot(trace["iteration"].iloc[np.flatnonzero(np.isfinite(values))[-1]], end, "o", color=MAIN, markersize=5,
              clip_on=False, zorder=4)  # fmt: skip


def _last(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    return true_minus(f"{known[-1]:.2f}") if len(known) else "–"


def _ratio(ratio: float) -> str:
    return f"Overall maximum convergence ratio: {ratio:.2f}."


def _note(ratio: float | None, marked: bool) -> str:
    parts = ["Each strip from lowest to highest value; last value at the right."]
    parts += ["Dotted: a subphase begins."] if marked else []
    return " ".join(parts + ([_ratio(ratio)] if ratio is not None else []))
