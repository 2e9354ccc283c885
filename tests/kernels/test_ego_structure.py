"""Burt's measures, clustering and cores against their definitions written out as loops."""

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels.ego_structure import burt, clustering, core_numbers


def random_weights(n: int, density: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = rng.gamma(1.5, 1.0, (n, n)) * (rng.random((n, n)) < density)
    np.fill_diagonal(weights, 0)
    return weights


def burt_by_loops(weights: np.ndarray) -> dict[str, np.ndarray]:
    a = weights + weights.T
    n = len(a)
    found = {name: np.full(n, np.nan) for name in ("constraint", "effective_size", "hierarchy")}
    for i in range(n):
        alters = np.flatnonzero(a[i])
        if not len(alters):
            continue
        p = a / np.maximum(a.sum(axis=1, keepdims=True), 1e-300)
        m = a / np.maximum(a.max(axis=1, keepdims=True), 1e-300)
        c = {j: (p[i, j] + sum(p[i, q] * p[q, j] for q in range(n) if q not in (i, j))) ** 2 for j in alters}
        total = sum(c.values())
        found["constraint"][i] = total
        found["effective_size"][i] = sum(1 - sum(p[i, q] * m[j, q] for q in range(n) if q not in (i, j)) for j in alters)
        r = [c[j] / (total / len(alters)) for j in alters]
        found["hierarchy"][i] = 1.0 if len(alters) == 1 else sum(x * np.log(x) for x in r) / (len(alters) * np.log(len(alters)))
    return found


@pytest.mark.parametrize("density", [0.05, 0.2, 0.6])
def test_burt_as_defined(density: float) -> None:
    weights = random_weights(17, density, seed=int(density * 100))
    found = burt(sparse.csr_array(weights), weighted=True)
    for name, expected in burt_by_loops(weights).items():
        np.testing.assert_allclose(found[name], expected, atol=1e-12)
    plain = burt(sparse.csr_array(weights), weighted=False)
    for name, expected in burt_by_loops((weights > 0).astype(float)).items():
        np.testing.assert_allclose(plain[name], expected, atol=1e-12)


def test_effective_size_of_equal_ties_is_borgattis() -> None:
    ties = np.triu(random_weights(15, 0.3, seed=2) > 0, 1).astype(float)
    ties = ties + ties.T
    alters = ties.sum(axis=1)
    among = np.diag(ties @ ties @ ties) / 2
    expected = alters - 2 * among / alters
    np.testing.assert_allclose(burt(sparse.csr_array(ties), weighted=True)["effective_size"], expected)


def test_hierarchy_runs_from_even_to_one_alter() -> None:
    # three alters alike and untied: even, 0; two alters of whom one takes nearly everything: towards 1
    star = np.zeros((4, 4))
    star[0, 1:] = star[1:, 0] = 1
    assert burt(sparse.csr_array(star), weighted=True)["hierarchy"][0] == pytest.approx(0)
    lopsided = np.zeros((3, 3))
    lopsided[0, 1] = lopsided[1, 0] = 1e4
    lopsided[0, 2] = lopsided[2, 0] = 1
    assert burt(sparse.csr_array(lopsided), weighted=True)["hierarchy"][0] > 0.999


def test_clustering_as_defined() -> None:
    weights = random_weights(20, 0.15, seed=9)
    ties = (weights + weights.T) > 0
    found = clustering(sparse.csr_array(weights))
    for i in range(20):
        alters = np.flatnonzero(ties[i])
        pairs = [(j, k) for j in alters for k in alters if j < k]
        expected = np.mean([ties[j, k] for j, k in pairs]) if pairs else np.nan
        np.testing.assert_allclose(found[i], expected)


def test_cores_as_defined() -> None:
    weights = random_weights(30, 0.12, seed=3)
    ties = (weights + weights.T) > 0
    core = core_numbers(sparse.csr_array(weights))
    for k in range(core.max() + 2):
        inside = np.ones(30, dtype=bool)
        while (inside & (ties[:, inside].sum(axis=1) < k)).any():
            inside &= ties[:, inside].sum(axis=1) >= k
        np.testing.assert_array_equal(core >= k, inside)


def test_nobody_tied() -> None:
    none = sparse.csr_array((3, 3))
    assert all(np.isnan(values).all() for values in burt(none, weighted=True).values())
    assert np.isnan(clustering(none)).all() and core_numbers(none).tolist() == [0, 0, 0]
