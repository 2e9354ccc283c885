"""Coverage month by month, worked by hand."""

from dataclasses import replace

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.measures.coverage import coverage_over_time


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return replace(rn.load_sample("five_people"), window=("2010-12-15", "2011-05-01"))


def test_five_people(record: rn.RecoveryRecord) -> None:
    # Joined: ann 10 January, ben 1 February, eve 14 February; ann and ben have contacts in March and April.
    months = coverage_over_time(record)
    assert months["period"].tolist() == ["2010-12", "2011-01", "2011-02", "2011-03", "2011-04"]
    assert months["n_clients"].tolist() == [0, 1, 3, 3, 3]
    assert months["n_covered"].tolist() == [0, 0, 0, 2, 2]
    assert months["n_days"].tolist() == [17, 31, 28, 31, 30]
    assert months["whole"].tolist() == [False, True, True, True, True]
    assert pd.isna(months["share"].iloc[0]) and months["share"].iloc[3] == pytest.approx(2 / 3)


def test_only_those_in_treatment(record: rn.RecoveryRecord) -> None:
    # In April ann's and eve's treatment has ended; ben's goes on. ann's meeting on 5 April no longer counts.
    months = coverage_over_time(record, among="treatment").set_index("period")
    assert months.loc["2011-03", ["n_clients", "n_covered"]].tolist() == [3, 2]
    assert months.loc["2011-04", ["n_clients", "n_covered"]].tolist() == [1, 1]


def test_quarters_meet_and_cover_the_window(record: rn.RecoveryRecord) -> None:
    quarters = coverage_over_time(record, every="quarter")
    assert quarters["period"].tolist() == ["2010 Q4", "2011 Q1", "2011 Q2"]
    assert quarters["end"].iloc[:-1].tolist() == quarters["start"].iloc[1:].tolist()
    assert (quarters["start"].iloc[0], quarters["end"].iloc[-1]) == record.window
    assert quarters["n_covered"].tolist() == [0, 2, 2]


def test_somebody_who_left_is_no_longer_counted(record: rn.RecoveryRecord) -> None:
    left = pd.Timestamp("2011-04-01", tz=record.tz)
    people = record.people.assign(left_on=record.people["left_on"].mask(record.people["person_id"] == "eve", left))
    months = coverage_over_time(record.with_tables(people=people)).set_index("period")
    assert months.loc["2011-03", "n_clients"] == 3 and months.loc["2011-04", "n_clients"] == 2


def test_no_window_no_rows(record: rn.RecoveryRecord) -> None:
    none = rn.RecoveryRecord(record.people, record.occasions.iloc[:0], record.participation.iloc[:0])
    months = coverage_over_time(none)
    assert len(months) == 0
    assert months.dtypes.equals(coverage_over_time(record).dtypes)


@pytest.mark.parametrize("bad", [{"every": "week"}, {"among": "everybody"}, {"roles": "client"}])
def test_bad_arguments_are_explained(record: rn.RecoveryRecord, bad: dict) -> None:
    with pytest.raises(rn.SchemaError, match="must be"):
        coverage_over_time(record, **bad)
