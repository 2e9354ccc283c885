"""Seven people over four waves, of whom first gains, thresholds, followers and curves are worked out by hand."""

import numpy as np
import pytest

import recoverynet as rn

NAN = np.nan
HELD = np.array([
    [0, 1, 1, 1],  # ann gains at 2
    [1, 1, 0, 1],  # ben holds it from the start, loses it, regains it
    [0, NAN, 1, 0],  # cat gains by 3, some time after 1
    [0, 0, 0, NAN],  # dev never gains, last seen at 3
    [NAN] * 4,  # eve was never seen
    [NAN, 1, 1, 1],  # fay holds it when first seen
    [0, 0, 0, 1],  # gus gains at 4
])  # fmt: skip
PEOPLE = ["ann", "ben", "cat", "dev", "eve", "fay", "gus"]
TIES = np.zeros((7, 7))
for one, other in [(0, 1), (0, 2), (2, 0), (2, 1), (2, 3), (6, 0), (6, 2), (6, 4)]:
    TIES[one, other] = 1


@pytest.fixture
def panel():
    """Everybody names whom ``TIES`` say, at all four waves."""
    return rn.NetworkPanel.from_adjacency([TIES] * 4, behaviour={"recovery": HELD}, people=PEOPLE, directed=True)
