"""Types of network and moves between them, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError

NAN = float("nan")


def composition(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Rows of (person, n_alters, n_known, share_norm, share_using, n_role_known, share_services)."""
    columns = ["person_id", "n_alters", "n_known", "share_norm", "share_using", "n_role_known", "share_services"]
    return pd.DataFrame(list(rows), columns=columns).set_index("person_id")


EACH = composition(
    ("a", 0, 0, NAN, NAN, 0, NAN),
    ("b", 2, 0, NAN, NAN, 2, 1.0),
    ("c", 2, 0, NAN, NAN, 1, 1.0),
    ("d", 3, 3, 2 / 3, 1 / 3, 3, 0.0),
    ("e", 3, 3, 1 / 3, 2 / 3, 3, 0.0),
    ("f", 2, 2, 0.5, 0.5, 2, 0.5),
    ("g", 4, 3, 0.0, 0.0, 0, NAN),
)


def test_each_type_by_hand() -> None:
    found = rn.network_types(EACH)["type"]
    # c: one of two is of unknown role, so not known to be services alone; g: three use less, which is neither
    assert found.tolist() == ["empty", "services_only", "not_known", "recovery", "using", "mixed", "mixed"]
    assert found.dtype.categories.tolist() == ["empty", "services_only", "not_known", "using", "mixed", "recovery", "away"]


def test_a_greater_majority_makes_more_networks_mixed() -> None:
    assert rn.network_types(EACH, majority=0.7)["type"].tolist()[3:5] == ["mixed", "mixed"]
    assert rn.network_types(EACH, min_known=3)["type"].tolist()[5] == "not_known"


def test_who_was_not_there_has_no_type() -> None:
    assert rn.network_types(EACH.assign(present=False))["type"].eq("away").all()


def test_moves_by_hand() -> None:
    second = EACH.assign(share_norm=1.0, share_using=0.0, n_known=EACH["n_alters"]).drop(index="g")
    both = pd.concat({1: EACH, 2: second}, names=["wave"]).reorder_levels(["person_id", "wave"])
    moves = rn.network_type_moves(rn.network_types(both))
    assert len(moves) == 49 and moves["n"].sum() == 7
    some = moves[moves["n"] > 0].set_index(["before", "now"])
    assert some["n"].to_dict() == {
        ("empty", "empty"): 1, ("services_only", "services_only"): 1, ("not_known", "recovery"): 1, ("using", "recovery"): 1,
        ("mixed", "recovery"): 1, ("mixed", "away"): 1, ("recovery", "recovery"): 1,
    }  # fmt: skip
    assert some.loc[("mixed", "recovery"), ["n_before", "share"]].tolist() == [2, 0.5]
    nobody = moves[moves["before"] == "away"]
    assert (nobody["n"] == 0).all() and nobody[["share", "low", "high"]].isna().all(axis=None)


def test_moves_of_each_wave_add_up_to_everybody() -> None:
    record = rn.load_sample("riverside")
    panel = rn.panel(rn.ContactGraph(record), breaks=pd.date_range("2010-01-01", "2011-07-01", freq="QS"), purpose=None)
    types = rn.network_types(rn.composition(panel))
    moves = rn.network_type_moves(types)
    assert (moves.groupby("wave")["n"].sum() == panel.n_people).all()
    before = types["type"].unstack("wave")
    assert (moves.groupby(["wave", "before"])["n"].sum()[2]["mixed"]) == (before[1] == "mixed").sum()
    np.testing.assert_allclose(moves.groupby(["wave", "before"])["share"].sum(min_count=1).dropna(), 1)
    assert types["type"].nunique() >= 5


def test_the_order_of_people_does_not_matter() -> None:
    pd.testing.assert_frame_equal(rn.network_types(EACH[::-1])[::-1], rn.network_types(EACH))


PANEL = rn.network_types(pd.concat({1: EACH, 2: EACH}, names=["wave"]).reorder_levels(["person_id", "wave"]))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: rn.network_types(EACH.drop(columns="share_norm")), "share_norm"),
        (lambda: rn.network_types(EACH.assign(n_known="many")), "hold numbers"),
        (lambda: rn.network_types(EACH, majority=0.4), "from 0.5 to below 1"),
        (lambda: rn.network_types(EACH, majority=1), "from 0.5 to below 1"),
        (lambda: rn.network_types(EACH, min_known=0), "whole number, 1 or more"),
        (lambda: rn.network_types(pd.concat([EACH, EACH])), "more than one"),
        (lambda: rn.network_type_moves(rn.network_types(EACH)), "by person_id and wave"),
        (lambda: rn.network_type_moves(PANEL.iloc[: len(EACH)]), "two waves or more"),
        (lambda: rn.network_type_moves(EACH), "column 'type'"),
        (lambda: rn.network_type_moves(PANEL.assign(type="good")), "'good'"),
    ],
)
def test_bad_input_is_told(ask: object, words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        ask()  # type: ignore[operator]
