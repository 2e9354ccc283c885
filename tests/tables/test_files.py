"""Writing and reading back: the same record, the same bytes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recoverynet as rn
from recoverynet.samples import sample_folder
from recoverynet.tables.layouts import RECORD_TABLES

PEOPLE = pd.DataFrame({"person_id": ["007", "NA", "w1"], "role": ["client", "peer", "worker"]})


def same(one: rn.RecoveryRecord, other: rn.RecoveryRecord) -> None:
    assert one.window == other.window and one.tz == other.tz
    for name in RECORD_TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_record_is_read_back_as_it_was_written(tmp_path, form) -> None:
    record = rn.load_sample("five_people")
    rn.write_record(record, tmp_path / "new" / "folder", format=form)
    same(rn.read_record(tmp_path / "new" / "folder"), record)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_record_gives_the_same_bytes(tmp_path, form) -> None:
    record = rn.load_sample("five_people")
    rn.write_record(record, tmp_path / "a", format=form)
    rn.write_record(rn.read_record(tmp_path / "a"), tmp_path / "b", format=form)
    rn.write_record(record, tmp_path / "a", format=form)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_csv_is_plain_to_read(tmp_path) -> None:
    rn.write_record(rn.load_sample("five_people"), tmp_path)
    assert (tmp_path / "occasions.csv").read_text().splitlines()[:2] == [
        "occasion_id,started_at,kind,group_id,duration_min,setting",
        "o1,2011-03-01T19:30+00:00,meeting,g1,90,church hall",
    ]
    episodes = (tmp_path / "episodes.csv").read_text().splitlines()
    assert episodes[1] == "ann,2011-01-10,2011-03-31,Northgate,psychosocial,completed"
    assert not (tmp_path / "separations.csv").exists() and not (tmp_path / "record.toml").exists()


def test_reading_agrees_with_the_samples_own_reader() -> None:
    same(rn.read_record(sample_folder("five_people")), rn.load_sample("five_people"))


@pytest.mark.slow
def test_words_of_state_that_were_named_travel_with_the_record(tmp_path) -> None:
    words = ["using", 'say "hi"', "back\\slash", "apos'", 'three """ marks', "a = 1 # x", "unknown"]
    shutil.copytree(sample_folder("five_people"), tmp_path / "mine")
    seen = pd.read_csv(tmp_path / "mine" / "observations.csv", dtype="str")
    states = seen.index[seen["variable"] == "state"]
    seen.loc[states, "value"] = [words[k % len(words)] for k in range(len(states))]
    seen.to_csv(tmp_path / "mine" / "observations.csv", index=False)
    record = rn.read_record(tmp_path / "mine", mapping={"states": words})
    assert record.states == tuple(words) and record.with_tables().states == tuple(words)
    assert not len(rn.find_problems(record).query("severity == 'error'"))
    rn.write_record(record, tmp_path / "out")
    assert rn.read_record(tmp_path / "out").observations.equals(record.observations)
    hidden = rn.pseudonymise(record, key="only for this test of words").observations
    assert hidden["value"][states].tolist() == record.observations["value"][states].tolist()
    rn.write_store(record, tmp_path / "store")
    for place in (tmp_path / "out", tmp_path / "store"):
        with rn.open_record(place) as store:
            assert store.as_record().states == tuple(words)


def test_time_zone_and_window_travel_beside_the_tables(tmp_path) -> None:
    record = rn.RecoveryRecord(
        PEOPLE,
        pd.DataFrame({"occasion_id": ["o1"], "started_at": ["2011-07-01T23:30"], "kind": ["call"]}),
        pd.DataFrame({"occasion_id": ["o1"], "person_id": ["007"]}),
        window=("2011-01-01", "2012-01-01"),
        tz="America/New_York",
    )
    rn.write_record(record, tmp_path)
    assert (tmp_path / "record.toml").read_text().splitlines() == [
        'time_zone = "America/New_York"',
        'window = ["2011-01-01T00:00:00-05:00", "2012-01-01T00:00:00-05:00"]',
    ]
    same(rn.read_record(tmp_path), record)
    assert rn.find_problems(tmp_path).empty
    plain = rn.RecoveryRecord(PEOPLE, RECORD_TABLES["occasions"].empty(), RECORD_TABLES["participation"].empty())
    rn.write_record(plain, tmp_path)
    assert not (tmp_path / "record.toml").exists()


def test_a_folder_with_other_tables_is_refused(tmp_path) -> None:
    record = rn.load_sample("five_people")
    rn.write_record(record, tmp_path)
    with pytest.raises(rn.SchemaError, match=r"holds alter_ties.csv, episodes.csv, .* read together"):
        rn.write_record(record, tmp_path, format="parquet")
    (tmp_path / "contact_log.csv").write_text("x\n")
    with pytest.raises(rn.SchemaError, match="contact_log.csv"):
        rn.write_record(record, tmp_path)


def test_an_unknown_format_is_refused(tmp_path) -> None:
    with pytest.raises(rn.SchemaError, match="'csv' or 'parquet'; got 'xlsx'"):
        rn.write_record(rn.load_sample("five_people"), tmp_path, format="xlsx")


