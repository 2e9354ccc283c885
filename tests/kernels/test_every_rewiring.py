"""Every network with the same degrees, against trying every network there is."""

from itertools import combinations, permutations

import numpy as np
import pytest

from recoverynet.kernels import every_rewiring as listing
from recoverynet.kernels.every_rewiring import every_rewiring


def by_trying(n, source, target, *, directed):
    """All networks of as many ties whose degrees are the same."""
    pairs = list(permutations(range(n), 2) if directed else combinations(range(n), 2))

    def degrees(network):
        out, into = (np.bincount([pair[side] for pair in network], minlength=n) for side in (0, 1))
        return (tuple(out), tuple(into)) if directed else tuple(out + into)

    wanted = degrees(list(zip(source, target, strict=True)))
    return {network for network in map(frozenset, combinations(pairs, len(source))) if degrees(list(network)) == wanted}


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_each_network_once(directed, seed):
    rng = np.random.default_rng(seed)
    pairs = list(permutations(range(5), 2) if directed else combinations(range(5), 2))
    chosen = np.array([pairs[k] for k in rng.choice(len(pairs), 5, replace=False)])
    found = every_rewiring(*chosen.T, np.zeros(5, int), 10_000, directed=directed)
    networks = [frozenset(map(tuple, network.tolist())) for network in found]
    assert len(set(networks)) == len(networks) and set(networks) == by_trying(5, *chosen.T, directed=directed)


def test_kinds_of_ties_are_dealt_too():
    """Two ties of different kind between four people: three pairings, two ways round each."""
    found = every_rewiring(np.array([0, 2]), np.array([1, 3]), np.array([0, 1]), 99, directed=False)
    assert len(found) == 6 and len({tuple(map(tuple, each)) for each in found.tolist()}) == 6


def test_too_many_are_not_listed():
    source, target = np.arange(8), (np.arange(8) + 1) % 8
    assert every_rewiring(source, target, np.zeros(8, int), 50, directed=True) is None
    ring = np.arange(40)
    assert every_rewiring(ring, (ring + 1) % 40, np.zeros(40, int), 10**9, directed=True) is None
    assert every_rewiring(np.array([], int), np.array([], int), np.array([], int), 9, directed=True) is None


@pytest.mark.parametrize("directed", [True, False])
def test_each_tie_dealt_is_one_step_and_no_more_are_taken_than_allowed(directed, monkeypatch):
    """One tie can be dealt in one way; two ties in a directed chain take two steps, one way."""
    one, two = (np.array([0]), np.array([1]), np.zeros(1, int)), (np.array([0, 1]), np.array([1, 2]), np.zeros(2, int))
    monkeypatch.setattr(listing, "MOST_STEPS", 1)
    assert every_rewiring(*one, 9, directed=directed).tolist() == [[[0, 1]]]
    assert every_rewiring(*two, 9, directed=directed) is None
    monkeypatch.setattr(listing, "MOST_STEPS", 0)
    assert every_rewiring(*one, 9, directed=directed) is None
