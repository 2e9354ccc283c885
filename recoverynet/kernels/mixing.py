"""How far ties keep within categories.

Symbols: M the k × k table of ties from category (row) to category (column); N their sum; a, b the shares of row and column sums.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.proportions import share


def expected_within(table: np.ndarray) -> np.ndarray:
    """N a b, a category: the ties within it if whom ties go to did not depend on whom they come from; NaN without ties."""
    total = table.sum()
    return share(table.sum(axis=1) * table.sum(axis=0), np.full(len(table), total))


def within_beyond_chance(within: np.ndarray | float, expected: np.ndarray | float, sent: np.ndarray | float) -> np.ndarray:
    """(within − expected) / (sent − expected): 0 as by chance, 1 all within; NaN where chance leaves nothing outside."""
    room = np.asarray(sent, dtype=np.float64) - expected
    gain = np.asarray(within, dtype=np.float64) - expected
    tiny = 1e-12 * np.maximum(np.abs(sent), 1.0)
    answer: np.ndarray = np.divide(gain, room, out=np.full(np.shape(room), np.nan), where=room > tiny)
    return answer
