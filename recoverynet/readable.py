"""Tables as people read them: few digits, p to three places, nothing where there is nothing."""

from __future__ import annotations

import math

import pandas as pd


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table as text; missing values are empty.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    pandas.DataFrame of str

    Examples
    --------
    >>> readable(pd.DataFrame({"estimate": [-0.123456, math.nan], "p": [4e-9, 0.04]})).values.tolist()
    [['−0.1235', '4e-09'], ['', '0.040']]
    """
    columns = [[_cell(value, name == "p") for value in frame[name]] for name in frame]
    return pd.DataFrame(dict(enumerate(columns)), index=frame.index, dtype=object).set_axis(frame.columns, axis=1)


def _cell(value: object, is_p: bool) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if not isinstance(value, float):
        return str(value)
    if is_p:
        return f"{value:.1g}" if value < 0.001 else f"{value:.3f}"
    size = "∞" if math.isinf(value) else f"{abs(value):.4g}"
    return true_minus(f"-{size}") if value < 0 else size


def true_minus(number: str) -> str:
    """A number, or several in brackets, with the sign that is as wide as a plus.

    Examples
    --------
    >>> true_minus("-0.5 (-1.2 to 0.2)")
    '−0.5 (−1.2 to 0.2)'
    """
    return number.replace("-", "−")
