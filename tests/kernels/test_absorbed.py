"""A logit within strata against the same logit with a dummy a stratum."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.kernels.absorbed import fit_absorbed, telling_rows
from recoverynet.kernels.hazard import fit_binary, independent_columns


def rows(rng, n=600, n_places=7, n_groups=4):
    place, group, person = rng.integers(0, n_places, n), rng.integers(0, n_groups, n), rng.integers(0, n // 3, n)
    x = rng.normal(size=(n, 2)) + 0.5 * place[:, None]
    y = (rng.random(n) < 1 / (1 + np.exp(2.5 - 0.7 * x[:, 0] - 0.1 * group))).astype(float)
    return x, y, place, group, np.unique(person, return_inverse=True)[1]


@pytest.mark.parametrize("both", [False, True])
def test_it_is_the_logit_with_a_dummy_a_stratum(both):
    x, y, place, group, person = rows(np.random.default_rng(1))
    factors = [place, group] if both else [place]
    kept = telling_rows(y, factors)
    found = fit_absorbed(x[kept], y[kept], [codes[kept] for codes in factors], np.unique(person[kept], return_inverse=True)[1])
    design = np.column_stack([*[codes[kept, None] == np.unique(codes[kept]) for codes in factors], x[kept]]).astype(float)
    design = design[:, independent_columns(design)]
    usual = fit_binary(design, y[kept], cluster=np.unique(person[kept], return_inverse=True)[1])
    assert found.converged
    np.testing.assert_allclose(found.beta, usual.beta[-2:], rtol=1e-5)
    n, k = design.shape
    np.testing.assert_allclose(found.covariance, usual.covariance[-2:, -2:] * (n - k) / (n - 1), rtol=1e-3)


def test_strata_that_say_nothing_are_left_out():
    codes = np.array([0, 0, 0, 1, 1, 2, 2, 3])
    y = np.array([0, 1, 0, 0, 0, 1, 0, 1.0])
    assert telling_rows(y, [codes]).tolist() == [True] * 3 + [False] * 2 + [True] * 2 + [False]
    assert telling_rows(y, [codes], least=3).tolist() == [True] * 3 + [False] * 5
