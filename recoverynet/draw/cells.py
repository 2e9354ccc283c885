"""The numbers of a figure: checked as they come in, and said the same way on labels and in alt texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError

SUPPRESSED = "*"
SUPPRESSED_NOTE = "* and hatching: suppressed, too few people to show safely."
NOTHING = "Nothing recorded to draw."


def require_columns(frame: pd.DataFrame, columns: Iterable[str], figure: str) -> None:
    """Does the frame have the columns a figure is drawn from?

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : iterable of str
        Names that must be there.
    figure : str
        Name of the drawing function, for the message.

    Returns
    -------
    None

    Raises
    ------
    SchemaError
        A column is missing.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SchemaError(
            f"{figure} needs the column(s) {', '.join(map(repr, missing))}; the frame has "
            f"{', '.join(map(repr, frame.columns)) or 'none'}. Rename or add the missing column(s)."
        )


def floats_of(frame: pd.DataFrame, column: str, *, share: bool = False) -> np.ndarray:
    """One column as floats, NaN where it is missing or suppressed.

    Parameters
    ----------
    frame : pandas.DataFrame
    column : str
        Name of the column. Where the frame does not have it, every value is NaN.
    share : bool
        True where the values are shares, which must lie between 0 and 1.

    Returns
    -------
    numpy.ndarray of float, one value a row

    Raises
    ------
    SchemaError
        A value is neither a number, missing nor ``"*"``; or a share lies outside 0 to 1.

    Examples
    --------
    >>> floats_of(pd.DataFrame({"n": [12, "*", None]}), "n")
    array([12., nan, nan])
    """
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    cells = frame[column].astype("object")
    cells = cells.where(cells.ne(SUPPRESSED) & cells.notna(), np.nan)
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    outside = share & ((values < -1e-9) | (values > 1 + 1e-9))
    wrong = (np.isnan(values) & cells.notna().to_numpy()) | np.isinf(values) | outside
    if wrong.any():
        first = ", ".join(f"{cells.iloc[row]!r} (row {row})" for row in np.flatnonzero(wrong)[:5])
        expected = "shares between 0 and 1" if share else "numbers"
        mend = "Divide percentages by 100." if share and outside.any() else "Leave unknown values empty."
        raise SchemaError(f"{column!r} must hold {expected}; {int(wrong.sum())} row(s) do not: {first}. {mend}")
    return np.clip(values, 0.0, 1.0) if share else values


def shares(frame: pd.DataFrame, total: np.ndarray, *, column: str = "share", count: str = "n") -> np.ndarray:
    """One column of shares, NaN also where its numerator or its denominator is suppressed.

    Parameters
    ----------
    frame : pandas.DataFrame
    total : numpy.ndarray of float
        Denominator of every row.
    column, count : str
        Names of the columns of shares and of numerators; the latter counts only where the frame has it.

    Returns
    -------
    numpy.ndarray of float
        A share drawn beside a suppressed count would give the count away, so it is hidden with it.

    Raises
    ------
    SchemaError
        As for :func:`numbers`.

    Examples
    --------
    >>> shares(pd.DataFrame({"n": [3, None], "share": [0.3, 0.2]}), total=np.array([10.0, 10.0]))
    array([0.3, nan])
    """
    hidden = np.isnan(total) | (np.isnan(floats_of(frame, count)) if count in frame.columns else False)
    return np.where(hidden, np.nan, floats_of(frame, column, share=True))


def totals(frame: pd.DataFrame, denominator: float | None, figure: str, *, column: str = "total") -> np.ndarray:
    """Out of how many each row counts: the column ``total`` where there is one, else one number for all rows.

    Parameters
    ----------
    frame : pandas.DataFrame
    denominator : float or None
        Number of people every row is a share of; NaN where that number is itself suppressed.
    figure : str
        Name of the drawing function, for the message.
    column : str
        Name of the column of denominators.

    Returns
    -------
    numpy.ndarray of float, one value a row

    Raises
    ------
    SchemaError
        Neither a column nor a number is given.
    """
    if column in frame.columns:
        return floats_of(frame, column)
    if denominator is None:
        raise SchemaError(
            f"{figure} needs to know out of how many people: give denominator=… if it is the same in every "
            f"row, or a column {column!r} if it is not."
        )
    return np.full(len(frame), float(denominator))


