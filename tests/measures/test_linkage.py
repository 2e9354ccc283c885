"""The linkage funnel, worked by hand."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.linkage import STAGES, linkage_funnel


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


def linked(record: rn.RecoveryRecord, rows: list[tuple], *, keep: bool = False) -> rn.RecoveryRecord:
    steps = pd.DataFrame(rows, columns=["client_id", "group_id", "stage", "at"])
    steps = steps.assign(
        at=pd.to_datetime(steps["at"], format="ISO8601").dt.tz_localize(record.tz).dt.as_unit("us"), by_person_id=None
    )
    return record.with_tables(linkage=pd.concat([record.linkage, steps]) if keep else steps)


def test_five_people(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(record)
    assert funnel["stage"].tolist() == list(STAGES)
    assert funnel["n_reached"].tolist() == [3, 1, 0, 1, 2, 1, 0, 0, 0, 0]
    assert funnel["n_offered"].tolist() == [3] * 10
    assert funnel["n_without_offer"].tolist() == [0] * 10
    # ann: 20 Feb → 22 Feb → 1 March → 1 March → 5 April; ben: offered 25 Feb → attended 1 March (4 days).
    np.testing.assert_array_equal(funnel["median_days"], [np.nan, 2, np.nan, 7, 2, 35, np.nan, np.nan, np.nan, np.nan])
    assert funnel["n_timed"].tolist() == [0, 1, 0, 1, 2, 1, 0, 0, 0, 0]
    assert funnel["share"].tolist() == pytest.approx([1, 1 / 3, 0, 1 / 3, 2 / 3, 1 / 3, 0, 0, 0, 0])


def test_attending_without_an_offer_is_counted_and_said(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(
        linked(
            record,
            [
                ("ann", "g1", "offered", "2011-03-01"),
                ("ann", "g1", "attended", "2011-03-08"),
                ("ben", "g1", "attended", "2011-03-08"),
            ],
        )
    ).set_index("stage")
    assert funnel.loc["attended", ["n_reached", "n_offered", "n_reached_offered", "n_without_offer"]].tolist() == [2, 1, 1, 1]
    assert funnel.loc["attended", "share"] == 1.0
    assert funnel.loc["attended", "n_timed"] == 1


def test_dates_out_of_order_are_counted_not_used(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(
        linked(
            record,
            [
                ("ann", "g1", "offered", "2011-03-10"),
                ("ann", "g1", "attended", "2011-03-08"),
                ("ben", "g1", "offered", "2011-03-01"),
                ("ben", "g1", "attended", "2011-03-11"),
            ],
        )
    ).set_index("stage")
    assert funnel.loc["attended", ["median_days", "n_timed", "n_out_of_order"]].tolist() == [10, 1, 1]


def test_first_dates_and_pairs_of_client_and_group(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(
        linked(
            record,
            [
                ("ann", "g1", "offered", "2011-03-01"),
                ("ann", "g1", "offered", "2011-03-20"),
                ("ann", "g1", "attended", "2011-03-05"),
                ("ann", "g1", "attended", "2011-03-02T23:00"),
                ("ann", "g2", "attended", "2011-04-01"),
                ("ann", "g2", "stopped", "2011-04-30"),
            ],
        )
    ).set_index("stage")
    assert funnel.loc["attended", ["n_reached", "median_days", "n_timed"]].tolist() == [1, 1, 1]
    assert funnel.loc["stopped", ["n_reached", "median_days", "n_timed"]].tolist() == [1, 29, 1]


def test_an_answer_is_timed_from_the_offer_and_an_end_from_the_furthest_step(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(
        linked(
            record,
            [
                ("ann", "g1", "offered", "2011-03-01"),
                ("ann", "g1", "declined", "2011-03-04"),
                ("ann", "g1", "accepted", "2011-03-20"),
                ("ann", "g1", "attended", "2011-03-22"),
                ("ben", "g1", "offered", "2011-03-01"),
                ("ben", "g1", "accepted", "2011-03-06"),
                ("ben", "g1", "withdrawn", "2011-03-16"),
            ],
        )
    ).set_index("stage")
    assert funnel.loc[["accepted", "declined", "withdrawn"], "n_reached"].tolist() == [2, 1, 1]
    assert funnel.loc[["accepted", "attended", "declined", "withdrawn"], "median_days"].tolist() == [12, 2, 3, 10]
    assert funnel["n_out_of_order"].sum() == 0


def test_a_window_takes_the_steps_dated_in_it(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(record, window=("2011-03-01", "2011-03-03")).set_index("stage")
    assert funnel["n_reached"].tolist() == [1, 0, 0, 1, 2, 0, 0, 0, 0, 0]
    assert funnel.loc["attended", "n_without_offer"] == 2


def test_participation_can_speak_for_attendance(record: rn.RecoveryRecord) -> None:
    offers = linked(record, [("ann", "g1", "offered", "2011-02-20"), ("ben", "g1", "offered", "2011-02-25")])
    assert linkage_funnel(offers)["n_reached"].tolist() == [2, *[0] * 9]
    funnel = linkage_funnel(offers, add_participation=True).set_index("stage")
    # ann was at three SMART meetings (the third on 5 April), ben at two; the quiz does not count.
    assert funnel["n_reached"].tolist() == [2, 0, 0, 0, 2, 1, 0, 0, 0, 0]
    assert funnel.loc["attended", "median_days"] == np.median([9, 4])
    assert funnel.loc["repeated", "median_days"] == 35


def test_subgroups_add_up(record: rn.RecoveryRecord) -> None:
    counts = ["n_reached", "n_offered", "n_reached_offered", "n_without_offer", "n_timed", "n_out_of_order"]
    whole = linkage_funnel(record).set_index("stage")[counts]
    for by in ("sex", "provider"):
        parts = linkage_funnel(record, by=by).groupby("stage", sort=False)[counts].sum()
        pd.testing.assert_frame_equal(parts, whole)


def test_nobody_offered_has_no_share(record: rn.RecoveryRecord) -> None:
    funnel = linkage_funnel(record.with_tables(linkage=record.linkage.iloc[:0]))
    assert funnel["n_offered"].tolist() == [0] * 10
    assert funnel[["share", "low", "high", "median_days"]].isna().all().all()


def test_only_clients_unless_asked(record: rn.RecoveryRecord) -> None:
    peer = linked(record, [("cat", "g1", "offered", "2011-03-01")], keep=True)
    assert linkage_funnel(peer)["n_offered"].iloc[0] == 3
    assert linkage_funnel(peer, roles=("client", "peer"))["n_offered"].iloc[0] == 4


def test_bad_arguments_are_explained(record: rn.RecoveryRecord) -> None:
    with pytest.raises(rn.SchemaError, match="must name a column"):
        linkage_funnel(record, by="shoe_size")
    with pytest.raises(rn.TimeOrderError, match="must end after"):
        linkage_funnel(record, window=("2011-04-01", "2011-03-01"))
