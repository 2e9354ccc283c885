"""Entries, links and visits in SQLite and in PostgreSQL: added once, never changed, never half."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.tables.entries import COPY, DATABASE, read_entered
from recoverynet.web import schema
from recoverynet.web.schema import StoreError
from recoverynet.web.store import Entry, Store, new_uuid, utc_now
from recoverynet.web.way_in import Refused, WayIn


@pytest.fixture
def store(tmp_path: Path, database: str | None):
    opened = Store(tmp_path, database)
    yield opened
    opened.close()


def contact(**more: str) -> Entry:
    said = {"uuid": new_uuid(), "client_id": "ann", "person_id": "p1", "day": "2011-03-07", "kind": "call", **more}
    return Entry(recorded_at=utc_now(), worker_id="w1", what="contact", **said)


def test_an_entry_is_kept_whole_with_who_and_when(store) -> None:
    one = contact()
    assert store.add([one]) and store.of_client("ann") == [one] and store.of_client("ben") == []


def test_the_same_entry_again_is_not_another(store) -> None:
    one = contact()
    assert [store.add([one]), store.add([one]), len(store.of_client("ann"))] == [True, False, 1]
    with pytest.raises(SchemaError, match="said something else"):
        store.add([contact(uuid=one.uuid, kind="text")])
    with pytest.raises(SchemaError, match="said something else"):
        store.add([contact(uuid=one.uuid, client_id="ben")])


def test_all_or_none(store) -> None:
    one = contact()
    store.add([one])
    with pytest.raises(SchemaError):
        store.add([contact(), contact(uuid=one.uuid, kind="text")])

    def stop() -> None:
        raise RuntimeError("the log is full")

    with pytest.raises(RuntimeError):
        store.add([contact()], stop)
    assert store.of_client("ann") == [one]


def test_what_takes_the_place_of_another_must_be_of_the_same_client(store) -> None:
    one = contact()
    store.add([one])
    for client, which in (("ben", one.uuid), ("ann", new_uuid())):
        with pytest.raises(SchemaError, match="no such entry"):
            store.add([Entry(new_uuid(), utc_now(), "w1", "taken_back", client, supersedes=which)])
    store.add([Entry(new_uuid(), utc_now(), "w2", "taken_back", "ann", supersedes=one.uuid)])
    assert store.of_client("ann") == []


def test_a_correction_takes_the_place_of_what_it_corrects(store) -> None:
    one = contact()
    better = contact(kind="text", supersedes=one.uuid)
    store.add([one])
    store.add([better])
    assert store.of_client("ann") == [better]


@pytest.mark.parametrize("change", ["UPDATE entries SET client_id = 'x'", "DELETE FROM entries"])
def test_the_database_itself_refuses_changes(store, change) -> None:
    import sqlalchemy as sa

    store.add([contact()])
    with pytest.raises(StoreError), schema.told_plainly(), schema.writing(store.engine) as connection:
        connection.execute(sa.text(change))
    assert len(store.of_client("ann")) == 1


@pytest.mark.parametrize("wanting", [{"day": None}, {"kind": None}, {"person_id": None}])
def test_half_an_entry_is_none(wanting) -> None:
    with pytest.raises(SchemaError, match="lacks what it is about"):
        contact(**wanting)


def test_twenty_at_once_lose_nothing_and_double_nothing(store) -> None:
    shared = contact(person_id="p9")
    wrong: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for place in range(5):
                store.add([contact(day=f"2011-03-{place + 1:02d}", person_id=f"p{number}")])
                store.add([shared])
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == [] and len(store.of_client("ann")) == 101


def test_what_is_entered_is_what_the_record_reads(store, tmp_path) -> None:
    store.add([contact(), contact(client_id="ben")])
    assert read_entered(tmp_path, "Europe/London").contacts["client_id"].tolist() == ["ann", "ben"]


def test_a_copy_that_was_lost_is_written_anew(tmp_path, database) -> None:
    store = Store(tmp_path, database)
    store.add([contact()])
    copy = store.folder / COPY
    assert copy.exists() == (database is not None)
    copy.unlink(missing_ok=True)
    store.close()
    Store(tmp_path, database).close()
    assert len(read_entered(tmp_path, "Europe/London").contacts) == 1


def test_a_secret_stays_the_same(store) -> None:
    assert store.secret("a") == store.secret("a") != store.secret("b") and len(store.secret("a")) == 32


def test_links_and_visits(store) -> None:
    now = [1000.0]
    way_in = WayIn(store.engine, lambda: now[0])
    made = way_in.invite("w1", hours=1)
    token = way_in.open(made.code)
    assert isinstance(token, str) and way_in.session(token).worker_id == "w1"
    assert way_in.open(made.code) == Refused("used", "w1")
    late = way_in.invite("w1", hours=1)
    now[0] += 3601
    assert way_in.open(late.code) == Refused("expired", "w1")
    assert way_in.session(token) is None, "nobody was there for an hour"
    gone = way_in.invite("w1", hours=1)
    assert way_in.revoke(gone.number) == (1, 0) and way_in.open(gone.code) == Refused("revoked", "w1")
    assert way_in.open("A" * 43) == Refused("unknown") and way_in.session("A" * 43) is None
    assert way_in.is_known("w1") and way_in.is_known(gone.number) and not way_in.is_known("w2")


def test_revoking_one_link_ends_the_visit_it_opened_and_no_other(store) -> None:
    way_in = WayIn(store.engine)
    one, other = way_in.invite("w1"), way_in.invite("w1")
    tokens = [way_in.open(made.code) for made in (one, other)]
    assert way_in.revoke(one.number) == (0, 1)
    assert [way_in.session(token) is None for token in tokens] == [True, False]


def test_one_link_opened_by_many_at_once_lets_one_in(store) -> None:
    way_in = WayIn(store.engine)
    code, found = way_in.invite("w1").code, []
    threads = [threading.Thread(target=lambda: found.append(way_in.open(code))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(isinstance(each, str) for each in found) == 1 and len(found) == 12


def test_only_hashes_of_codes_and_tokens_are_kept(tmp_path) -> None:
    store = Store(tmp_path)
    way_in = WayIn(store.engine)
    made = way_in.invite("w1")
    token = way_in.open(made.code)
    store.close()
    held = b"".join(file.read_bytes() for file in (tmp_path / "entered").iterdir())
    assert made.code.encode() not in held and token.encode() not in held


def test_files_are_their_owner_s_alone(tmp_path) -> None:
    store = Store(tmp_path)
    store.add([contact()])
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in store.folder.iterdir() if file.suffix != ".parquet")


def test_a_store_that_somebody_else_holds_says_so_and_keeps_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(schema, "WAIT_SECONDS", 0.2)
    store = Store(tmp_path)
    other = sqlite3.connect(store.folder / DATABASE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program holds") as told:
        store.add([contact()])
    assert told.value.reason == "locked"
    other.execute("ROLLBACK")
    assert store.add([contact()]) and len(store.of_client("ann")) == 1


def test_a_file_that_is_no_database_is_told(tmp_path) -> None:
    (tmp_path / "entered").mkdir()
    (tmp_path / "entered" / DATABASE).write_bytes(b"hello" * 1000)
    with pytest.raises(StoreError, match="damaged or no database"):
        Store(tmp_path)


def test_a_database_that_is_not_there_is_told(tmp_path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="cannot be reached"):
        Store(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(rn.SchemaError, match="postgresql://user@host/name"):
        Store(tmp_path, "mysql://x")
