"""Every network in which everybody keeps their number of ties, where there are few of them.

Ties are dealt one after the other, and a deal that cannot be finished is given up. Ties of one kind are told apart by nothing, so
that they are dealt in order: each network is met once, and all are as likely as each other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

MOST_TIES, MOST_STEPS = 30, 20_000
Pair = tuple[int, int]


def every_rewiring(source: np.ndarray, target: np.ndarray, kind: np.ndarray, limit: int, *, directed: bool) -> np.ndarray | None:
    """Sources and targets of the ties in every network, (networks, ties, 2); None where there are more than ``limit``.

    Parameters
    ----------
    source, target : int arrays (ties,)
        Where undirected, each tie once.
    kind : int array (ties,)
        Ties of the same kind are alike in everything but where they run.
    limit : int
    directed : bool
        A tie keeps its source where directed; else it may run between any two.
    """
    if not 0 < len(source) <= MOST_TIES:
        return None
    found = []
    deal = _Deal(source, target, kind, directed)
    for network in deal.networks(0, []):
        found.append(network)
        if len(found) > limit:
            return None
    return None if deal.steps > MOST_STEPS else np.array(found, dtype=np.int64)


class _Deal:
    """Ties still to be dealt, and how many each person can still have."""

    def __init__(self, source: np.ndarray, target: np.ndarray, kind: np.ndarray, directed: bool) -> None:
        n = int(max(source.max(), target.max())) + 1
        self.source, self.kind, self.directed, self.steps = source.tolist(), kind.tolist(), directed, 0
        self.left = np.bincount(target if directed else np.concatenate([source, target]), minlength=n).tolist()
        self.used: set[Pair] = set()

    def networks(self, tie: int, chosen: list[Pair]) -> Iterator[list[Pair]]:
        """Every way of dealing the ties from this one on."""
        if tie == len(self.source):
            yield list(chosen)
            return
        for pair in self._possible(tie, chosen):
            self.steps += 1
            if self.steps > MOST_STEPS:
                return
            self._take(pair, -1)
            self.used.add(pair)
            yield from self.networks(tie + 1, [*chosen, pair])
            self.used.discard(pair)
            self._take(pair, 1)

    def _possible(self, tie: int, chosen: list[Pair]) -> list[Pair]:
        """Pairs that are free, in order; after that of the last tie of the same kind (and source)."""
        people = [person for person, left in enumerate(self.left) if left > 0]
        if self.directed:
            pairs = [(self.source[tie], person) for person in people if person != self.source[tie]]
        else:
            pairs = [(one, other) for place, one in enumerate(people) for other in people[place + 1 :]]
        before = [
            chosen[k] for k in range(tie)
            if self.kind[k] == self.kind[tie] and (not self.directed or self.source[k] == self.source[tie])
        ]  # fmt: skip
        return [pair for pair in pairs if pair not in self.used and (not before or pair > before[-1])]

    def _take(self, pair: Pair, by: int) -> None:
        for person in pair[1:] if self.directed else pair:
            self.left[person] += by
