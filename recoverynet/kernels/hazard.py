"""Maximum likelihood for yes-or-no outcomes, with a covariance that allows for rows of the same person.

NumPy alone: one fit of 3,000 rows and ten terms takes little more than a millisecond, most of it matrix
products that compiling would not speed up; statsmodels takes some thirty, and agrees to 1e-6.

Symbols: X the rows × terms design, y the outcome (0 or 1), w row weights, η = Xβ, ℓ the log-likelihood; per
row s = dℓ/dη and h = −d²ℓ/dη²; G the number of clusters, N of rows, K of terms.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import linprog
from scipy.special import expit

Link = Literal["logit", "cloglog"]
MAX_ITERATIONS, TOLERANCE = 60, 1e-12
SUSPECT_ITERATIONS, SUSPECT_ETA, REFIT_STEPS = 12, 12.0, 15


class BinaryFit(NamedTuple):
    """A fitted model of a yes-or-no outcome.

    Attributes
    ----------
    beta : float array (K,)
        NaN where the information matrix is singular.
    covariance : float array (K, K)
        Sandwich over clusters where they were given, else the inverse of the expected information.
    log_likelihood : float
    converged : bool
    suspect : bool
        Whether the likelihood may have no maximum; :func:`separating_direction` tells.
    """

    beta: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    converged: bool
    suspect: bool


def fit_binary(
    design: np.ndarray,
    outcome: np.ndarray,
    *,
    link: Link = "logit",
    cluster: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> BinaryFit:
    """How do the odds (logit) or the hazard (cloglog) of the outcome go with each term?

    Parameters
    ----------
    design : float array (N, K)
        Full column rank (see :func:`independent_columns`), the constant included if there is to be one.
    outcome : array (N,) of 0 and 1
    link : {"logit", "cloglog"}
    cluster : int array (N,), optional
        Codes 0 … G − 1 of the clusters whose rows may depend on each other.
    weights : float array (N,), optional
        How often each row counts (bootstrap).
    start : float array (K,), optional
        Where to begin.

    Returns
    -------
    BinaryFit

    Notes
    -----
    Newton steps on the log-likelihood, halved while they do not raise it; both likelihoods are concave. The
    sandwich is A⁻¹BA⁻¹ · G/(G − 1) · (N − 1)/(N − K), A being the observed information and B the sum over
    clusters of the outer product of their scores.
    """
    x, y = np.ascontiguousarray(design, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    n_terms = x.shape[1]
    beta = np.zeros(n_terms) if start is None else np.array(start, dtype=np.float64)
    nothing = BinaryFit(np.full(n_terms, np.nan), np.full((n_terms, n_terms), np.nan), np.nan, False, True)
    parts = _logit_parts if link == "logit" else _cloglog_parts
    eta = x @ beta
    value, score, curvature = parts(eta, y, weights)
    converged = False
    for n_steps in range(1, MAX_ITERATIONS + 1):  # noqa: B007
        gradient, information = x.T @ score, (x * curvature[:, None]).T @ x
        try:
            step = cho_solve(cho_factor(information, check_finite=False), gradient, check_finite=False)
        except np.linalg.LinAlgError:
            return nothing
        decrement = float(gradient @ step)
        if not np.isfinite(decrement):
            return nothing
        size = 1.0
        while True:
            eta = x @ (beta + size * step)
            raised = parts(eta, y, weights)
            if raised[0] >= value - 1e-10 * abs(value) or size < 1e-4:
                break
            size /= 2
        beta = beta + size * step
        value, score, curvature = raised
        if decrement < TOLERANCE * max(1.0, abs(value)):
            converged = True
            break
    information = (x * curvature[:, None]).T @ x
    covariance = _covariance(x, eta, score, information, link, cluster, weights)
    far = bool(np.abs(eta).max(initial=0.0) > SUSPECT_ETA)
    suspect = not converged or n_steps > SUSPECT_ITERATIONS or far
    return BinaryFit(beta, covariance, float(value), converged, suspect)


def _covariance(
    x: np.ndarray,
    eta: np.ndarray,
    score: np.ndarray,
    information: np.ndarray,
    link: Link,
    cluster: np.ndarray | None,
    weights: np.ndarray | None,
) -> np.ndarray:
    n_rows, n_terms = x.shape
    try:
        if cluster is None:
            if link == "cloglog":
                rate = np.exp(np.minimum(eta, 50.0))
                expected = rate * rate / np.expm1(np.minimum(rate, 700.0))
                expected = expected if weights is None else expected * weights
                information = (x * expected[:, None]).T @ x
            return np.linalg.inv(information)
        bread = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full((n_terms, n_terms), np.nan)
    n_clusters = int(cluster.max()) + 1
    sums = cluster_sums(x * score[:, None], cluster, n_clusters)
    held = len(np.unique(cluster))
    if held < 2 or n_rows <= n_terms:
        return np.full((n_terms, n_terms), np.nan)
    correction = held / (held - 1) * (n_rows - 1) / (n_rows - n_terms)
    answer: np.ndarray = correction * bread @ (sums.T @ sums) @ bread
    return answer


def row_scores(design: np.ndarray, outcome: np.ndarray, beta: np.ndarray, link: Link) -> tuple[np.ndarray, np.ndarray]:
    """Scores of each row (N, K) at ``beta``, and the inverse of the observed information (K, K)."""
    parts = _logit_parts if link == "logit" else _cloglog_parts
    _, score, curvature = parts(design @ beta, np.asarray(outcome, dtype=np.float64), None)
    return design * score[:, None], np.linalg.inv((design * curvature[:, None]).T @ design)


def cluster_sums(rows: np.ndarray, cluster: np.ndarray, n_clusters: int) -> np.ndarray:
    """Sum of the rows (N, K) of each cluster, as (n_clusters, K)."""
    return np.stack([np.bincount(cluster, column, minlength=n_clusters) for column in rows.T], axis=1)


def _logit_parts(eta: np.ndarray, y: np.ndarray, weights: np.ndarray | None) -> tuple[float, np.ndarray, np.ndarray]:
    """ℓ, s and h where the log odds are η."""
    p = expit(eta)
    value, score, curvature = y * eta - np.logaddexp(0.0, eta), y - p, p * (1.0 - p)
    if weights is None:
        return float(value.sum()), score, curvature
    return float(weights @ value), weights * score, weights * curvature


def _cloglog_parts(eta: np.ndarray, y: np.ndarray, weights: np.ndarray | None) -> tuple[float, np.ndarray, np.ndarray]:
    """ℓ, s and h where the log hazard is η: P(y = 1) = 1 − exp(−λ), λ = exp(η)."""
    rate = np.exp(np.clip(eta, -700.0, 50.0))
    with np.errstate(divide="ignore"):
        gained = np.where(rate < 700.0, rate / np.expm1(np.minimum(rate, 700.0)), 0.0)
        value = np.where(y > 0, np.log(-np.expm1(-rate)), -rate)
    score = np.where(y > 0, gained, -rate)
    curvature = np.where(y > 0, gained * (rate + gained - 1.0), rate)
    if weights is None:
        return float(value.sum()), score, curvature
    return float(weights @ value), weights * score, weights * curvature


def refit_binary(
    design: np.ndarray, outcome: np.ndarray, weights: np.ndarray, start: np.ndarray, *, link: Link = "logit"
) -> np.ndarray:
    """The estimates again for every set of row weights: what a bootstrap needs, and no more.

    Parameters
    ----------
    design, outcome, link
        As in :func:`fit_binary`.
    weights : float array (R, N)
        How often each row counts in each run.
    start : float array (K,)
        Estimates with every weight 1.

    Returns
    -------
    float array (R, K)
        NaN in runs whose likelihood has no maximum.
    """
    parts = _logit_parts if link == "logit" else _cloglog_parts
    answer = np.full((len(weights), design.shape[1]), np.nan)
    for run, weight in enumerate(weights):
        beta = start.copy()
        for _ in range(REFIT_STEPS):
            eta = design @ beta
            _, score, curvature = parts(eta, outcome, weight)
            try:
                step = np.linalg.solve((design * curvature[:, None]).T @ design, design.T @ score)
            except np.linalg.LinAlgError:
                break
            beta = beta + step
            if np.abs(step).max() < 1e-7:
                if np.abs(eta).max() < SUSPECT_ETA:
                    answer[run] = beta
                break
    return answer


def telling_levels(level: np.ndarray, outcome: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """In which runs does each level hold both outcomes?

    Parameters
    ----------
    level : int array (N,)
        From 0.
    outcome : array (N,) of 0 and 1
    weights : float array (R, N)
        How often each row counts in each run.

    Returns
    -------
    bool array (R, levels)
    """
    marks = (level[:, None] == np.arange(level.max(initial=-1) + 1)).astype(np.float64)
    size, happened = weights @ marks, weights @ (marks * np.asarray(outcome, dtype=np.float64)[:, None])
    answer: np.ndarray = (happened > 0) & (happened < size)
    return answer


def independent_columns(design: np.ndarray, *, tolerance: float = 1e-9) -> np.ndarray:
    """Which columns to keep so that none is a combination of those before it?

    Parameters
    ----------
    design : float array (N, K)
    tolerance : float
        A column is a combination of others where less than this share of its length remains.

    Returns
    -------
    bool array (K,)
        Columns further left are kept first.
    """
    x = np.asarray(design, dtype=np.float64)
    length = np.linalg.norm(x, axis=0)
    scaled = x / np.where(length > 0, length, 1.0)
    # The smallest eigenvalue of the Gram matrix settles the common case far faster than a QR of all rows.
    if x.shape[0] >= x.shape[1] and np.linalg.eigvalsh(scaled.T @ scaled)[:1].min(initial=1.0) > 1e-6:
        return np.ones(x.shape[1], dtype=bool)
    kept = np.zeros(x.shape[1], dtype=bool)
    basis = np.empty((x.shape[0], 0))
    for column in range(x.shape[1]):
        rest = scaled[:, column] - basis @ (basis.T @ scaled[:, column])
        rest = rest - basis @ (basis.T @ rest)
        size = np.linalg.norm(rest)
        if size > tolerance:
            kept[column] = True
            basis = np.column_stack([basis, rest / size])
    return kept


def separating_terms(design: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Which terms tell the outcome apart perfectly, so that the likelihood has no maximum?

    As :func:`separating_direction`: bool array (K,), the terms with a share in it.
    """
    answer: np.ndarray = np.abs(separating_direction(design, outcome)) > 1e-7
    return answer


