"""Every format of a report holds its manifest, is made again byte for byte, and a change of it is caught."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.report.report import Report
from recoverynet.report.save.reading import read_saved
from recoverynet.report.verified import MadeWith, verify_report

FORMATS = ("x.html", "x.pdf", "x.docx", "x.xlsx", "tables")
TITLE = "A <b>title</b> & ]]> {{ 1 }}"


def save(report: Report, place: Path) -> Path:
    if place.suffix:
        report.save(place)
    else:
        report.save_tables(place)
    return place


def in_zip(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """What changes a text in one part of a .docx or .xlsx and leaves the rest as it is."""

    def change(path: Path) -> None:
        with zipfile.ZipFile(path) as book:
            parts = {part: book.read(part) for part in book.namelist()}
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)
        with zipfile.ZipFile(path, "w") as book:
            for part, content in parts.items():
                book.writestr(part, content)

    return change


def in_table(path: Path) -> None:
    table = sorted(path.glob("0*.csv"))[0]
    table.write_bytes(table.read_bytes().replace(b"\n", b"9\n", 2))


def without_a_page(path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=path)
    writer.remove_page(len(writer.pages) - 1)
    writer.write(path)


TAMPERED: dict[str, Callable[[Path], object]] = {
    "x.html": lambda path: path.write_text(path.read_text().replace("In brief", "In short")),
    "x.pdf": without_a_page,
    "x.docx": in_zip("word/document.xml", b"In brief", b"In short"),
    "x.xlsx": in_zip("xl/sharedStrings.xml", b"Tables", b"Tablets"),
    "tables": in_table,
}


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


@pytest.fixture(scope="module")
def whole(record: rn.RecoveryRecord) -> Report:
    return rn.evaluation_report(record, title=TITLE, by=["sex"])


@pytest.fixture(scope="module")
def made(whole: Report) -> Report:
    return whole.brief()


@pytest.fixture
def found(whole: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made again is made once for all tests, and saved anew by each."""
    monkeypatch.setattr("recoverynet.report.verified.MAKERS", {"evaluation": lambda *_, **__: whole})


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_the_manifest_travels_whole_in_every_format(made: Report, tmp_path: Path, name: str) -> None:
    read = read_saved(save(made, tmp_path / name))
    assert read.manifest["kind"] == "evaluation" and read.manifest["settings"]["title"] == TITLE
    assert read.manifest["inputs"] == dict(made.manifest["inputs"])  # type: ignore[call-overload]
    assert read.lines


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_made_again_it_is_the_same_and_a_change_is_caught(
    made: Report, record: rn.RecoveryRecord, tmp_path: Path, name: str, whole: Report, found: None
) -> None:
    path = save(made if name != "tables" else whole, tmp_path / name)
    assert verify_report(path, record).differences == ()
    TAMPERED[name](path)
    assert not verify_report(path, record).is_same


@pytest.mark.slow
def test_a_table_put_among_the_others_is_caught(whole: Report, record: rn.RecoveryRecord, tmp_path: Path, found: None) -> None:
    path = save(whole, tmp_path / "tables")
    (path / "99_more.csv").write_text("row,n\nall,12\n")
    assert "files: 99_more.csv is no part of the report." in verify_report(path, record).differences


@pytest.mark.slow
def test_a_what_if_report_is_made_again_with_its_plan(tmp_path: Path) -> None:
    record = rn.load_sample("five_people")
    plan = InterventionPlan((rn.Introduction(per_month=1, closure=0.4),), rn.DeclaredRates(), rules=("random",), horizon=2, runs=20)
    rn.what_if_report(record, plan, quiet=True).save(tmp_path / "x.docx")
    with pytest.raises(SchemaError, match="plan"):
        verify_report(tmp_path / "x.docx", record)
    assert verify_report(tmp_path / "x.docx", record, MadeWith(plan=plan)).differences == ()
    other = InterventionPlan(
        (rn.Introduction(per_month=2, closure=0.4),), rn.DeclaredRates(), rules=("random",), horizon=2, runs=20
    )
    assert any("plan" in told for told in verify_report(tmp_path / "x.docx", record, MadeWith(plan=other)).differences)


@pytest.mark.slow
def test_a_report_made_with_a_ledger_needs_it_and_leaves_no_trace_in_it(record: rn.RecoveryRecord, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    rn.evaluation_report(record, ledger=ledger, by=()).save(tmp_path / "x.html")
    with pytest.raises(SchemaError, match="ledger"):
        verify_report(tmp_path / "x.html", record)
    before = ledger.read_bytes() if ledger.exists() else b""
    assert verify_report(tmp_path / "x.html", record, MadeWith(ledger=ledger)).differences == ()
    assert (ledger.read_bytes() if ledger.exists() else b"") == before


@pytest.mark.slow
def test_a_notebook_and_a_report_on_spread_are_made_again(tmp_path: Path) -> None:
    record = rn.load_sample("five_people")
    rn.evaluation_report(record).save(tmp_path / "x.ipynb")
    assert verify_report(tmp_path / "x.ipynb", record).differences == ()
    rn.spread_report(record, rng=7).save(tmp_path / "y.docx")
    assert verify_report(tmp_path / "y.docx", record).differences == ()
    text = (tmp_path / "x.ipynb").read_text()
    (tmp_path / "x.ipynb").write_text(text.replace("In brief", "In short", 1))
    assert not verify_report(tmp_path / "x.ipynb", record).is_same


@pytest.mark.parametrize("name", ["x.html", "x.pdf", "x.docx", "x.xlsx", "x.ipynb", "tables", "x.txt"])
def test_what_is_no_report_is_refused_in_words(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix:
        path.write_text("{}")
    else:
        path.mkdir()
    with pytest.raises(SchemaError):
        read_saved(path)
