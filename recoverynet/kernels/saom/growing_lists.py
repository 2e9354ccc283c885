"""Many short lists that grow and shrink, in one pool of memory: neighbours of each person, members of each class.

List k of a table stands in three places of its row k, from place ``at`` on: where it begins in the pool, how much it
holds, and how much it can hold there. A list that outgrows its place moves to the end of the pool with twice the room,
so that memory stays in proportion to what the lists hold. ``used[0]`` is how much of the pool has been given out. A
full pool is told (``push`` returns False) and the caller starts again with a larger one.
"""

from __future__ import annotations

import numpy as np

from recoverynet.kernels.saom.compiled import lean

START, LENGTH, ROOM = 0, 1, 2
FIRST_ROOM = 4


@lean()
def push(table: np.ndarray, at: int, which: int, value: int, pool: np.ndarray, used: np.ndarray) -> bool:
    """Put a value at the end of a list; False where the pool is full (the list is then as it was)."""
    length = table[which, at + LENGTH]
    if length == table[which, at + ROOM]:
        room = 2 * length + FIRST_ROOM
        begin = used[0]
        if begin + room > pool.shape[0]:
            return False
        old = table[which, at + START]
        for place in range(length):
            pool[begin + place] = pool[old + place]
        table[which, at + START] = begin
        table[which, at + ROOM] = room
        used[0] = begin + room
    pool[table[which, at + START] + length] = value
    table[which, at + LENGTH] = length + 1
    return True


@lean()
def drop(table: np.ndarray, at: int, which: int, value: int, pool: np.ndarray) -> bool:
    """Take a value out of a list, its last value taking the place; False where it is not there."""
    begin, length = table[which, at + START], table[which, at + LENGTH]
    for place in range(begin, begin + length):
        if pool[place] == value:
            pool[place] = pool[begin + length - 1]
            table[which, at + LENGTH] = length - 1
            return True
    return False


@lean()
def holds(table: np.ndarray, at: int, which: int, value: int, pool: np.ndarray) -> bool:
    """Whether a list holds a value."""
    begin = table[which, at + START]
    for place in range(begin, begin + table[which, at + LENGTH]):  # noqa: SIM110
        if pool[place] == value:
            return True
    return False


def lists_of(pairs: np.ndarray, n_lists: int) -> np.ndarray:
    """Lists whose values are the second column of (m, 2), in order of the first: START, LENGTH, ROOM (n, 3)."""
    length = np.bincount(pairs[:, 0], minlength=n_lists) if len(pairs) else np.zeros(n_lists, np.int64)
    start = np.concatenate([[0], np.cumsum(length)[:-1]])
    return np.column_stack([start, length, length]).astype(np.int32)
