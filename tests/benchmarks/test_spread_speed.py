"""How fast exposure, rewiring and clustering are, against what people use today."""

import time

import networkx as nx
import numpy as np
import pytest
from scipy import sparse

import recoverynet as rn
from recoverynet.kernels.rewiring import rewired

STRUCT_TEST_SECONDS = 32.8
"""netdiffuseR's struct_test on two cores: 125 people, 18 periods, 1,000 rewirings of the mean threshold."""


def random_network(n_people, mean_degree, seed=1):
    rng = np.random.default_rng(seed)
    n_ties = n_people * mean_degree // 2
    ends = rng.integers(0, n_people, (2, n_ties))
    ends = ends[:, ends[0] != ends[1]]
    ties = sparse.csr_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(n_people, n_people))
    ties = sparse.csr_array(((ties + ties.T) > 0).astype(float))
    held = (rng.random(n_people) < 0.4).astype(float)
    return rn.PersonNetwork(ties, [f"p{i:05d}" for i in range(n_people)]), held


@pytest.fixture(scope="module")
def doctors():
    rng = np.random.default_rng(2)
    matrix = np.zeros((125, 125))
    while matrix.sum() < 294:
        i, j = rng.integers(0, 125, 2)
        matrix[i, j] = i != j
    return sparse.csr_array(matrix), rng.integers(1, 19, 125)


def rewire_and_average(ties, gained, n_runs):
    runs = rewired(ties.indptr, ties.indices, n_runs, np.random.default_rng(1), directed=True)
    degrees = np.diff(ties.indptr)
    who = np.repeat(np.arange(len(gained)), degrees)
    return (gained[runs] <= gained[who]) @ (1 / degrees[who]) / len(gained)  # everybody gained; without ties it counts as 0


@pytest.mark.benchmark(group="rewiring", timer=time.process_time)  # other work on the machine aside
def test_mean_threshold_in_a_thousand_rewired_networks(benchmark, doctors):
    rewire_and_average(*doctors, 1)
    means = benchmark.pedantic(rewire_and_average, args=(*doctors, 1000), rounds=5)
    assert len(means) == 1000 and np.ptp(means) > 0
    assert benchmark.stats["min"] * 100 < STRUCT_TEST_SECONDS


@pytest.mark.benchmark(group="rewiring", timer=time.process_time)  # other work on the machine aside
def test_networkx_swaps_for_ten_networks(benchmark, doctors):
    """The same number of swaps for one hundredth of the networks."""
    graph = nx.from_scipy_sparse_array(doctors[0], create_using=nx.DiGraph)

    def swap():
        for seed in range(10):
            nx.directed_edge_swap(graph.copy(), nswap=2940 // 3, max_tries=10**6, seed=seed)

    benchmark.pedantic(swap, rounds=1)


@pytest.mark.benchmark(group="clustering")
@pytest.mark.parametrize(("n_people", "seconds"), [(650, 1.0), (30_000, 60.0)])
def test_clustering_to_three_steps(benchmark, n_people, seconds):
    network, held = random_network(n_people, 6)
    rn.norm_clustering(network, held, max_distance=1, n_permutations=1, rng=1)
    frame = benchmark.pedantic(lambda: rn.norm_clustering(network, held, max_distance=3, n_permutations=1000, rng=1), rounds=2)
    assert frame["p"].between(1 / 1001, 1).all()
    assert benchmark.stats["min"] < seconds


@pytest.mark.benchmark(group="exposure")
def test_exposure_of_650_people_over_18_waves(benchmark):
    network, _ = random_network(650, 6)
    held = (np.random.default_rng(3).random((650, 18)) < 0.4).astype(float)
    panel = rn.NetworkPanel.from_adjacency([network.weights] * 18, behaviour={"recovery": held})
    frame = benchmark(rn.exposure, panel)
    assert len(frame) == 650 * 18
