"""The formats a report is saved in, each made from the same sections."""

from __future__ import annotations

import base64
import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from recoverynet.report.report import Report
from recoverynet.report.save.csv import tidy

VOID = {"meta", "link", "img", "source", "br", "hr"}


class Page(HTMLParser):
    """Elements of a page with their attributes; complains of tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(report: Report, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Page]:
    path = tmp_path_factory.mktemp("html") / "report.html"
    report.save(path)
    text = path.read_text(encoding="utf-8")
    return text, Page(text)


def test_the_page_is_whole_and_refers_to_nothing_outside(page: tuple[str, Page]) -> None:
    text, parsed = page
    assert not parsed.open
    assert "//" not in re.sub(r"base64,[A-Za-z0-9+/=]+|sha256-[A-Za-z0-9+/=]+", "", text)
    for picture in re.findall(r"base64,([A-Za-z0-9+/=]+)", text):
        addresses = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)', base64.b64decode(picture).decode("utf-8"))
        assert all((one or other).startswith("#") for one, other in addresses)
    assert [script.get("type") for script in parsed.every("script")] == ["application/json"], "data, and nothing that runs"
    assert not parsed.every("iframe")
    assert all((image["src"] or "").startswith("data:image/svg+xml;base64,") for image in parsed.every("img"))
    assert [link["href"] for link in parsed.every("link")] == ["data:,"]
    policy = next(meta["content"] for meta in parsed.every("meta") if meta.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy


def test_no_style_attribute_needs_an_exception(page: tuple[str, Page]) -> None:
    assert not [attributes for _, attributes in page[1].elements if "style" in attributes]


def test_every_figure_has_alt_text_and_every_table_caption_and_headers(page: tuple[str, Page]) -> None:
    text, parsed = page
    assert len(parsed.every("img")) >= 8
    assert all(len(image["alt"] or "") > 40 for image in parsed.every("img"))
    tables = parsed.every("table")
    assert len(tables) == len(parsed.every("caption")) > 20
    assert all(cell["scope"] in ("row", "col") for cell in parsed.every("th"))
    ids = [attributes["id"] for _, attributes in parsed.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    named = {name for cell in parsed.every("td") for name in (cell["headers"] or "").split()}
    assert named <= set(ids)


def test_captions_say_what_the_denominator_is(report: Report) -> None:
    for section in report.sections:
        for figure in section.figures():
            assert "Out of:" in figure.caption, figure.caption
        for table in section.tables():
            assert table.shown.denominator or "by role" in table.shown.title


def test_landmarks_language_and_skip_link(page: tuple[str, Page]) -> None:
    _, parsed = page
    assert parsed.every("html")[0]["lang"] == "en-GB"
    assert len(parsed.every("main")) == len(parsed.every("h1")) == 1
    assert parsed.every("a")[0]["href"] == "#report" == "#" + (parsed.every("main")[0]["id"] or "")
    targets = {link["href"] for link in parsed.every("a")}
    assert targets == {"#report"} | {f"#{section['id']}" for section in parsed.every("section")}


@pytest.mark.slow
def test_the_same_report_gives_the_same_bytes(tiny_report: Report, tmp_path: Path) -> None:
    import recoverynet as rn

    again = rn.evaluation_report(rn.load_sample("five_people"))
    for name in ("x.html", "x.xlsx"):
        tiny_report.save(tmp_path / f"one_{name}")
        again.save(tmp_path / f"two_{name}")
        assert (tmp_path / f"one_{name}").read_bytes() == (tmp_path / f"two_{name}").read_bytes()


def test_tables_are_written_one_a_file_and_listed(report: Report, tmp_path: Path) -> None:
    written = report.save_tables(tmp_path / "tables")
    listing = pd.read_csv(tmp_path / "tables" / "tables.csv")
    beside = ["tables.csv", "dictionary.csv", "manifest.json"]
    assert [path.name for path in written if path.name not in beside] == listing["file"].tolist()
    assert len(written) == len(beside) + sum(len(section.tables()) for section in report.sections)
    meant = pd.read_csv(tmp_path / "tables" / "dictionary.csv")
    for name in listing["file"]:
        columns = pd.read_csv(tmp_path / "tables" / name, nrows=0, encoding="utf-8-sig").columns.tolist()
        assert meant.loc[meant["file"] == name, "column"].tolist() == columns
    assert meant[["description", "unit"]].notna().all().all()
    assert listing[["title", "period", "disclosure"]].notna().all().all()


def test_csv_holds_stars_where_the_report_does(tiny_report: Report, tmp_path: Path) -> None:
    tiny_report.save_tables(tmp_path)
    table = next(table for table in tiny_report["links"].tables() if table.shown.layout == "of_which")
    with (tmp_path / f"{table.number:02d}_{table.shown.name}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "column", "n", "total", "share", "low", "high"]
    assert {rows[0][name] for name in ("n", "total", "share", "low", "high")} == {"*"}


@pytest.mark.slow
@pytest.mark.parametrize("which", ["report", "nhs_report"])
def test_no_format_shows_a_small_count(which: str, request: pytest.FixtureRequest) -> None:
    made: Report = request.getfixturevalue(which)
    smallest = made.policy.smallest_shown
    for section in made.sections:
        for table in section.tables():
            frame = tidy(table)
            for name in ("n", "total"):
                numbers = pd.to_numeric(frame[name], errors="coerce") if name in frame else pd.Series(dtype=float)
                assert not ((numbers > 0) & (numbers < smallest)).any(), table.shown.title


def test_the_workbook_has_a_sheet_a_table_and_no_formula(report: Report, tmp_path: Path) -> None:
    report.save(tmp_path / "report.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "report.xlsx")
    tables = [table for section in report.sections for table in section.tables()]
    assert len(book.sheet_names) == 1 + len(tables)
    front = book.get_sheet_by_name("About").to_python()
    assert front[0][0] == report.title
    assert [row[1] for row in front].count(report.in_brief[0]) == 1
    funnel = next(table for table in tables if table.shown.name.startswith("how_far_clients"))
    rows = book.get_sheet_by_index(funnel.number).to_python()
    head = next(number for number, row in enumerate(rows) if "Number" in row)
    assert rows[head + 1][:4] == ["All clients", 555.0, 555.0, 1.0]  # of 650, less 95 who did not agree


def test_labels_that_look_like_formulas_stay_text(tmp_path: Path) -> None:
    from recoverynet import CountTable
    from recoverynet.report.sections import ReportWriter

    writer = ReportWriter("ndtms")
    section = writer.section("a", "A")
    section.table(CountTable(pd.Series({"=1+1": 40, "@sum": 20}), title="x", population="p", denominator="d", period="2011"))
    made = Report("A", (section.finish(),), "2011", writer.policy)
    made.save(tmp_path / "a.xlsx")
    assert CalamineWorkbook.from_path(tmp_path / "a.xlsx").get_sheet_by_index(1).to_python()[4][0] == "=1+1"
    made.save_tables(tmp_path)
    assert (tmp_path / "01_x.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("'=1+1")
