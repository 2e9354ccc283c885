"""Covariances of rows that depend on each other, against double loops over people, and never below those by person."""

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import sqrtm

from recoverynet.kernels.network_errors import closeness, of_groups, of_tied_people

BREAD = np.array([[0.5, 0.1, 0.0], [0.1, 0.25, -0.05], [0.0, -0.05, 1.0]])


def not_below(meat, least):
    """``least`` with what of ``meat`` lies above it, by square roots: least + √least [√least⁻¹ (meat − least) √least⁻¹]₊ √least."""
    root = sqrtm(least).real
    back = np.linalg.inv(root)
    values, vectors = np.linalg.eigh(back @ (meat - least) @ back)
    return least + root @ (vectors * np.where(values > 0, values, 0)) @ vectors.T @ root, values


@pytest.mark.parametrize("reach", [0, 1, 2, 3])
def test_closeness_is_steps_over_ties_of_any_wave_and_either_direction(reach):
    rng = np.random.default_rng(3)
    waves = [(rng.random((12, 12)) < 0.06) * rng.choice([-2.0, 0.5, 1.0], (12, 12)) for _ in range(2)]
    waves[0][0, 11], waves[1][0, 11] = 1.0, -1.0  # strengths of two waves do not cancel,
    waves[0][2, 9] = waves[0][9, 2] = 1.0  # nor do ties both ways
    graph = nx.Graph(np.argwhere((waves[0] != 0) | (waves[1] != 0)).tolist())
    graph.add_nodes_from(range(12))
    steps = dict(nx.all_pairs_shortest_path_length(graph))
    expected = [[float(steps[i].get(j, 99) <= reach) for j in range(12)] for i in range(12)]
    assert closeness([sparse.csr_array(each) for each in waves], reach).toarray().tolist() == expected


def test_errors_of_tied_people_are_sums_over_near_pairs_held_above_those_by_person():
    rng = np.random.default_rng(1)
    crossed = 0
    for _ in range(6):
        sums = rng.normal(size=(14, 3))
        sums[2], sums[5, 1:] = 0.0, 0.0  # nobody's rows; and somebody with one score of three
        near = np.eye(14) + np.kron(np.eye(7), [[0, 1], [1, 0]])
        meat = sum(np.outer(sums[i], sums[j]) for i in range(14) for j in range(14) if near[i, j])
        least = sum(np.outer(each, each) for each in sums)
        expected, values = not_below(meat, least)
        crossed += (values > 0).any() and (values < 0).any()
        found = of_tied_people(sums, BREAD, sparse.csr_array(near))
        np.testing.assert_allclose(found, 13 / 12 * BREAD @ expected @ BREAD, atol=1e-10)
        assert np.linalg.eigvalsh(found - 13 / 12 * BREAD @ least @ BREAD).min() > -1e-10
    assert crossed  # where some combinations are wider and others narrower


def test_errors_of_groups_are_sums_over_rows_that_share_a_person_or_a_group():
    rng = np.random.default_rng(2)
    person, group = rng.integers(0, 10, 60), rng.integers(0, 5, 60)
    rows = rng.normal(size=(60, 3)) + rng.normal(size=(5, 3))[group]
    rows[group == 1, 2] = 0.0
    by = [
        np.array([rows[codes == code].sum(axis=0) for code in np.unique(codes)])
        for codes in (person, group, 10 * group + person)
    ]  # fmt: skip
    shared = (person[:, None] == person) | (group[:, None] == group)
    meat = sum(np.outer(rows[a], rows[b]) for a, b in np.argwhere(shared))
    expected, _ = not_below(meat, by[0].T @ by[0])
    padded = np.vstack([by[1], np.zeros((1, 3))])  # a group without rows is no group
    np.testing.assert_allclose(of_groups(by[0], padded, by[2], BREAD), 5 / 4 * BREAD @ expected @ BREAD, atol=1e-10)


def test_there_is_no_covariance_of_one_cluster_or_of_terms_that_never_vary():
    sums, bread = np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 0.5]]), np.eye(2)
    near = sparse.csr_array(np.eye(3))
    assert np.isfinite(of_tied_people(sums, bread, near)).all()
    assert np.isnan(of_tied_people(sums * [[1], [1], [0]], bread, near)).all()
    assert np.isnan(of_tied_people(sums * [1.0, 0.0], bread, near)).all()
    assert np.isnan(of_groups(sums, sums[:1], sums, bread)).all()
