"""How many dated events of each person fall between two days.

Symbols: events are pairs (who, day); questions are triples (person, first, last), both days included.
"""

from __future__ import annotations

import numpy as np


def events_between(who: np.ndarray, day: np.ndarray, person: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Number of events of each person from day ``first`` to day ``last``, 0 where there is no question.

    ``who`` and ``person`` are integer codes, 0 or more; days are whole numbers, NaN in ``first`` or ``last``
    where there is no question. One sort and two binary searches, whatever the length of the windows.
    """
    asked = np.isfinite(first) & np.isfinite(last) & (first <= last)
    answer = np.zeros(len(person), dtype=np.int64)
    if not len(day) or not asked.any():
        return answer
    origin = min(day.min(), first[asked].min()) - 1
    span = max(day.max(), last[asked].max()) - origin + 2
    keys = np.sort(who * span + (day - origin))
    base = person[asked] * span - origin
    start = np.searchsorted(keys, base + first[asked], side="left")
    end = np.searchsorted(keys, base + last[asked], side="right")
    answer[asked] = end - start
    return answer
