"""The page of one client: what it says, whom it never names, and the one form it is saved in."""

import logging
import re
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.report.sections import Listing
from recoverynet.tables.names import read_names
from recoverynet.tables.pseudonyms import pseudonymise

KEY = "only for this test, long enough"


@pytest.fixture(scope="module")
def riverside() -> rn.RecoveryRecord:
    return rn.load_sample("riverside")


@pytest.fixture(scope="module")
def page(riverside: rn.RecoveryRecord) -> rn.Report:
    return rn.client_report(riverside, "c0337", at="2011-06-15")


def html(report: rn.Report, folder: Path) -> str:
    report.save(folder / "page.html")
    return (folder / "page.html").read_text(encoding="utf-8")


def test_it_says_what_a_worker_asks(page: rn.Report) -> None:
    names = [section.name for section in page.sections]
    assert names == ["now", "map", "talk", "doors", "contacts", "week", "people", "unseen"]
    assert page.audience == "case_holder" and len(page["map"].figures()) == 1
    assert "known to" in page["doors"].to_text() or "whom the client knows" in page["doors"].to_text()
    assert "Mutual aid keeps no lists" in page["unseen"].to_text()


def test_it_is_saved_as_a_page_and_in_no_other_form(page: rn.Report, tmp_path: Path) -> None:
    for name in ("page.xlsx", "page.ipynb", "page.csv", "page.docx", "page.pdf", "page"):
        with pytest.raises(rn.DisclosureError, match="saved as .html"):
            page.save(tmp_path / name)
    with pytest.raises(rn.DisclosureError, match="not written as tables"):
        page.save_tables(tmp_path / "tables")
    assert not list(tmp_path.iterdir())


def test_the_page_needs_nothing_from_elsewhere_and_says_for_whom_it_is(page: rn.Report, tmp_path: Path) -> None:
    text = html(page, tmp_path)
    assert "Confidential." in text and "<script" not in text
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)[^"']+""", text)


def test_saving_is_logged_without_saying_whose_it_is(page: rn.Report, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="recoverynet"):
        page.save(tmp_path / "c0337.html")
    assert "client's page" in caplog.text and "c0337" not in caplog.text


def test_a_shared_report_holds_no_rows_about_a_person(page: rn.Report) -> None:
    with pytest.raises(rn.DisclosureError, match="lists rows about a person"):
        rn.Report("x", page.sections, "2011", page.policy)
    with pytest.raises(rn.DisclosureError, match="'shared' or 'case_holder'"):
        rn.Report("x", (), "2011", page.policy, audience="everybody")  # type: ignore[arg-type]


def refused(record: rn.RecoveryRecord, person: str) -> rn.RecoveryRecord:
    """The record with one person who does not agree to the use of their records for care."""
    people = record.people
    return record.with_tables(people=people.assign(consent_care=people["consent_care"].mask(people["person_id"] == person, False)))


def test_people_off_the_record_and_those_who_refused_have_no_id(riverside: rn.RecoveryRecord, tmp_path: Path) -> None:
    named = riverside.nominations.assign(alter_id=lambda rows: rows["alter_id"].str.replace("^x", "Given Name x", regex=True))
    alters = riverside.alter_ties.iloc[:0]
    record = refused(riverside.with_tables(nominations=named, alter_ties=alters), "c0393")
    report = rn.client_report(record, "c0012", at="2011-06-15")
    text = html(report, tmp_path) + report.to_text()
    assert "Given Name" not in text and "c0393" not in text and "did not agree: not named" in text


@pytest.mark.slow
def test_people_kept_apart_are_nowhere_on_the_page(riverside: rn.RecoveryRecord, tmp_path: Path) -> None:
    links = rn.client_links(riverside, "c0337", at="2011-06-15")
    tied = links.people.loc[links.people["known"], "person_id"].tolist()
    for other in tied[:3]:
        pair = pd.DataFrame({"person_id": [other], "other_id": ["c0337"]})
        report = rn.client_report(riverside.with_tables(separations=pair), "c0337", at="2011-06-15")
        assert other not in html(report, tmp_path) and other not in report.to_text()


