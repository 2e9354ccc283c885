"""Exposure by relation and by the norm of groups, on the five people."""

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.measures.exposure_by import exposure_by_group_norm, exposure_by_relation

MARCH = ["2011-03-01", "2011-04-01"]


@pytest.fixture
def record():
    return rn.load_sample("five_people")


@pytest.fixture
def known(record):
    return record.nominations[record.nominations["alter_id"].isin(record.people["person_id"])]


def test_each_relation_is_the_panel_of_its_nominations(record, known):
    frame = exposure_by_relation(known, record.observations, breaks=MARCH, lag=0, people=record.people["person_id"])
    assert frame.index.names == ["person_id", "wave", "relation"] and len(frame) == 5 * 1 * 2
    assert frame.loc[("ann", 1, "sponsor"), ["n_alters", "exposure"]].tolist() == [1, 1.0]
    assert frame.loc[("ben", 1, "friend"), ["n_alters", "exposure"]].tolist() == [1, 0.0]
    assert frame.loc[("eve", 1, "friend"), "n_alters"] == 0
    assert frame.index.get_level_values(0).unique().tolist() == record.people["person_id"].tolist()


def test_relations_must_be_there(record, known):
    with pytest.raises(SchemaError, match="friend, sponsor"):
        exposure_by_relation(known, record.observations, breaks=MARCH, relations=["boss"])
    with pytest.raises(SchemaError, match="relation"):
        exposure_by_relation(known.drop(columns="relation"), record.observations, breaks=MARCH)


def test_group_norms_by_hand(record):
    frame = exposure_by_group_norm(rn.ContactGraph(record), breaks=[*MARCH, "2011-05-01"])
    assert frame.loc[("ann", 1), ["n_contacts", "n_at_groups", "n_recovery"]].tolist() == [3, 2, 2]
    april = frame.loc[("ben", 2)]
    assert april[["n_contacts", "n_recovery", "n_using", "n_observed"]].tolist() == [2, 1, 1, 2]
    assert april[["share_recovery", "share_using"]].tolist() == [0.5, 0.5]
    assert frame.loc[("eve", 1), "n_contacts"] == 0 and pd.isna(frame.loc[("eve", 1), "share_recovery"])


def test_a_group_of_unknown_norm_leaves_the_denominator(record):
    groups = record.groups.assign(norm=["recovery", "unknown"])
    frame = exposure_by_group_norm(rn.ContactGraph(record.with_tables(groups=groups)), breaks=["2011-03-01", "2011-05-01"])
    ben = frame.loc[("ben", 1)]
    assert ben[["n_at_groups", "n_unknown", "n_observed", "share_recovery"]].tolist() == [3, 1, 2, 1.0]
    none = record.groups.assign(norm=pd.NA)
    frame = exposure_by_group_norm(rn.ContactGraph(record.with_tables(groups=none)), breaks=MARCH)
    assert frame.loc[("ann", 1), ["n_unknown", "n_observed"]].tolist() == [2, 0]
    assert pd.isna(frame.loc[("ann", 1), "share_recovery"])


def test_periods_add_up(record):
    graph = rn.ContactGraph(record)
    counts = ["n_contacts", "n_at_groups", "n_recovery", "n_using"]
    whole = exposure_by_group_norm(graph, breaks=["2011-03-01", "2011-05-01"])[counts].groupby("person_id").sum()
    parts = exposure_by_group_norm(graph, breaks=["2011-03-01", "2011-03-08", "2011-04-01", "2011-05-01"])[counts]
    pd.testing.assert_frame_equal(whole, parts.groupby("person_id").sum())
