"""Lists in one pool hold what Python lists would, whatever the order of pushes and drops, until the pool is full."""

import numpy as np

from recoverynet.kernels.saom.growing_lists import FIRST_ROOM, LENGTH, ROOM, START, drop, holds, lists_of, push


def empty(n_lists, room):
    return np.zeros((n_lists, 3), np.int32), np.zeros(room, np.int32), np.zeros(1, np.int64)


def content(table, pool, which):
    start = table[which, START]
    return pool[start : start + table[which, LENGTH]].tolist()


def test_random_pushes_and_drops_against_python_lists():
    rng = np.random.default_rng(1)
    (table, pool, used), mirror = empty(6, 4000), [[] for _ in range(6)]
    for _ in range(3000):
        which, value = int(rng.integers(6)), int(rng.integers(30))
        assert holds(table, 0, which, value, pool) == (value in mirror[which])
        if rng.random() < 0.55:
            assert push(table, 0, which, value, pool, used)
            mirror[which].append(value)
        else:
            there = value in mirror[which]
            assert drop(table, 0, which, value, pool) == there
            if there:
                place = mirror[which].index(value)
                mirror[which][place] = mirror[which][-1]
                mirror[which].pop()
        assert content(table, pool, which) == mirror[which]
    assert [content(table, pool, which) for which in range(6)] == mirror
    assert (table[:, LENGTH] <= table[:, ROOM]).all()
    spans = sorted((start, start + room) for start, _, room in table.tolist())
    assert all(end <= begin for (_, end), (begin, _) in zip(spans, spans[1:], strict=False))
    assert max(end for _, end in spans) <= used[0]


def test_a_full_pool_is_told_and_leaves_the_list_as_it_was():
    table, pool, used = empty(2, FIRST_ROOM)
    for value in range(FIRST_ROOM):
        assert push(table, 0, 0, value, pool, used)
    before = table.copy()
    assert not push(table, 0, 0, 99, pool, used) and not push(table, 0, 1, 99, pool, used)
    np.testing.assert_array_equal(table, before)
    assert content(table, pool, 0) == list(range(FIRST_ROOM)) and used[0] == FIRST_ROOM
    assert drop(table, 0, 0, 1, pool) and push(table, 0, 0, 7, pool, used)
    assert content(table, pool, 0) == [0, 3, 2, 7]


def test_room_stays_in_proportion_to_what_a_list_holds():
    table, pool, used = empty(1, 10_000)
    for value in range(1000):
        assert push(table, 0, 0, value, pool, used)
    assert content(table, pool, 0) == list(range(1000))
    assert table[0, ROOM] < 3 * 1000 and used[0] < 5 * 1000
    for value in range(1000):
        assert drop(table, 0, 0, value, pool)
    for value in range(1000):
        assert push(table, 0, 0, value, pool, used)
    assert used[0] < 5 * 1000


def test_lists_beside_each_other_in_one_row_do_not_touch():
    table, pool, used = np.zeros((3, 6), np.int32), np.zeros(400, np.int32), np.zeros(1, np.int64)
    for value in range(20):
        assert push(table, 0, value % 3, value, pool, used) and push(table, 3, value % 3, -value, pool, used)
    for which in range(3):
        values = [value for value in range(20) if value % 3 == which]
        assert content(table, pool, which) == values
        assert content(table[:, 3:], pool, which) == [-value for value in values]
    assert not drop(table, 0, 0, -3, pool) and drop(table, 3, 0, -3, pool)


def test_lists_from_pairs():
    pairs = np.array([[0, 4], [0, 2], [3, 1]], np.int32)
    assert lists_of(pairs, 5).tolist() == [[0, 2, 2], [2, 0, 0], [2, 0, 0], [2, 1, 1], [3, 0, 0]]
    assert lists_of(np.zeros((0, 2), np.int32), 2).tolist() == [[0, 0, 0], [0, 0, 0]]
