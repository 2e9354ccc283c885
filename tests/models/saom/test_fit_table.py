"""The table of a fit by hand: errors, intervals and p; rates of what was conditioned on, from the time its change took."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from recoverynet.models.saom.columns import Parameter
from recoverynet.models.saom.fit_table import covariance_of, table_of, trace_of

PARAMETERS = [
    Parameter("drink", "Rate", type="rate", period=1, group="elm"),
    Parameter("drink", "Rate", type="rate", period=1, group="oak"),
    Parameter("drink", "Rate", type="rate", period=2, group="elm"),
    Parameter("drink", "linear"),
    Parameter("drink", "quad", fixed=-0.5),
]
THETA, ERRORS = np.array([2.0, 3.0, 4.0, -0.6, -0.5]), np.array([0.5, 0.4, 0.3, 0.2, np.nan])
RATIOS, TARGETS = np.array([0.1, -0.1, 0.0, 0.05, np.nan]), np.array([10.0, 20.0, 30.0, 4.0, 5.0])


def a_setting(condition=-1, groups=("elm", "oak")):
    """Epochs of two houses, the second of one period only; 7, 8 and 9 ties changed in them."""
    epochs = [(groups[0], 1, 7), (groups[1], 1, 8), (groups[0], 2, 9)]
    return SimpleNamespace(
        parameters=[Parameter(**{**vars(each), "group": each.group and dict(zip(("elm", "oak"), groups, strict=True))[each.group]})
                    for each in PARAMETERS],
        condition=condition, specification=SimpleNamespace(network_name="friend", behaviour={"drink": []}),
        epochs=[SimpleNamespace(group=group, period=period, arrays=SimpleNamespace(distances=np.array([distance, 99])))
                for group, period, distance in epochs],
    )  # fmt: skip


def table(setting, here=None):
    return table_of(setting, THETA, np.diag(ERRORS**2), RATIOS, TARGETS, here)


def test_covariance_is_the_spread_seen_through_the_derivative():
    rng = np.random.default_rng(1)
    derivative, root = rng.normal(size=(4, 4)) + 4 * np.eye(4), rng.normal(size=(4, 4))
    found = covariance_of(SimpleNamespace(derivative=derivative, spread=root @ root.T), np.array([0, 1, 3]))
    d, s = (each[np.ix_([0, 1, 3], [0, 1, 3])] for each in (derivative, root @ root.T))
    np.testing.assert_allclose(d @ found @ d.T, s)


def test_rows_hold_errors_intervals_and_p_but_for_what_is_held_and_rates():
    found = table(a_setting())
    np.testing.assert_allclose(found["std_error"], ERRORS)
    np.testing.assert_allclose(found["low"], THETA - norm.ppf(0.975) * ERRORS)
    np.testing.assert_allclose(found["high"], THETA + norm.ppf(0.975) * ERRORS)
    np.testing.assert_allclose(found["p"], [np.nan] * 3 + [2 * norm.sf(3.0), np.nan])
    assert found["fixed"].tolist() == [False] * 4 + [True]
    assert found["estimate"].tolist() == THETA.tolist() and found["target"].tolist() == TARGETS.tolist()
    np.testing.assert_array_equal(found["t_ratio"], RATIOS)
    assert found["group"].tolist()[:3] == ["elm", "oak", "elm"]
    assert "group" not in table(a_setting(groups=(None, None)))


def test_rates_conditioned_on_are_the_times_and_other_rates_are_in_the_same_units():
    """Times of 3 ± 1 in elm's first period, 5 in oak's, 2 in elm's second: rates of drink are so many times theirs."""
    here = SimpleNamespace(times=np.array([[2.0, 4.0], [5.0, 5.0], [2.0, 2.0]]))
    found = table(a_setting(0), here)
    assert found["dependent"].tolist() == ["friend"] * 3 + ["drink"] * 5
    assert found["estimate"].tolist()[:6] == [3.0, 5.0, 2.0, 2.0 * 3, 3.0 * 5, 4.0 * 2]
    assert found["std_error"].tolist()[:6] == pytest.approx([1.0, 0.0, 0.0, 0.5 * 3, 0.4 * 5, 0.3 * 2])
    np.testing.assert_allclose(found["low"][3:6], (THETA - norm.ppf(0.975) * ERRORS)[:3] * [3, 5, 2])
    np.testing.assert_allclose(found["high"][3:6], (THETA + norm.ppf(0.975) * ERRORS)[:3] * [3, 5, 2])
    assert found["target"].tolist()[:4] == [7.0, 8.0, 9.0, 10.0]
    assert found["period"].tolist()[:6] == [1, 1, 2, 1, 1, 2] and found["group"].tolist()[:3] == ["elm", "oak", "elm"]
    assert found["period"].dtype == "Int64" and not found["fixed"][:3].any() and found["type"][0] == "rate"
    assert found["estimate"].tolist()[6:] == [-0.6, -0.5]
    pd.testing.assert_frame_equal(table(a_setting(0)), table(a_setting()))  # nothing was simulated: no times
    pd.testing.assert_frame_equal(table(a_setting(), here), table(a_setting()))  # nothing was conditioned on
    one_house = a_setting(0, groups=(None, None))
    one_house.epochs = one_house.epochs[1:]
    assert table(one_house, SimpleNamespace(times=here.times[1:]))["estimate"].tolist()[:5] == [5.0, 2.0, 2.0 * 5, 3.0 * 5, 4.0 * 2]
    behaviour = table(a_setting(1), here)
    assert behaviour["dependent"][0] == "drink" and behaviour["target"][0] == 99.0


def test_the_way_is_one_row_a_step_and_parameter():
    steps = [(1, np.arange(5.0)), (1, np.arange(5.0) + 10), (2, np.arange(5.0) + 20)]
    found = trace_of(PARAMETERS, SimpleNamespace(trace=steps))
    assert found["iteration"].tolist() == [1] * 5 + [2] * 5 + [3] * 5 and found["subphase"].tolist() == [1] * 10 + [2] * 5
    assert found["parameter"].tolist()[:6] == [each.label for each in PARAMETERS] + [PARAMETERS[0].label]
    assert found["value"].tolist() == [step + 10 * k for k in range(3) for step in range(5)]
    assert trace_of(PARAMETERS, SimpleNamespace(trace=[])).empty
