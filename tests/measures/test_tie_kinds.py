"""Kinds of tie told apart, worked by hand, and reciprocity and density against networkx."""

from __future__ import annotations

import networkx as nx
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError


def named(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["ego_id", "alter_id", "relation"])


HOUSE = named(
    ("a", "b", "loan"), ("b", "a", "loan"), ("a", "c", "loan"), ("a", "b", "friend"), ("c", "b", "friend"),
    ("b", "c", "friend"), ("c", "x", "advice"), ("a", "x", "sponsor"), ("a", "b", "loan"),
)  # fmt: skip


def test_each_kind_by_hand() -> None:
    found = rn.tie_kinds(HOUSE, people=["a", "b", "c", "d"])
    assert found.index.tolist() == ["advice", "friend", "loan", "sponsor", "any"]
    loan = found.loc["loan"]
    assert loan[["n_people", "n_naming", "share_naming", "n_ties", "mean_ties", "n_named"]].tolist() == [4, 2, 0.5, 3, 0.75, 3]
    assert loan[["n_only", "n_among", "n_returned"]].tolist() == [2, 3, 2]
    assert loan[["share_only", "density", "reciprocity"]].tolist() == pytest.approx([2 / 3, 3 / 12, 2 / 3])
    advice = found.loc["advice"]  # of somebody who was not asked
    assert advice[["n_ties", "n_among", "density"]].tolist() == [1, 0, 0] and pd.isna(advice["reciprocity"])
    whole = found.loc["any"]
    assert whole[["n_ties", "n_only", "n_among", "n_returned"]].tolist() == [7, 7, 5, 4]


def test_kinds_made_of_several_relations() -> None:
    found = rn.tie_kinds(HOUSE, kinds={"lending": {"loan"}, "advice": ["advice", "sponsor"], "friendship": {"friend"}})
    assert found["n_ties"].to_dict() == {"lending": 3, "advice": 2, "friendship": 3, "any": 7}
    pd.testing.assert_frame_equal(
        rn.tie_kinds(HOUSE, kinds=["loan"]).loc[["loan"]], rn.tie_kinds(HOUSE, kinds={"loan": {"loan"}}).loc[["loan"]]
    )


def test_a_column_of_support_tells_them_apart_as_well() -> None:
    found = rn.tie_kinds(rn.load_sample("riverside").nominations, column="support")
    assert found.index.tolist() == ["recovery", "use", "any"] and (found["n_ties"] > 0).all()


def test_as_networkx_has_it() -> None:
    nominations = rn.load_sample("riverside").nominations
    found = rn.tie_kinds(nominations)
    asked = nominations["ego_id"].unique()
    for kind, rows in nominations.groupby("relation"):
        graph = nx.DiGraph()
        graph.add_nodes_from(asked)
        graph.add_edges_from(rows.loc[rows["alter_id"].isin(asked), ["ego_id", "alter_id"]].values.tolist())
        assert found.loc[kind, "density"] == pytest.approx(nx.density(graph))
        if graph.number_of_edges():
            assert found.loc[kind, "reciprocity"] == pytest.approx(nx.overall_reciprocity(graph))


def test_laws_of_counts() -> None:
    nominations = rn.load_sample("riverside").nominations
    found = rn.tie_kinds(nominations)
    assert found.loc["any", "n_ties"] <= found["n_ties"].iloc[:-1].sum()
    for part, whole in (("n_returned", "n_among"), ("n_among", "n_ties"), ("n_only", "n_ties"), ("n_naming", "n_people")):
        assert (found[part] <= found[whole]).all()
    pd.testing.assert_frame_equal(rn.tie_kinds(nominations.sample(frac=1, random_state=2)), found)
    turned = nominations.rename(columns={"ego_id": "alter_id", "alter_id": "ego_id"})
    everybody = pd.unique(nominations[["ego_id", "alter_id"]].to_numpy().ravel())
    same = ["n_ties", "n_only", "density", "n_returned", "reciprocity"]
    pd.testing.assert_frame_equal(rn.tie_kinds(turned, people=everybody)[same], rn.tie_kinds(nominations, people=everybody)[same])


def test_a_tie_of_weight_nought_is_none_and_nobody_asked_is_no_share() -> None:
    assert rn.tie_kinds(HOUSE.assign(weight=[0.0, *[1.0] * 8]), kinds=["loan"]).loc["loan", "n_ties"] == 3
    one = rn.tie_kinds(HOUSE[HOUSE["ego_id"] == "c"], kinds=["advice"])
    assert one.loc["advice", "n_people"] == 1 and pd.isna(one.loc["advice", "density"])


def test_exposure_along_a_kind_made_of_several_relations() -> None:
    record = rn.load_sample("five_people")
    known = record.nominations[record.nominations["alter_id"].isin(record.people["person_id"])]
    options = {"breaks": ["2011-03-01", "2011-04-01"], "lag": 0}
    kinds = {"help": {"sponsor"}, "either": {"sponsor", "friend"}}
    found = rn.exposure_by_relation(known, record.observations, relations=kinds, **options)
    single = rn.exposure_by_relation(known, record.observations, relations=["sponsor"], **options)
    ann = found.loc["ann"].droplevel("wave")
    assert ann.loc["help"].tolist() == single.loc["ann"].droplevel("wave").loc["sponsor"].tolist()
    assert ann["n_alters"].to_dict() == {"help": 1, "either": 2}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kinds": ["lending"]}, r"stands in the column 'relation' \(advice, friend, loan, sponsor\); lending does not"),
        ({"kinds": "loan"}, "several, even of one"),
        ({"kinds": {"lending": "loan"}}, "several values, even of one"),
        ({"kinds": []}, "none was named"),
        ({"kinds": {"any": {"loan"}}}, "all kinds together"),
        ({"column": "colour"}, "columns ego_id, alter_id and colour"),
        ({"people": ["zed"]}, "Nobody in the nominations"),
        ({"nominations": HOUSE.assign(alter_id="a")}, "name the person who makes them"),
        ({"nominations": HOUSE.assign(alter_id=None)}, "both who names and who is named"),
        ({"nominations": HOUSE.assign(relation=None)}, "nothing"),
    ],
)
def test_bad_input_is_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        rn.tie_kinds(**({"nominations": HOUSE} | options))  # type: ignore[arg-type]
