"""What must hold of exposure, clustering and their tests on any network whatever."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import recoverynet as rn
from recoverynet.measures.autocorrelation import autocorrelation
from recoverynet.measures.curves import hazard_curve, prevalence_curve
from recoverynet.measures.exposure import StructuralEquivalence
from recoverynet.measures.infectiousness import infectiousness, susceptibility

OPTIONS = [
    {}, {"lag": 0}, {"direction": "in"}, {"direction": "mutual"}, {"weighted": True}, {"order": 2},
    {"order": 2, "weighted": True}, {"normalise": False}, {"unknown": "not_holding"}, {"isolates": "zero"},
    {"weights": "structural_equivalence"}, {"weights": StructuralEquivalence(longest=2, inverse=True)},
]  # fmt: skip


def random_panel(seed, n=14, n_waves=4, density=0.2, missing=0.2):
    rng = np.random.default_rng(seed)
    networks = rng.integers(1, 4, (n_waves, n, n)) * (rng.random((n_waves, n, n)) < density)
    networks[:, np.arange(n), np.arange(n)] = 0
    held = (rng.random((n, n_waves)) < 0.4).astype(float)
    held[rng.random(held.shape) < missing] = np.nan
    return networks.astype(float), held


def as_panel(networks, held, people=None):
    people = [f"p{i:02d}" for i in range(len(held))] if people is None else people
    return rn.NetworkPanel.from_adjacency(networks, behaviour={"recovery": held}, people=people, directed=True)


@pytest.mark.slow
@given(seed=st.integers(0, 10_000), options=st.sampled_from(OPTIONS))
@settings(max_examples=60, deadline=None)
def test_relabelling_people_permutes_exposure(seed, options):
    networks, held = random_panel(seed)
    order = np.random.default_rng(seed + 1).permutation(len(held))
    names = np.array([f"p{i:02d}" for i in range(len(held))])
    one = rn.exposure(as_panel(networks, held, names), **options)
    other = rn.exposure(as_panel(networks[:, order][:, :, order], held[order], names[order]), **options)
    pd.testing.assert_frame_equal(one, other.reindex(one.index), rtol=1e-9)


@pytest.mark.parametrize("measure", [rn.adoption, rn.thresholds, infectiousness, susceptibility])
def test_relabelling_people_permutes_what_is_said_of_each(measure):
    networks, held = random_panel(3)
    order = np.random.default_rng(4).permutation(len(held))
    names = np.array([f"p{i:02d}" for i in range(len(held))])
    one = measure(as_panel(networks, held, names))
    other = measure(as_panel(networks[:, order][:, :, order], held[order], names[order]))
    pd.testing.assert_frame_equal(one, other.reindex(one.index))


def test_relabelling_people_changes_nothing_said_of_all():
    networks, held = random_panel(5)
    order = np.random.default_rng(6).permutation(len(held))
    one, other = as_panel(networks, held), as_panel(networks[:, order][:, :, order], held[order])
    for measure in (hazard_curve, prevalence_curve):
        pd.testing.assert_frame_equal(measure(one), measure(other))
    columns = ["n_pairs", "n_alters_holding", "share_holding", "excess"]
    pd.testing.assert_frame_equal(
        rn.norm_clustering(one, n_permutations=0)[columns], rn.norm_clustering(other, n_permutations=0)[columns]
    )
    pd.testing.assert_frame_equal(autocorrelation(one, n_permutations=0), autocorrelation(other, n_permutations=0))


@pytest.mark.slow
@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_exposure_counts_add_up_and_shares_stay_within_bounds(seed):
    networks, held = random_panel(seed)
    frame = rn.exposure(as_panel(networks, held), lag=0)
    assert (frame["n_observed"] + frame["n_unknown"] == frame["n_alters"]).all()
    assert (frame["n_holding"] + frame["n_lost"] <= frame["n_observed"]).all()
    defined = frame[frame["n_observed"] > 0]
    np.testing.assert_allclose(defined["exposure"], (defined["n_holding"] / defined["n_observed"]).astype(float))
    assert frame.loc[frame["n_observed"] == 0, "exposure"].isna().all()
    lowest = rn.exposure(as_panel(networks, held), lag=0, unknown="not_holding")["exposure"]
    highest = rn.exposure(as_panel(networks, np.nan_to_num(held, nan=1.0)), lag=0)["exposure"]
    assert (lowest <= frame["exposure"] + 1e-12)[defined.index].all()
    assert (frame["exposure"] <= highest + 1e-12)[defined.index].all()


def test_no_ties_no_exposure():
    with pytest.warns(rn.RecoveryNetWarning):
        panel = rn.NetworkPanel.from_adjacency([np.zeros((6, 6))] * 2, behaviour={"recovery": np.ones((6, 2))}, directed=True)
    frame = rn.exposure(panel, lag=0)
    assert frame["exposure"].isna().all() and (frame["n_alters"] == 0).all()
    assert rn.thresholds(panel)["threshold"].isna().all()


def test_complete_graph_is_the_mean_field():
    rng = np.random.default_rng(1)
    held = (rng.random((9, 3)) < 0.5).astype(float)
    panel = rn.NetworkPanel.from_adjacency([1 - np.eye(9)] * 3, behaviour={"recovery": held})
    frame = rn.exposure(panel, lag=0)["exposure"].unstack().to_numpy()
    np.testing.assert_allclose(frame, (held.sum(axis=0) - held) / 8)


def test_everybody_holding_is_full_exposure_and_nobody_none():
    networks, held = random_panel(2)
    for level in (0.0, 1.0):
        frame = rn.exposure(as_panel(networks, np.full_like(held, level)), lag=0)
        assert (frame["exposure"].dropna() == level).all() and frame["exposure"].notna().any()


def test_turning_ties_round_turns_the_direction():
    networks, held = random_panel(7)
    one = rn.exposure(as_panel(networks, held), direction="in", lag=0)
    other = rn.exposure(as_panel(networks.transpose(0, 2, 1), held), direction="out", lag=0)
    pd.testing.assert_frame_equal(one, other)


def test_doubling_strengths_changes_no_share():
    networks, held = random_panel(8)
    for options in ({"weighted": True}, {"weighted": True, "order": 2}):
        one = rn.exposure(as_panel(networks, held), **options)
        pd.testing.assert_frame_equal(one, rn.exposure(as_panel(networks * 2, held), **options))


def test_a_change_reaches_only_those_tied_and_only_later():
    """Exposure with a lag cannot see the wave it is dated to."""
    networks, held = random_panel(9, missing=0.0)
    changed = held.copy()
    changed[0, 2] = 1 - changed[0, 2]
    one, other = (rn.exposure(as_panel(networks, values))["exposure"].unstack() for values in (held, changed))
    differs = ~((one == other) | (one.isna() & other.isna()))
    assert not differs[[1, 2, 3]].any().any()
    np.testing.assert_array_equal(differs[4].to_numpy(), networks[2][:, 0] > 0)


def exchangeable(seed, n=40):
    rng = np.random.default_rng(seed)
    graph = nx.gnm_random_graph(n, 2 * n, seed=seed)
    return rn.PersonNetwork(nx.to_numpy_array(graph), [f"p{i}" for i in range(n)]), rng


@pytest.mark.slow
def test_p_of_a_continuous_outcome_is_uniform_when_values_fall_at_random():
    found = []
    for seed in range(300):
        network, rng = exchangeable(seed)
        table = autocorrelation(network, rng.normal(size=40), n_permutations=199, rng=seed)
        found.append(table.loc[1, "p"].to_numpy())
    found = np.array(found)
    assert found.min() > 0
    for column in found.T:
        assert stats.kstest(column, "uniform").pvalue > 0.001


@pytest.mark.slow
def test_p_of_a_norm_is_valid_when_it_falls_at_random():
    found = []
    for seed in range(400):
        network, rng = exchangeable(seed)
        held = (rng.random(40) < 0.35).astype(float)
        found.append(rn.norm_clustering(network, held, max_distance=3, n_permutations=199, rng=seed)["p"].to_numpy())
    found = np.array(found)
    assert np.nanmin(found) > 0
    for column in found.T:
        for alpha in (0.01, 0.05, 0.10):
            assert (column <= alpha).mean() <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / len(column))


def test_clustering_by_likeness_is_found_though_nothing_spread():
    """The test rejects chance, not homophily, and its docstring says so."""
    rng = np.random.default_rng(11)
    held = rng.random(200) < 0.4
    same = held[:, None] == held[None, :]
    ties = np.triu(rng.random((200, 200)) < np.where(same, 0.03, 0.01), 1)
    network = rn.PersonNetwork((ties | ties.T).astype(float), [f"p{i}" for i in range(200)])
    assert rn.norm_clustering(network, held, max_distance=1, rng=1)["p"].iloc[0] == 1 / 1001
    assert "chance, nothing more" in (rn.norm_clustering.__doc__ or "")
