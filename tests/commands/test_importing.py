"""The commands map and import as their users meet them: three commands to a report, and plain refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app

Command = Callable[..., CompletedProcess[str]]


def log(tmp_path: Path) -> Path:
    """An export in Windows-1252 with titles, UK dates, DNA and a row of totals."""
    place = tmp_path / "export"
    place.mkdir()
    rows = [
        f"RR{client};Zoë {client};{day:02d}/0{month}/2011;19:30;{kind};{group};{outcome};{worker}"
        for client in range(12)
        for day, month, kind, group, outcome, worker in (
            (7 + client, 3, "Group", "SMART Recovery", "Attended", ""),
            (3 + client, 4, "Keywork 1:1", "", "DNA" if client % 3 else "Attended", "Sara Ahmed"),
            (5 + client, 5, "Group", "Recovery Café", "Cancelled" if client % 4 else "Attended", ""),
        )
    ]
    head = "Client Ref;Client Name;Contact Date;Contact Time;Contact Type;Group Name;Attended/DNA;Keyworker"
    text = "\r\n".join(["Riverside – contacts", "", head, *rows, "Total;;;;;;36;"]) + "\r\n"
    (place / "contacts.csv").write_bytes(text.encode("cp1252"))
    return place


def test_an_export_becomes_a_report_in_three_commands(command: Command, tmp_path) -> None:
    place, mapping, record = log(tmp_path), tmp_path / "map.toml", tmp_path / "record"
    done = command("map", place, "--out", mapping)
    assert done.returncode == 0 and "Next: recoverynet import contacts" in done.stdout
    done = command("import", "contacts", place, "--map", mapping, "--into", record)
    assert done.returncode == 0, done.stderr
    assert "17 rows are appointments and no contacts: 8 did not attend, 9 cancelled" in done.stdout
    assert (record / "import_report.txt").read_text().startswith("export, read as contacts.")
    done = command("report", "evaluation", record, "--out", tmp_path / "evaluation.html", "--quiet")
    assert done.returncode == 0 and "12 clients" in done.stdout
    page = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "Zoë" not in page and "Ahmed" not in page and "19 contacts" not in page


def test_a_register_becomes_a_record_and_is_never_written_over_unasked(command: Command, tmp_path) -> None:
    register = tmp_path / "SMART.csv"
    register.write_text("Ref,Name,13/03/2011,20/03/2011\nC1,Ann Bell,Y,DNA\nC2,Bo Fry,/,N\n")
    done = command("import", "register", register, "--into", tmp_path / "record")
    assert done.returncode == 0 and "3 of 4 marks came in" in done.stdout and "Bell" not in done.stdout
    assert command("check", tmp_path / "record").returncode == 0
    again = command("import", "register", register, "--into", tmp_path / "record")
    assert again.returncode == 2 and "--overwrite" in again.stderr
    assert command("import", "register", register, "--into", tmp_path / "record", "--overwrite").returncode == 0


def test_meetings_join_a_record_and_are_brought_up_to_date(command: Command, shared, tmp_path) -> None:
    record = tmp_path / "record"
    rn.write_record(rn.load_sample("five_people"), record)
    n = len(rn.load_sample("five_people").groups)
    feed = shared("data/meetings/meeting_guide_kc.json")
    done = command("import", "meetings", feed, "--into", record, "--tz", "America/Chicago")
    assert done.returncode == 0 and f"206 groups (0 of them brought up to date), {n} others stay" in done.stdout
    assert "meetings in the coming seven days" in done.stdout
    done = command("import", "meetings", feed, "--into", record, "--tz", "America/Chicago")
    assert f"206 groups (206 of them brought up to date), {n} others stay" in done.stdout
    read = rn.read_record(record)
    assert len(read.groups) == 206 + n and len(read.occasions) == len(rn.load_sample("five_people").occasions)


@pytest.mark.parametrize(
    ("kind", "name", "more", "counts"),
    [
        ("contacts", "ws16", (), {"people": 138, "occasions": 53_164, "participation": 106_328}),
        ("contacts", "s50", ("--wave", "1=1995-02-01", "--wave", "2=1996-02-01", "--wave", "3=1997-02-01"), {"nominations": 351}),
        ("network-canvas", "network_canvas", (), {"people": 5, "nominations": 21, "alter_ties": 12}),
        ("network-canvas", "network_canvas/minimal-multiple-networks.graphml", (), {"people": 2, "nominations": 4}),
        ("network", "netfiles/SAMPSON.DAT", ("--asked-at", "1968-01-01"), {"people": 18, "nominations": 510}),
        ("network", "netfiles/SAMPSONL.NET", ("--asked-at", "1968-01-01"), {"people": 18, "nominations": 510}),
        ("services", "openreferral/hsds3_schedules.json", (), {"groups": 3}),
        ("services", "openreferral/oruk_service_full.json", (), {"groups": 1}),
        ("services", "openreferral/hsds3_organization_full.json", (), {"groups": 1}),
        ("services", "openreferral/oruk_service_at_location_list.json", (), {"groups": 1}),
        ("meetings", "meetings/meeting_guide_edmonton.json", (), {"groups": 315}),
        ("meetings", "meetings/meeting_guide_invalid.json", (), {"groups": 8}),
        ("meetings", "meetings/bmlt_meeting-search-42.867970-day2.json", (), {"groups": 53}),
    ],
)  # fmt: skip
def test_every_real_file_comes_in_by_one_command(command: Command, shared, tmp_path, kind, name, more, counts) -> None:
    arguments = ["import", kind, str(shared(f"data/{name}")), "--into", str(tmp_path / "out"), *more]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    for table, n in counts.items():
        assert len(pd.read_csv(tmp_path / "out" / f"{table}.csv", dtype=str)) == n


@pytest.mark.parametrize(
    ("arguments", "says", "status"),
    [
        (("import", "meetings", "feed.json", "--into", "out"), "web page", 1),
        (("import", "contacts", "either.csv", "--into", "out"), "--dates day-first", 1),
        (("import", "register", "either.csv", "--into", "out", "--code", "S"), "NAME=VALUE", 2),
        (("import", "contacts", "none.csv", "--into", "out"), "does not exist", 2),
        (("import", "contacts", "either.csv", "--into", "either.csv"), "is a file", 2),
        (("map", "either.csv"), "asked:", 1),
        (("map", "none"), "does not exist", 2),
    ],
)
def test_refusals_are_plain_sentences_and_write_nothing(command: Command, tmp_path, monkeypatch, arguments, says, status) -> None:
    (tmp_path / "feed.json").write_text("<!doctype html><html>Bad gateway</html>")
    (tmp_path / "either.csv").write_text("Client ref,Date,Worker\nC1,01/02/2011,W1\nC2,02/02/2011,W1\n")
    monkeypatch.chdir(tmp_path)
    done = command(*arguments)
    assert done.returncode == status and says in done.stderr.replace("\n", " ").replace("│", " ")
    assert not (tmp_path / "out").exists()


def test_interviews_with_columns_of_another_name_come_in(command: Command, tmp_path: Path) -> None:
    study = tmp_path / "study.csv"
    study.write_text("Person;age;alter.sex.1;alter.sex.2;X1.to.2\n7;41;f;m;2\n8;38;f;;\n")
    given = ("import", "interviews", study, "--into", tmp_path / "record", "--asked-at", "2011-03-07")
    refused = command(*given)
    assert refused.returncode == 1 and "Person" in refused.stderr and not (tmp_path / "record").exists()
    done = command(*given, "--ego-id", "Person")
    assert done.returncode == 0 and "3 alters came in" in done.stdout
    assert sorted(rn.read_record(tmp_path / "record").nominations["alter_id"]) == ["7:1", "7:2", "8:1"]
