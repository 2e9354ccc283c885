"""Names of those counted: who is within whom, read back as written, and containments against asking every pair."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from recoverynet.report.comparison.declared import attribute
from recoverynet.report.disclosure.counted import PERIOD, PLACES, Counted, Declaration, Fact, containments, label_facts, of_column
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


def test_a_fact_is_what_it_is_about_and_what_is_so():
    for text in ("contact", "sex: Female", "sex: a: b", "state on 2011-01-31: Holds"):
        assert Fact.read(text).text == text
    assert Fact.read("sex: a: b") == Fact("sex", "a: b")
    assert Fact.read("here 2011-01-31").is_dated and not Fact.read("period: 2010 to 2011").is_dated


def test_a_column_of_the_record_keeps_clear_of_what_reports_say_of_people():
    assert [of_column(name) for name in ("area", "provider", "sex")] == ["area", "provider", "sex"]
    for name in ("period", "contact", "here since", "held", "age: years"):
        fact = Fact.read(Fact(of_column(name), "Not recorded").text)
        assert fact.about not in (PERIOD, *PLACES, name) and not fact.is_dated and fact.value == "Not recorded"


@pytest.mark.parametrize("column", ["sex", "ethnicity", "period", "contact"])
def test_every_report_calls_the_people_with_a_label_the_same(column: str) -> None:
    """Or what an evaluation and a comparison hide could not be held together through a ledger."""
    ours = label_facts(of_column(column), ["Not recorded", "Other"])
    assert attribute(column, ["Not recorded", "Other"]) == ours
    assert all(Fact.read(fact).about != PERIOD for facts in ours.values() for fact in facts)
