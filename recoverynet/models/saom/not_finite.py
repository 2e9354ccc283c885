"""What stands in the way of an estimation, in words: the effects it cannot tell, those it cannot tell apart, and how far off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recoverynet.readable import true_minus

UNTOLD, TOGETHER, SAME = 10.0, 0.95, 0.9
"""Standard error of an effect that is hardly told; correlation of two estimates that go together; share of simulations with
exactly the observed statistic where that is the least, or most, there can be."""


def what_is_wrong(labels: Sequence[str], theta: np.ndarray, covariance: np.ndarray, t_ratios: np.ndarray, rates: np.ndarray) -> str:
    """Sentences about an estimation that did not converge.

    Parameters
    ----------
    labels : sequence of P str
    theta, t_ratios : float array (P,)
    covariance : float array (P, P)
        NaN for parameters held fixed.
    rates : bool array (P,)
        Basic rates, which are of another size.

    Returns
    -------
    str
        Ends with a full stop; "" where nothing stands out.

    Examples
    --------
    >>> what_is_wrong(
    ...     ["density", "avSim"], np.array([-2.0, 54.8]), np.diag([0.1, 12650.0**2]), np.array([0.1, 0.6]), np.array([False, False])
    ... )
    'Furthest from the data is avSim (t-ratio 0.60). avSim is hardly told by the data (54.8, standard error 12,650).'
    """
    said = []
    if np.isfinite(t_ratios).any():
        worst = int(np.nanargmax(np.abs(t_ratios)))
        said.append(f"Furthest from the data is {labels[worst]} (t-ratio {true_minus(f'{t_ratios[worst]:.2f}')}).")
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    told = np.isfinite(error) & (error > 0)
    lost = np.flatnonzero(told & ~rates & (np.nan_to_num(error) > UNTOLD))
    said += [f"{labels[int(k)]} is hardly told by the data ({theta[k]:.3g}, standard error {error[k]:,.0f})." for k in lost]
    alike = np.divide(covariance, np.outer(error, error), out=np.zeros_like(covariance), where=np.outer(told, told))
    pairs = [(i, j) for i, j in np.argwhere(np.triu(np.abs(alike), 1) > TOGETHER) if i not in lost and j not in lost]
    said += [f"{labels[i]} and {labels[j]} go together (correlation {alike[i, j]:.2f}): one may do." for i, j in pairs[:3]]
    return " ".join(said)


def without_way_back(sums: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Places of statistics that nearly all simulations meet exactly: no finite value makes the observed one likely.

    Parameters
    ----------
    sums : float array (runs, P)
    targets : float array (P,)
    """
    same = np.isclose(sums, targets, rtol=1e-9, atol=1e-9).mean(axis=0)
    return np.flatnonzero((same >= SAME) & (sums.std(axis=0) > 0))
