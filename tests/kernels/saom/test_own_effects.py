"""A researcher's own effects are handed over so that kernels compiled once serve them all."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from recoverynet.kernels.saom.own_effects import MOST_OWN, compiled_statistic, own_functions


def statistics(number: int):
    spaced: dict[str, object] = {}
    for each in range(number):
        exec(f"def own{each}(ego, ties, values):\n    return {each + 1}.0 * ties[ego].sum()", spaced)
    return [compiled_statistic(spaced[f"own{each}"]) for each in range(number)]


@pytest.mark.parametrize("number", range(MOST_OWN + 1))
def test_kernels_see_one_type_however_many_there_are(number):
    assert numba.typeof(own_functions(statistics(number))) == numba.typeof(own_functions([]))


def test_they_stand_in_order_and_the_rest_is_nothing():
    ties, values = np.ones((3, 3), dtype=np.uint8), np.zeros(3)
    assert [each(0, ties, values) for each in own_functions(statistics(2))] == [3.0, 6.0, 0.0, 0.0]
