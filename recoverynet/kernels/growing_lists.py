"""Many short lists that grow and shrink, in one pool of memory: neighbours of each person, members of each class.

A list that outgrows its place moves to the end of the pool with twice the room, so that memory stays in proportion to
what the lists hold. A full pool is told (``push`` returns False) and the caller starts again with a larger one.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

FIRST_ROOM = 4


class Lists(NamedTuple):
    """K lists in one pool.

    Attributes
    ----------
    start, length, room : int64 arrays (K,)
        Where each list begins in the pool, how much it holds and how much it can hold there.
    pool : int32 array
    used : int64 array (1,)
        How much of the pool has been given out.
    """

    start: np.ndarray
    length: np.ndarray
    room: np.ndarray
    pool: np.ndarray
    used: np.ndarray


def empty_lists(n_lists: int, pool_size: int) -> Lists:
    """K empty lists with a pool of ``pool_size`` places."""
    whole = np.int64
    return Lists(
        np.zeros(n_lists, whole), np.zeros(n_lists, whole), np.zeros(n_lists, whole),
        np.zeros(max(pool_size, 1), np.int32), np.zeros(1, whole),
    )


@numba.njit(cache=True, nogil=True)
def clear(lists: Lists) -> None:
    """Empty every list and take the whole pool back."""
    lists.start[:] = 0
    lists.length[:] = 0
    lists.room[:] = 0
    lists.used[0] = 0


@numba.njit(cache=True, nogil=True)
def push(lists: Lists, which: int, value: int) -> bool:
    """Put a value at the end of a list; False where the pool is full (the list is then as it was)."""
    length = lists.length[which]
    if length == lists.room[which]:
        room = 2 * length + FIRST_ROOM
        begin = lists.used[0]
        if begin + room > lists.pool.shape[0]:
            return False
        old = lists.start[which]
        for place in range(length):
            lists.pool[begin + place] = lists.pool[old + place]
        lists.start[which] = begin
        lists.room[which] = room
        lists.used[0] = begin + room
    lists.pool[lists.start[which] + length] = value
    lists.length[which] = length + 1
    return True


@numba.njit(cache=True, nogil=True)
def drop(lists: Lists, which: int, value: int) -> bool:
    """Take a value out of a list, its last value taking the place; False where it is not there."""
    begin, length = lists.start[which], lists.length[which]
    for place in range(begin, begin + length):
        if lists.pool[place] == value:
            lists.pool[place] = lists.pool[begin + length - 1]
            lists.length[which] = length - 1
            return True
    return False


@numba.njit(cache=True, nogil=True)
def holds(lists: Lists, which: int, value: int) -> bool:
    """Whether a list holds a value."""
    begin = lists.start[which]
    for place in range(begin, begin + lists.length[which]):
        if lists.pool[place] == value:
            return True
    return False
