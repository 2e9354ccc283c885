"""Group portfolios worked by hand on five people."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.groups import group_portfolio


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


def test_five_people(record: rn.RecoveryRecord) -> None:
    # SMART (recovery): ann 3, ben 2, cat 3 meetings; the quiz (using): ben 1.
    frame = group_portfolio(record)
    assert frame.index.tolist() == ["ann", "ben", "cat", "dev", "eve"]
    assert frame["n_groups"].tolist() == [1, 2, 1, 0, 0]
    assert frame["importance"].tolist() == [3, 3, 3, 0, 0]
    ben = frame.loc["ben"]
    assert ben["share_recovery_norm"] == pytest.approx(2 / 3)
    assert ben["share_using_norm"] == pytest.approx(1 / 3)
    assert ben["differential"] == pytest.approx(1 / 3)
    assert ben["share_unknown_norm"] == 0
    shares = ["share_recovery_norm", "share_using_norm", "share_mixed_norm", "share_unknown_norm", "differential"]
    assert frame.loc[["dev", "eve"], shares].isna().all().all()


def test_equal_weights_and_window(record: rn.RecoveryRecord) -> None:
    assert group_portfolio(record, importance="equal").loc["ben", "differential"] == 0
    april = group_portfolio(record, window=("2011-04-01", "2011-05-01"))
    assert april.loc["ben", ["importance", "differential"]].tolist() == [2, 0]
    assert april.loc["ann", ["n_groups", "differential"]].tolist() == [1, 1]
    february = group_portfolio(record, window=("2011-02-01", "2011-03-01"))
    assert (february["n_groups"] == 0).all() and february["differential"].isna().all()


def test_a_declared_portfolio_replaces_attendance(record: rn.RecoveryRecord) -> None:
    declared = pd.DataFrame({"person_id": ["eve", "eve", "ann"], "group_id": ["g1", "g2", "g2"], "importance": [1, 4, 2]})
    frame = group_portfolio(record, importance=declared)
    assert frame["n_groups"].tolist() == [1, 0, 0, 0, 2]
    assert frame.loc["eve", "differential"] == pytest.approx(1 / 5 - 4 / 5)
    assert frame.loc["ann", ["share_recovery_norm", "share_using_norm"]].tolist() == [0, 1]


def test_norms_nobody_recorded_are_unknown_not_mixed(record: rn.RecoveryRecord) -> None:
    frame = group_portfolio(record.with_tables(groups=record.groups.assign(norm=[None, "using"])))
    assert frame.loc["ben", ["n_unknown", "n_using"]].tolist() == [1, 1]
    assert frame.loc["ben", "share_unknown_norm"] == pytest.approx(2 / 3)
    assert frame.loc["ben", ["share_recovery_norm", "share_using_norm", "differential"]].tolist() == [0, 1, -1]
    assert np.isnan(frame.loc["ann", "differential"]) and frame.loc["ann", "share_unknown_norm"] == 1
    written = group_portfolio(record.with_tables(groups=record.groups.assign(norm=["unknown", "using"])))
    pd.testing.assert_frame_equal(written, frame)


def test_known_shares_add_up_and_scale_does_not_matter(record: rn.RecoveryRecord) -> None:
    rng = np.random.default_rng(5)
    groups = pd.DataFrame(
        {
            "group_id": [f"h{i}" for i in range(9)],
            "name": "group",
            "kind": "other",
            "norm": rng.choice(["recovery", "mixed", "using", "unknown"], 9),
        }
    )
    people = [f"p{i}" for i in range(30)]
    pairs = pd.MultiIndex.from_product([people, groups["group_id"]]).to_frame(index=False, name=["person_id", "group_id"])
    pairs = pairs.sample(100, random_state=rng).assign(importance=rng.integers(0, 6, 100))
    clients = pd.DataFrame({"person_id": people, "role": "client"})
    big = rn.RecoveryRecord(clients, record.occasions.iloc[:0], record.participation.iloc[:0], groups=groups)
    frame = group_portfolio(big, importance=pairs)
    total = frame[["share_recovery_norm", "share_mixed_norm", "share_using_norm"]].sum(axis=1, min_count=1)
    known = frame["importance_known"] > 0
    assert known.any() and not known.all()
    np.testing.assert_allclose(total[known], 1)
    assert total[~known].isna().all()
    counts = frame[["n_recovery", "n_mixed", "n_using", "n_unknown"]].sum(axis=1)
    assert counts.tolist() == frame["n_groups"].tolist()
    scaled = group_portfolio(big, importance=pairs.assign(importance=pairs["importance"] * 10))
    np.testing.assert_allclose(scaled["differential"], frame["differential"])


def test_kinds_can_be_chosen(record: rn.RecoveryRecord) -> None:
    assert group_portfolio(record, group_kinds=("mutual_aid",)).loc["ben", "n_groups"] == 1


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"importance": "size"}, rn.SchemaError),
        ({"group_kinds": ("choir",)}, rn.SchemaError),
        ({"importance": pd.DataFrame({"person_id": ["ann"], "group_id": ["g1"]})}, rn.SchemaError),
        ({"importance": pd.DataFrame({"person_id": ["ann"], "group_id": ["g1"], "importance": [-1]})}, rn.SchemaError),
        ({"importance": pd.DataFrame({"person_id": ["ann"] * 2, "group_id": ["g1"] * 2, "importance": [1, 2]})}, rn.SchemaError),
        ({"importance": pd.DataFrame({"person_id": ["zoe"], "group_id": ["g1"], "importance": [1]})}, rn.UnknownPersonError),
        ({"window": ("2011-04-01", "2011-03-01")}, rn.TimeOrderError),
    ],
)
def test_bad_arguments_are_explained(record: rn.RecoveryRecord, bad: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        group_portfolio(record, **bad)