def test_extra_columns_ride_along(tmp_path) -> None:
    people = PEOPLE.assign(score=[1.5, None, 3], kept=[True, False, True], label=["a,b", 'say "x"', None])
    empty = {name: RECORD_TABLES[name].empty() for name in ("occasions", "participation")}
    record = rn.RecoveryRecord(people, **empty)
    rn.write_record(record, tmp_path / "p", format="parquet")
    back = rn.read_record(tmp_path / "p").people
    assert back["score"].fillna(-1).tolist() == [1.5, -1, 3] and back["kept"].tolist() == [True, False, True]
    rn.write_record(record, tmp_path / "c")
    back = rn.read_record(tmp_path / "c").people
    assert back["score"].fillna("?").tolist() == ["1.5", "?", "3"]
    assert back["kept"].tolist() == ["true", "false", "true"]
    assert back["label"].fillna("?").tolist() == ["a,b", 'say "x"', "?"]


ID = st.text(st.characters(codec="ascii", categories=("Ll", "Nd")), min_size=1, max_size=4)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=5).map(str.strip)
INSTANT = st.datetimes(pd.Timestamp("1951-01-01"), pd.Timestamp("2025-12-31")).map(
    lambda when: pd.Timestamp(when).tz_localize("UTC").tz_convert("Europe/London")
)


@st.composite
def records(draw: st.DrawFn) -> rn.RecoveryRecord:
    ids = draw(st.lists(ID, min_size=1, max_size=5, unique=True))
    n = len(ids)
    column = lambda values: draw(st.lists(values, min_size=n, max_size=n))  # noqa: E731
    people = pd.DataFrame(
        {
            "person_id": ids,
            "role": column(st.sampled_from(["client", "peer"])),
            "area": column(st.none() | TEXT),
            "consent_care": column(st.none() | st.booleans()),
            "joined_on": column(st.none() | INSTANT),
        }
    )
    occasions = pd.DataFrame(
        {
            "occasion_id": [f"o{place}" for place in range(n)],
            "started_at": column(INSTANT),
            "kind": "call",
            "duration_min": column(st.none() | st.floats(0, 1e6)),
        }
    )
    participation = pd.DataFrame({"occasion_id": [f"o{place}" for place in range(n)], "person_id": column(st.sampled_from(ids))})
    return rn.RecoveryRecord(people, occasions, participation)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(records(), st.sampled_from(["csv", "parquet"]))
def test_any_record_is_read_back_as_it_was_written(record: rn.RecoveryRecord, form: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rn.write_record(record, folder, format=form)
        same(rn.read_record(folder, on_problems="raise"), record)


def rows_of(path: Path) -> list[bytes]:
    """Rows of a table as written. Only a line feed ends one: U+2028 and its like are text, though str.splitlines cuts there."""
    return path.read_bytes().removesuffix(b"\n").split(b"\n")


AWKWARD = [
    "a\u2028b", "a\u2029b", "'\u00a0=1", "'\u3000-", "\ufeff", "=1", "''", 'a"b', "a,b", "a;b;c", "NA", "1.50", "007", "é", None,
]  # fmt: skip


@pytest.mark.parametrize("first", range(len(AWKWARD)))
def test_whatever_text_comes_first_the_rows_are_read_alike(tmp_path, first: int) -> None:
    """Line separators of Unicode within a text, and text like a formula behind a space of Unicode, were once not."""
    people = pd.DataFrame({"person_id": [f"p{place}" for place in range(len(AWKWARD))], "role": "client", "area": AWKWARD})
    empty = {name: RECORD_TABLES[name].empty() for name in ("occasions", "participation")}
    record = rn.RecoveryRecord(people, **empty)
    rn.write_record(record, tmp_path)
    head, *rows = rows_of(tmp_path / "people.csv")
    (tmp_path / "people.csv").write_bytes(b"\n".join([head, *rows[first:], *rows[:first], b""]))
    back = rn.read_record(tmp_path).people.sort_values("person_id", ignore_index=True)
    pd.testing.assert_frame_equal(back, record.people.sort_values("person_id", ignore_index=True))


def test_ids_with_an_e_between_figures_are_no_rounded_numbers(tmp_path) -> None:
    """Spreadsheets write 1.2E+15; 0E0 and 5e3 are ids, and were refused on reading after they had been accepted in memory."""
    people = pd.DataFrame({"person_id": ["0E0", "5e3", "1E10", "7e"], "role": "client"})
    record = rn.RecoveryRecord(people, **{name: RECORD_TABLES[name].empty() for name in ("occasions", "participation")})
    rn.write_record(record, tmp_path)
    assert list(rn.read_record(tmp_path).people["person_id"]) == ["0E0", "5e3", "1E10", "7e"]


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(records(), st.randoms())
def test_the_order_of_rows_makes_no_other_record(record: rn.RecoveryRecord, random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rn.write_record(record, folder)
        for path in Path(folder).glob("*.csv"):
            head, *rows = rows_of(path)
            random.shuffle(rows)
            path.write_bytes(b"\n".join([head, *rows, b""]))
        back = rn.read_record(folder)
    for name in ("people", "occasions", "participation"):
        key = list(RECORD_TABLES[name].key)
        one, other = (getattr(which, name).sort_values(key, ignore_index=True) for which in (back, record))
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    "ask", [rn.read_record, rn.open_record, rn.read_graphml, lambda path: rn.write_record(rn.load_sample("five_people"), path)]
)
@pytest.mark.parametrize(("path", "told"), [("", "got an empty text, as where a variable was not filled in"), ("  ", "empty text"),
                                            ("a\0b", "a sign that no path holds")])  # fmt: skip
def test_a_path_that_is_none_does_not_become_the_folder_one_stands_in(ask, path, told, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rn.SchemaError, match=told):
        ask(path)
    assert not list(tmp_path.iterdir())
