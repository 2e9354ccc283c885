"""Everybody tied to everybody, as one large occasion makes it: positions beside igraph's and what a personal network takes."""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import recoverynet as rn

N_PEOPLE = 1_000


@pytest.fixture(scope="module")
def network() -> rn.PersonNetwork:
    weights = sparse.csr_array(np.ones((N_PEOPLE, N_PEOPLE)) - np.eye(N_PEOPLE))
    ids = pd.Index([f"p{i}" for i in range(N_PEOPLE)], name="person_id", dtype="str")
    rn.position(rn.PersonNetwork(weights[:9][:, :9], pd.DataFrame(index=ids[:9])))  # compiled before it is timed
    return rn.PersonNetwork(weights, pd.DataFrame(index=ids))


@pytest.mark.benchmark(group="position of 1,000 people all tied")
def test_position_here(benchmark, network):
    frame = benchmark.pedantic(rn.position, args=(network,), rounds=2)
    assert (frame["betweenness"] == 0).all() and (frame["clustering"] > 0.999).all()


@pytest.mark.benchmark(group="position of 1,000 people all tied")
def test_position_with_igraph(benchmark):
    graph = igraph.Graph.Full(N_PEOPLE)

    def measured() -> list[list[float]]:
        return [
            graph.betweenness(), graph.closeness(), graph.eigenvector_centrality(), graph.coreness(), graph.constraint(),
            graph.transitivity_local_undirected(),
        ]  # fmt: skip

    assert max(benchmark.pedantic(measured, rounds=2)[0]) < 1e-6


@pytest.mark.benchmark(group="personal networks of 1,000 people all tied")
def test_personal_networks(benchmark, network):
    networks = benchmark.pedantic(rn.ego_networks, args=(network,), rounds=2)
    assert networks.tie_counts.eq(999 * 998 // 2).all()
