"""Names of those counted: who is within whom, read back as written, and containments against asking every pair."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from recoverynet.report.disclosure.counted import Counted, Declaration, containments
from recoverynet.report.disclosure.linked import INNER

CLIENTS = Counted("clients")


def test_more_facts_are_within_fewer_and_nobody_is_within_themselves() -> None:
    narrow, wide = CLIENTS.who("contact", "sex: Female"), CLIENTS.who("contact")
    assert narrow.within(wide) and wide.within(CLIENTS)
    assert not wide.within(narrow) and not wide.within(wide)
    assert not Counted("peers").who("contact", "sex: Female").within(wide)
    assert not CLIENTS.who("sex: Female").within(wide)


@pytest.mark.parametrize("facts", [(), ("contact",), ("b", "a"), ("ended; died", "x")])
def test_read_back_as_written(facts: tuple[str, ...]) -> None:
    counted = CLIENTS.who(*facts)
    assert Counted.read(counted.text) == counted
    assert counted.text == "; ".join(["clients", *sorted(fact.replace(";", ",") for fact in facts)])


def test_containments_as_by_asking_every_pair() -> None:
    cells = [
        None if facts is None else Counted(of).who(*facts)
        for of, facts in product(("clients", "peers"), [None, (), *(c for n in (1, 2, 3) for c in combinations("abc", n))])
        if of == "clients" or facts is None or "c" not in facts
    ]
    named = [(place, cell) for place, cell in enumerate(cells) if cell is not None]
    expected = {
        (above, below, not any(inner.within(between) and between.within(outer) for _, between in named))
        for (above, outer), (below, inner) in product(named, named)
        if inner.within(outer)
    }
    found = containments(cells)
    assert len(found) == len(expected) and set(found) == expected


def test_what_is_not_said_of_a_table_is_filled_in() -> None:
    cells = (CLIENTS, CLIENTS.who("a"))
    plain = Declaration("t", cells, np.array([5, 3]), np.ones(2, dtype=bool))
    assert plain.level.tolist() == [INNER, INNER] and plain.forced.tolist() == [False, False]
    said = Declaration("t", cells, np.array([5, 3]), np.ones(2, dtype=bool), np.array([1, 0]), np.array([False, True]))
    assert said.level.tolist() == [1, 0] and said.forced.tolist() == [False, True]
