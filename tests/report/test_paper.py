"""A report on paper and in Word: tagged, titled, the same every time, and nothing in it that the page does not show."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from pathlib import Path

import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.report.report import Report
from recoverynet.report.sections import ReportWriter

docx = pytest.importorskip("docx")
pypdf = pytest.importorskip("pypdf")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def paper(report: Report, tmp_path_factory: pytest.TempPathFactory) -> pypdf.PdfReader:
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    report.save(path)
    return pypdf.PdfReader(path)


@pytest.fixture(scope="module")
def document(report: Report, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("docx") / "report.docx"
    report.save(path)
    return docx.Document(str(path))


@pytest.fixture(scope="module")
def printed(paper: pypdf.PdfReader) -> list[str]:
    """The text of every page, on one line."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in paper.pages]


def tags_of(node: object, name: str) -> list[object]:
    """Every element of the structure tree with this tag."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [found for each in node for found in tags_of(each, name)]
    if not isinstance(node, dict):
        return []
    here = [node] if node.get("/S") == name else []
    return here + (tags_of(node["/K"], name) if "/K" in node else [])


@pytest.mark.slow
def test_paper_is_a4_tagged_and_titled(paper: pypdf.PdfReader, printed: list[str], report: Report) -> None:
    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in paper.pages} == {(595, 842)}
    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en-GB"
    assert report.title in paper.metadata.title
    assert all("".join(report.title.split()) in page.replace(" ", "") for page in printed)


@pytest.mark.slow
def test_every_figure_has_its_alt_text_and_every_table_its_heads(paper: pypdf.PdfReader, report: Report) -> None:
    tree = paper.trailer["/Root"]["/StructTreeRoot"]
    alts = [str(each.get("/Alt", "")) for each in tags_of(tree["/K"], "/Figure")]
    figures = [figure for section in report.sections for figure in section.figures()]
    assert sorted(alts) == sorted(figure.alt for figure in figures)
    n_tables = sum(len(section.tables()) for section in report.sections)
    assert len(tags_of(tree["/K"], "/Table")) >= n_tables  # a table that goes on overleaf is tagged again
    assert len(tags_of(tree["/K"], "/TH")) >= 2 * n_tables


def test_page_one_can_be_lifted_out(printed: list[str], report: Report) -> None:
    first = printed[0]
    assert report.title in first and "In brief" in first and "Contents" not in first
    assert all(sentence[:40] in first for sentence in report.in_brief)


def test_pages_are_numbered(printed: list[str]) -> None:
    for number, page in enumerate(printed, start=1):
        assert f"Page {number} of {len(printed)}" in page


@pytest.mark.slow
def test_every_cell_of_every_table_is_on_paper_and_in_word(printed, document, report: Report) -> None:  # type: ignore[no-untyped-def]
    whole = " ".join(printed).replace(" ", "")
    grids = [table.grid for section in report.sections for table in section.tables()]
    for grid in grids:
        for row in grid.rows:
            assert "".join(row[0].split()) in whole
    written = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    for grid in grids:
        assert [[head or "Row" for head in grid.columns], *map(list, grid.rows)] in written


@pytest.mark.slow
def test_word_has_headings_captions_and_alt_texts(document, report: Report) -> None:  # type: ignore[no-untyped-def]
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings == [section.title for section in report.sections]
    captions = [each.text for each in document.paragraphs if each.style.name == "Caption"]
    n_tables = sum(len(section.tables()) for section in report.sections)
    figures = [figure for section in report.sections for figure in section.figures()]
    assert len(captions) == n_tables + len(figures)
    described = [each.get("descr") for each in document.element.xpath("//wp:docPr")]
    assert described == [figure.alt for figure in figures]
    for table in document.tables:
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_the_same_report_gives_the_same_file(report: Report, tmp_path: Path, ending: str) -> None:
    for name in ("one", "two"):
        report.brief().save(tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_a_briefing_is_two_pages(report: Report, tmp_path: Path) -> None:
    report.brief().save(tmp_path / "brief.pdf")
    assert len(pypdf.PdfReader(tmp_path / "brief.pdf").pages) <= 2


def test_a_report_without_a_summary_has_no_briefing() -> None:
    writer = ReportWriter("ndtms")
    section = writer.section("people", "The people")
    section.say("Nobody.")
    with pytest.raises(SchemaError, match="in_brief"):
        rn.Report("Riverside", (section.finish(),), "2011", writer.policy).brief()


def test_odd_text_does_no_harm(tmp_path: Path) -> None:
    """Control characters, markup, templates and formulas are text."""
    writer = ReportWriter("ndtms")
    section = writer.section("people", "The <b>people</b> {{ 7 * 7 }}\x07")
    section.say('=HYPERLINK("x") **strong** </p><script>alert(1)</script> \x00 {% raw %}')
    report = rn.Report("A & B <i>\x01</i>", (section.finish(),), "2011", writer.policy)
    report.save(tmp_path / "odd.pdf")
    report.save(tmp_path / "odd.docx")
    odd = pypdf.PdfReader(tmp_path / "odd.pdf")
    assert "{{ 7 * 7 }}" in odd.pages[0].extract_text().replace("\x00", "")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "odd.docx").read_bytes())) as parts:
        body = parts.read("word/document.xml").decode("utf-8")
    assert "<script>" not in body and "&lt;script&gt;" in body and "\x07" not in body


@pytest.mark.parametrize(("ending", "module"), [("pdf", "weasyprint"), ("docx", "docx")])
def test_a_missing_library_is_named_with_its_install(report: Report, tmp_path: Path, monkeypatch, ending: str, module: str) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NotEstimableError, match=re.escape("pip install 'recoverynet[report]'")):
        report.save(tmp_path / f"report.{ending}")
    assert not (tmp_path / f"report.{ending}").exists()
