"""First against last value: which two are taken, and an interval worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.evaluation.outcomes import first_and_last, is_number
from recoverynet.tables.layouts import RECORD_TABLES


def answers(person: str, *said: tuple[str, str], source: str = "self", instrument: str | None = None) -> pd.DataFrame:
    """Observations of one person as the report looks at them."""
    days, values = zip(*said, strict=True)
    return pd.DataFrame(
        {
            "person_id": person,
            "observed_at": pd.to_datetime(list(days), format="ISO8601").tz_localize("Europe/London"),
            "value": list(values),
            "source": source,
            "instrument": instrument,
        }
    )


def test_the_interval_of_a_change_is_students() -> None:
    """Twelve clients, changes of 9 and −9, six times each: t of 11 degrees at 97.5% is 2.200985; of 12 it would end at 5.9."""
    rows = [
        (f"q{number:03d}", day, "health.psychological", value, "self")
        for number in range(12)
        for day, value in (("2011-03-01", "10"), ("2011-06-01", "19" if number < 6 else "1"))
    ]
    record = rn.RecoveryRecord(
        pd.DataFrame({"person_id": [f"q{number:03d}" for number in range(12)], "role": "client"}),
        RECORD_TABLES["occasions"].empty(),
        RECORD_TABLES["participation"].empty(),
        observations=pd.DataFrame(rows, columns=["person_id", "observed_at", "variable", "value", "source"]),
    )
    tables = [table.shown for table in rn.evaluation_report(record)["outcomes"].tables()]
    row = next(table for table in tables if table.title.startswith("First and last")).values.iloc[0]
    half = round(2.200985 * 9 * np.sqrt(12 / 11) / np.sqrt(12), 1)
    assert row[["n", "mean_first", "mean_last", "change"]].tolist() == [12, 10, 10, 0]
    assert row[["low", "high"]].tolist() == [-half, half] == [-6.0, 6.0]


def test_values_less_than_four_weeks_apart_are_no_pair() -> None:
    """The clocks went forward on 27 March 2011: the 28 days of the second person are 671 hours, and 28 days all the same."""
    near = answers("a", ("2011-03-01", "1"), ("2011-03-28", "2"))
    far = answers("b", ("2011-03-01", "1"), ("2011-03-15T18:00", "7"), ("2011-03-29", "3"))
    pair = first_and_last(pd.concat([near, far], ignore_index=True))
    assert pair.loc[:, ["first", "last"]].to_dict("index") == {"b": {"first": "1", "last": "3"}}


def test_first_and_last_are_told_by_date_and_not_by_row() -> None:
    rows = answers("a", ("2011-09-01", "late"), ("2011-01-01", "early"), ("2011-05-01", "between"))
    assert first_and_last(rows).loc["a"].tolist() == ["early", "late"]


def test_values_of_another_source_or_form_are_not_mixed_in() -> None:
    own = answers("a", ("2011-03-01", "5"), ("2011-07-01", "6"))
    other = answers("a", ("2011-01-01", "20"), source="worker")
    form = answers("a", ("2011-12-01", "90"), instrument="BARC-10")
    pair = first_and_last(pd.concat([own, other, form], ignore_index=True))
    assert pair.loc["a"].tolist() == ["5", "6"] and pair.attrs == {"source": "self", "instrument": ""}


@pytest.mark.parametrize(("values", "told"), [(["1", "2.5"], True), (["1", "none"], False), ([], False)])
def test_scores_are_told_from_words(values: list[str], told: bool) -> None:
    assert is_number(pd.DataFrame({"first": values, "last": values}, dtype="str")) is told
