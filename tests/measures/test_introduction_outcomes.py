"""What became of introductions: every course by hand, and counts that add up."""

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.introduction_outcomes import introduction_courses


def with_steps(*rows: tuple) -> rn.RecoveryRecord:
    """five_people with other linkage: (client, group, stage, at[, by, reason])."""
    filled = [(*row, *[None] * (6 - len(row))) for row in rows]
    steps = pd.DataFrame(filled, columns=["client_id", "group_id", "stage", "at", "by_person_id", "reason"])
    return rn.load_sample("five_people").with_tables(linkage=steps)


def outcome(*rows: tuple) -> list[tuple]:
    courses = introduction_courses(with_steps(*rows))
    return [
        (ended, None if pd.isna(reason) else reason) for ended, reason in zip(courses["outcome"], courses["reason"], strict=True)
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("ann", "g1", "offered", "2011-03-01")], [("open", None)]),
        ([("ann", "g1", "offered", "2011-03-01"), ("ann", "g1", "accepted", "2011-03-02")], [("open", None)]),
        ([("ann", "g1", "offered", "2011-03-01"), ("ann", "g1", "attended", "2011-03-08")], [("attended", None)]),
        (
            [("ann", "g1", "offered", "2011-03-01"), ("ann", "g1", "declined", "2011-03-02", "dev", "travel")],
            [("declined", "travel")],
        ),
        ([("ann", "g1", "offered", "2011-03-01"), ("ann", "g1", "declined", "2011-03-02")], [("declined", "none_given")]),
        ([("ann", "g1", "declined", "2011-03-02")], [("declined", "none_given")]),
        (
            [("ann", "g1", "accepted", "2011-03-02"), ("ann", "g1", "withdrawn", "2011-03-04", None, "group_closed")],
            [("withdrawn", "group_closed")],
        ),
        # Said no, was asked again and went: two proposals.
        (
            [
                ("ann", "g1", "offered", "2011-03-01"),
                ("ann", "g1", "declined", "2011-03-02", None, "not_now"),
                ("ann", "g1", "offered", "2011-03-20"),
                ("ann", "g1", "attended", "2011-03-22"),
            ],
            [("declined", "not_now"), ("attended", None)],
        ),
        # Offered twice before anything came of it: one proposal. Going again is no new one.
        (
            [
                ("ann", "g1", "offered", "2011-03-01"),
                ("ann", "g1", "offered", "2011-03-05"),
                ("ann", "g1", "attended", "2011-03-08"),
                ("ann", "g1", "repeated", "2011-03-22"),
                ("ann", "g1", "stopped", "2011-04-12"),
            ],
            [("attended", None)],
        ),
        # Going without a proposal, or after a talk alone, is none.
        ([("ann", "g1", "attended", "2011-03-08")], []),
        ([("ann", "g1", "discussed", "2011-03-01"), ("ann", "g1", "attended", "2011-03-08")], []),
        # All on one day: the order is that of the steps.
        (
            [
                ("ann", "g1", "attended", "2011-03-08"),
                ("ann", "g1", "introduced", "2011-03-08", "cat"),
                ("ann", "g1", "offered", "2011-03-08"),
            ],
            [("attended", None)],
        ),
    ],
)
def test_courses(rows: list[tuple], expected: list[tuple]) -> None:
    assert outcome(*rows) == expected


def test_the_way_is_dated_and_names_the_introducer() -> None:
    course = introduction_courses(
        with_steps(
            ("ann", "g1", "offered", "2011-03-01", "dev"),
            ("ann", "g1", "accepted", "2011-03-03", "cat"),
            ("ann", "g1", "introduced", "2011-03-08", "cat"),
            ("ann", "g1", "attended", "2011-03-08"),
        )
    ).iloc[0]
    dates = [f"{course[name]:%Y-%m-%d}" for name in ("proposed_at", "accepted_at", "met_at", "ended_at")]
    assert dates == ["2011-03-01", "2011-03-03", "2011-03-08", "2011-03-08"]
    assert (course["introducer_id"], course["kind"]) == ("cat", "mutual_aid")


def test_counts_by_hand() -> None:
    record = with_steps(
        ("ann", "g1", "offered", "2011-03-01"),
        ("ann", "g1", "attended", "2011-04-02"),
        ("ben", "g1", "offered", "2011-03-05"),
        ("ben", "g1", "declined", "2011-03-06", None, "travel"),
        ("eve", "g1", "offered", "2011-04-01"),
        ("eve", "g2", "offered", "2011-04-01"),
        ("eve", "g2", "withdrawn", "2011-04-03"),
    )
    rows = rn.introduction_outcomes(record, by=("kind", "month", "reason")).set_index(["by", "level"])
    numbers = ["n_proposed", "n_closed", "n_attended", "n_declined", "n_withdrawn", "n_open"]
    assert rows.loc[("all", "all"), numbers].tolist() == [4, 3, 1, 1, 1, 1]
    assert rows.loc[("kind", "mutual_aid"), numbers].tolist() == [3, 2, 1, 1, 0, 1]
    assert rows.loc[("month", "2011-03"), numbers].tolist() == [2, 2, 1, 1, 0, 0]
    assert rows.loc[("month", "2011-04"), numbers].tolist() == [2, 1, 0, 0, 1, 1]
    assert rows.loc["reason", :]["n_proposed"].to_dict() == {"none_given": 1, "travel": 1}
    assert rows.loc[("all", "all"), ["share", "share_attended"]].tolist() == [0.75, 0.25]


def test_months_are_local() -> None:
    record = with_steps(("ann", "g1", "offered", "2011-04-01T00:30"))  # 31 March in UTC
    assert rn.introduction_outcomes(record, by=("month",))["level"].tolist() == ["all", "2011-04"]


def test_parts_add_up_to_the_whole() -> None:
    rows = rn.introduction_outcomes(rn.load_sample("riverside"))
    ends = rows[["n_attended", "n_declined", "n_withdrawn", "n_open"]].sum(axis=1)
    assert (ends == rows["n_proposed"]).all() and (rows["n_closed"] + rows["n_open"] == rows["n_proposed"]).all()
    counts = [name for name in rows.columns if name.startswith("n_")]
    whole = rows.loc[rows["by"] == "all", counts].iloc[0]
    for by in ("kind", "month"):
        assert rows.loc[rows["by"] == by, counts].sum().tolist() == whole.tolist()


def test_a_window_is_about_the_proposal() -> None:
    record = with_steps(("ann", "g1", "offered", "2011-03-01"), ("ann", "g1", "attended", "2011-04-02"))
    march = rn.introduction_outcomes(record, window=("2011-03-01", "2011-04-01"), by=())
    assert march["n_attended"].tolist() == [1]
    april = rn.introduction_outcomes(record, window=("2011-04-01", "2011-05-01"), by=())
    assert april["n_proposed"].tolist() == [0] and np.isnan(april["share"].iloc[0]) and np.isnan(april["share_attended"].iloc[0])


def test_wrong_arguments_and_reasons() -> None:
    record = rn.load_sample("five_people")
    with pytest.raises(rn.SchemaError, match="may hold kind, month and reason"):
        rn.introduction_outcomes(record, by=("week",))
    with pytest.raises(rn.SchemaError, match="several words"):
        rn.introduction_outcomes(record, by="kind")
    with pytest.raises(rn.SchemaError, match="not known, the first being 'raining'"):
        with_steps(("ann", "g1", "declined", "2011-03-01", None, "raining"))
