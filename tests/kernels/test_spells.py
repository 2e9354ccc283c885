"""The arithmetic of looks: settling, segments and the last look before a moment."""

import numpy as np

from recoverynet.kernels.spells import FOREVER, current_code, last_look, segments, settle


def arrays(*rows: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))


def test_settle_one_look_an_owner_and_instant():
    owner, time, code = settle(*arrays((0, 5, 1), (0, 5, 1), (0, 6, 1), (0, 6, 2), (1, 6, -1), (1, 6, 3)))
    assert (owner.tolist(), time.tolist(), code.tolist()) == ([0, 0, 1], [5, 6, 6], [1, -1, 3])


def test_segments_run_out_join_and_are_cut():
    looks = arrays((0, 0, 1), (0, 4, 1), (0, 20, 2), (1, 3, 0))
    found = segments(*looks, valid_for=10, until=25)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == [
        (0, 1, 0, 14),
        (0, -1, 14, 20),
        (0, 2, 20, 25),
        (1, 0, 3, 13),
        (1, -1, 13, 25),
    ]
    endless = segments(*looks, valid_for=None, until=None)
    assert endless[3].tolist() == [20, FOREVER, FOREVER]
    assert all(len(part) == 0 for part in segments(*(np.empty(0, dtype=np.int64),) * 3, valid_for=1, until=None))


def test_last_look_is_the_owners_own():
    owner, time = arrays((0, 5), (0, 9), (2, 1))
    asked_owner, asked_time = arrays((0, 4), (0, 5), (0, 100), (1, 100), (2, 0), (2, 1), (-1, 3))
    assert last_look(owner, time, asked_owner, asked_time).tolist() == [-1, 0, 1, -1, -1, 2, -1]


def test_current_code_by_priority_or_by_the_last_to_look():
    person, source, time, code = arrays((0, 0, 5, 1), (0, 1, 8, 2))
    ask = {"asked_person": np.array([0, 0]), "asked_time": np.array([9, 15]), "n_sources": 2, "valid_for": 10}
    assert current_code(person, source, time, code, **ask, latest=False).tolist() == [1, 2]
    assert current_code(person, source, time, code, **ask, latest=True).tolist() == [2, 2]
