"""Columns in their own types: what is read, what is refused, and that a verdict does not depend on its neighbours."""

from __future__ import annotations

import warnings

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.instants import as_instant
from recoverynet.tables.columns import instants_of_column, parse_instants
from recoverynet.tables.layouts import GROUPS, OBSERVATIONS, OCCASIONS, PEOPLE, READABLE_TABLES, RECORD_TABLES

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


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(DATE_LIKE, min_size=1, max_size=8))
def test_an_instant_is_read_alike_whatever_stands_beside_it(texts: list[str]) -> None:
    together = parse_instants(pd.Series(texts, dtype="str"), LONDON)
    alone = [parse_instants(pd.Series([text], dtype="str"), LONDON)[0] for text in texts]
    assert together.isna().tolist() == [pd.isna(one) for one in alone]
    assert [a for a in together.dropna()] == [a for a in alone if not pd.isna(a)]


MOMENTS = pd.Series(pd.to_datetime(["2011-03-07T12:00Z", "2011-07-07T12:00:01.5Z"], format="ISO8601")).dt.tz_convert(
    "Europe/London"
)


@pytest.mark.parametrize(
    "column",
    [
        MOMENTS, MOMENTS.dt.as_unit("ns"), MOMENTS.astype(object), MOMENTS.astype("category"), MOMENTS.astype("str"),
        MOMENTS.astype("string[pyarrow]"), MOMENTS.astype(pd.ArrowDtype(pa.timestamp("us", "Europe/London"))),
        MOMENTS.astype(pd.ArrowDtype(pa.timestamp("ns", "UTC"))), MOMENTS.astype(pd.ArrowDtype(pa.string())),
        MOMENTS.dt.strftime("%Y-%m-%dT%H:%M:%S.%f%z"),
    ],
    ids=lambda column: str(column.dtype),
)  # fmt: skip
def test_instants_with_a_zone_are_read_whatever_holds_them(column: pd.Series) -> None:
    read = instants_of_column(column, "Column 'at'")
    assert (read == MOMENTS).all() and isinstance(read.dtype, pd.DatetimeTZDtype) and read.dt.unit == "us"
    assert instants_of_column(column, "Column 'at'", "Europe/London").dt.hour.tolist() == [12, 13]
    observed = pd.DataFrame(
        {"person_id": ["ann", "ben"], "observed_at": column, "variable": "state", "value": "abstinent", "source": "self"}
    )
    assert rn.spells(observed)["start"].tolist() == MOMENTS.tolist()


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (MOMENTS.dt.tz_localize(None), "2 of 2 have none, the first being '2011-03-07 12:00:00.*tz_localize"),
        (MOMENTS.dt.tz_localize(None).astype(pd.ArrowDtype(pa.timestamp("us"))), "have none"),
        (pd.Series(["2011-03-07T12:00+00:00", "2011-03-07"]), "1 of 2 have none, the first being '2011-03-07'"),
        (pd.Series([40609, 40610]), "got numbers"),
        (pd.Series(["soon", None]), "cannot be read as dates, the first being 'soon'"),
    ],
)
def test_instants_without_a_zone_are_refused_where_none_is_known(column: pd.Series, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        instants_of_column(column, "Column 'at'")


@pytest.mark.parametrize(
    "times", [["2011-03-27T01:30", "2011-03-27T02:30"], pd.to_datetime(["2011-03-27T01:30", "2011-03-27T02:30"])]
)
def test_clock_times_that_never_were_are_said(times: object) -> None:
    with pytest.warns(
        RecoveryNetWarning, match="1 local times of 'started_at' name an hour that the clocks of Europe/London skipped"
    ):
        typed = OCCASIONS.typed(occasions(times))
    assert typed["started_at"].dt.hour.tolist() == [2, 2]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        OCCASIONS.typed(occasions(["2011-03-27T01:30+00:00", "2011-10-30T01:30"]))
    with pytest.warns(RecoveryNetWarning, match="2011-03-27 01:30:00 names an hour that the clocks of Europe/London skipped"):
        as_instant("2011-03-27T01:30", "Europe/London")


def test_tables_need_no_frame_of_ours() -> None:
    with pytest.raises(SchemaError, match="Table 'people' is a pandas DataFrame with the columns person_id and role.*got a dict"):
        PEOPLE.typed({"person_id": ["ann"]})
    indexed = PEOPLE.typed(pd.DataFrame({"role": ["client", "peer"]}, index=pd.Index([7, 8], name="person_id")))
    assert indexed["person_id"].tolist() == ["7", "8"]
    assert PEOPLE.typed(pd.DataFrame({"person_id": [1], "role": "client", "area": [3.0]}))["area"].tolist() == ["3"]


def test_a_table_without_rows_has_every_column_in_its_own_type_and_keeps_its_own():
    for schema in RECORD_TABLES.values():
        given = pd.DataFrame({**dict.fromkeys(schema.required, pd.Series(dtype="float64")), "ours": pd.Series(dtype="int64")})
        typed, empty = schema.typed(given, tz="Europe/Paris"), schema.empty("Europe/Paris")
        assert typed.columns.tolist() == [*schema.names, "ours"] and typed["ours"].dtype == "int64"
        pd.testing.assert_frame_equal(typed[empty.columns], empty)
