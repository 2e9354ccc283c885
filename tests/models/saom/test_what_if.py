"""Simulating under parameters of one's own: ways of naming them, where runs end, and truth found again."""

import numpy as np
import pytest
from driving import random_network

from recoverynet import NetworkPanel
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.models.saom.fit import fit_saom
from recoverynet.models.saom.simulation import target_statistics
from recoverynet.models.saom.specification import Specification, Term
from recoverynet.models.saom.what_if import simulate

MODEL = Specification({"friend": ["density", "recip", ("simX", "drink")]}, {"drink": ["linear", ("avSim", "friend")]})
VALUES = {
    ("Rate", "friend"): 4.0, "density": -1.6, "recip": 1.0, "simX": 0.5, ("Rate", "drink"): 2.0, "linear": 0.0, "avSim": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(0)
    drink = rng.integers(1, 6, (20, 3)).astype(float)
    drink[:2, 0] = [1, 5]
    return NetworkPanel.from_adjacency(
        [random_network(rng, 20, 0.15) for _ in range(3)], network="friend", behaviour={"drink": drink}
    )


def changed(**values):
    return {**VALUES, **values}


def test_a_sequence_a_mapping_and_a_fit_say_the_same(panel):
    named = simulate(MODEL, VALUES, panel, 3, rng=1, quiet=True)
    assert named.theta.tolist() == [4.0, 4.0, -1.6, 1.0, 0.5, 2.0, 2.0, 0.0, 1.0]
    ordered = simulate(MODEL, named.theta, panel, 3, rng=1, quiet=True)
    labels = {each.label: value for each, value in zip(named.setting.parameters, named.theta, strict=True)}
    labelled = simulate(MODEL, labels, panel, 3, rng=1, quiet=True)
    np.testing.assert_array_equal(named.statistics, ordered.statistics)
    np.testing.assert_array_equal(named.statistics, labelled.statistics)
    assert repr(named) == f"<SimulatedPanels 3 runs: {MODEL!r}>"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
def test_estimates_of_a_fit_are_parameters(panel):
    small = Specification({"friend": ["density", "recip"]})
    planted = {"Rate": 3.0, "density": -1.3, "recip": 1.0}
    panel = simulate(small, planted, panel, 1, rng=3, chain=True, quiet=True).panel(0)
    for conditional in (None, "friend"):
        fit = fit_saom(panel, small, n_simulations=200, conditional=conditional, rng=1, quiet=True)
        again = simulate(small, fit, panel, 100, rng=2, quiet=True)
        np.testing.assert_allclose(again.theta, fit.to_frame()["estimate"])
        table = again.to_frame()
        assert (((table["mean"] - table["observed"]) / table["sd"]).abs() < 0.6).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, 2.0], r"has 9 parameters, in this order: friend: rate, period 1; .*drink: avSim friend\. Got 2\."),
        ([[0.0] * 9], r"Got an array of shape \(1, 9\)"),
        ("much", "Parameters are numbers in order, a mapping of names to numbers, or a fit"),
        ({"density": -1.0}, "These parameters have no number: friend: rate, period 1; friend: rate, period 2; friend: recip"),
        (changed(recpi=1.0), r"The model has no parameter 'recpi'\. Did you mean 'recip'"),
        ({**VALUES, ("altX", "drink"): 1.0}, "no parameter .*altX"),
        ({**VALUES, "Rate": 1.0}, "'Rate' names several parameters: friend: rate, period 1; .*Give their labels"),
        ({**VALUES, "friend: recip": 1.0}, "friend: recip is given twice, as 'recip' and as 'friend: recip'"),
        (changed(recip="high"), "The parameter 'recip' must be a number; got 'high'"),
        (changed(recip=np.nan), "finite numbers; that of friend: recip is not"),
        ({**VALUES, ("Rate", "drink"): -1.0}, "0 or more changes a person and period; drink: rate, period 1, drink: rate"),
    ],
)  # fmt: skip
def test_wrong_names_and_lengths_are_told(panel, values, message):
    with pytest.raises(SchemaError, match=message):
        simulate(MODEL, values, panel, 1, rng=1, quiet=True)


