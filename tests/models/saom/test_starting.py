"""Where an estimation starts, by hand; which statistics cannot be told apart, by making them so."""

from types import SimpleNamespace

import numpy as np
import pytest

from recoverynet.errors import NotEstimableError
from recoverynet.models.saom.columns import Parameter
from recoverynet.models.saom.starting import _jaccard, check_collinear, starting_values


def an_epoch(period, n_people, start, end, group=None):
    arrays = SimpleNamespace(start=np.array(start).reshape(-1, 2))
    return SimpleNamespace(period=period, n_people=n_people, group=group, arrays=arrays, end=np.array(end).reshape(-1, 2))


EPOCHS = [
    an_epoch(1, 5, [(0, 1), (1, 2), (3, 0)], [(0, 1), (2, 1)], "elm"),
    an_epoch(1, 4, [(0, 1), (1, 0)], [(0, 1), (1, 0), (3, 1)], "oak"),
    an_epoch(2, 5, [(0, 1)], [(4, 1)], "elm"),
    an_epoch(2, 8, np.zeros((0, 2), int), np.zeros((0, 2), int), "oak"),
]
PARAMETERS = [
    Parameter("friend", "Rate", type="rate", period=1, group="elm"),
    Parameter("friend", "Rate", type="rate", period=2, group="oak"),
    Parameter("friend", "density"),
    Parameter("friend", "density", type="creation"),
    Parameter("friend", "recip", start=0.7),
    Parameter("friend", "cycle3", start=0.7, fixed=-0.2),
    Parameter("drink", "Rate", type="rate", period=1, group="oak"),
    Parameter("drink", "Rate", type="rate", period=2, group="elm"),
    Parameter("drink", "linear"),
]
SETTING = SimpleNamespace(
    parameters=PARAMETERS, epochs=EPOCHS, specification=SimpleNamespace(network_name="friend"), periods=[1, 2]
)  # fmt: skip


def test_rates_start_from_change_density_from_ties_and_the_rest_from_what_was_said_or_0():
    targets = np.array([6.0, 2.0, 9.0, 9.0, 9.0, 9.0, 4.0, 500.0, 9.0])
    found = starting_values(SETTING, targets)
    ties, pairs = 3 + 2 + 2 + 3 + 1 + 1, 2 * (2 * 20 + 12 + 56)  # both ends of two periods in two houses
    half = 0.5 * np.log(ties / (pairs - ties))
    expected = [2 * 6 / 5, 2 * 2 / 8, half, 0.0, 0.7, -0.2, 1.5 * 4 / 4 + 0.1, 40.0, 0.0]
    np.testing.assert_allclose(found, expected)
    assert starting_values(SETTING, 0 * targets)[0] == 0.3


def test_density_starts_within_reason_whatever_there_is():
    nothing = SimpleNamespace(**{**vars(SETTING), "epochs": [EPOCHS[3]], "parameters": [Parameter("friend", "density")]})
    assert starting_values(nothing, np.zeros(1))[0] == pytest.approx(0.5 * np.log(1e-4 / (1 - 1e-4)))
    everything = [(i, j) for i in range(4) for j in range(4) if i != j]
    full = SimpleNamespace(**{**vars(nothing), "epochs": [an_epoch(1, 4, everything, everything)]})
    assert starting_values(full, np.zeros(1))[0] == pytest.approx(0.5 * np.log(9.0))


def test_jaccard_is_over_the_houses_of_a_period():
    assert _jaccard(SETTING, 1) == pytest.approx((1 + 2) / (4 + 3))
    assert _jaccard(SETTING, 2) == 0.0
    assert _jaccard(SimpleNamespace(epochs=[EPOCHS[3]]), 2) == 0.0


def drawn(n_runs=200):
    return np.random.default_rng(1).normal(size=(n_runs, 4)) * [1.0, 50.0, 0.01, 3.0] + [5.0, 0.0, 2.0, 100.0]


FREE = [*(Parameter("friend", name) for name in ("density", "recip", "inPop")), Parameter("friend", "Rate", type="rate", period=1)]


def test_statistics_that_differ_are_let_through_whatever_their_size():
    check_collinear(FREE, drawn())
    nearly = drawn()
    nearly[:, 1] = 50 * nearly[:, 0] + 1e-3 * nearly[:, 1]
    check_collinear(FREE, nearly)


def test_a_statistic_that_never_varies_is_named():
    still = drawn()
    still[:, 2] = 3.0
    with pytest.raises(NotEstimableError, match=r"never change the statistic of friend: inPop: .*fixed=\.$"):
        check_collinear(FREE, still)
    with pytest.raises(NotEstimableError, match="Or starting values of recip, inPop lead where there is no way back"):
        check_collinear(FREE, still, ["recip", "inPop"])


def test_combinations_are_named_and_none_beside_them():
    sums = drawn()
    sums[:, 1] = 3.0 * sums[:, 0] - 200.0 * sums[:, 2] + 7.0
    with pytest.raises(
        NotEstimableError, match=r"together: friend: density, friend: recip, friend: inPop\. Leave one of them out\.$"
    ):
        check_collinear(FREE, sums)
    sums = drawn()
    sums[:, 3] = 2.0 * sums[:, 0]
    with pytest.raises(NotEstimableError, match=r"together: friend: density, friend: rate, period 1\. .*Where ties are only made"):
        check_collinear(FREE, sums)
    with pytest.raises(NotEstimableError, match="combinations of each other"):
        check_collinear(FREE, drawn(3))  # fewer simulations than parameters tell nothing apart
