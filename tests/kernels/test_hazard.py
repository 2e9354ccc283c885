"""The likelihood kernel: agreement with statsmodels, hand-worked tables, separation and rank."""

import numpy as np
import pytest
from scipy.special import expit

from recoverynet.kernels.hazard import cluster_sums, fit_binary, independent_columns, is_separated, separating_terms


def rows(seed=0, n_rows=1500, n_people=300, link="logit"):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n_rows), rng.normal(size=(n_rows, 3)), rng.integers(0, 2, n_rows)])
    eta = x @ np.array([-1.5, 0.6, -0.3, 0.0, 0.8])
    p = expit(eta) if link == "logit" else 1 - np.exp(-np.exp(eta))
    return x, (rng.random(n_rows) < p).astype(float), rng.integers(0, n_people, n_rows)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
@pytest.mark.parametrize("clustered", [True, False])
def test_agrees_with_statsmodels(link, clustered):
    import statsmodels.api as sm

    x, y, person = rows(link=link)
    person = np.unique(person, return_inverse=True)[1]
    links = sm.families.links
    family = sm.families.Binomial(link=links.Logit() if link == "logit" else links.CLogLog())
    how = {"cov_type": "cluster", "cov_kwds": {"groups": person}} if clustered else {}
    theirs = sm.GLM(y, x, family=family).fit(tol=1e-12, maxiter=200, **how)
    ours = fit_binary(x, y, link=link, cluster=person if clustered else None)
    assert ours.converged and not ours.suspect
    np.testing.assert_allclose(ours.beta, theirs.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-6, atol=1e-9)
    assert ours.log_likelihood == pytest.approx(theirs.llf, rel=1e-10)


def test_two_by_two_table_by_hand():
    # 4 of 10 without, 8 of 10 with: log odds ratio ln((8/2)/(4/6)) = ln 6, variance 1/4 + 1/6 + 1/8 + 1/2
    x = np.column_stack([np.ones(20), np.repeat([0.0, 1.0], 10)])
    y = np.r_[np.ones(4), np.zeros(6), np.ones(8), np.zeros(2)]
    fit = fit_binary(x, y)
    assert fit.beta[1] == pytest.approx(np.log(6))
    assert fit.covariance[1, 1] == pytest.approx(1 / 4 + 1 / 6 + 1 / 8 + 1 / 2)
    hazard = fit_binary(x, y, link="cloglog")
    assert hazard.beta == pytest.approx([np.log(-np.log(0.6)), np.log(-np.log(0.2)) - np.log(-np.log(0.6))])


def test_weights_count_rows():
    x, y, _ = rows(n_rows=200)
    counts = np.random.default_rng(1).integers(0, 4, 200)
    for link in ("logit", "cloglog"):
        weighted = fit_binary(x, y, link=link, weights=counts.astype(float))
        repeated = fit_binary(np.repeat(x, counts, axis=0), np.repeat(y, counts), link=link)
        np.testing.assert_allclose(weighted.beta, repeated.beta, atol=1e-8)
        np.testing.assert_allclose(weighted.covariance, repeated.covariance, atol=1e-8)


def test_cluster_sums_add_up():
    sums = cluster_sums(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1, 0, 1]), 3)
    assert sums.tolist() == [[3, 4], [6, 8], [0, 0]]


def test_rows_written_twice_in_one_cluster_add_no_certainty():
    x, y, person = rows(n_rows=400, n_people=400)
    person = np.unique(person, return_inverse=True)[1]
    once = fit_binary(x, y, cluster=person)
    twice = fit_binary(np.tile(x, (2, 1)), np.tile(y, 2), cluster=np.tile(person, 2))
    factor = (799 / 795) / (399 / 395)
    np.testing.assert_allclose(twice.covariance, once.covariance * factor, rtol=1e-6)


def test_separation_is_seen_and_the_term_is_named():
    other = np.random.default_rng(0).normal(size=40)
    x = np.column_stack([np.ones(40), np.r_[np.zeros(30), np.ones(10)], other])
    y = np.r_[np.tile([0.0, 1.0], 15), np.ones(10)]
    for link in ("logit", "cloglog"):
        assert fit_binary(x, y, link=link).suspect
    assert separating_terms(x, y).tolist()[1]
    assert not separating_terms(x, y)[2]
    y[35] = 0
    assert not separating_terms(x, y).any()
    assert not fit_binary(x, y).suspect


def test_a_term_that_separates_beside_another_is_seen():
    """Rows 0 to 3 are a wave in which nothing happens; in the other, x = 1 tells the outcome apart."""
    wave = np.r_[np.ones(4), np.zeros(8)]
    x = np.r_[0, 1, 0, 1, np.zeros(5), np.ones(3)]
    y = np.r_[np.zeros(4), 1, 1, np.zeros(3), np.ones(3)]
    other = np.r_[0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0.5]
    design = np.column_stack([wave, 1 - wave, other, x])
    assert is_separated(design, y, 3) and is_separated(design, y, 0)
    assert not is_separated(design, y, 2)
    y[10] = 0
    assert is_separated(design, y, 0) and not is_separated(design, y, 3)


def test_outcome_that_never_happens_is_separated_by_the_constant():
    assert separating_terms(np.ones((8, 1)), np.zeros(8)).tolist() == [True]
    assert fit_binary(np.ones((8, 1)), np.zeros(8)).suspect


def test_independent_columns_keeps_those_further_left():
    x = np.random.default_rng(0).normal(size=(30, 3))
    design = np.column_stack([np.ones(30), x, x[:, 0] - 2 * x[:, 1], np.full(30, 7.0), np.zeros(30)])
    assert independent_columns(design).tolist() == [True, True, True, True, False, False, False]
    assert independent_columns(design[:, :4]).all()
    assert independent_columns(design[:2, :4]).sum() == 2
