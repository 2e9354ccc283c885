"""Pseudonyms: consistent, keyed, complete; and folders that name people made into folders that do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import stat
import subprocess
import sys
import unicodedata
import warnings
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.samples import sample_folder
from recoverynet.tables.layouts import READABLE_TABLES
from recoverynet.tables.pseudonyms import pseudonymise_folder, read_key

KEY = b"sixteen bytes ok"


def everything_in(record: rn.RecoveryRecord) -> set[str]:
    return {str(value) for frame in record.tables().values() for name in frame for value in frame[name].dropna()}


def test_a_pseudonym_is_the_first_80_bits_of_an_hmac() -> None:
    digest = hmac.new(KEY, b"ann", hashlib.sha256).digest()[:10]
    expected = "p" + base64.b32encode(digest).decode().lower()
    masked = rn.pseudonymise(rn.load_sample("five_people"), key=KEY)
    assert masked.people["person_id"][0] == expected and len(expected) == 17


def test_every_id_of_a_person_is_replaced_in_every_table_alike() -> None:
    record = rn.load_sample("five_people")
    masked = rn.pseudonymise(record, key=KEY)
    known: dict[str, str] = {}
    for name, frame in record.tables().items():
        other = getattr(masked, name)
        for column in READABLE_TABLES[name].person_ids:
            for old, new in zip(frame[column].dropna(), other[column].dropna(), strict=True):
                assert known.setdefault(old, new) == new and old != new
        rest = [column for column in frame if READABLE_TABLES[name][column].kind != "id"]
        pd.testing.assert_frame_equal(frame[rest], other[rest])
    assert set(known) == {"ann", "ben", "cat", "dev", "eve", "x1"} and len(set(known.values())) == 6
    assert not set(known) & everything_in(masked)
    assert masked.window == record.window and rn.find_problems(masked).empty


def test_the_network_is_the_same_under_other_names() -> None:
    record = rn.load_sample("five_people")
    masked = rn.pseudonymise(record, key=KEY)
    one, other = (rn.project(rn.ContactGraph(which)).weights.toarray() for which in (record, masked))
    assert (one == other).all()


def test_another_key_gives_other_pseudonyms_and_the_same_key_the_same() -> None:
    record = rn.load_sample("five_people")
    keys = (KEY, KEY.decode(), b"another key here")
    ids = [set(rn.pseudonymise(record, key=key).people["person_id"]) for key in keys]
    assert ids[0] == ids[1] and not ids[0] & ids[2]


def test_extra_columns_that_name_people_are_replaced() -> None:
    record = rn.load_sample("five_people")
    people = record.people.assign(
        sponsor=["cat", None, None, None, "Ned"], mentor_id=["cat", None, None, None, "k9"], ward=["ann", "b", "c", "d", "e"]
    )
    masked = rn.pseudonymise(record.with_tables(people=people), key=KEY).people
    cat = masked["person_id"][2]
    assert masked["sponsor"][0] == cat and masked["sponsor"][4] not in ("Ned", cat)
    assert masked["mentor_id"][0] == cat and masked["mentor_id"][4] not in ("k9", cat)
    assert masked["ward"].tolist() == ["[removed]", "b", "c", "d", "e"]


@pytest.mark.parametrize("key", ["short", b"", "x" * 15])
def test_short_keys_are_refused(key) -> None:
    with pytest.raises(rn.SchemaError, match="at least 16 bytes"):
        rn.pseudonymise(rn.load_sample("five_people"), key=key)


def test_a_key_file(tmp_path) -> None:
    path = tmp_path / "keys" / "key.txt"
    path.parent.mkdir()
    path.write_text("0123456789abcdef\n")
    assert read_key(path) == b"0123456789abcdef"
    assert read_key(path, away_from=[tmp_path / "data"]) == b"0123456789abcdef"
    path.write_text("short")
    with pytest.raises(rn.SchemaError, match="it has 5"):
        read_key(path)
    with pytest.raises(rn.SchemaError, match=r"There is no key file .*none\.txt'.*token_hex\(32\)\)\" > .*none\.txt$"):
        read_key(tmp_path / "none.txt")


def test_a_key_with_the_data_is_refused(tmp_path) -> None:
    deep = tmp_path / "data" / "deep"
    deep.mkdir(parents=True)
    (deep / "key.txt").write_text("0123456789abcdef")
    (tmp_path / "book.xlsx").write_bytes(b"x")
    (tmp_path / "key.txt").write_text("0123456789abcdef")
    with pytest.raises(rn.DisclosureError, match="whoever gets both"):
        read_key(deep / "key.txt", away_from=[tmp_path / "data"])
    with pytest.raises(rn.DisclosureError):
        read_key(tmp_path / "key.txt", away_from=[tmp_path / "book.xlsx"])


NAMED = {
    "people.csv": "person_id,role,joined_on,worker_id,Name,dob,notes,keyworker,ref,home postcode\n"
    "Zoë Archer,client,2011-01-10,w1,Zoë Archer,1970-01-11,likes tea,Wendy Webb,9434765919,M1 1AA\n"
    "943 476 5919,client,2011-01-10,w1,Ben,1992-12-31,,Wendy Webb,9434765870,\n"
    "ann@example.org,client,,w1,Ann,1950-01-01,,,,\nw1,worker,,,,,,,,\n",
    "contact_log.csv": "started_at,person_id,with_person_id,group_id,mode\n"
    "2011-03-01,Zoë Archer,w1,,rang 07700 900123 twice\n2011-03-01T10:00,943 476 5919,,g1,a@b.org\n",
    "groups.csv": "group_id,name,kind,address,contact_phone\ng1,SMART,mutual_aid,1 High Street,07700900123\n",
    "nominations.csv": "ego_id,alter_id,asked_at,relation\nZoë Archer,Sister Mary,2011-03-01,sister\n",
}
SECRETS = (
    "Zoë",
    "Archer",
    "943 476",
    "9434765919",
    "example.org",
    "Ben",
    "likes tea",
    "Wendy",
    "1970",
    "M1 1AA",
    "07700",
    "a@b.org",
    "Mary",
    "w1",
)


@pytest.fixture
def named(tmp_path) -> Path:
    place = tmp_path / "named"
    place.mkdir()
    for name, text in NAMED.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.mark.slow
def test_a_folder_that_names_people_becomes_one_that_does_not(named, tmp_path) -> None:
    assert not rn.find_problems(named).empty
    done = pseudonymise_folder(named, tmp_path / "out", key=KEY)
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    assert not [secret for secret in SECRETS if secret in written]
    assert rn.find_problems(tmp_path / "out").empty
    record = rn.read_record(tmp_path / "out")
    assert len(record.people) == done.n_people == 4 and len(record.occasions) == 2
    assert record.people["role"].value_counts().to_dict() == {"client": 3, "worker": 1}
    assert record.people["person_id"].is_monotonic_increasing, "the old order tells nothing"
    worker = record.people.query("role == 'worker'")["person_id"].iloc[0]
    assert record.people["worker_id"].dropna().unique().tolist() == [worker]
    assert record.occasions["setting"].tolist() == ["rang [removed] twice", "[removed]"]
    assert record.people["keyworker"].nunique() == 1 and record.groups["address"].tolist() == ["1 High Street"]


def test_what_was_done_is_told(named, tmp_path) -> None:
    done = pseudonymise_folder(named, tmp_path / "out", key=KEY)
    assert {(table, column) for table, column, _ in done.left_out} == {
        ("people", "Name"),
        ("people", "dob"),
        ("people", "notes"),
        ("people", "home postcode"),
        ("groups", "contact_phone"),
        ("people", "ref"),
    }
    assert done.masked == (("contact_log", "mode", 2),)
    for words in (
        "4 people under pseudonyms",
        "left out people.dob: it seemed to hold a date of birth",
        "left out people.ref: it is no column of this table",
        "4 people under pseudonyms (client 3, worker 1), and 2 more who are named but not in people",
        "Ids of groups and occasions are pseudonyms too",
        'keep = ["column"]',
        "masked identifiers in contact_log.mode: 2 rows",
        "age band for 2 people",
    ):
        assert words in done.summary()
    assert done.to_frame().columns.tolist() == ["table", "column", "done", "n_rows"] and len(done.to_frame()) == 7


@pytest.mark.slow
def test_dates_of_birth_become_age_bands(named, tmp_path) -> None:
    pseudonymise_folder(named, tmp_path / "out", key=KEY)
    bands = rn.read_record(tmp_path / "out").people["age_band"]
    assert sorted(bands.dropna()) == ["18-24", "35-44"], "40 on the day before the 41st birthday; 18; no day of joining"


@pytest.mark.slow
def test_it_agrees_with_the_pseudonyms_of_a_record(tmp_path) -> None:
    pseudonymise_folder(sample_folder("five_people"), tmp_path, key=KEY)
    masked = rn.pseudonymise(rn.load_sample("five_people"), key=KEY)
    read = rn.read_record(tmp_path)
    for name, frame in masked.tables().items():
        key = list(READABLE_TABLES[name].key)
        one, other = (which.sort_values(key, ignore_index=True) for which in (frame, getattr(read, name)))
        pd.testing.assert_frame_equal(one, other, obj=name)


def test_a_mapping_is_used_up(named, tmp_path) -> None:
    (named / "people.csv").write_text("who,type\nZoë Archer,1\n943 476 5919,1\nann@example.org,1\nw1,2\n")
    mapping = {
        "time_zone": "Europe/Paris",
        "states": ["using", "unknown"],
        "people": {"columns": {"person_id": "who", "role": {"from": "type", "values": {"1": "client", "2": "worker"}}}},
    }
    pseudonymise_folder(named, tmp_path / "out", key=KEY, mapping=mapping)
    record = rn.read_record(tmp_path / "out")
    assert record.tz == "Europe/Paris" and record.people["role"].tolist().count("client") == 3


def test_identifiers_in_ids_of_occasions_are_replaced_alike(tmp_path) -> None:
    source = tmp_path / "named"
    source.mkdir()
    (source / "people.csv").write_text("person_id,role\na,client\n")
    (source / "occasions.csv").write_text("occasion_id,started_at,kind\na@b.org,2011-03-01,call\n")
    (source / "participation.csv").write_text("occasion_id,person_id\na@b.org,a\n")
    pseudonymise_folder(source, tmp_path / "out", key=KEY)
    record = rn.read_record(tmp_path / "out")
    assert record.participation["occasion_id"].tolist() == record.occasions["occasion_id"].tolist() != ["a@b.org"]


@pytest.mark.slow
def test_where_it_may_not_write(named, tmp_path) -> None:
    with pytest.raises(rn.DisclosureError, match="a folder of its own"):
        pseudonymise_folder(named, named, key=KEY)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "linkage.csv").write_text("x\n")
    with pytest.raises(rn.SchemaError, match="is not empty, and nothing in it is replaced unasked"):
        pseudonymise_folder(named, tmp_path / "out", key=KEY)
    with pytest.raises(rn.SchemaError, match="holds linkage.csv"):
        pseudonymise_folder(named, tmp_path / "out", key=KEY, overwrite=True)
    (tmp_path / "out" / "linkage.csv").unlink()
    (tmp_path / "out" / "people.csv").write_text("x\n")
    assert pseudonymise_folder(named, tmp_path / "out", key=KEY, overwrite=True).n_people == 4
    with pytest.raises(rn.SchemaError, match="is a file"):
        pseudonymise_folder(named, named / "people.csv", key=KEY)


def test_a_folder_that_cannot_be_read_whole_is_not_half_written(named, tmp_path) -> None:
    (named / "contact_log.csv").write_text("started_at,person_id,with_person_id\n2011-03-01,a\n")
    with pytest.raises(rn.SchemaError, match="more or fewer cells"):
        pseudonymise_folder(named, tmp_path / "out", key=KEY)
    assert not (tmp_path / "out").exists()


THIRD_PARTIES = (
    "person_id,role,area,Next of kin,Nickname,Emergency contact,Notes,seniority,GP\n"
    "a,client,12 High Street,Mary Mallow,Buddy,Tom Mallow,has a dog,4,Dr Fell\n"
    "b,client,M1 1AA,,,,,2,\nc,peer,north ward,,,,,,\n"
)


@pytest.fixture
def with_third_parties(tmp_path) -> Path:
    place = tmp_path / "third"
    place.mkdir()
    (place / "people.csv").write_text(THIRD_PARTIES)
    return place


def test_third_parties_and_addresses_do_not_come_through(with_third_parties, tmp_path) -> None:
    found = rn.find_problems(with_third_parties).query("severity == 'error'")
    assert set(found["column"]) == {"area", "Next of kin", "Nickname", "Emergency contact", "GP"}
    assert set(found.query("column == 'area'")["rule"]) == {"street_address", "postcode"}
    done = pseudonymise_folder(with_third_parties, tmp_path / "out", key=KEY)
    written = (tmp_path / "out" / "people.csv").read_text()
    for secret in ("Mary", "Buddy", "Tom", "dog", "High", "M1 1AA", "Fell", "seniority"):
        assert secret not in written
    assert "left out people.seniority: it is no column of this table" in done.summary()
    assert rn.read_record(tmp_path / "out").people["area"].value_counts().to_dict() == {"[removed]": 2, "north ward": 1}


def test_extra_columns_stay_where_asked_for_unless_they_identify(with_third_parties, tmp_path) -> None:
    asked = {"people": ["seniority", "Nickname"]}
    pseudonymise_folder(with_third_parties, tmp_path / "one", key=KEY, keep=asked)
    pseudonymise_folder(with_third_parties, tmp_path / "two", key=KEY, mapping={"people": {"keep": ["seniority"]}})
    one, two = ((tmp_path / name / "people.csv").read_text() for name in ("one", "two"))
    assert one == two and "seniority" in one and "Buddy" not in one
    with pytest.raises(rn.SchemaError, match="has no column 'senority'"):
        pseudonymise_folder(with_third_parties, tmp_path / "three", key=KEY, keep={"people": ["senority"]})
    with pytest.raises(rn.SchemaError, match="dict of table to list of columns"):
        pseudonymise_folder(with_third_parties, tmp_path / "three", key=KEY, keep={"peple": ["x"]})


def written_variants(one: str) -> list[str]:
    """An id as people write it."""
    return [
        one,
        one.lower(),
        one.upper(),
        f" {one} ",
        f"({one})",
        f"{one}'s",
        "-".join(one),
        " ".join(one),
        one.replace("0", "0."),
        f"visit{one}",
    ]


BESIDE = (
    "setting",
    "exit_reason",
    "support",
    "consent_basis",
    "reason",
    "instrument",
    "value",
    "relation",
    "provider",
    "mode",
    "area",
)


def planted(folder: Path, text: str) -> Path:
    """A folder in which one text stands in every column of text there is, and in the ids of groups and occasions."""
    folder.mkdir()
    cell = '"' + text.replace('"', '""') + '"'
    tables = {
        "people": f"person_id,role,area,Name\nC001,client,{cell},Zoë Archer\nC002,peer,{cell},Ben O'Hara\nW9,worker,,\n",
        "episodes": f"person_id,started_on,provider,modality,exit_reason\nC001,2011-01-01,{cell},{cell},{cell}\n",
        "groups": f"group_id,name,kind\n{cell},SMART,mutual_aid\n",
        "occasions": f"occasion_id,started_at,kind,group_id,setting\n{cell},2011-01-01,meeting,{cell},{cell}\n",
        "participation": f"occasion_id,person_id\n{cell},C001\n",
        "observations": "person_id,observed_at,variable,value,source,instrument\n"
        f"C001,2011-01-01,instrument.x,{cell},self,{cell}\n",
        "nominations": f"ego_id,alter_id,asked_at,relation,support,consent_basis\nC001,N77x,2011-01-01,{cell},{cell},{cell}\n",
        "separations": f"person_id,other_id,reason\nC001,C002,{cell}\n",
        "contact_log": f"started_at,person_id,with_person_id,mode,source\n2011-01-01,C001,C002,{cell},{cell}\n",
    }
    for name, content in tables.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def squeezed(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


@pytest.mark.parametrize(
    "text", [*written_variants("C001"), "N77X rang", "n-77 x", "w9", "Zoe", "ZOË ARCHER", "archer,zoe", "with Ben", "B. O'HARA"]
)
@pytest.mark.parametrize("in_parquet", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_nobody_known_stands_in_any_cell(tmp_path, text, in_parquet) -> None:
    source = planted(tmp_path / "named", text)
    if in_parquet:
        for path in source.iterdir():
            pd.read_csv(path, dtype="str", keep_default_na=False).to_parquet(path.with_suffix(".parquet"))
            path.unlink()
    done = pseudonymise_folder(source, tmp_path / "out", key=KEY)
    for path in (tmp_path / "out").glob("*.csv"):
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
        for title in frame.columns:
            for cell in frame[title]:
                if title.endswith("_id") or title == "worker_id":
                    assert len(cell) in (0, 17)
                    continue
                left = squeezed(cell.replace("[removed]", "|"))
                assert not [one for one in ("c001", "n77x", "w9", "zoe", "archer", "ohara", "ben") if one in left], (
                    path.name,
                    title,
                    cell,
                )
    assert (done.people_removed or done.free_text_removed) and done.n_people == 3


@pytest.mark.parametrize("text", [*written_variants("C001"), "met N77X"])
def test_nobody_known_stands_in_any_cell_of_a_record(tmp_path, text) -> None:
    record = rn.load_sample("five_people")
    record = rn.pseudonymise(record, key=KEY)  # ids that stand for nobody here
    old = record.people["person_id"].tolist()
    names = dict(zip(old, ["C001", "C002", "C003", "C004", "N77x"], strict=True))
    tables = {}
    for name, frame in record.tables().items():
        schema = READABLE_TABLES[name]
        tables[name] = frame.assign(
            **{
                each: frame[each].map(lambda one: names.get(one, one), na_action="ignore").astype("str")
                for each in schema.person_ids
            }
        )
        for each in BESIDE:
            if each in frame.columns and each in schema.names and schema[each].kind == "text" and len(frame):
                tables[name][each] = text
    tables["people"]["seniority"] = text
    tables["people"]["notes"] = "likes tea"
    masked = rn.pseudonymise(record.with_tables(**tables), key=KEY)
    assert "notes" not in masked.people
    for frame in masked.tables().values():
        for title in frame.select_dtypes("str"):
            for cell in frame[title].dropna():
                if not title.endswith("_id"):
                    assert not [one for one in ("c001", "n77x") if one in squeezed(cell)], (title, cell)


@pytest.mark.slow
def test_free_text_goes_unless_kept_by_name(tmp_path) -> None:
    story = "They came late. Talked of moving house."
    source = planted(tmp_path / "named", story)
    done = pseudonymise_folder(source, tmp_path / "out", key=KEY)
    written = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    assert "moving house" not in written
    assert (
        "occasions",
        "setting",
        1,
    ) in done.free_text_removed and "removed free text from occasions.setting: 1 row" in done.summary()
    pseudonymise_folder(source, tmp_path / "kept", key=KEY, keep={"occasions": ["setting"]})
    assert "moving house" in (tmp_path / "kept" / "occasions.csv").read_text()
    assert "moving house" not in (tmp_path / "kept" / "episodes.csv").read_text()


def test_words_of_lists_and_scores_stay(tmp_path) -> None:
    record = rn.load_sample("riverside")
    masked = rn.pseudonymise(record, key=KEY)
    for name, frame in record.tables().items():
        schema = READABLE_TABLES[name]
        for column in schema.columns:
            if column.kind != "id" and column.name in frame:
                pd.testing.assert_series_equal(frame[column.name], getattr(masked, name)[column.name], obj=f"{name}.{column.name}")


def test_numbers_that_are_ids_are_not_looked_for_in_scores(tmp_path) -> None:
    source = tmp_path / "named"
    source.mkdir()
    (source / "people.csv").write_text("person_id,role,age_band\n" + "".join(f"{n},client,18-24\n" for n in range(1, 40)))
    rows = "".join(f"{n},2011-01-01,instrument.phq9,{n % 27},self,PHQ-9\n" for n in range(1, 40))
    (source / "observations.csv").write_text("person_id,observed_at,variable,value,source,instrument\n" + rows)
    (source / "episodes.csv").write_text("person_id,started_on,exit_reason\n1,2011-01-01,moved in with 17\n")
    pseudonymise_folder(source, tmp_path / "out", key=KEY)
    record = rn.read_record(tmp_path / "out")
    assert record.people["age_band"].unique().tolist() == ["18-24"] and record.observations["instrument"].unique().tolist() == [
        "PHQ-9"
    ]
    assert sorted(record.observations["value"].astype(int)) == sorted(n % 27 for n in range(1, 40))
    assert record.episodes["exit_reason"].tolist() == ["moved in with [removed]"]


@pytest.mark.slow
def test_other_ids_are_keyed_alike_and_apart(tmp_path) -> None:
    source = planted(tmp_path / "named", "C001")
    pseudonymise_folder(source, tmp_path / "out", key=KEY)
    record = rn.read_record(tmp_path / "out")
    group, occasion = (
        record.groups["group_id"][0],
        record.occasions.loc[~record.occasions["occasion_id"].str.startswith("log:"), "occasion_id"].iloc[0],
    )
    assert occasion in set(record.participation["occasion_id"]) and group in set(record.occasions["group_id"].dropna())
    bare = {one[1:] for one in (group, occasion, *record.people["person_id"])}
    assert group[0] == "g" and occasion[0] == "o" and len(bare) == 5, "a person, a group and an occasion of one id share nothing"


def test_ids_written_in_two_ways_are_named(tmp_path) -> None:
    source = tmp_path / "named"
    source.mkdir()
    (source / "people.csv").write_text("person_id,role\nC001,client\nc001,client\nZoë Archer,client\nzoe archer,peer\n")
    (source / "nominations.csv").write_text("ego_id,alter_id,asked_at\nC001,c-001,2011-01-01\n")
    problems = rn.find_problems(source)
    told = problems[problems["rule"] == "alike_ids"]
    assert told["n_rows"].tolist() == [4, 1] or told["n_rows"].tolist() == [4]
    done = pseudonymise_folder(source, tmp_path / "out", key=KEY)
    assert done.alike == (("C001", "c-001", "c001"), ("Zoë Archer", "zoe archer"))
    assert "doubtful: 2 ids are written in several ways (C001 and c-001 and c001; Z••• (10 characters)" in done.summary()
    assert "Archer" not in done.summary()


@pytest.mark.parametrize("key", ["a" * 40, "ab" * 20, "abc1" * 8, b"\x00" * 32, "aaaabbbbaaaacccc", "passwordpassword"])
def test_weak_keys_are_refused(key) -> None:
    with pytest.raises(rn.SchemaError, match="can be guessed"):
        rn.pseudonymise(rn.load_sample("five_people"), key=key)


@pytest.mark.parametrize("key", ["0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkj"])
def test_doubtful_keys_are_warned_of(key) -> None:
    with pytest.warns(rn.RecoveryNetWarning, match="simple order"):
        rn.pseudonymise(rn.load_sample("five_people"), key=key)


def test_sound_keys_pass_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for key in (secrets.token_hex(32), secrets.token_bytes(16), "only for this example", b"sixteen bytes ok"):
            rn.pseudonymise(rn.load_sample("five_people"), key=key)


def test_where_a_key_lies_and_who_may_read_it(tmp_path) -> None:
    (tmp_path / "data").mkdir()
    key = tmp_path / "key.txt"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o644)
    with pytest.warns(rn.RecoveryNetWarning, match=r"can be read by others .* chmod 600"):
        read_key(key)
    key.chmod(0o600)
    with pytest.warns(rn.RecoveryNetWarning, match="lies beside"):
        read_key(key, away_from=[tmp_path / "data"])
    (tmp_path / "keys").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_key(key.rename(tmp_path / "keys" / "key.txt"), away_from=[tmp_path / "data", tmp_path / "out"])


@pytest.mark.slow
def test_only_the_owner_may_read_what_is_written(named, tmp_path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    for out in (tmp_path / "out", tmp_path / "there"):
        pseudonymise_folder(named, out, key=KEY)
        assert stat.S_IMODE(out.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


@pytest.mark.slow
def test_people_are_counted_by_role(tmp_path) -> None:
    sample = rn.load_sample("riverside")
    rn.write_record(sample, tmp_path / "in")
    done = pseudonymise_folder(tmp_path / "in", tmp_path / "out", key=KEY)
    assert done.n_by_role == sample.people["role"].value_counts().to_dict() and sum(done.n_by_role.values()) == done.n_people
    known = set().union(
        *(set(frame[one].dropna()) for name, frame in sample.tables().items() for one in READABLE_TABLES[name].person_ids)
    )
    assert done.n_named == len(known - set(sample.people["person_id"]))
    assert f"{done.n_people:,} people under pseudonyms (client {done.n_by_role['client']:,}, " in done.summary()


def test_formulas_are_written_as_text(tmp_path) -> None:
    source = planted(tmp_path / "named", "=cmd|'/c calc'!A1")
    pseudonymise_folder(source, tmp_path / "out", key=KEY)
    assert ",'=cmd" in (tmp_path / "out" / "episodes.csv").read_text()


@pytest.mark.slow
def test_a_record_beside_its_settings_keeps_them(tmp_path) -> None:
    source = planted(tmp_path / "named", "x")
    (source / "record.toml").write_text('time_zone = "Europe/Paris"\nstates = ["using", "so \\"clean\\""]\n')
    pseudonymise_folder(source, tmp_path / "out", key=KEY)
    assert rn.read_record(tmp_path / "out").tz == "Europe/Paris"


WRITE = """
import sys
from recoverynet.samples import sample_folder
from recoverynet.tables import pseudonyms, unnamed
import recoverynet.csv_files as csv_files
real, n_written = pseudonyms.write_csv_into, 0
def write(frame, path, **how):
    global n_written
    n_written += 1
    real(frame.head(len(frame) // 2) if n_written == 3 else frame, path, **how)
    if n_written == 3:
        print("half", flush=True)
        import time; time.sleep(60)
pseudonyms.write_csv_into = write
pseudonyms.pseudonymise_folder(sample_folder("five_people"), sys.argv[1], key="only for this example")
"""


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_no_table(tmp_path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITE, str(tmp_path / "out")], stdout=subprocess.PIPE)
    assert writer.stdout is not None and writer.stdout.readline() == b"half\n"
    writer.kill()
    writer.wait()
    assert not (tmp_path / "out").exists()
    assert pseudonymise_folder(sample_folder("five_people"), tmp_path / "out", key=KEY).n_people == 5
    assert [path.name for path in tmp_path.iterdir()] == ["out"], "what the other left is swept"
