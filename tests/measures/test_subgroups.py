"""Which subgroup people fall into: nobody is lost, empty cells have a name, the latest episode speaks for a person."""

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.subgroups import level_of_each, levels_in_order, people_with_role, with_interval


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    people = pd.DataFrame(
        {"person_id": ["a", "b", "c", "w"], "role": ["client", "peer", "client", "worker"], "sex": ["female", None, "male", "male"]}
    )
    occasions = pd.DataFrame({"occasion_id": ["o"], "started_at": ["2011-03-07T10:00"], "kind": ["call"]})
    participation = pd.DataFrame({"occasion_id": ["o", "o"], "person_id": ["a", "w"]})
    episodes = pd.DataFrame(
        {
            "person_id": ["a", "a", "a", "b"], "started_on": ["2010-05-01", "2011-01-01", "2009-01-01", "2010-01-01"],
            "provider": ["north", "south", "east", "north"],
        }
    )  # fmt: skip
    return rn.RecoveryRecord(people, occasions, participation, episodes=episodes)


def test_roles(record):
    assert people_with_role(record, ["client", "worker"]).tolist() == ["a", "c", "w"]
    assert people_with_role(record, []).tolist() == []
    with pytest.raises(SchemaError, match="several words"):
        people_with_role(record, "client")
    with pytest.raises(SchemaError, match="'clients'.*the roles are client"):
        people_with_role(record, ["client", "clients"])


def test_levels(record):
    everybody = pd.Index(["c", "b", "a"])
    assert level_of_each(record, None, everybody).tolist() == ["all"] * 3
    assert level_of_each(record, "sex", everybody).tolist() == ["male", "not recorded", "female"]
    assert level_of_each(record, "provider", everybody).tolist() == ["not recorded", "north", "south"]
    chosen = record.episodes.drop_duplicates("person_id")
    assert level_of_each(record, "provider", everybody, chosen).tolist() == ["not recorded", "north", "north"]
    with pytest.raises(SchemaError, match="by must name a column of people or episodes: role, .*sex.*provider.*; got 'age'"):
        level_of_each(record, "age", everybody)


def test_empty_cells_come_last():
    assert levels_in_order(["z", "not recorded", "a", "z"]) == ["a", "z", "not recorded"]
    assert levels_in_order([]) == ["all"]


def test_shares_have_the_interval_of_wilson():
    # 5 of 10: centre 1/2, half width z sqrt(1/40 + z²/400) / (1 + z²/10)
    z = 1.959964
    half = z * (1 / 40 + z**2 / 400) ** 0.5 / (1 + z**2 / 10)
    row = with_interval(pd.DataFrame({"n": [5, 0], "of": [10, 0]}), "n", "of")
    assert row.loc[0, ["share", "low", "high"]].tolist() == pytest.approx([0.5, 0.5 - half, 0.5 + half])
    assert row.loc[1, ["share", "low", "high"]].isna().all()
