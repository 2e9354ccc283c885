"""A store gives the small record a client's page needs: the same page, no roster, nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.samples import sample_folder

TZ = "Europe/London"
AT = pd.Timestamp("2011-06-15", tz=TZ)


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("riverside")


@pytest.fixture(scope="module")
def folder(record: rn.RecoveryRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store") / "riverside"
    rn.write_store(record, folder)
    return folder


@pytest.fixture(scope="module", params=["store", "csv"])
def store(request: pytest.FixtureRequest, folder: Path):  # type: ignore[no-untyped-def]
    with rn.open_record(folder if request.param == "store" else sample_folder("riverside")) as opened:
        yield opened


def small(store: rn.RecordStore, client: str) -> rn.RecoveryRecord:
    return store.around([client], AT - pd.Timedelta(days=360), AT)


def same_page(whole: rn.RecoveryRecord, part: rn.RecoveryRecord, client: str) -> None:
    one, two = (rn.client_links(each, client, at=AT) for each in (whole, part))
    for name in ("people", "groups", "ways", "contacts"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), obj=f"{name} of {client}")
    facts = [{**links.to_dict(), "sole": links.sole_link, "blind": links.blind_spots} for links in (one, two)]
    assert str(facts[0]) == str(facts[1])
    doors = [rn.introductions(each, client, at=AT) for each in (whole, part)]
    pd.testing.assert_frame_equal(*doors)
    asked = [[(prompt.code, prompt.on, prompt.facts) for prompt in rn.prompts(each, client, at=AT)] for each in (whole, part)]
    assert asked[0] == asked[1]


@pytest.mark.slow
def test_the_page_is_the_same_from_the_small_record(record: rn.RecoveryRecord, store: rn.RecordStore) -> None:
    clients = record.people.loc[record.people["role"] == "client", "person_id"].tolist()
    apart = [*record.separations["person_id"], *record.separations["other_id"]]
    for client in [*clients[::29], *apart]:
        same_page(record, small(store, client), client)


@pytest.mark.slow
def test_a_small_record_is_sound(record: rn.RecoveryRecord, store: rn.RecordStore) -> None:
    part = small(store, "c0337")
    again = rn.RecoveryRecord(**part.tables(), window=part.window, tz=part.tz)  # every check of a record
    for name, frame in part.tables().items():
        pd.testing.assert_frame_equal(frame, getattr(again, name))
    assert 0 < len(part.participation) < len(record.participation) / 10


def own_occasions(record: rn.RecoveryRecord, people: set[str]) -> list[set[str]]:
    """Who was there whenever one of these people met somebody as a person."""
    personal = record.occasions.loc[record.occasions["group_id"].isna(), "occasion_id"]
    there = record.participation[record.participation["occasion_id"].isin(personal)]
    return [present for present in there.groupby("occasion_id")["person_id"].agg(set) if present & people]


def test_it_holds_no_roster(record: rn.RecoveryRecord, store: rn.RecordStore) -> None:
    part = small(store, "c0337")
    links = rn.client_links(record, "c0337", at=AT)
    willing = set(record.people.loc[record.people["introducer_consent"].eq(True).fillna(False), "person_id"])
    apart = set(record.separations["person_id"]) | set(record.separations["other_id"])
    companions = {person for occasion in own_occasions(record, apart) for person in occasion}
    allowed = {"c0337", *links.people["person_id"], *willing, *apart, *companions}
    assert set(part.participation["person_id"]) <= allowed
    meetings = part.occasions.loc[part.occasions["group_id"].notna(), "occasion_id"]
    whole = record.participation[record.participation["occasion_id"].isin(meetings)]
    there = part.participation[part.participation["occasion_id"].isin(meetings)]
    assert len(there) < len(whole) / 2


def test_steps_reach_further_and_bounds_hold(store: rn.RecordStore) -> None:
    start, end = "2011-03-01", "2011-06-01"
    alone, met, beyond = (store.around(["c0337"], start, end, steps=steps) for steps in (0, 1, 2))
    assert set(alone.participation["person_id"]) == {"c0337"}
    assert set(alone.people["person_id"]) < set(met.people["person_id"]) <= set(beyond.people["person_id"])
    for part in (alone, met, beyond):
        times = part.occasions["started_at"]
        assert times.min() >= pd.Timestamp(start, tz=TZ) and times.max() < pd.Timestamp(end, tz=TZ)
        assert (
            part.observations["observed_at"].between(pd.Timestamp(start, tz=TZ), pd.Timestamp(end, tz=TZ), inclusive="left").all()
        )


def test_several_people_at_once(store: rn.RecordStore) -> None:
    both = store.around(["c0337", "c0012"], "2011-03-01", "2011-06-01", steps=0)
    assert set(both.participation["person_id"]) == {"c0337", "c0012"}


def test_a_store_is_a_record_too(folder: Path, record: rn.RecoveryRecord) -> None:
    again = rn.read_record(folder)
    assert len(again.participation) == len(record.participation) and again.window == record.window
    with rn.open_record(folder) as store:
        assert store.window == record.window and store.tz == record.tz and len(store.people) == 940


def test_ids_with_quotes_are_ids(tmp_path: Path) -> None:
    odd = "o'ne; DROP TABLE people"
    record = rn.RecoveryRecord(
        pd.DataFrame({"person_id": [odd, "w"], "role": ["client", "worker"]}),
        pd.DataFrame({"occasion_id": ["o'1"], "started_at": ["2011-05-01"], "kind": ["call"]}),
        pd.DataFrame({"occasion_id": ["o'1", "o'1"], "person_id": [odd, "w"]}),
        tz=TZ,
    )
    rn.write_store(record, tmp_path / "it's")
    with rn.open_record(tmp_path / "it's") as store:
        assert set(store.around([odd], "2011-05-01", "2011-05-02").people["person_id"]) == {odd, "w"}


def test_wrong_questions_are_answered_in_words(store: rn.RecordStore, tmp_path: Path) -> None:
    with pytest.raises(rn.UnknownPersonError, match="knows nobody called 'zoe'"):
        store.around(["zoe"], "2011-01-01", "2011-02-01")
    for ids in ("c0337", []):
        with pytest.raises(rn.SchemaError, match="one or more ids"):
            store.around(ids, "2011-01-01", "2011-02-01")
    with pytest.raises(rn.SchemaError, match="steps must be 0, 1 or 2"):
        store.around(["c0337"], "2011-01-01", "2011-02-01", steps=3)
    with pytest.raises(rn.TimeOrderError, match="must end after it starts"):
        store.around(["c0337"], "2011-02-01", "2011-01-01")
    with pytest.raises(rn.TimeOrderError, match="1 June 2009 lies before it"):
        store.around_client("c0337", at="2009-06-01")
    with pytest.raises(rn.SchemaError, match="There is no folder or file"):
        rn.open_record(tmp_path / "nowhere")


def test_a_spoilt_store_is_told_in_words(folder: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    (spoilt / "index" / "met.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(rn.SchemaError, match="the store cannot be read.*write_store"), rn.open_record(spoilt) as store:
        store.around(["c0337"], "2011-01-01", "2011-02-01")


@pytest.mark.slow
def test_a_store_is_open_to_many_at_once(folder: Path) -> None:
    program = (
        "import sys, recoverynet as rn\n"
        "with rn.open_record(sys.argv[1]) as store: print(len(store.around(['c0337'], '2011-03-01', '2011-06-01').people))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(rn.__file__).parents[1])}
    with rn.open_record(folder) as store:
        here = len(store.around(["c0337"], "2011-03-01", "2011-06-01").people)
        done = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True, env=env)
    assert int(done.stdout) == here


def test_declared_words_of_state_travel_with_a_small_record(tmp_path: Path) -> None:
    record = rn.load_sample("five_people")
    words = (*rn.StateScheme().states, "steady")
    seen = record.observations.assign(
        value=record.observations["value"].mask(record.observations["value"] == "abstinent", "steady")
    )
    rn.write_store(record.with_tables(observations=seen, states=words), tmp_path / "store")
    with rn.open_record(tmp_path / "store") as store:
        around = store.around(["ann"], "2011-03-01", "2011-04-15")
    assert around.states == words
    assert "steady" in set(around.observations["value"])
