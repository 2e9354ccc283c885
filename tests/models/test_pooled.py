"""Rubin's rules by hand, and lists of fits that cannot be put together."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.results import term_table
from recoverynet.worlds.worlds import simulate_panel


@pytest.fixture(scope="module")
def fit():
    return rn.fit_hazard(simulate_panel(200, influence=3.0, rng=1))


def with_exposure(fit, estimate, error):
    return dataclasses.replace(fit, table=term_table(["exposure"], np.array([estimate]), np.array([error])))


def test_rubin_by_hand(fit):
    found = rn.pooled([with_exposure(fit, estimate, error) for estimate, error in ((1.0, 0.3), (1.2, 0.4), (0.8, 0.5))])
    within, between = (0.09 + 0.16 + 0.25) / 3, (4 / 3) * 0.04
    df = 2 * (1 + within / between) ** 2
    assert found.estimate == pytest.approx(1.0) and found.std_error == pytest.approx(math.sqrt(within + between))
    assert found.table.loc["exposure", "df"] == pytest.approx(df)
    assert found.table.loc["exposure", "unknown"] == pytest.approx(between / (within + between))
    assert found.p == pytest.approx(2 * stats.t.sf(found.estimate / found.std_error, df))
    assert found.high - found.estimate == pytest.approx(stats.t.ppf(0.975, df) * found.std_error)
    assert found.checks[-1].passed and found.covariance is None


def test_the_same_answer_twice_is_that_answer(fit):
    found = rn.pooled([fit, fit])
    assert found.estimate == pytest.approx(fit.estimate) and found.high == pytest.approx(fit.high)
    assert (found.table["unknown"] == 0).all() and (found.n_rows, found.n_events) == (fit.n_rows, fit.n_events)


def test_panels_without_an_answer_are_counted_and_one_answer_is_none(fit):
    none = with_exposure(fit, np.nan, np.nan)
    two = rn.pooled([with_exposure(fit, 1.0, 0.2), none, with_exposure(fit, 1.1, 0.2)])
    assert two.estimate == pytest.approx(1.05) and two.checks[-1].passed is False and two.checks[-1].detail == "2 of 3 panels"
    one = rn.pooled([fit, none])
    assert math.isnan(one.estimate) and "fewer than two of 2 panels" in one.reason


@pytest.mark.parametrize("given", [None, [], "fits", 3])
def test_what_is_no_list_of_fits_is_told(given):
    with pytest.raises(SchemaError, match="two or more fits"):
        rn.pooled(given)


def test_different_questions_are_not_put_together(fit):
    other = rn.fit_hazard(simulate_panel(200, rng=1), transition="loss")
    with pytest.raises(SchemaError, match="different questions"):
        rn.pooled([fit, other])
    with pytest.raises(SchemaError, match="two or more fits"):
        rn.pooled([fit, 3])
