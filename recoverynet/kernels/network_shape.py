"""What shape does a network have? Degrees, distances and triads, counted at once.

Symbols: a network of n people is given by its rows (indptr, indices): indices[indptr[i]:indptr[i + 1]] are those i is
tied to, each once, in any order; a tie to oneself is passed over. An undirected tie stands in both rows. m ties, d a
degree. A dyad (i, j) has code 0 (no tie), 1 (i to j), 2 (j to i) or 3 (both); a triad (v, u, w) has code (v, u) + 4 (v,
w) + 16 (u, w).
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from recoverynet.kernels.compiled import compiled

TRIADS = (
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U",
    "030T", "030C", "201", "120D", "120U", "120C", "210", "300",
)  # fmt: skip
"""Mutual, asymmetric and null dyads of a triad; D down (from one), U up (to one), C cyclic, T transitive."""
UNDIRECTED_TRIADS = ("003", "102", "201", "300")
"""The classes a network of mutual ties can have: none, one, two, three ties."""


def _triad_name(code: int) -> str:
    """The class of one triad, from the ties between its three people."""
    dyads = {(0, 1): code % 4, (0, 2): code // 4 % 4, (1, 2): code // 16}
    kinds = Counter({0: "N", 1: "A", 2: "A", 3: "M"}[dyad] for dyad in dyads.values())
    name = f"{kinds['M']}{kinds['A']}{kinds['N']}"
    arrows = [pair if dyad == 1 else pair[::-1] for pair, dyad in dyads.items() if dyad in (1, 2)]
    senders, receivers = (Counter(arrow[end] for arrow in arrows) for end in (0, 1))
    if name in ("021", "120"):
        down, up = max(senders.values()) == 2, max(receivers.values()) == 2
        return name + ("D" if down else "U" if up else "C")
    if name == "111":
        mutual = next(pair for pair, dyad in dyads.items() if dyad == 3)
        return name + ("D" if arrows[0][1] in mutual else "U")
    if name == "030":
        return name + ("T" if max(senders.values()) == 2 else "C")
    return name


CLASS_OF = np.array([TRIADS.index(_triad_name(code)) for code in range(64)])
"""Place in ``TRIADS`` of each of the 64 codes of a triad."""


@compiled(nogil=True)
def degrees(indptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # pragma: no cover - compiled
    """Ties sent and ties received by each person, two int64 arrays."""
    n = len(indptr) - 1
    sent = np.zeros(n, np.int64)
    received = np.zeros(n, np.int64)
    for i in range(n):
        for at in range(indptr[i], indptr[i + 1]):
            if indices[at] != i:
                sent[i] += 1
                received[indices[at]] += 1
    return sent, received


@compiled(nogil=True)
def counts_up_to(values: np.ndarray, levels: np.ndarray) -> np.ndarray:  # pragma: no cover - compiled
    """How many values are no higher than each of the rising levels, an int64 array."""
    up_to = np.zeros(len(levels), np.int64)
    for value in values:
        for at in range(len(levels)):
            if value <= levels[at]:
                up_to[at] += 1
    return up_to


@compiled(nogil=True)
def distance_counts(indptr: np.ndarray, indices: np.ndarray, farthest: int) -> np.ndarray:  # pragma: no cover - compiled
    """Ordered pairs up to 1, 2, … ``farthest`` steps apart along ties, and last those farther or out of reach.

    An int64 array of ``farthest`` + 1 counts. A search in breadth from everybody, no farther than asked: O(n m) at
    worst.
    """
    n = len(indptr) - 1
    counts = np.zeros(farthest + 1, np.int64)
    seen_by = np.full(n, -1, np.int64)
    order = np.empty(n, np.int64)
    for source in range(n):
        seen_by[source] = source
        order[0] = source
        head, tail = 0, 1
        for step in range(farthest):
            end = tail
            while head < end:
                v = order[head]
                head += 1
                for at in range(indptr[v], indptr[v + 1]):
                    w = indices[at]
                    if seen_by[w] != source:
                        seen_by[w] = source
                        order[tail] = w
                        tail += 1
            counts[step] += tail - 1
            if tail == end:
                for rest in range(step + 1, farthest):
                    counts[rest] += tail - 1
                break
        counts[farthest] += n - tail
    return counts


@compiled(nogil=True)
def _turned(indptr: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # pragma: no cover - compiled
    """Rows of those tied to each person, sorted, without ties to oneself."""
    n = len(indptr) - 1
    start = np.zeros(n + 1, np.int64)
    for i in range(n):
        for at in range(indptr[i], indptr[i + 1]):
            if indices[at] != i:
                start[indices[at] + 1] += 1
    for j in range(n):
        start[j + 1] += start[j]
    place = start[:-1].copy()
    senders = np.empty(start[n], np.int64)
    for i in range(n):
        for at in range(indptr[i], indptr[i + 1]):
            j = indices[at]
            if j != i:
                senders[place[j]] = i
                place[j] += 1
    return start, senders


@compiled(nogil=True)
def _neighbours(
    indptr: np.ndarray, indices: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # pragma: no cover - compiled
    """Everybody tied to each person either way, sorted, with the code of the dyad."""
    into_start, into = _turned(indptr, indices)
    out_start, out = _turned(into_start, into)
    n = len(indptr) - 1
    start = np.zeros(n + 1, np.int64)
    people = np.empty(len(out) + len(into), np.int64)
    codes = np.empty(len(out) + len(into), np.int64)
    size = 0
    for i in range(n):
        a, b = out_start[i], into_start[i]
        while a < out_start[i + 1] or b < into_start[i + 1]:
            sent = out[a] if a < out_start[i + 1] else n
            received = into[b] if b < into_start[i + 1] else n
            people[size] = min(sent, received)
            codes[size] = 0
            if sent == people[size]:
                codes[size] += 1
                a += 1
            if received == people[size]:
                codes[size] += 2
                b += 1
            size += 1
        start[i + 1] = size
    return start, people[:size], codes[:size]


@compiled(nogil=True)
def triad_census(indptr: np.ndarray, indices: np.ndarray) -> np.ndarray:  # pragma: no cover - compiled
    """How many triads there are of each of the 16 classes, in the order of ``TRIADS``, an int64 array.

    O(m max d) (Batagelj & Mrvar 2001): every triad with a tie is met at its first tied pair v < u; each w tied to one
    of them is read off the two sorted rows walked side by side, and all others make 012 or 102. In an undirected
    network (each tie in both rows) only 003, 102, 201 and 300 occur.
    """
    n = len(indptr) - 1
    start, people, codes = _neighbours(indptr, indices)
    census = np.zeros(16, np.int64)
    met = 0
    for v in range(n):
        for at in range(start[v], start[v + 1]):
            u = people[at]
            if u < v:
                continue
            a, b = start[v], start[u]
            touched = 0
            while a < start[v + 1] or b < start[u + 1]:
                first = people[a] if a < start[v + 1] else n
                second = people[b] if b < start[u + 1] else n
                w = min(first, second)
                vw = 0
                uw = 0
                if first == w:
                    vw = codes[a]
                    a += 1
                if second == w:
                    uw = codes[b]
                    b += 1
                if w in (v, u):
                    continue
                touched += 1
                if w > u or (w > v and vw == 0):
                    census[CLASS_OF[codes[at] + 4 * vw + 16 * uw]] += 1
                    met += 1
            alone = n - touched - 2
            census[2 if codes[at] == 3 else 1] += alone
            met += alone
    census[0] = n * (n - 1) * (n - 2) // 6 - met
    return census
