"""Looks at people over time, as integer arrays: who was seen in which state, and until when that holds.

Every function takes looks sorted by owner and then time. Symbols: ``owner`` whose looks they are (a person,
or a person and a source), ``time`` any integer clock, ``code`` what was seen (−1: unknown), ``FOREVER`` an
end nobody has set.
"""

from __future__ import annotations

import numpy as np

UNKNOWN_CODE = -1
FOREVER = np.iinfo(np.int64).max


def run_starts(*keys: np.ndarray) -> np.ndarray:
    """Boolean: where a row differs from the one before it in any of the keys."""
    first = np.ones(len(keys[0]), dtype=bool)
    if len(first):
        first[1:] = False
        for key in keys:
            first[1:] |= key[1:] != key[:-1]
    return first


def settle(owner: np.ndarray, time: np.ndarray, code: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One look an owner and instant: known beats unknown, and two known ones that differ are unknown."""
    if not len(owner):
        return owner, time, code
    begin = np.flatnonzero(run_starts(owner, time))
    highest = np.maximum.reduceat(code, begin)
    lowest = np.minimum.reduceat(np.where(code < 0, FOREVER, code), begin)
    settled = np.where((highest >= 0) & (lowest == highest), highest, UNKNOWN_CODE)
    return owner[begin], time[begin], settled


def segments(
    owner: np.ndarray, time: np.ndarray, code: np.ndarray, valid_for: int | None, until: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(owner, code, start, end) of the spells that settled looks before ``until`` make up.

    A look holds until the next one of its owner, but no longer than ``valid_for``; then follows unknown.
    After the last look nothing is said beyond ``valid_for`` unless ``until`` is given.
    """
    last = np.ones(len(owner), dtype=bool)
    last[:-1] = owner[1:] != owner[:-1]
    following = np.full(len(owner), FOREVER, dtype=np.int64)
    following[:-1][~last[:-1]] = time[1:][~last[:-1]]
    if until is not None:
        following = np.minimum(following, until)
    expiry = np.full(len(owner), FOREVER) if valid_for is None else time + valid_for
    end = np.minimum(following, expiry)
    gap = (expiry < following) & ~(last & (until is None))
    order = np.argsort(np.concatenate([np.arange(len(owner)) * 2, np.flatnonzero(gap) * 2 + 1]), kind="stable")
    every_owner = np.concatenate([owner, owner[gap]])[order]
    every_code = np.concatenate([code, np.full(int(gap.sum()), UNKNOWN_CODE)])[order]
    every_start = np.concatenate([time, expiry[gap]])[order]
    every_end = np.concatenate([end, following[gap]])[order]
    return join_runs(every_owner, every_code, every_start, every_end)


def join_runs(
    owner: np.ndarray, code: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The same spells, those that follow each other in one state made one; they leave no gap."""
    begin = np.flatnonzero(run_starts(owner, code))
    finish = np.append(begin[1:], len(owner)) - 1 if len(owner) else begin
    return owner[begin], code[begin], start[begin], end[finish]


def last_look(owner: np.ndarray, time: np.ndarray, asked_owner: np.ndarray, asked_time: np.ndarray) -> np.ndarray:
    """Row of the owner's last look at or before each asked time, −1 where there is none."""
    clock = np.unique(np.concatenate([time, asked_time]))
    key = owner.astype(np.int64) * len(clock) + np.searchsorted(clock, time)
    asked = asked_owner.astype(np.int64) * len(clock) + np.searchsorted(clock, asked_time)
    row = np.searchsorted(key, asked, side="right") - 1
    found = row >= 0
    found[found] = owner[row[found]] == asked_owner[found]
    return np.where(found, row, -1)


def current_code(
    person: np.ndarray,
    source: np.ndarray,
    time: np.ndarray,
    code: np.ndarray,
    asked_person: np.ndarray,
    asked_time: np.ndarray,
    *,
    n_sources: int,
    valid_for: int | None,
    latest: bool,
) -> np.ndarray:
    """What holds for each person and time asked: of the sources that know, the first or the latest to look.

    Looks are sorted by source, person, time. A look holds at its own instant and until ``valid_for`` later,
    exclusive.
    """
    answer = np.full(len(asked_person), UNKNOWN_CODE, dtype=np.int64)
    when = np.full(len(asked_person), np.iinfo(np.int64).min)
    for rank in range(n_sources):
        rows = slice(*np.searchsorted(source, [rank, rank + 1]))
        looked, told = time[rows], code[rows]
        if not len(looked):
            continue
        row = last_look(person[rows], looked, asked_person, asked_time)
        knows = (row >= 0) & (told[row] >= 0)
        if valid_for is not None:
            knows &= asked_time - looked[row] < valid_for
        better = knows & ((looked[row] > when) if latest else (answer < 0))
        answer[better], when[better] = told[row[better]], looked[row[better]]
    return answer
