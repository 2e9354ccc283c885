"""Half-life decay by hand."""

import numpy as np

from recoverynet.kernels.decay import half_life_decay


def test_halves_once_a_half_life():
    np.testing.assert_array_equal(half_life_decay(np.array([0.0, 90, 180, 45]), 90), [1, 0.5, 0.25, 0.5**0.5])
