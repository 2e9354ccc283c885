"""Counts that fit everything printed, kept while figures are chosen to be hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Worlds:
    """Counts that fit everything printed; each shows that figures can be what they are in it.

    A world found once is kept: it still fits when more is hidden.

    Attributes
    ----------
    rows : list of int array (n_figures,)
    ends : dict of bytes to (low, high)
        How far the figures of a part were found to go, by all that the answer hangs on: most parts stay as they are
        while figures of others are hidden.
    """

    rows: list[np.ndarray] = field(default_factory=list)
    ends: dict[bytes, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)
    _stacked: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int32), repr=False)

    def fitting(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Those within these limits, a row each."""
        if not self.rows:
            return np.zeros((0, len(low)), dtype=np.int32)
        if len(self._stacked) < len(self.rows):
            fresh = self.rows[len(self._stacked) :]
            self._stacked = np.concatenate([self._stacked.reshape(-1, len(low)), np.stack(fresh)])
        stacked = self._stacked
        return stacked[(stacked >= low).all(axis=1) & (stacked <= high).all(axis=1)]

    def of(self, columns: np.ndarray) -> Worlds:
        """The same worlds, looked at in some figures only."""
        return Worlds([row[columns] for row in self.rows])

    def join(self, values: np.ndarray, found: list[tuple[np.ndarray, list[np.ndarray]]]) -> None:
        """Keep worlds of parts that have nothing to do with each other, one of each part in every row."""
        for number in range(max((len(worlds) for _, worlds in found), default=0)):
            row = values.astype(np.int32)
            for columns, worlds in found:
                if number < len(worlds):
                    row[columns] = worlds[number]
            self.rows.append(row)