def is_separated(design: np.ndarray, outcome: np.ndarray, column: int) -> bool:
    """Does this term have a share in any direction along which the likelihood rises for ever?

    Parameters
    ----------
    design : float array (N, K)
        Full column rank.
    outcome : array (N,) of 0 and 1
    column : int
        Which term.

    Notes
    -----
    :func:`separating_direction` gives one such direction of many, and where another term separates as well it need not
    be one that this term has a share in. Here the term's own share is made as large as it can be, either way.
    """
    signed, _ = _signed(design, outcome)
    for sign in (1.0, -1.0):
        wanted = np.zeros(signed.shape[1])
        wanted[column] = -sign
        found = linprog(wanted, A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1.0, 1.0))
        if found.x is not None and -found.fun > 1e-7:
            return True
    return False


def separating_direction(design: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Along which direction does the likelihood rise for ever?

    Parameters
    ----------
    design : float array (N, K)
        Full column rank.
    outcome : array (N,) of 0 and 1

    Returns
    -------
    float array (K,)
        All 0 where the likelihood has a maximum. Rows with a product other than 0 are told apart by it; the other rows
        hold what there is to learn of the other directions.

    Notes
    -----
    A direction b separates where (2y − 1)·Xb is 0 or more in every row and more than 0 in some (Albert &
    Anderson 1984). The one with the largest sum of these, each b between −1 and 1, solves a linear programme.

    References
    ----------
    Albert, A. & Anderson, J. A. (1984). On the existence of maximum likelihood estimates in logistic
    regression models. Biometrika 71, 1-10. https://doi.org/10.1093/biomet/71.1.1
    """
    signed, size = _signed(design, outcome)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1.0, 1.0))
    if found.x is None or -found.fun < 1e-7:
        return np.zeros(signed.shape[1])
    answer: np.ndarray = found.x / size
    return answer


def _signed(design: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(2y − 1)·X with columns of size 1 at most, and the size each had."""
    x = np.asarray(design, dtype=np.float64)
    size = np.abs(x).max(axis=0, initial=0.0)
    size = np.where(size > 0, size, 1.0)
    return (2.0 * np.asarray(outcome, dtype=np.float64) - 1.0)[:, None] * x / size, size
