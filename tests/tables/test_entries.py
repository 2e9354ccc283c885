"""What workers entered, folded into a record: each contact and step once, nothing lost, nothing made up."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.tables.entries import COPY, DATABASE, ENTRY_COLUMNS, entered_folder, occasion_id

pytest.importorskip("sqlalchemy", reason="the web extra is not installed")
from recoverynet.web.store import Entry, Store, new_uuid, utc_now  # noqa: E402


@pytest.fixture
def five(tmp_path: Path) -> Path:
    rn.write_record(rn.load_sample("five_people"), tmp_path / "five")
    return tmp_path / "five"


def entry(what: str = "contact", client: str = "eve", **said: str) -> Entry:
    said = {"day": "2011-04-20", **({"kind": "call"} if what == "contact" else {}), **said}
    return Entry(
        new_uuid(), utc_now(), "dev", what, client, **(said if what != "taken_back" else {"supersedes": said["supersedes"]})
    )


def enter(folder: Path, *entries: Entry) -> None:
    store = Store(folder)
    for one in entries:
        store.add([one])
    store.close()


def added(folder: Path) -> tuple[int, int, int]:
    """Occasions, participation and steps beyond those of the files."""
    bare, whole = rn.read_record(folder, entries=False), rn.read_record(folder)
    return tuple(len(getattr(whole, name)) - len(getattr(bare, name)) for name in ("occasions", "participation", "linkage"))  # type: ignore[return-value]


def test_without_entries_nothing_changes(five: Path) -> None:
    assert added(five) == (0, 0, 0) and not entered_folder(five).exists()


@pytest.mark.slow
def test_contacts_and_steps_are_in_the_record_and_move_its_window(five: Path) -> None:
    group = rn.read_record(five).groups["group_id"].iloc[0]
    enter(five, entry(person_id="cat"), entry(group_id=group, kind="meeting"), entry("step", group_id=group, stage="attended"))
    assert added(five) == (2, 3, 1)
    assert rn.read_record(five).window[1] == pd.Timestamp("2011-04-21", tz="Europe/London")


@pytest.mark.slow
def test_each_counts_once(five: Path) -> None:
    group = rn.read_record(five).groups["group_id"].iloc[0]
    enter(
        five,
        *(entry(person_id="cat") for _ in range(3)),
        entry(client="cat", person_id="eve"),
        *(entry(group_id=group, kind="meeting") for _ in range(2)),
        *(entry("step", group_id=group, stage="accepted") for _ in range(2)),
    )
    assert added(five) == (2, 3, 1)
    notes = " ".join(rn.read_record(five).notes)
    assert "2 contacts and 1 steps" in notes and "5 contacts or steps were on record already" in notes


def test_another_day_or_kind_is_another_contact(five: Path) -> None:
    enter(five, entry(person_id="cat"), entry(person_id="cat", day="2011-04-21"), entry(person_id="cat", kind="text"))
    assert added(five) == (3, 6, 0)


@pytest.mark.slow
def test_what_the_record_holds_already_counts_once(five: Path) -> None:
    record = rn.read_record(five)
    pairs = record.participation.merge(record.occasions[record.occasions["group_id"].isna()], on="occasion_id")
    first = pairs[pairs["occasion_id"] == pairs["occasion_id"].iloc[0]]
    one, other = first["person_id"].iloc[:2]
    met = record.participation.merge(record.occasions[record.occasions["group_id"].notna()], on="occasion_id").iloc[0]
    step = record.linkage.iloc[0]
    enter(
        five,
        entry(client=one, person_id=other, kind=first["kind"].iloc[0], day=f"{first['started_at'].iloc[0]:%Y-%m-%d}"),
        entry(client=met["person_id"], group_id=met["group_id"], kind="meeting", day=f"{met['started_at']:%Y-%m-%d}"),
        entry("step", client=step["client_id"], group_id=step["group_id"], stage=step["stage"], day=f"{step['at']:%Y-%m-%d}"),
    )
    assert added(five) == (0, 0, 0)


@pytest.mark.slow
def test_somebody_new_joins_the_meeting_on_record(five: Path) -> None:
    record = rn.read_record(five)
    meeting = record.occasions[record.occasions["group_id"].notna()].iloc[0]
    there = set(record.participation.loc[record.participation["occasion_id"] == meeting["occasion_id"], "person_id"])
    absent = next(person for person in record.people["person_id"] if person not in there)
    enter(five, entry(client=absent, group_id=meeting["group_id"], kind="meeting", day=f"{meeting['started_at']:%Y-%m-%d}"))
    assert added(five) == (0, 1, 0)


def test_an_entry_taken_back_is_not_folded_in(five: Path) -> None:
    gone = entry(person_id="cat")
    enter(five, gone, entry("taken_back", supersedes=gone.uuid))
    assert added(five) == (0, 0, 0)


@pytest.mark.slow
def test_unknown_people_and_groups_are_left_out_and_told(five: Path) -> None:
    enter(
        five, entry(person_id="nobody"), entry(client="nobody", person_id="cat"), entry("step", group_id="nowhere", stage="offered")
    )
    assert added(five) == (0, 0, 0)
    assert any("3 entries were left out" in note for note in rn.read_record(five).notes)


@pytest.mark.slow
def test_reading_twice_and_writing_what_was_read_adds_nothing(five: Path) -> None:
    enter(five, entry(person_id="cat"), entry("step", group_id=rn.read_record(five).groups["group_id"].iloc[0], stage="accepted"))
    once = rn.read_record(five)
    rn.write_record(once, five)
    again = rn.read_record(five)
    for name in ("occasions", "participation", "linkage"):
        pd.testing.assert_frame_equal(getattr(once, name), getattr(again, name), check_dtype=False)


@pytest.mark.slow
def test_a_store_folds_in_the_same_and_follows_live(five: Path, tmp_path: Path) -> None:
    rn.write_store(rn.read_record(five), tmp_path / "store")
    with rn.open_record(tmp_path / "store") as store, rn.open_record(five) as folder:
        window = ("2011-03-01", "2011-05-01")
        assert not store.around(["eve"], *window).participation["person_id"].eq("cat").any()
        for where in (tmp_path / "store", five):
            enter(where, entry(person_id="cat"))
        for opened in (store, folder):
            small = opened.around(["eve"], *window)
            made = small.occasions[small.occasions["occasion_id"].str.startswith("entry:")]
            assert len(made) == 1
            assert {"eve", "cat"} <= set(
                small.participation.loc[small.participation["occasion_id"].isin(made["occasion_id"]), "person_id"]
            )
            assert rn.client_links(small, "eve", at="2011-04-30").people["person_id"].tolist().count("cat") == 1


@pytest.mark.slow
def test_the_copy_of_another_database_is_folded_in_once(five: Path) -> None:
    one = entry(person_id="cat")
    enter(five, one)
    frame = pd.DataFrame([[getattr(one, name) for name in ENTRY_COLUMNS]], columns=list(ENTRY_COLUMNS))
    frame.to_parquet(entered_folder(five) / COPY)
    assert added(five) == (1, 2, 0)
    (entered_folder(five) / DATABASE).unlink()
    assert added(five) == (1, 2, 0)


@pytest.mark.parametrize("name", [DATABASE, COPY])
def test_entries_that_cannot_be_read_are_not_passed_over(five: Path, name: str) -> None:
    entered_folder(five).mkdir()
    (entered_folder(five) / name).write_bytes(b"not what it should be" * 100)
    with pytest.raises(rn.SchemaError, match="What workers entered lies in"):
        rn.read_record(five)


def test_ids_of_entries_never_look_like_telephone_numbers() -> None:
    assert not any(sign.isdigit() for sign in occasion_id("01234567-8901-4234-8901-234567890123"))
    assert occasion_id("01234567-8901-4234-8901-234567890123") != occasion_id("01234567-8901-4234-8901-234567890124")


def test_an_entry_is_in_the_next_evaluation_report(five: Path) -> None:
    record = rn.read_record(five)
    before = rn.introduction_outcomes(record, by=()).iloc[0]
    linked = set(record.linkage.loc[record.linkage["client_id"] == "eve", "group_id"])
    group = next(group for group in record.groups["group_id"] if group not in linked)
    enter(five, entry("step", group_id=group, stage="offered"), entry("step", group_id=group, stage="declined", reason="travel"))
    after = rn.introduction_outcomes(rn.read_record(five), by=()).iloc[0]
    assert (after["n_proposed"] - before["n_proposed"], after["n_declined"] - before["n_declined"]) == (1, 1)