def test_unsafe_contact_is_told_and_nobody_is_asked_to_get_in_touch(riverside: rn.RecoveryRecord) -> None:
    unsafe = riverside.people.assign(safe_contact=riverside.people["person_id"] != "c0205")
    before = rn.client_report(riverside, "c0205", at="2011-07-01")["talk"].to_text()
    after = rn.client_report(riverside.with_tables(people=unsafe), "c0205", at="2011-07-01")["talk"].to_text()
    assert "No recovery contact for 39 days" in before and "No recovery contact" not in after
    assert "Not safe to contact" in after and "Not safe to contact" not in before


def test_a_client_without_contacts(riverside: rn.RecoveryRecord) -> None:
    there = set(riverside.participation["person_id"]) | set(riverside.nominations["ego_id"]) | set(riverside.linkage["client_id"])
    client = next(person for person in riverside.people["person_id"] if person.startswith("c") and person not in there)
    report = rn.client_report(riverside, client)
    assert "nobody to draw yet" in report["map"].to_text() and "No contact is on record" in report["contacts"].to_text()
    assert "has agreed to introduce people" in report["doors"].to_text() and report["week"].blocks


def names_file(folder: Path, people: pd.Series) -> Path:
    file = folder / "names.csv"
    file.write_text("person_id,name\n" + "".join(f"{person},Name of {person}\n" for person in people), encoding="utf-8")
    return file


@pytest.mark.slow
def test_names_appear_only_where_unlocked_with_the_key(riverside: rn.RecoveryRecord, tmp_path: Path) -> None:
    record = pseudonymise(riverside, key=KEY)
    pseudonym = dict(zip(riverside.people["person_id"], record.people["person_id"], strict=True))
    file = names_file(tmp_path, riverside.people["person_id"])
    locked = rn.client_report(record, pseudonym["c0337"], at="2011-06-15")
    assert "Name of" not in html(locked, tmp_path)
    names = read_names(file, key=KEY, people=record.people["person_id"])
    opened = html(rn.client_report(record, pseudonym["c0337"], at="2011-06-15", names=names), tmp_path)
    assert "Name of c0337" in opened and "Name of p024" in opened
    with pytest.raises(rn.SchemaError, match="the key or the list is another"):
        read_names(file, key="another key, long enough", people=record.people["person_id"])
    assert "Name of" not in repr(names) and "Name of" not in str(names)


def test_unlocked_names_leave_those_who_refused_unnamed(riverside: rn.RecoveryRecord) -> None:
    names = {person: f"Name of {person}" for person in riverside.people["person_id"]}
    report = rn.client_report(refused(riverside, "p024"), "c0337", at="2011-06-15", names=names)
    assert "Name of p024" not in report["people"].to_text() and "Name of p060" in report["people"].to_text()


def test_the_list_of_names_is_kept_apart(tmp_path: Path) -> None:
    file = names_file(tmp_path, pd.Series(["a"]))
    with pytest.raises(rn.DisclosureError, match="lies with the data"):
        read_names(file, key=KEY, away_from=[tmp_path])
    with pytest.raises(rn.SchemaError, match="no list of names"):
        read_names(tmp_path / "none.csv", key=KEY)
    file.write_text("who,called\na,b\n", encoding="utf-8")
    with pytest.raises(rn.SchemaError, match="needs the columns person_id and name"):
        read_names(file, key=KEY)


def test_hostile_texts_are_texts(riverside: rn.RecoveryRecord, tmp_path: Path) -> None:
    groups = riverside.groups.assign(name="<script>alert(1)</script>", place='"><img src=x onerror=alert(1)>')
    text = html(rn.client_report(riverside.with_tables(groups=groups), "c0337", at="2011-06-15"), tmp_path)
    assert "<script>" not in text and "<img src=x" not in text


def test_a_month_without_recovery_contact_has_three_doors_and_no_using_meetings(riverside: rn.RecoveryRecord) -> None:
    report = rn.client_report(riverside, "c0205", at="2011-07-01")
    assert report["doors"].to_text().count("has agreed to introduce people") == 3
    assert "The Ferry pool table" in report["people"].to_text() and "The Ferry pool table" not in report["week"].to_text()


def test_lists_are_listings(page: rn.Report) -> None:
    tables = [block for section in page.sections for block in section.blocks if isinstance(block, Listing)]
    assert len(tables) == 3 and all(len(row) == len(table.columns) for table in tables for row in table.rows)
