"""The fifty pupils of the Glasgow study: exposure and clustering of alcohol, worked by hand in R."""

import numpy as np
import pandas as pd
import pytest

from recoverynet import NetworkPanel, exposure, norm_clustering
from recoverynet.measures.autocorrelation import autocorrelation


@pytest.fixture(scope="module")
def pupils(shared):
    named = pd.read_csv(shared("data/s50/friendships.csv"))
    used = pd.read_csv(shared("data/s50/substance_use.csv"), dtype={"value": str})
    return NetworkPanel.from_nominations(named, used, breaks="wave")


@pytest.fixture(scope="module")
def drinking(pupils):
    return (pupils.behaviour["alcohol"] >= 4).astype(float)


def test_mean_exposure_of_those_with_ties(pupils, drinking):
    waves = exposure(pupils, drinking, lag=0)["exposure"].groupby("wave")
    np.testing.assert_allclose(waves.mean(), [0.45072, 0.44255, 0.45407], atol=5e-6)
    assert waves.count().tolist() == [46, 47, 45]


@pytest.mark.parametrize(("direction", "expected"), [("out", [0.43314, 0.39777, 0.42580]), ("either", [0.38090, 0.39147, 0.41622])])
def test_moran(pupils, direction, expected):
    table = autocorrelation(pupils, "alcohol", direction=direction, n_permutations=0)
    np.testing.assert_allclose(table.xs("moran", level="statistic")["observed"], expected, atol=5e-6)


def test_excess_by_degree_of_separation(pupils, drinking):
    table = norm_clustering(pupils, drinking, max_distance=3, n_permutations=0)
    expected = [[0.623, 0.565, 0.118], [-0.367, 0.537, 0.226], [0.273, 0.182, -0.116]]
    np.testing.assert_allclose(table["excess"].unstack("wave"), expected, atol=5e-4)


def test_permutation_and_analytic_tests_agree(pupils):
    table = autocorrelation(pupils, "alcohol", n_permutations=4000, rng=3).xs("moran", level="statistic")
    np.testing.assert_allclose(table["null_sd"], table["sd"], rtol=0.05)
    np.testing.assert_allclose(table["null_mean"], table["expected"], atol=4 * table["sd"].max() / np.sqrt(4000))


def test_networkx_agrees_on_assortativity(pupils):
    import networkx as nx

    table = autocorrelation(pupils, "alcohol", n_permutations=0).xs("assortativity", level="statistic")
    for wave in (1, 2, 3):
        graph = nx.from_scipy_sparse_array(pupils.networks[wave - 1], create_using=nx.DiGraph)
        nx.set_node_attributes(graph, dict(enumerate(pupils.behaviour["alcohol"][:, wave - 1])), "alcohol")
        expected = nx.numeric_assortativity_coefficient(graph, "alcohol")
        assert table.loc[wave, "observed"] == pytest.approx(expected, abs=1e-12)
