"""What stands in a notebook where an object is the last thing of a cell: numbers, no id of anybody."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.shown import card


def objects() -> dict[str, object]:
    record = rn.load_sample("five_people")
    graph = rn.ContactGraph(record)
    return {
        "record": record,
        "graph": graph,
        "network": rn.project(graph),
        "panel": rn.panel(graph, breaks=["2011-03-01", "2011-04-01", "2011-05-01"]),
        "egos": rn.ego_networks(record),
    }


@pytest.mark.parametrize("name", ["record", "graph", "network", "panel", "egos"])
def test_objects_show_their_numbers_and_nobodys_id(name: str) -> None:
    html = objects()[name]._repr_html_()
    assert html.startswith("<div><p><strong>") and "<table" in html
    words = set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", html)))
    assert not words & {"ann", "ben", "cat", "dev", "eve", "o1"}


def test_numbers_are_those_of_the_object() -> None:
    shown = objects()
    assert "participation" in shown["record"]._repr_html_() and ">13<" in shown["record"]._repr_html_()
    assert "people: 5" in shown["network"]._repr_html_() and f"ties: {shown['network'].n_ties}" in shown["network"]._repr_html_()
    (table,) = pd.read_html(io.StringIO(shown["panel"]._repr_html_()))
    table.columns = table.columns.get_level_values(0)
    assert table["present"].tolist() == shown["panel"].present.sum(axis=0).tolist()
    assert table["ties"].tolist() == [int(ties.nnz / 2) for ties in shown["panel"].networks]


def test_an_empty_record_and_words_that_look_like_markup() -> None:
    empty = {"occasion_id": [], "started_at": [], "kind": []}
    record = rn.RecoveryRecord(
        pd.DataFrame({"person_id": ["a"], "role": ["client"], "<b>": ["x"]}),
        pd.DataFrame(empty),
        pd.DataFrame({"occasion_id": [], "person_id": []}),
    )
    assert "no dated contact" in record._repr_html_() and "<b>" not in record._repr_html_()
    assert rn.ContactGraph(record)._repr_html_() and rn.project(rn.ContactGraph(record))._repr_html_()
    assert card("<i>", [("a", "<u>")]) == "<div><p><strong>&lt;i&gt;</strong></p><p>a: &lt;u&gt;</p></div>"