def test_fixed_terms_need_no_number_and_parts_are_told_apart(panel):
    model = Specification({"friend": ["density", Term("density", type="creation"), Term("recip", fixed=2.0)]})
    with pytest.raises(SchemaError, match="'density' names several parameters"):
        simulate(model, {"Rate": 1.0, "density": -1.0}, panel, 1, quiet=True)
    values = {"Rate": 1.0, ("density", "friend", "eval"): -1.0, ("density", "friend", "creation"): 0.5}
    assert simulate(model, values, panel, 1, quiet=True).theta.tolist() == [1.0, 1.0, -1.0, 0.5, 2.0]
    assert simulate(model, {**values, "recip": 0.0}, panel, 1, quiet=True).theta[-1] == 0.0


def test_runs_and_waves_are_looked_at(panel):
    for n in (0, -1, 1.5, True):
        with pytest.raises(SchemaError, match="number of runs, is a whole number, 1 or more"):
            simulate(MODEL, VALUES, panel, n)
    made = simulate(MODEL, VALUES, panel, 2, rng=1, quiet=True)
    for run, period in ((2, 1), (-1, 1), (0, 0), (0, 3)):
        with pytest.raises(SchemaError, match="Runs go from 0 to 1 and periods from 1 to 2"):
            made.network(run, period)
    with pytest.raises(SchemaError, match="chain=True"):
        made.panel(0)
    one = NetworkPanel.from_adjacency(
        panel.networks[:1], network="friend", behaviour={"drink": panel.behaviour["drink"][:, :1]}, directed=True
    )
    with pytest.raises(NotEstimableError, match="two waves or more"):
        simulate(MODEL, VALUES, one, 1)


@pytest.mark.parametrize("chain", [False, True])
@pytest.mark.parametrize("rate", [0.0, 1e-12])
def test_without_rates_nothing_changes(panel, chain, rate):
    still = {**VALUES, ("Rate", "friend"): rate, ("Rate", "drink"): rate}
    made = simulate(MODEL, still, panel, 2, rng=1, chain=chain, quiet=True)
    for period in (1, 2):
        start = 0 if chain else period - 1
        assert (made.network(1, period) != panel.networks[start]).nnz == 0
        np.testing.assert_array_equal(made.behaviour(1, period)["drink"], panel.behaviour["drink"][:, start])
    assert (made.statistics[:, [0, 1, 5, 6]] == 0).all()


@pytest.mark.slow
def test_planted_directions(panel):
    def mean(name, **values):
        frame = simulate(MODEL, changed(**values), panel, 60, rng=3, quiet=True).to_frame().set_index("effect")
        return frame.loc[name, "mean"]

    assert mean("density", density=-1.0) > mean("density", density=-2.5)
    assert mean("recip", recip=3.0) > mean("recip", recip=-1.0)
    assert mean("simX", simX=4.0) > mean("simX", simX=-4.0)
    assert mean("linear", linear=1.0) > 0 > mean("linear", linear=-1.0)
    assert mean("avSim", avSim=6.0) > mean("avSim", avSim=-6.0)


@pytest.mark.parametrize("chain", [False, True])
def test_statistics_are_those_of_the_ends(panel, chain):
    two = NetworkPanel.from_adjacency(
        panel.networks[:2], network="friend", behaviour={"drink": panel.behaviour["drink"][:, :2]}, directed=True
    )
    model = Specification({"friend": ["density", "recip", "transTrip"]})
    values = {"Rate": 3.0, "density": -1.5, "recip": 1.0, "transTrip": 0.2}
    made = simulate(model, values, two, 3, rng=4, chain=chain, quiet=True)
    for run in range(3):
        again = simulate(model, values, made.panel(run), 1, rng=1, quiet=True)
        np.testing.assert_allclose(again.observed, made.statistics[run])
        x = made.network(run, 1).toarray()
        assert made.statistics[run, 1] == x.sum() and made.statistics[run, 2] == (x * x.T).sum()
    np.testing.assert_allclose(made.observed, target_statistics(made.setting).sum(axis=0))


