"""Where people stand in a network: the leading coordinates of its links, each shared out by how many the two people have."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

LARGEST_DENSE = 300


def spectral_positions(ties: sparse.csr_array, dimensions: int) -> np.ndarray:
    """Coordinates of everybody in a network; direction and strength of ties do not count.

    Let S hold 1 for each pair with a tie, d its row sums and t their mean. The coordinates are the eigenvectors of
    (D + tI)^(-1/2) (S + t/n) (D + tI)^(-1/2) with the largest eigenvalues after the first, which tells only how many ties people
    have. Without t, the eigenvectors of a sparse network tell of small clumps and of the people with the most ties.

    Parameters
    ----------
    ties : sparse array (n, n)
        Not 0 where there is a tie.
    dimensions : int
        Coordinates, from 1 to n - 3.

    Returns
    -------
    float array (n, dimensions)
        Each of mean square 1; its sign is that which makes the entry furthest from 0 positive. Without any tie, 0 throughout.

    References
    ----------
    Qin, T. & Rohe, K. (2013). Regularized spectral clustering under the degree-corrected stochastic blockmodel. Advances in
    Neural Information Processing Systems 26, 3120-3128.
    """
    n = ties.shape[0]
    links = sparse.csr_array((ties + ties.T) != 0).astype(np.float64)
    links.setdiag(0.0)
    links.eliminate_zeros()
    degree = np.asarray(links.sum(axis=1)).ravel()
    spread = degree.mean()
    if spread == 0:
        return np.zeros((n, dimensions))
    found = _leading(links, 1.0 / np.sqrt(degree + spread), spread, dimensions + 1)[:, 1:] * np.sqrt(n)
    furthest = found[np.abs(found).argmax(axis=0), np.arange(dimensions)]
    answer: np.ndarray = found * np.sign(furthest)
    return answer


def _leading(links: sparse.csr_array, root: np.ndarray, spread: float, wanted: int) -> np.ndarray:
    """The eigenvectors with the largest eigenvalues, largest first."""
    n = len(root)
    if n > LARGEST_DENSE:

        def product(vector: np.ndarray) -> np.ndarray:
            scaled = root * vector.ravel()
            answer: np.ndarray = root * (links @ scaled + spread * scaled.mean())
            return answer

        start = np.random.default_rng(0).normal(size=n)
        operator = LinearOperator((n, n), matvec=product, dtype=np.float64)
        try:
            values, vectors = eigsh(operator, k=wanted, which="LA", v0=start)
            return np.asarray(vectors[:, np.argsort(-values)])
        except ArpackError:
            pass
    values, vectors = np.linalg.eigh(root[:, None] * (links.toarray() + spread / n) * root)
    return np.asarray(vectors[:, np.argsort(-values)[:wanted]])
