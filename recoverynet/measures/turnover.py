"""Turnover: which ties a person kept, gained and lost between two waves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.proportions import share
from recoverynet.measures.layers import Layer, towards
from recoverynet.states import RECOVERY_NORM, UNKNOWN, Norm

PARTS = ("before", "after", "gained", "lost", "joined", "left", "kept_began", "kept_ended", "kept_changed")


def turnover(panel: NetworkPanel, *, norm: Norm | None = None, direction: str = "out") -> pd.DataFrame:
    """Which ties did each person keep, gain and lose between waves, and were they recovery or using ties?

    Parameters
    ----------
    panel : NetworkPanel
        n people at two waves or more.
    norm : Norm, optional
        Which states make a tie a recovery tie. Default: that of the panel, else the recovery norm.
    direction : {"out", "in", "either"}
        Which ties of a person count where ties have a direction: to people named (default), from people
        naming, both.

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave)
        Every person at every wave but the first: what changed since the wave before. Counts are ``Int64``,
        missing where the person was not present at both waves. Columns:

        - ``present``: whether the person was there at both waves.
        - ``n_before``, ``n_after``: ties at the wave before, and at this one.
        - ``n_kept``, ``n_gained``, ``n_lost``: ties to people who were there at both waves.
        - ``n_joined``: ties at this wave to people who were not there before; ``n_left``: ties at the wave
          before to people no longer there. They are no gain or loss of ties among those who stay.
        - ``n_unknown``: pairs left out of all other columns because the tie is missing at either wave.
        - ``jaccard``: n_kept / (n_kept + n_gained + n_lost); NaN where there were none.
        - ``recovery_before``, ``recovery_after``, ``recovery_gained``, ``recovery_lost``,
          ``recovery_joined``, ``recovery_left``: those of the counts above whose alter was known to hold the
          norm *at the wave at which the tie exists*: this wave for gained, joined and after, the wave before
          for lost, left and before.
        - ``recovery_kept_began``, ``recovery_kept_ended``: ties kept whose alter is known to hold the norm
          now and was not before, and the reverse (no longer holding it, or no longer known to).
        - ``recovery_kept_changed``: those of ``recovery_kept_began`` whose alter was known before, and known
          not to hold the norm; the others came to be known.
        - ``using_…``: the same nine for alters known to be using. Missing where the panel knows no states.

    Raises
    ------
    NotEstimableError
        The panel has one wave only.
    SchemaError
        Not a panel, or an unknown direction.

    Notes
    -----
    Counts add up: n_after − n_before = n_gained − n_lost + n_joined − n_left, and for recovery and using ties
    alike after − before = gained − lost + joined − left + kept_began − kept_ended. A tie is there when its
    strength is above 0; a change of strength is no turnover. Ties fixed from outside (structural) count like
    others. In networks made from contacts a tie that is gone may only be a contact that was not recorded.

    References
    ----------
    Snijders, T. A. B., van de Bunt, G. G. & Steglich, C. E. G. (2010). Introduction to stochastic actor-based
    models for network dynamics. Social Networks 32, 44-60. https://doi.org/10.1016/j.socnet.2009.02.004
    (Jaccard index).

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("five_people")
    >>> waves = rn.panel(rn.ContactGraph(record), breaks=["2011-03-01", "2011-04-01", "2011-05-01"])
    >>> rn.turnover(waves).loc[("ann", 2), ["n_kept", "n_gained", "n_lost", "recovery_kept_ended"]].tolist()
    [2, 0, 1, 1]
    """
    if not isinstance(panel, NetworkPanel):
        raise SchemaError(f"Expected a NetworkPanel; got {type(panel).__name__}.")
    if panel.n_waves < 2:
        raise NotEstimableError("Turnover compares waves and the panel has one; cut the period into more.")
    kinds = {"recovery": _holding(panel, norm or panel.norm or RECOVERY_NORM), "using": _using(panel)}
    measured = [_between(panel, wave, kinds, direction) for wave in range(1, panel.n_waves)]
    columns = {name: np.stack([pair[name] for pair in measured], axis=1).ravel() for name in measured[0]}
    index = pd.MultiIndex.from_product([panel.person_ids, panel.waves.index[1:]], names=["person_id", "wave"])
    frame = pd.DataFrame(columns, index=index)
    counts = [name for name in frame.columns if name not in ("present", "jaccard")]
    frame[counts] = frame[counts].where(frame["present"])
    frame["jaccard"] = frame["jaccard"].where(frame["present"])
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _between(panel: NetworkPanel, wave: int, kinds: dict[str, np.ndarray | None], direction: str) -> dict[str, np.ndarray]:
    """Every column for the change from one wave (counted from 0) before ``wave`` to it."""
    earlier, later, unknown = _ties(panel, wave, direction)
    change = _Change(earlier, later, panel.present[:, wave - 1].astype(float), panel.present[:, wave].astype(float))
    found = change.of_all() | {"n_unknown": unknown.sum(axis=1)}
    stable = found["n_kept"] + found["n_gained"] + found["n_lost"]
    columns = {"present": (change.here_before * change.here) == 1, **found, "jaccard": share(found["n_kept"], stable)}
    for kind, marks in kinds.items():
        if marks is None:
            columns |= {f"{kind}_{part}": np.full(panel.n_people, np.nan) for part in PARTS}
        else:
            parts = change.of_those_marked(marks[:, wave - 1], marks[:, wave])
            columns |= {f"{kind}_{part}": value for part, value in parts.items()}
    return columns


class _Change(NamedTuple):
    """Ties (1.0) at a wave and the wave before, and who was there at either (1.0)."""

    earlier: sparse.csr_array
    later: sparse.csr_array
    here_before: np.ndarray
    here: np.ndarray

    def _moves(self) -> tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]:
        """Ties kept, gained and lost."""
        kept = sparse.csr_array(self.earlier.multiply(self.later))
        return kept, self.later - kept, self.earlier - kept

    def of_all(self) -> dict[str, np.ndarray]:
        """How many ties of each person were there, kept, gained and lost."""
        kept, gained, lost = self._moves()
        return {
            "n_before": self.earlier.sum(axis=1),
            "n_after": self.later.sum(axis=1),
            "n_kept": kept.sum(axis=1),
            "n_gained": gained @ self.here_before,
            "n_lost": lost @ self.here,
            "n_joined": gained @ (1 - self.here_before),
            "n_left": lost @ (1 - self.here),
        }

    def of_those_marked(self, marked_before: np.ndarray, marked: np.ndarray) -> dict[str, np.ndarray]:
        """The same of ties to people who are marked (1, 0, or NaN where unknown) at the wave before and at this one."""
        kept, gained, lost = self._moves()
        before, after = np.nan_to_num(marked_before), np.nan_to_num(marked)
        return {
            "before": self.earlier @ before,
            "after": self.later @ after,
            "gained": gained @ (after * self.here_before),
            "lost": lost @ (before * self.here),
            "joined": gained @ (after * (1 - self.here_before)),
            "left": lost @ (before * (1 - self.here)),
            "kept_began": kept @ (after * (1 - before)),
            "kept_ended": kept @ (before * (1 - after)),
            "kept_changed": kept @ (after * (marked_before == 0)),
        }


def _ties(panel: NetworkPanel, wave: int, direction: str) -> tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]:
    """Ties (1.0) at the wave before and at the wave, and pairs unknown at either, which are in neither."""

    def seen(matrix: sparse.csr_array) -> sparse.csr_array:
        weights = sparse.csr_array(matrix, dtype=np.float64)
        turned = towards(Layer(weights, panel.directed, panel.present[:, wave]), direction)
        return sparse.csr_array((turned > 0).astype(np.float64))

    unknown = seen(panel.missing[wave - 1].astype(float) + panel.missing[wave].astype(float))
    earlier, later = seen(panel.networks[wave - 1]), seen(panel.networks[wave])
    if unknown.nnz:
        earlier, later = (sparse.csr_array(ties - ties.multiply(unknown)) for ties in (earlier, later))
    return earlier, later, unknown


def _holding(panel: NetworkPanel, norm: Norm) -> np.ndarray | None:
    """1.0 where a person holds the norm, 0.0 where not, NaN where unknown; None where the panel knows none."""
    if panel.states is not None:
        words = panel.states.to_numpy(dtype=object)
        return norm.held(words.ravel()).reshape(words.shape)
    values = panel.behaviour.get(norm.name)
    return None if values is None else np.asarray(values, dtype=np.float64)


def _using(panel: NetworkPanel) -> np.ndarray | None:
    if panel.states is None:
        return None
    scheme = (panel.norm or RECOVERY_NORM).scheme
    using = panel.states.isin(list(scheme.using)).astype(float)
    return using.mask(panel.states.isna() | (panel.states == UNKNOWN)).to_numpy(dtype=np.float64)
