"""One row an ego and alter, as described when last named, and one a pair of alters, as last reported: worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import TimeOrderError
from recoverynet.graphs.named_alters import named_alters, reported_ties


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="Europe/London")


def named(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ego_id", "alter_id", "asked_at", "relation", "weight", "closeness"])
    return frame.assign(asked_at=pd.DatetimeIndex(frame["asked_at"], tz="Europe/London"))


EGOS = pd.Index(["ben", "ann"])


def test_the_last_naming_describes_and_egos_stand_in_the_order_given() -> None:
    rows = named(
        ("ann", "zoe", "2011-03-01", "friend", 5.0, 1.0),
        ("ann", "zoe", "2011-05-01", "sister", 2.0, 3.0),
        ("ann", "mum", "2011-03-01", "family", 1.0, 4.0),
        ("ben", "zoe", "2011-03-01", "boss", np.nan, 2.0),
        ("cat", "mum", "2011-03-01", "aunt", 1.0, 2.0),
    )
    found = named_alters(rows, EGOS, None, None)
    assert found[["ego_id", "alter_id", "relation"]].to_numpy().tolist() == [
        ["ben", "zoe", "boss"], ["ann", "mum", "family"], ["ann", "zoe", "sister"],
    ]  # fmt: skip
    assert found["weight"].tolist()[1:] == [1, 2] and np.isnan(found["weight"].iloc[0]) and (found["distance"] == 1).all()
    assert list(found)[:4] == ["ego_id", "alter_id", "weight", "distance"]
    early = named_alters(rows, EGOS, (day("2011-03-01"), day("2011-05-01")), None)
    assert early.loc[2, ["relation", "weight", "closeness"]].tolist() == ["friend", 5.0, 1.0], "the end of the window is out of it"


def test_several_relations_of_one_time_are_joined_and_the_strongest_weight_taken() -> None:
    rows = named(
        ("ann", "zoe", "2011-03-01", "work", 1.0, 2.0),
        ("ann", "zoe", "2011-03-01", "friend", 4.0, np.nan),
        ("ann", "zoe", "2011-03-01", "friend", 3.0, 9.0),
        ("ann", "mum", "2011-03-01", None, 1.0, 1.0),
        ("ann", "mum", "2011-03-01", None, 2.0, 1.0),
    )
    found = named_alters(rows, EGOS, None, None).set_index("alter_id")
    assert found.loc["zoe", ["relation", "weight", "closeness"]].tolist() == ["friend; work", 4.0, 9.0]
    assert pd.isna(found.loc["mum", "relation"]) and found.loc["mum", "weight"] == 2
    only = named_alters(rows, EGOS, None, "work")
    assert only[["alter_id", "weight"]].to_numpy().tolist() == [["zoe", 1.0]]
    assert named_alters(rows, EGOS, None, ["work", "friend"])["relation"].tolist() == ["friend; work"]


def test_a_weight_of_0_is_no_tie_and_leaves_what_was_said_before() -> None:
    rows = named(("ann", "zoe", "2011-05-01", "friend", 0.0, 1.0), ("ann", "zoe", "2011-03-01", "pal", 2.0, 1.0))
    assert named_alters(rows, EGOS, None, None)["relation"].tolist() == ["pal"]


def reported(*rows: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["ego_id", "alter_a", "alter_b", "weight", "asked_at"])
    return frame.assign(asked_at=pd.DatetimeIndex(frame["asked_at"], tz="Europe/London"))


ALTERS = pd.DataFrame({"ego_id": ["ann"] * 3 + ["ben"], "alter_id": ["mum", "pal", "zoe", "zoe"]})


def test_a_pair_stands_once_whoever_is_said_first_as_reported_the_last_time() -> None:
    rows = reported(
        ("ann", "zoe", "mum", 1.0, "2011-05-01"),
        ("ann", "mum", "zoe", 7.0, "2011-03-01"),
        ("ann", "pal", "zoe", 2.0, "2011-03-01"),
        ("ann", "zoe", "pal", 3.0, "2011-03-01"),
        ("ann", "mum", "pal", 0.0, "2011-03-01"),
    )
    ties, notes = reported_ties(rows, ALTERS, None)
    assert ties.to_numpy().tolist() == [["ann", "mum", "zoe", 1.0], ["ann", "pal", "zoe", 3.0]] and notes == ()
    early, _ = reported_ties(rows, ALTERS, (day("2011-03-01"), day("2011-05-01")))
    assert early["weight"].tolist() == [7, 3]


def test_ties_with_somebody_the_ego_did_not_name_are_left_out_and_counted() -> None:
    """ben named zoe alone; ann never named the stranger; nobody asked is cat."""
    rows = reported(
        ("ben", "mum", "zoe", 1.0, "2011-03-01"),
        ("ann", "mum", "who", 1.0, "2011-03-01"),
        ("cat", "mum", "zoe", 1.0, "2011-03-01"),
        ("ann", "mum", "zoe", np.nan, "2011-03-01"),
    )
    ties, notes = reported_ties(rows, ALTERS, None)
    assert ties["ego_id"].tolist() == ["ann"] and notes == ("Ties with somebody the ego did not name, left out: 2.",)
    assert np.isnan(ties["weight"].iloc[0]), "a strength nobody said is a tie all the same"


def test_a_window_ends_after_it_starts() -> None:
    with pytest.raises(TimeOrderError, match="end after it starts"):
        reported_ties(reported(("ann", "mum", "pal", 1.0, "2011-03-01")), ALTERS, (day("2011-03-01"), day("2011-03-01")))
