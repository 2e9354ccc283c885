"""The rows of a frame, one at a time, with their columns as fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def each_row(frame: pd.DataFrame, *, index: bool = True) -> Iterator[Any]:
    """Rows as named tuples. What a field holds hangs on the column, so a type checker takes it as it is used.

    Examples
    --------
    >>> [row.person_id for row in each_row(pd.DataFrame({"person_id": ["ann", "ben"]}))]
    ['ann', 'ben']
    """
    return iter(frame.itertuples(index=index))
