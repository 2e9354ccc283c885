"""Two-stage least squares against its two stages done apart, and statsmodels for the errors of each."""

import numpy as np
import pytest
import statsmodels.api as sm

from recoverynet.kernels.two_stage import clustered_least_squares, two_stage


@pytest.fixture
def rows():
    rng = np.random.default_rng(4)
    n = 90
    cluster = np.sort(rng.integers(0, 12, n))
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    z, hidden = rng.normal(size=(2, n))
    w = 0.7 * z + 0.3 * x[:, 1] + hidden + rng.normal(size=12)[cluster]
    y = 0.5 * w - 0.4 * x[:, 1] - hidden + rng.normal(size=n)
    return y, w, z, x, cluster


def test_least_squares_and_errors_over_clusters_are_those_of_statsmodels(rows):
    y, w, _, x, cluster = rows
    terms = np.column_stack([w, x])
    theirs = sm.OLS(y, terms).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    beta, covariance = clustered_least_squares(y, terms, cluster)
    np.testing.assert_allclose(beta, theirs.params)
    np.testing.assert_allclose(covariance, theirs.cov_params())


def test_the_second_stage_puts_in_what_the_first_foresees(rows):
    y, w, z, x, cluster = rows
    first = sm.OLS(w, np.column_stack([z, x])).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    foreseen = np.column_stack([first.fittedvalues, x])
    found = two_stage(y, w, z, x, cluster)
    np.testing.assert_allclose(found.beta, np.linalg.lstsq(foreseen, y, rcond=None)[0])
    assert found.strength == pytest.approx(first.tvalues[0] ** 2)
    # The sandwich of the second stage, its residuals those of w itself rather than of what was foreseen of it.
    left = foreseen * (y - np.column_stack([w, x]) @ found.beta)[:, None]
    sums = np.array([left[cluster == code].sum(axis=0) for code in range(12)])
    bread = np.linalg.inv(foreseen.T @ foreseen)
    np.testing.assert_allclose(found.covariance, 12 / 11 * 89 / 87 * bread @ sums.T @ sums @ bread)


def test_an_instrument_that_moves_nothing_gives_no_answer(rows):
    y, w, z, x, cluster = rows
    found = two_stage(y, w, 0.0 * z, x, cluster)
    assert found.strength == 0.0 and np.isnan(found.beta).all() and np.isnan(found.covariance).all()
    assert found.beta.shape == (3,) and found.covariance.shape == (3, 3)