def whole(value: float) -> str:
    """A count as it is printed: ``1,234``; ``*`` where suppressed."""
    return SUPPRESSED if np.isnan(value) else f"{value:,.0f}"


def share_text(share: float) -> str:
    """A share as it is printed: ``20%``; ``*`` where suppressed.

    Parameters
    ----------
    share : float
        Between 0 and 1, or NaN.

    Returns
    -------
    str
        Whole percentages, but one decimal below 1 % and above 99 %: what happened is never printed as 0%, nor
        what happened to nearly all as 100%.

    Examples
    --------
    >>> share_text(0.2), share_text(0.004), share_text(1.0), share_text(float("nan"))
    ('20%', '0.4%', '100%', '*')
    """
    if np.isnan(share):
        return SUPPRESSED
    points = 100.0 * share
    if 0 < points < 0.95:
        return "under 0.1%" if points < 0.05 else f"{points:.1f}%"
    if 99.05 < points < 100:
        return "over 99.9%" if points >= 99.95 else f"{points:.1f}%"
    return f"{points:.0f}%"


def count_text(n: float, total: float, share: float) -> str:
    """A count with its denominator, for a label.

    Parameters
    ----------
    n, total, share : float
        Numerator, denominator, and their ratio between 0 and 1; NaN where suppressed.

    Returns
    -------
    str

    Examples
    --------
    >>> count_text(132, 650, 132 / 650), count_text(float("nan"), 650, float("nan")), count_text(0, 0, float("nan"))
    ('132 of 650 (20%)', '* of 650', 'none to count')
    """
    if total == 0:
        return "none to count"
    if np.isnan(share):
        return f"{whole(n)} of {whole(total)}"
    if np.isnan(n):
        return f"{share_text(share)} of {whole(total)}"
    return f"{whole(n)} of {whole(total)} ({share_text(share)})"


def say(n: float, total: float, share: float) -> str:
    """A count with its denominator, for a sentence: suppressed cells are said in words.

    Parameters
    ----------
    n, total, share : float
        As for :func:`n_of`.

    Returns
    -------
    str

    Examples
    --------
    >>> say(float("nan"), 650, float("nan"))
    'suppressed (of 650)'
    """
    if total != 0 and np.isnan(share):
        return "suppressed" if np.isnan(total) else f"suppressed (of {whole(total)})"
    if np.isnan(total):
        return f"{share_text(share) if np.isnan(n) else whole(n)} of a suppressed number" + (
            "" if np.isnan(n) else f" ({share_text(share)})"
        )
    return count_text(n, total, share)


def in_a_sentence(parts: Sequence[str], *, separator: str = ", ") -> str:
    """Parts in a sentence: ``a, b and c``."""
    parts = list(parts)
    return parts[0] if len(parts) == 1 else separator.join(parts[:-1]) + f" and {parts[-1]}" if parts else "none"


def note_for(hidden: np.ndarray, note: str, low: np.ndarray, intervals: str, level: float) -> str:
    """What stands under a figure: what the intervals are, and what suppression is; each only where it occurs.

    Parameters
    ----------
    hidden : numpy.ndarray of bool
        Which values are suppressed.
    note : str
        What is said of them.
    low : numpy.ndarray of float
        Lower ends of the intervals, NaN where there is none.
    intervals : str
        How intervals are drawn, such as ``"Thin lines"``.
    level : float
        Their level.

    Returns
    -------
    str
    """
    lines = [] if np.isnan(low).all() else [f"{intervals}: {share_text(level)} intervals."]
    return "\n".join(lines + ([note] if hidden.any() else []))
