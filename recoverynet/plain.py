"""Answers in plain Python values that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd


def plain(value: object) -> Any:
    """A value in Python types that strict JSON can hold: NaN becomes None, infinities become words, objects their fields.

    A field with ``metadata={"plain": False}`` stays behind: rows of people behind an answer.

    Examples
    --------
    >>> plain({"low": np.float64("nan"), "high": np.inf, "n": np.int64(3)})
    {'low': None, 'high': 'infinity', 'n': 3}
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | np.floating):
        if math.isinf(value):
            return "infinity" if value > 0 else "-infinity"
        return None if math.isnan(value) else float(value)
    if isinstance(value, np.integer | np.bool_):
        return value.item()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.metadata.get("plain", True)}
    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.reset_index().to_dict("records")]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    return str(value)
