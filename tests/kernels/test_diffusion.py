"""Times of gain, discounted followers and Bass's curve, worked by hand."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.diffusion import adoption_times, bass_curve, discounts, fit_bass, followers

NAN = np.nan


def test_adoption_times():
    held = np.array([[0, NAN, 1, 0], [1, 0, 1, 1], [NAN, 0, 0, NAN], [NAN, NAN, NAN, NAN], [NAN, 1, NAN, 0]])
    seen = adoption_times(held)
    np.testing.assert_array_equal(seen.first_known, [1, 1, 2, 0, 2])
    np.testing.assert_array_equal(seen.last_known, [4, 4, 3, 0, 4])
    np.testing.assert_array_equal(seen.first_held, [3, 1, 0, 0, 2])
    np.testing.assert_array_equal(seen.last_without, [1, 0, 3, 0, 0])
    np.testing.assert_array_equal(seen.n_known, [3, 4, 2, 0, 2])


def test_discounts():
    np.testing.assert_array_equal(discounts(3, None), [1, 2, 3])
    np.testing.assert_allclose(discounts(3, 0.5), [1, 1.5, 2.25])


def test_followers_by_hand():
    # 1, 2 and 3 are all exposed to 0, who gained at wave 1; they gain at 2, at 3 and never
    network = sparse.csr_array(np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], dtype=float))
    adopted = np.array([1, 2, 3, 0])
    timed, could, everybody = followers([network] * 3, adopted, discounts(1, None), forwards=True)
    assert (timed[0], could[0], everybody[0]) == (1, 3, 1)
    timed, could, everybody = followers([network] * 3, adopted, discounts(2, None), forwards=True)
    assert (timed[0], could[0], everybody[0]) == (1 + 1 / 2, 3 + 2 / 2, 1 + 1 / 2)
    assert np.isnan(timed[2]) and np.isnan(timed[3])  # gained at the last wave; never gained
    timed, could, _ = followers([network] * 3, adopted, discounts(1, None), forwards=False)
    assert (timed[1], could[1]) == (1, 1) and (timed[2], could[2]) == (0, 1) and np.isnan(timed[0])


def test_followers_use_the_ties_of_the_time():
    """Somebody is followed by those exposed to them just before the following, not later."""
    tied, untied = sparse.csr_array(np.array([[0.0, 0], [1, 0]])), sparse.csr_array((2, 2))
    adopted = np.array([1, 2])
    assert followers([tied, untied], adopted, discounts(1, None), forwards=True)[1][0] == 1
    assert followers([untied, tied], adopted, discounts(1, None), forwards=True)[1][0] == 0


@pytest.mark.parametrize(("p", "q"), [(0.03, 0.4), (0.09, 0.08), (0.2, 0.0), (0.01, 0.9)])
def test_bass_finds_what_was_planted(p, q):
    time = np.arange(1, 16)
    estimate, covariance, settled = fit_bass(time, bass_curve(time, p, q))
    assert settled
    np.testing.assert_allclose(estimate, [p, q], atol=1e-6)
    assert np.sqrt(np.diag(covariance)).max() < 1e-4


def test_bass_curve_by_hand():
    assert bass_curve(0, 0.1, 0.3) == 0
    assert bass_curve(1, 0.1, 0.0) == pytest.approx(1 - np.exp(-0.1))
