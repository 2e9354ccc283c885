"""Columns in their own types: what is read, what is refused, and that a verdict does not depend on its neighbours."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recoverynet.errors import SchemaError
from recoverynet.tables.layouts import GROUPS, OBSERVATIONS, OCCASIONS, PEOPLE, READABLE_TABLES
from recoverynet.tables.schema import parse_instants

LONDON = "Europe/London"


def occasions(started_at: list[str | None], **more: list) -> pd.DataFrame:
    ids = [f"o{place}" for place in range(len(started_at))]
    return pd.DataFrame({"occasion_id": ids, "started_at": started_at, "kind": "call", **more})


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2011-07-01", "2011-06-30T23:00Z"),
        ("2011-01-01", "2011-01-01T00:00Z"),
        ("2011-07-01T19:30", "2011-07-01T18:30Z"),
        ("2011-07-01 19:30:15.25", "2011-07-01T18:30:15.25Z"),
        ("2011-07-01T19:30Z", "2011-07-01T19:30Z"),
        ("2011-07-01T19:30:00+02:00", "2011-07-01T17:30Z"),
        ("2011-07-01T19:30 +0200", "2011-07-01T17:30Z"),
        ("2011-07-01T19:30+02", "2011-07-01T17:30Z"),
        ("2011-07-01T19:30:15.123456789Z", "2011-07-01T19:30:15.123456Z"),
        ("2011-10-30T01:30", "2011-10-30T00:30Z"),  # comes twice: the first, in summer time
        ("2011-03-27T01:30", "2011-03-27T01:00Z"),  # skipped: moved forward to where the clock goes on
        (" 2011-01-01 ", "2011-01-01T00:00Z"),
    ],
)
def test_instants_are_read(text: str, utc: str) -> None:
    read = parse_instants(pd.Series([text]), LONDON)
    assert str(read.dtype) == "datetime64[us, Europe/London]"
    assert read[0] == pd.Timestamp(utc)


@pytest.mark.parametrize(
    "text",
    [
        "07/03/2011",
        "2011",
        "2011-03",
        "20110307",
        "40609",
        "2011-02-30",
        "2011-13-01",
        "2011-03-01T24:00",
        "2011-03-01T19:30:60",
        "0011-03-01",
        "2011-3-1",
        "yesterday",
        "2011-03-01T",
        "2011-03-01+01:00",
        "2011-03-01 19",
    ],
)
def test_other_dates_are_refused_and_shown(text: str) -> None:
    assert parse_instants(pd.Series([text]), LONDON).isna().all()
    with pytest.raises(SchemaError, match=r"started_at.*occasions.*1 of 2 values cannot be read as dates") as told:
        OCCASIONS.typed(occasions(["2011-03-01", text]))
    assert repr(text) in str(told.value)


def test_naive_and_aware_timestamps_are_local_and_converted() -> None:
    naive = OCCASIONS.typed(occasions([pd.Timestamp("2011-07-01 19:30")]))
    aware = OCCASIONS.typed(occasions([pd.Timestamp("2011-07-01 18:30", tz="UTC")]))
    pd.testing.assert_series_equal(naive["started_at"], aware["started_at"])


def test_numbers_are_no_dates() -> None:
    with pytest.raises(SchemaError, match="got numbers"):
        OCCASIONS.typed(occasions([40609, 40610]))


def test_ids_are_text_and_keep_their_zeros() -> None:
    typed = PEOPLE.typed(pd.DataFrame({"person_id": ["007", "NA", " 1 "], "role": "client"}))
    assert typed["person_id"].tolist() == ["007", "NA", "1"]
    assert PEOPLE.typed(pd.DataFrame({"person_id": [7.0, 8.0], "role": "client"}))["person_id"].tolist() == ["7", "8"]
    with pytest.raises(SchemaError, match="7.5, which is no whole number.*as text"):
        PEOPLE.typed(pd.DataFrame({"person_id": [7.5, 8.0], "role": "client"}))


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("-0.5", -0.5), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0)])
def test_numbers_are_read(text: str, value: float) -> None:
    assert OCCASIONS.typed(occasions(["2011-03-01"], duration_min=[text]))["duration_min"][0] == value


@pytest.mark.parametrize("text", ["ten", "1,5", "90 min", "nan", "inf", "0x10", "1_000", "--1"])
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(SchemaError, match="are not numbers"):
        OCCASIONS.typed(occasions(["2011-03-01"], duration_min=[text]))


def test_flags_and_clocks() -> None:
    groups = pd.DataFrame(
        {
            "group_id": ["a", "b", "c"],
            "name": "x",
            "kind": "other",
            "online": ["Yes", "0", None],
            "start_time": ["19:30", "9:05:00", None],
        }
    )
    typed = GROUPS.typed(groups)
    assert typed["online"].tolist() == [True, False, pd.NA]
    for wrong in ({"online": "maybe"}, {"start_time": "25:00"}, {"start_time": "half past seven"}):
        with pytest.raises(SchemaError, match=next(iter(wrong))):
            GROUPS.typed(groups.assign(**wrong))


def test_a_missing_required_column_names_what_may_have_been_meant() -> None:
    with pytest.raises(SchemaError, match=r"'person_id' \(perhaps your column 'client'\?"):
        PEOPLE.typed(pd.DataFrame({"client": ["a"], "role": "client"}))


def test_a_blank_in_a_required_column_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"filled in on every row; 1 of 2 rows are empty .*\[1\]"):
        PEOPLE.typed(pd.DataFrame({"person_id": ["a", " "], "role": "client"}))


def test_extra_columns_ride_along_unchanged_behind_ours() -> None:
    given_frame = pd.DataFrame({"score": [3], "person_id": ["a"], "role": ["client"]}, index=[9])
    typed = PEOPLE.typed(given_frame)
    assert typed.columns[-1] == "score" and typed["score"].tolist() == [3] and typed.index.tolist() == [0]


def test_typing_twice_changes_nothing() -> None:
    once = OCCASIONS.typed(occasions(["2011-03-01", "2011-10-30T01:30"], duration_min=["1", None]))
    pd.testing.assert_frame_equal(OCCASIONS.typed(once), once)


def test_empty_tables_have_every_column_typed() -> None:
    for schema in READABLE_TABLES.values():
        empty = schema.empty()
        assert tuple(empty.columns) == schema.names and empty.empty
    assert str(OBSERVATIONS.empty("Europe/Paris")["observed_at"].dtype) == "datetime64[us, Europe/Paris]"


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(SchemaError, match="has no column 'x'"):
        PEOPLE["x"]


DATE_LIKE = st.one_of(
    st.dates().map(str),
    st.datetimes().map(lambda when: when.isoformat()),
    st.from_regex(
        r"\A[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?"
        r"( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?\Z"
    ),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(DATE_LIKE, min_size=1, max_size=8))
def test_an_instant_is_read_alike_whatever_stands_beside_it(texts: list[str]) -> None:
    together = parse_instants(pd.Series(texts, dtype="str"), LONDON)
    alone = [parse_instants(pd.Series([text], dtype="str"), LONDON)[0] for text in texts]
    assert together.isna().tolist() == [pd.isna(one) for one in alone]
    assert [a for a in together.dropna()] == [a for a in alone if not pd.isna(a)]
