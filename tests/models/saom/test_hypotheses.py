"""Tests of parameters on a fit made up of numbers: against inverses in blocks, transformed simulations and scipy."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.models.saom.columns import Parameter
from recoverynet.models.saom.hypotheses import heterogeneity_test, score_test, wald_test

NAMES = ["density", "recip", "transTrip", "cycle3", "inPop"]


def a_fit(fixed=(), periods=2, n_runs=400, seed=1):
    """Five parameters, some held; statistics and scores of each period drawn, targets not far away."""
    rng = np.random.default_rng(seed)
    parameters = tuple(Parameter("friend", name, fixed=0.0 if place in fixed else None) for place, name in enumerate(NAMES))
    mix = rng.normal(size=(5, 5))
    statistics = rng.normal(size=(periods, n_runs, 5)) @ mix + 10.0
    scores = statistics - 10.0 + rng.normal(size=(periods, n_runs, 5))
    derivative = rng.normal(size=(5, 5)) + 6.0 * np.eye(5)
    stay = SimpleNamespace(statistics=statistics, scores=scores, derivative=derivative, sums=statistics.sum(axis=0))
    root = rng.normal(size=(5, 5))
    covariance = root @ root.T
    for place in fixed:
        covariance[place] = covariance[:, place] = np.nan
    return SimpleNamespace(
        theta=rng.normal(size=5), covariance=covariance, targets=np.full((periods, 5), 10.0) + rng.normal(size=(periods, 5)) / 3,
        setting=SimpleNamespace(parameters=parameters, periods=list(range(1, periods + 1))), stay=stay, n_people=30, n_dropped=0,
        settings={}, assumptions=(), checks=(), reason=None, converged=True, convergence="Converged.",
    )  # fmt: skip


def test_wald_tests_are_quadratic_forms_in_the_inverse_covariance():
    fit = a_fit()
    found = wald_test(fit, [1, 3])
    b, c = fit.theta[[1, 3]], fit.covariance[np.ix_([1, 3], [1, 3])]
    assert found.statistic == pytest.approx(b @ np.linalg.inv(c) @ b) and found.df == 2
    assert found.p == pytest.approx(stats.chi2.sf(found.statistic, 2))
    assert found.table.index.tolist() == ["friend: recip", "friend: cycle3"] and found.table["estimate"].tolist() == b.tolist()
    np.testing.assert_allclose(found.table["std_error"], np.sqrt(np.diag(c)))
    np.testing.assert_allclose(found.table["z"], b / np.sqrt(np.diag(c)))
    np.testing.assert_allclose(found.table["p"], 2 * stats.norm.sf(abs(found.table["z"])))


def test_combinations_that_repeat_each_other_count_once():
    fit = a_fit(fixed=[4])
    rows = np.array([[1.0, -1.0, 0, 0, 0], [0, 0, 1.0, 1.0, 0], [1.0, -1.0, 1.0, 1.0, 0]])
    found = wald_test(fit, [], rows)
    b, c = rows[:2] @ fit.theta, rows[:2, :4] @ fit.covariance[:4, :4] @ rows[:2, :4].T
    assert found.df == 2 and found.statistic == pytest.approx(b @ np.linalg.solve(c, b))
    assert found.table.index.tolist() == ["combination 1", "combination 2", "combination 3"]
    one = wald_test(fit, [], rows[0])
    assert one.statistic == pytest.approx(one.table["z"].iloc[0] ** 2)


def test_a_score_test_takes_off_what_free_parameters_could_mend():
    fit = a_fit(fixed=[1, 3])
    free, held = [0, 2, 4], [3, 1]
    found = score_test(fit, held)
    d = fit.stay.derivative
    taken = d[np.ix_(held, free)] @ np.linalg.inv(d[np.ix_(free, free)])
    gap = fit.targets.sum(axis=0) - fit.stay.sums.mean(axis=0)
    left = gap[held] - taken @ gap[free]
    simulated = fit.stay.sums[:, held] - fit.stay.sums[:, free] @ taken.T
    spread = np.cov(simulated.T)
    assert found.statistic == pytest.approx(left @ np.linalg.inv(spread) @ left) and found.df == 2
    assert found.table.index.tolist() == ["friend: cycle3", "friend: recip"]
    np.testing.assert_allclose(found.table["z"], left / simulated.std(axis=0, ddof=1))
    assert found.table["std_error"].isna().all()
    # One parameter alone: the step by which it and the free ones together would meet the data.
    alone = a_fit(fixed=[3])
    step = np.linalg.solve(alone.stay.derivative, alone.targets.sum(axis=0) - alone.stay.sums.mean(axis=0))
    assert score_test(alone, [3]).table["estimate"].iloc[0] == pytest.approx(step[3])


def test_no_step_is_told_where_the_slope_has_the_wrong_sign():
    fit = a_fit(fixed=[3])
    fit.stay.derivative[3, 3] = -50.0
    found = score_test(fit, [3])
    assert np.isnan(found.table["estimate"].iloc[0]) and np.isfinite(found.table["z"].iloc[0])


def test_rules_of_later_periods_are_tested_as_dummies():
    fit = a_fit(fixed=[4], periods=3, n_runs=300)
    found = heterogeneity_test(fit, [2, 0])
    dummies, free = [(2, 2), (2, 3), (0, 2), (0, 3)], [0, 1, 2, 3]
    assert found.table.index.tolist() == [f"friend: {NAMES[place]}, period {period}" for place, period in dummies]
    later = np.array([fit.stay.statistics[period - 1, :, place] for place, period in dummies]).T
    scores = np.array([fit.stay.scores[period - 1, :, place] for place, period in dummies]).T
    whole, summed = fit.stay.sums[:, free], fit.stay.scores.sum(axis=0)[:, free]
    off = later - later.mean(axis=0)
    taken = (off.T @ summed / 300) @ np.linalg.inv(fit.stay.derivative[np.ix_(free, free)])
    gap = fit.targets.sum(axis=0)[free] - whole.mean(axis=0)
    left = np.array([fit.targets[period - 1, place] for place, period in dummies]) - later.mean(axis=0) - taken @ gap
    simulated = later - whole @ taken.T
    assert found.statistic == pytest.approx(left @ np.linalg.inv(np.cov(simulated.T)) @ left) and found.df == 4
    slope = off.T @ scores / 300 - taken @ ((whole - whole.mean(axis=0)).T @ scores / 300)
    steps = np.where(np.diag(slope) > 0, left / np.diag(slope), np.nan)
    np.testing.assert_allclose(found.table["estimate"], steps)
    assert np.isfinite(steps).any()


def test_what_cannot_be_tested_is_told():
    fit = a_fit(fixed=[4])
    with pytest.raises(SchemaError, match="use score_test"):
        wald_test(fit, [0, 4])
    for places in ([], [0], [4, 0]):
        with pytest.raises(SchemaError, match="held fixed"):
            score_test(fit, places)
    with pytest.raises(NotEstimableError, match="one period"):
        heterogeneity_test(a_fit(periods=1), [0])
    for change in ({"stay": None}, {"reason": "it ran away"}):
        with pytest.raises(NotEstimableError, match="no estimates"):
            wald_test(SimpleNamespace(**{**vars(fit), **change}), [0])
    words = wald_test(SimpleNamespace(**{**vars(fit), "converged": False, "convergence": "NOT CONVERGED."}), [0]).summary()
    assert words.startswith("NOT CONVERGED.") and wald_test(fit, [0]).warning is None
    for rows in (np.eye(4), [1.0] * 6):
        with pytest.raises(SchemaError, match="matrix needs 5 columns, one a parameter; got [46]"):
            wald_test(fit, [], rows)
