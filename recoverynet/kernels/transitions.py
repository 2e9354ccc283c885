"""Who could change at each wave, who did, and what their contacts held before: arrays over a panel's waves.

Symbols: n people, W waves, ``held`` the n × W states (1 holds the norm, 0 does not, NaN unknown); N rows,
each one person between two waves. ``column`` counts waves from 0 and is that of the later of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy import sparse

from recoverynet.kernels.exposure import binary, directed_ties, exposure_sums
from recoverynet.kernels.proportions import share

Transition = Literal["gain", "loss", "holding"]


class RiskRows(NamedTuple):
    """Every chance to change, one row a person and pair of waves.

    Attributes
    ----------
    person, column : int array (N,)
        Row of the person, and column of the wave at whose end the outcome is seen.
    outcome : float array (N,)
        1 where it happened (gained, lost; for ``"holding"``: holds the norm), else 0.
    """

    person: np.ndarray
    column: np.ndarray
    outcome: np.ndarray


class LaggedExposure(NamedTuple):
    """What contacts held a while before, arrays (n, W) standing at the wave of the outcome.

    Attributes
    ----------
    share : strength of contacts known to hold the norm / of contacts of known state; NaN without the latter
    n_alters : number of contacts
    n_observed : number of contacts whose state is known
    n_holding : number of contacts known to hold the norm
    """

    share: np.ndarray
    n_alters: np.ndarray
    n_observed: np.ndarray
    n_holding: np.ndarray


def risk_rows(held: np.ndarray, transition: Transition, present: np.ndarray | None = None) -> RiskRows:
    """Who could gain (or lose) the norm between two neighbouring waves, and who did?

    Parameters
    ----------
    held : float array (n, W)
    transition : {"gain", "loss", "holding"}
        At risk are those who do not hold the norm, those who do, or both.
    present : bool array (n, W), optional
        Only people present at both waves are at risk.

    Returns
    -------
    RiskRows
        In order of wave, then person; only rows with both states known.
    """
    before, after = held[:, :-1], held[:, 1:]
    at_risk = np.isfinite(before) & np.isfinite(after)
    if transition != "holding":
        at_risk &= before == (0.0 if transition == "gain" else 1.0)
    if present is not None:
        at_risk &= present[:, :-1] & present[:, 1:]
    column, person = np.nonzero(at_risk.T)
    outcome = after[person, column]
    return RiskRows(person, column + 1, 1.0 - outcome if transition == "loss" else outcome)


def ties_of(
    networks: Sequence[sparse.csr_array], direction: str, *, directed: bool, weighted: bool = False
) -> list[sparse.csr_array]:
    """Whom each row is exposed to at each wave; the same network twice is worked out once."""
    found: dict[int, sparse.csr_array] = {}
    for network in networks:
        if id(network) not in found:
            found[id(network)] = directed_ties(network, direction if directed else "out", weighted=weighted)
    return [found[id(network)] for network in networks]


def lagged_exposure(ties: Sequence[sparse.csr_array], held: np.ndarray, lag: int = 1) -> LaggedExposure:
    """What did the contacts of wave w − ``lag`` hold at that wave?

    Parameters
    ----------
    ties : sequence of W sparse arrays (n, n)
        As :func:`ties_of` gives them.
    held : float array (n, W)
    lag : int
        Waves back, 1 or more.

    Returns
    -------
    LaggedExposure
        NaN share and zero counts in the first ``lag`` waves.
    """
    answer = np.zeros((4, *held.shape))
    answer[0] = np.nan
    for column in range(lag, held.shape[1]):
        then, states = ties[column - lag], held[:, column - lag]
        counted = exposure_sums(binary(then), states)
        strength = counted if (then.data == 1.0).all() else exposure_sums(then, states)
        answer[0, :, column] = share(strength.value, strength.known)
        answer[1, :, column], answer[2, :, column], answer[3, :, column] = counted
    return LaggedExposure(*answer)


def future_ties(
    ties: Sequence[sparse.csr_array], *, after: Literal["exposure", "outcome"] = "exposure", lag: int = 1
) -> list[sparse.csr_array]:
    """At each wave, people one has had no tie to by then (or by the outcome) and will have one to later.

    Parameters
    ----------
    ties : sequence of W sparse arrays (n, n)
    after : {"exposure", "outcome"}
        For the first time later than the wave whose states are looked at, or than the outcome ``lag`` waves on.
    lag : int

    Returns
    -------
    list of W sparse arrays of 0 and 1
    """
    marks = [binary(each) for each in ties]
    nobody = sparse.csr_array(marks[0].shape)
    met, later = [marks[0]], [nobody]
    for mark in marks[1:]:
        met.append(sparse.csr_array(met[-1].maximum(mark)))
    for mark in reversed(marks[1:]):
        later.append(later[-1].maximum(mark))
    later = later[::-1]
    wait = 0 if after == "exposure" else lag
    answer = []
    for column in range(len(marks)):
        now = column + wait
        fresh = sparse.csr_array(later[now] - later[now].multiply(met[now])) if now < len(marks) else nobody.copy()
        fresh.eliminate_zeros()
        answer.append(fresh)
    return answer