def test_a_chain_starts_each_period_where_the_last_one_ended(panel):
    slow = {**VALUES, ("Rate", "friend"): 0.2, ("Rate", "drink"): 0.1}
    made = simulate(MODEL, slow, panel, 1, rng=5, chain=True, quiet=True)
    whole = made.panel(0)
    moved = [int((whole.networks[wave] != whole.networks[wave - 1]).nnz) for wave in (1, 2)]
    assert sum(moved) == made.statistics[0, :2].sum() <= 20
    assert (whole.networks[0] != panel.networks[0]).nnz == 0
    assert whole.networks[2].toarray().tolist() == made.network(0, 2).toarray().tolist()
    assert whole.settings == {"made_from": "simulate", "run": 0} and repr(made).startswith("<SimulatedPanels 1 runs in a chain")


def test_the_same_seed_gives_the_same_runs_and_another_one_others(panel):
    first, second, third = (simulate(MODEL, VALUES, panel, 4, rng=seed, chain=True, quiet=True) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.statistics, second.statistics)
    assert (first.statistics != third.statistics).any()


@pytest.mark.filterwarnings("ignore:.*left out")
def test_groups_joiners_and_unknown_values(panel):
    rng = np.random.default_rng(6)
    houses, here = np.array(["elm", "oak"] * 10), np.ones((20, 3), bool)
    here[0, 0] = here[1, 1:] = here[2, 2] = False
    apart = [matrix.toarray() * (houses[:, None] == houses) for matrix in panel.networks]
    apart[0][4, 6] = apart[1][5, 7] = np.nan
    drink = rng.integers(1, 6, (20, 3)).astype(float)
    drink[8, 0] = np.nan
    waves = NetworkPanel.from_adjacency(
        apart, network="friend", behaviour={"drink": drink, "mood": drink}, groups=houses, present=here
    )
    made = simulate(MODEL, VALUES, waves, 2, rng=7, chain=True, quiet=True)
    whole = made.panel(1)
    assert not any(matrix.nnz for matrix in whole.missing)
    for wave in range(3):
        ties = whole.networks[wave].toarray()
        assert not ties[houses[:, None] != houses].any() and not ties[~here[:, wave]].any()
        np.testing.assert_array_equal(np.isnan(whole.behaviour["drink"][:, wave]), ~here[:, wave])
    assert whole.behaviour["mood"].shape == (20, 3) and "group" in made.to_frame()
    assert made.network(0, 1).nnz and made.behaviour(0, 2)["drink"].shape == (20,)


@pytest.mark.slow
def test_a_fit_finds_what_was_planted():
    draw = np.random.default_rng(8)
    drink = draw.integers(1, 6, 50).astype(float)
    drink[:2] = [1, 5]
    first = NetworkPanel.from_adjacency(
        [random_network(draw, 50, 0.07)] * 3, network="friend", behaviour={"drink": np.column_stack([drink] * 3)}
    )
    model = Specification(
        {"friend": ["density", "recip", "transTrip", ("simX", "drink")]}, {"drink": ["linear", ("avSim", "friend")]}
    )
    values = {
        ("Rate", "friend"): 5.0,
        "density": -2.2,
        "recip": 1.6,
        "transTrip": 0.3,
        "simX": 0.8,
        ("Rate", "drink"): 3.0,
        "linear": 0.1,
        "avSim": 3.0,
    }
    world = simulate(model, values, first, 1, chain=True, rng=draw, quiet=True)
    fit = fit_saom(world.panel(0), model, n_simulations=500, rng=draw, quiet=True)
    found = fit.to_frame()
    assert fit.converged
    assert (((found["estimate"] - world.theta) / found["std_error"]).abs() < 3).all()
