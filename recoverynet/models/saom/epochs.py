"""A panel cut into epochs: one period of one group each, with what is unknown, fixed, joining and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.kernels.saom.actor_model import Epoch, given_lists
from recoverynet.models.saom.attributes import Attributes

Matrix: TypeAlias = Any  # scipy.sparse.csr_array, which carries no types


@dataclass(frozen=True, eq=False)
class PanelEpoch:
    """One period of one group, as kernels read it and as it was observed.

    Attributes
    ----------
    period : int
        Counted from 1.
    group : object
        Label of the group, None where there is one.
    people : int array (n,)
        Places of its people in the panel.
    arrays : Epoch
    end : int32 array (m, 2)
        Ties observed at the end.
    z_end : int32 array (B, n)
        Behaviour at the end; where unknown, as at the start.
    directed : bool
    behaviours : tuple of str
    """

    period: int
    group: object
    people: np.ndarray
    arrays: Epoch
    end: np.ndarray
    z_end: np.ndarray
    directed: bool
    behaviours: tuple[str, ...]

    @property
    def n_people(self) -> int:
        """Number of people, those not there yet or any more included."""
        return len(self.people)


def epochs_of(
    panel: NetworkPanel,
    attributes: Attributes,
    behaviours: Sequence[str],
    *,
    changes: np.ndarray,
    condition: int,
    periods: Sequence[int] | None = None,
) -> list[PanelEpoch]:
    """Every period of every group, in the order group, period.

    ``changes`` (n, periods) are shares of a period after which those who join or leave within it do so; ``condition`` the
    variable whose observed change ends a simulation; ``periods`` counts from 1 (default: all).
    """
    filled = _carried_forward(panel)
    steps = (
        np.stack([_imputed(panel.behaviour[name]) for name in behaviours])
        if behaviours
        else np.zeros((0, panel.n_people, panel.n_waves))
    )
    house = panel.groups if panel.groups is not None else np.zeros(panel.n_people)
    labels = list(dict.fromkeys(house.tolist()))
    cutter = _Cutter(panel, attributes, tuple(behaviours), filled, steps, changes, condition)
    return [
        cutter.cut(np.flatnonzero(house == label), period, label if panel.groups is not None else None)
        for label in labels
        for period in (periods or range(1, panel.n_waves))
    ]


def _carried_forward(panel: NetworkPanel) -> list[Matrix]:
    """Networks of 0 and 1 in which unknown ties are as last known, or absent."""
    filled: list[Matrix] = []
    for wave in range(panel.n_waves):
        known = sparse.csr_array(panel.networks[wave] > 0).astype(np.int8)
        unknown = panel.missing[wave].astype(np.int8)
        if unknown.nnz and wave:
            known = known + unknown.multiply(filled[-1])
        here = sparse.diags_array(panel.present[:, wave].astype(np.int8), dtype=np.int8)
        known = sparse.csr_array(here @ known @ here)
        known.eliminate_zeros()
        filled.append(known)
    return filled


def _imputed(values: np.ndarray) -> np.ndarray:
    """Behaviour with unknown values as last known, else as next known, else the commonest value."""
    found = values.copy()
    for wave in range(1, found.shape[1]):
        found[:, wave] = np.where(np.isnan(found[:, wave]), found[:, wave - 1], found[:, wave])
    for wave in range(found.shape[1] - 2, -1, -1):
        found[:, wave] = np.where(np.isnan(found[:, wave]), found[:, wave + 1], found[:, wave])
    known = values[np.isfinite(values)]
    levels, counts = np.unique(known, return_counts=True)
    return np.where(np.isnan(found), levels[counts.argmax()], found)


@dataclass(frozen=True)
class _Cutter:
    panel: NetworkPanel
    attributes: Attributes
    behaviours: tuple[str, ...]
    filled: list[Matrix]
    steps: np.ndarray
    changes: np.ndarray
    condition: int

    def cut(self, people: np.ndarray, period: int, group: object) -> PanelEpoch:
        """The epoch of some people in one period."""
        panel, wave = self.panel, period - 1
        first, last = (_part(self.filled[w], people) for w in (wave, wave + 1))
        unknown_first, unknown_last = (_among(_part(panel.missing[w], people), panel.present[people, w]) for w in (wave, wave + 1))
        unknown = ((unknown_first + unknown_last) > 0).astype(np.int8)
        fixed, fixed_last = (_part(panel.structural[w], people).astype(np.int8) for w in (wave, wave + 1))
        left = panel.present[people, wave] & ~panel.present[people, wave + 1]
        settled = _settled(fixed, first, fixed_last, last, unknown, left)
        lagged = _pairs(first - first.multiply(unknown))
        z, z_end = (self.steps[:, people, w].astype(np.int32, order="C") for w in (wave, wave + 1))
        start_unknown, z_unknown = self._unknown_steps(people, wave)
        active, moments, movers = self._movers(people, wave)
        values, known, seen, seen_known, categories = self._values(people, wave, z, start_unknown)
        n_variables = len(self.behaviours) + 1
        base = _without(_pairs(first - first.multiply(unknown)), settled)
        lists = (lagged, lagged[:, ::-1][np.argsort(lagged[:, 1], kind="stable")], base, _pairs(fixed), _pairs(unknown))
        given, pool = given_lists(len(people), *lists, settled[:, :2])
        arrays = Epoch(
            start=_pairs(first),
            given=given,
            pool=pool,
            settled=settled,
            values=values,
            seen=seen,
            known=known,
            seen_known=seen_known,
            categories=categories,
            z=z,
            z_unknown=z_unknown,
            active=active,
            moments=moments,
            movers=movers,
            dyadic=self._dyadic(people, period),
            rate_places=np.zeros(n_variables, np.int64),
            distances=np.zeros(n_variables, np.int64),
        )
        self._observed_change(arrays, base, last, unknown, z_end)
        return PanelEpoch(period, group, people, arrays, _pairs(last), z_end, panel.directed, self.behaviours)

    def _unknown_steps(self, people: np.ndarray, wave: int) -> tuple[np.ndarray, np.ndarray]:
        """Whose behaviour (B, n) is unknown at the start of a period, and at either end."""
        if not self.behaviours:
            return np.zeros((0, len(people)), bool), np.zeros((0, len(people)), bool)
        hidden = np.isnan(np.stack([self.panel.behaviour[name][people, wave : wave + 2] for name in self.behaviours]))
        return hidden[:, :, 0], hidden.any(axis=2)

    def _values(self, people: np.ndarray, wave: int, z: np.ndarray, start_unknown: np.ndarray) -> tuple[np.ndarray, ...]:
        own = self.attributes
        raw = np.ascontiguousarray(own.raw[:, people, wave])
        known = np.isfinite(raw)
        values = np.where(known, raw - own.centres[:, None], 0.0)
        seen, seen_known = values.copy(), known.copy()
        categories = np.zeros(raw.shape, np.int32)
        for place, levels in enumerate(own.levels):
            code = np.clip(np.searchsorted(levels, raw[place]), 0, max(len(levels) - 1, 0))
            categories[place] = np.where(known[place], code, len(levels))
        for b, row in enumerate(own.behaviour_rows):
            values[row], known[row] = z[b] - own.centres[row], True
            seen[row] = np.where(start_unknown[b], 0.0, values[row])
            seen_known[row] = ~start_unknown[b]
            categories[row] = z[b] - int(own.bounds[b, 0])
        return values, known, seen, seen_known, categories

    def _movers(self, people: np.ndarray, wave: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        here = self.panel.present[people]
        changing = np.flatnonzero(here[:, wave] != here[:, wave + 1])
        moments = self.changes[people[changing], wave]
        order = np.argsort(moments, kind="stable")
        movers = np.column_stack([changing, here[changing, wave + 1]]).astype(np.int64)
        return here[:, wave].copy(), moments[order], movers[order]

    def _dyadic(self, people: np.ndarray, period: int) -> np.ndarray:
        """Covariates of pairs, centred; 0 where unknown."""
        found = np.zeros((len(self.attributes.pairs), len(people), len(people)))
        for place, name in enumerate(self.attributes.pairs):
            found[place] = np.nan_to_num(self.attributes.pairs_in(name, period)[np.ix_(people, people)])
        return found

    def _observed_change(self, arrays: Epoch, base: np.ndarray, last: Matrix, unknown: Matrix, z_end: np.ndarray) -> None:
        """Write how far each variable moved; simulations conditional on one end there."""
        kept = {tuple(pair) for pair in base.tolist()}
        end = {tuple(pair) for pair in _without(_pairs(last - last.multiply(unknown)), arrays.settled).tolist()}
        arrays.distances[0] = len(kept ^ end) // (1 if self.panel.directed else 2)
        gap = np.abs(z_end - arrays.z)
        arrays.distances[1:] = np.where(arrays.z_unknown, 0, gap).sum(axis=1)


def _part(matrix: Matrix, people: np.ndarray) -> Matrix:
    return sparse.csr_array(matrix[people][:, people])


def _among(matrix: Matrix, there: np.ndarray) -> Matrix:
    """Entries between people who are there: what somebody absent does is not unknown, it is nothing."""
    here = sparse.diags_array(there.astype(np.int8), dtype=np.int8)
    return sparse.csr_array(here @ matrix.astype(np.int8) @ here)


def _pairs(matrix: Matrix) -> np.ndarray:
    """Places of entries that are not 0, in order of row and column: int32 (m, 2)."""
    coo = sparse.coo_array(matrix)
    there = (coo.data != 0) & (coo.row != coo.col)
    pairs = np.column_stack([coo.row[there], coo.col[there]]).astype(np.int32)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].reshape(-1, 2)


def _settled(fixed: Matrix, first: Matrix, fixed_last: Matrix, last: Matrix, unknown: Matrix, left: np.ndarray) -> np.ndarray:
    """Pairs fixed at an end with their tie (m, 3); what is fixed at the start stays as it is.

    Ties of those who ``left`` count as they were at the start, whatever happened to them before they went: as RSiena has it.
    """
    gone = left[:, None] | left
    gone &= unknown.toarray() == 0
    np.fill_diagonal(gone, False)
    fixed = sparse.csr_array(((fixed + sparse.csr_array(gone.astype(np.int8))) > 0).astype(np.int8))
    values: dict[tuple[int, int], int] = {}
    for flags, network in ((fixed_last, last), (fixed, first)):
        dense = {tuple(pair) for pair in _pairs(network.multiply(flags)).tolist()}
        for pair in _pairs(flags).tolist():
            values[tuple(pair)] = int(tuple(pair) in dense)
    rows = [(i, j, tied) for (i, j), tied in sorted(values.items())]
    return np.array(rows, np.int32).reshape(-1, 3)


def _without(pairs: np.ndarray, settled: np.ndarray) -> np.ndarray:
    """Ties without the pairs that are settled as absent, and with those settled as present."""
    if not len(settled):
        return pairs
    found = {tuple(pair) for pair in pairs.tolist()}
    for i, j, tied in settled.tolist():
        (found.add if tied else found.discard)((i, j))
    return np.array(sorted(found), np.int32).reshape(-1, 2)
