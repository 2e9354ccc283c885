"""Pairs by degree of separation against every shortest path listed."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.separation import excess, holding_pairs, known_pairs


def brute(ties, known, column, max_distance):
    steps = sparse.csgraph.shortest_path(ties, unweighted=True)
    pairs, alters, both = [], [], []
    for distance in range(1, max_distance + 1):
        apart = (steps == distance) & np.outer(known, known)
        pairs.append(apart.sum())
        alters.append((apart * column[None, :]).sum())
        both.append((apart * np.outer(column, column)).sum())
    return pairs, alters, both


@pytest.mark.parametrize("directed", [True, False])
def test_against_shortest_paths(directed):
    rng = np.random.default_rng(3)
    ties = (rng.random((40, 40)) < 0.05).astype(float)
    np.fill_diagonal(ties, 0)
    ties = ties if directed else np.maximum(ties, ties.T)
    known = rng.random(40) < 0.8
    block = ((rng.random((40, 7)) < 0.4) & known[:, None]).astype(np.uint8)
    rows = sparse.csr_array(ties)
    arguments = rows.indptr.astype(np.int64), rows.indices.astype(np.int32), known
    alters, both = holding_pairs(*arguments, block, 4)
    for run in range(7):
        pairs, expected_alters, expected_both = brute(ties, known, block[:, run], 4)
        np.testing.assert_array_equal(alters[:, run], expected_alters)
        np.testing.assert_array_equal(both[:, run], expected_both)
    np.testing.assert_array_equal(known_pairs(*arguments, 4), pairs)


def test_excess_by_hand():
    # 10 ordered pairs with a holding alter, 6 of them with a holding ego, prevalence .4: half as many again
    np.testing.assert_allclose(excess(np.array([10, 0]), np.array([6, 0]), 0.4), [0.5, np.nan])
