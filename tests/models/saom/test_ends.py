"""Ends of periods read from a panel: what was observed, what may be compared, and what a simulation leaves alone."""

from types import SimpleNamespace

import numpy as np
import pytest

from recoverynet import NetworkPanel
from recoverynet.models.saom.ends import observed_ends, simulated_ends
from recoverynet.models.saom.fit_quality import goodness_of_fit
from recoverynet.models.saom.setting import saom_setting
from recoverynet.models.saom.specification import Specification

SPECIFICATION = Specification(network={"friend": ["density", "recip"]}, behaviour={"drink": ["linear", ("avAlt", "friend")]})


def drawn(rng, n=12, directed=True):
    ties = (rng.random((n, n)) < 0.2).astype(float)
    np.fill_diagonal(ties, 0)
    return ties if directed else np.triu(ties) + np.triu(ties).T


def fit_of(networks, drink, *, rates=(2.0, 1.0), **arguments):
    panel = NetworkPanel.from_adjacency(networks, network="friend", behaviour={"drink": drink}, **arguments)
    setting = saom_setting(panel, SPECIFICATION if panel.directed else Specification(
        network={"friend": ["density"]}, behaviour={"drink": ["linear"]}))  # fmt: skip
    start = {"density": -1.2, "recip": 1.0, "linear": 0.1, "avAlt": 0.2}
    theta = [start[each.effect] if each.type != "rate" else rates[each.dependent == "drink"] for each in setting.parameters]
    return SimpleNamespace(setting=setting, theta=np.array(theta), panel=panel)


@pytest.fixture
def three_waves():
    rng = np.random.default_rng(1)
    networks, drink = [drawn(rng) for _ in range(3)], rng.integers(1, 5, (12, 3)).astype(float)
    return networks, drink


def test_observed_ends_are_the_waves_of_the_panel(three_waves):
    networks, drink = three_waves
    first, second = observed_ends(fit_of(networks, drink))
    assert (first.period, second.period, first.group, first.n_people) == (1, 2, None, 12)
    for end, wave in ((first, 1), (second, 2)):
        np.testing.assert_array_equal(end.start.network.toarray(), networks[wave - 1])
        np.testing.assert_array_equal(end.end.network.toarray(), networks[wave])
        np.testing.assert_array_equal(end.end.behaviour["drink"], drink[:, wave])
    assert dict(first.ranges) == {"drink": (drink.min(), drink.max())}


@pytest.mark.slow
def test_what_is_unknown_at_either_end_is_left_out_of_both(three_waves):
    networks, drink = three_waves
    networks[1][3] = np.nan
    networks[1][3, 3] = 0
    drink[5, 1] = np.nan
    fit = fit_of(networks, drink)
    ends = observed_ends(fit)
    for end, run in zip(ends, next(simulated_ends(fit, ends, 1, np.random.default_rng(2))), strict=True):
        for ending in (end.end, run):
            assert ending.network.toarray()[3].sum() == 0
            assert np.isnan(ending.behaviour["drink"][5]) and np.isfinite(ending.behaviour["drink"]).sum() == 11
    checks = {check.name: check for check in goodness_of_fit(fit, n_simulations=20, rng=1).checks}
    assert checks["ties are known at both ends"].detail == "22 of 264 left out of both"
    assert checks["drink is known at both ends"].detail == "2 of 24 values left out of both"


def test_nothing_changes_without_rates(three_waves):
    fit = fit_of(*three_waves, rates=(0.0, 0.0))
    ends = observed_ends(fit)
    for run in simulated_ends(fit, ends, 3, np.random.default_rng(3)):
        for end, ending in zip(ends, run, strict=True):
            assert (ending.network != end.start.network).nnz == 0
            np.testing.assert_array_equal(ending.behaviour["drink"], end.start.behaviour["drink"])


def test_the_same_seed_gives_the_same_answer_and_another_period_is_another(three_waves):
    fit = fit_of(*three_waves)
    first, second = (goodness_of_fit(fit, n_simulations=70, rng=5) for _ in range(2))
    assert first.to_frame().equals(second.to_frame())
    alone = goodness_of_fit(fit, period=2, n_simulations=70, rng=5)
    assert alone.details("behaviour")["observed"].sum() == 12 == first.details("behaviour")["observed"].sum() / 2


def test_undirected_networks_and_groups():
    rng = np.random.default_rng(6)
    networks = [drawn(rng, directed=False) for _ in range(2)]
    houses = np.repeat(["elm", "oak"], 6)
    for ties in networks:
        ties[:6, 6:] = ties[6:, :6] = 0
    fit = fit_of(networks, rng.integers(1, 4, (12, 2)).astype(float), groups=houses, directed=False)
    ends = observed_ends(fit)
    assert [end.group for end in ends] == ["elm", "oak"]
    for end, ending in zip(ends, next(simulated_ends(fit, ends, 1, rng)), strict=True):
        assert not end.directed and end.n_people == 6
        assert (ending.network != ending.network.T).nnz == 0 and (end.end.network != end.end.network.T).nnz == 0
    result = goodness_of_fit(fit, n_simulations=30, rng=1)
    assert result.n_people == 12 and "degree" in result.to_frame().index


def test_a_model_that_is_right_is_not_cried_down():
    rng = np.random.default_rng(8)
    fit = fit_of([drawn(rng, 20), drawn(rng, 20)], rng.integers(1, 5, (20, 2)).astype(float), rates=(4.0, 2.0))
    epoch = observed_ends(fit)
    (made,) = next(simulated_ends(fit, epoch, 1, rng))
    start = epoch[0].start
    again = fit_of(
        [start.network.toarray(), made.network.toarray()],
        np.column_stack([start.behaviour["drink"], made.behaviour["drink"]]), rates=(4.0, 2.0),
    )  # fmt: skip
    assert (goodness_of_fit(again, n_simulations=200, rng=2).to_frame()["p"] > 0.01).all()
