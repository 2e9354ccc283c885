from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recoverynet.kernels import products
from recoverynet.kernels.products import product_on_ties


def random_matrix(rng: np.random.Generator, n: int, density: float) -> sparse.csr_array:
    return sparse.csr_array(rng.random((n, n)) * (rng.random((n, n)) < density))


@pytest.mark.parametrize("density", [0.0, 0.02, 0.3, 1.0])
@pytest.mark.parametrize("block", [7, 512])
def test_products_are_those_of_plain_matrices_at_the_ties_alone(monkeypatch, density, block):
    monkeypatch.setattr(products, "BLOCK", block)
    rng = np.random.default_rng(3)
    left, right, ties = (random_matrix(rng, 40, density) for _ in range(3))
    rows, columns = ties.nonzero()
    wanted = (left.toarray() @ right.toarray())[rows, columns]
    np.testing.assert_allclose(product_on_ties(left, right, ties), wanted, atol=1e-12)


def test_dense_and_sparse_ways_agree(monkeypatch):
    rng = np.random.default_rng(4)
    left, right, ties = (random_matrix(rng, 60, 0.5) for _ in range(3))
    dense = product_on_ties(left, right, ties)
    monkeypatch.setattr(products, "DENSE_GAIN", 0)
    np.testing.assert_allclose(product_on_ties(left, right, ties), dense, atol=1e-12)
