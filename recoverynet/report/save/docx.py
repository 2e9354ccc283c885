"""A report as a Word document that can be edited: real headings, tables with repeated headings, captions, alt texts."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from recoverynet.atomic import write_bytes
from recoverynet.report.manifest import as_properties
from recoverynet.report.rendering import without_emphasis
from recoverynet.report.save.missing import not_installed
from recoverynet.report.sections import Facts, Figure, Heading, KeyFigures, Note, Points, Prose, Section, Table

if TYPE_CHECKING:
    from docx.document import Document

_WHEN = datetime.datetime(2000, 1, 1)
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_INK, _MUTED, _DEEP, _WARM = "1F2933", "4A5763", "0B4A6F", "B5470B"
PICTURE_WIDTH_MM = 160.0


def write_document(content: Mapping[str, Any], path: Path) -> None:
    """Write a report as .docx.

    Parameters
    ----------
    content : mapping
        ``report``, ``version`` and ``manifest``, as the templates name them.
    path : pathlib.Path
        File to write. The same report gives the same file, byte for byte.

    Raises
    ------
    NotEstimableError
        python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise not_installed("a Word document", "report", error) from error
    report, version = content["report"], content["version"]
    document = docx.Document()
    _prepare(document, report)
    _cover(document, report, version)
    for section in report.sections:
        _section(document, section)
    _remember(document, as_properties(content.get("manifest") or ""))
    kept = io.BytesIO()
    document.save(kept)
    write_bytes(path, _same_every_time(kept.getvalue()))


def _prepare(document: Document, report: Any) -> None:
    """Paper, fonts, language and what the file says of itself."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin = page.bottom_margin = Mm(18)
    sizes = {
        "Normal": (10.5, _INK),
        "Title": (24, _DEEP),
        "Heading 1": (17, _DEEP),
        "Heading 2": (12.5, _INK),
        "Caption": (9.5, _INK),
    }
    for name, (size, colour) in sizes.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), RGBColor.from_string(colour)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:asciiTheme"), "")
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(theme), None)
    document.styles["Caption"].font.bold = False
    _language(document)
    core = document.core_properties
    core.title, core.author, core.subject, core.comments = _clean(report.title), "recoverynet", _clean(report.period), ""
    core.created = core.modified = _WHEN
    core.language = "en-GB"
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _field(foot, "PAGE")
    page.header.paragraphs[0].text = _clean(f"{report.title}, {report.period}")


def _remember(document: Document, properties: Mapping[str, str]) -> None:
    """Custom properties of the file, which Word keeps when somebody edits it."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    if not properties:
        return
    name, value = "http://schemas.openxmlformats.org/officeDocument/2006/{}", "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
    lines = [
        f'<property fmtid="{value}" pid="{number}" name="{each}"><vt:lpwstr>{escape(text)}</vt:lpwstr></property>'
        for number, (each, text) in enumerate(properties.items(), start=2)
    ]
    head = f'<Properties xmlns="{name.format("custom-properties")}" xmlns:vt="{name.format("docPropsVTypes")}">'
    content = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{head}{"".join(lines)}</Properties>'
    package: Any = document.part.package
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    part = Part(PackURI("/docProps/custom.xml"), kind, content.encode("utf-8"), package)
    package.relate_to(part, name.format("relationships/custom-properties"))


def _language(document: Document) -> None:
    """British English, for spelling and for screen readers."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    properties.append(language)


def _cover(document: Document, report: Any, version: str) -> None:
    from docx.shared import Mm

    if report.logo:
        run = document.add_paragraph().add_run()
        run.add_picture(io.BytesIO(report.logo), height=Mm(16))
        run._r.xpath(".//wp:docPr")[0].set("descr", _clean(f"Logo of {report.service}" if report.service else "Logo"))
    if report.service:
        document.add_paragraph(_clean(report.service), style="Subtitle")
    document.add_paragraph(_clean(report.kind_in_words), style="Subtitle")
    document.add_heading(_clean(report.title), level=0)
    if report.subtitle:
        _say(document.add_paragraph(), report.subtitle)
    facts = [("Period", report.period), ("Small numbers", report.policy.in_words()), ("Made with", f"recoverynet {version}")]
    facts += [("Contact", report.contact)] if report.contact else []
    for name, value in facts:
        _say(document.add_paragraph(), f"**{name}:** {value}")
    if report.policy.is_off:
        _say(
            document.add_paragraph(),
            "**Not for publication.** Small numbers are not suppressed in this report: people could be recognised. Reason given: "
            f"{report.policy.reason}",
            colour=_WARM,
        )


def _section(document: Document, section: Section) -> None:
    document.add_heading(_clean(section.title), level=1)
    if section.lead:
        _say(document.add_paragraph(), section.lead, colour=_MUTED)
    for block in section.blocks:
        _block(document, block)


def _block(document: Document, block: Any) -> None:
    if isinstance(block, Prose):
        for text in block.paragraphs:
            _say(document.add_paragraph(), text)
    elif isinstance(block, Heading):
        document.add_heading(_clean(block.text), level=2)
    elif isinstance(block, Points):
        for item in block.items:
            _say(document.add_paragraph(style="List Bullet"), item)
    elif isinstance(block, KeyFigures):
        rows = [(figure.value, f"{figure.label} ({figure.detail})") for figure in block.figures]
        _table(document, ("Figure", "What it is"), rows, "Key figures")
    elif isinstance(block, Note):
        _say(document.add_paragraph(), f"**Note.** {block.text}", colour=_WARM if block.tone == "caution" else _MUTED)
    elif isinstance(block, Facts):
        document.add_heading(_clean(block.title), level=2)
        _table(document, ("What", "Value"), block.pairs, block.title)
    elif isinstance(block, Table):
        _shown(document, block)
    elif isinstance(block, Figure):
        _figure(document, block)


def _shown(document: Document, block: Table) -> None:
    """A table after disclosure: caption above, remarks below."""
    grid, shown = block.grid, block.shown
    caption = document.add_paragraph(style="Caption")
    caption.paragraph_format.keep_with_next = True
    _numbered(caption, "Table", block.number)
    _say(caption, f" {shown.title}. {shown.population}, {shown.period}")
    _table(document, [head or "Row" for head in grid.columns], grid.rows, shown.title, last_is_total=grid.last_is_total)
    for remark in shown.remarks():
        _say(document.add_paragraph(), remark, colour=_MUTED, size=9)


def _table(
    document: Document, heads: Sequence[str], rows: Sequence[Sequence[str]], title: str, *, last_is_total: bool = False
) -> None:
    """A table whose heading row is repeated on every page and marked as one."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    table = document.add_table(rows=1 + len(rows), cols=len(heads))
    _lay_out(table, len(heads), title)
    for number, line in enumerate([tuple(heads), *rows]):
        row = table.rows[number]
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if number == 0:
            repeat = OxmlElement("w:tblHeader")
            repeat.set(qn("w:val"), "true")
            row._tr.get_or_add_trPr().append(repeat)
        for column, (cell, text) in enumerate(zip(row.cells, line, strict=True)):
            cell.width = _width(column, len(heads))
            paragraph = cell.paragraphs[0]
            bold = number == 0 or (last_is_total and number == len(rows))
            _say(paragraph, f"**{text}**" if bold and text else text, size=9.5)
            paragraph.paragraph_format.space_after = 0
            if column and len(heads) > 2:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if number < len(rows):
                paragraph.paragraph_format.keep_with_next = len(rows) < 25
    document.add_paragraph().paragraph_format.space_after = 0


def _width(column: int, n_columns: int) -> Any:
    """How wide a column is: the first, of labels, as wide as two or three others."""
    from docx.shared import Mm

    first = 0.3 if n_columns == 2 else max(0.28, 0.62 - 0.06 * n_columns)
    share = first if column == 0 else (1.0 - first) / max(n_columns - 1, 1)
    return Mm(170.0 * share)


def _lay_out(table: Any, n_columns: int, title: str) -> None:
    """Lines between rows only, columns of their width, and a title for who cannot see the table."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    described = OxmlElement("w:tblCaption")
    described.set(qn("w:val"), _clean(title))
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (("top", "8", _INK), ("bottom", "4", "D5DBE1"), ("insideH", "4", "D5DBE1")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table.autofit = False
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)
    table._tbl.tblPr.append(described)
    for column in range(n_columns):
        table.columns[column].width = _width(column, n_columns)


def _figure(document: Document, block: Figure) -> None:
    """A picture with its alt text, and its caption below."""
    from docx.shared import Mm

    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    run = paragraph.add_run()
    if block.png:
        run.add_picture(io.BytesIO(block.png), width=Mm(PICTURE_WIDTH_MM))
        properties = run._r.xpath(".//wp:docPr")[0]
        properties.set("descr", _clean(block.alt))
        properties.set("title", _clean(f"Figure {block.number}"))
    else:
        _say(paragraph, block.alt)
    caption = document.add_paragraph(style="Caption")
    _numbered(caption, "Figure", block.number)
    _say(caption, f" {block.caption}")


def _numbered(paragraph: Any, word: str, number: int) -> None:
    """``Table 3.`` as a field that Word counts on when somebody adds one."""
    paragraph.add_run(f"{word} ").bold = True
    _field(paragraph, f"SEQ {word} \\* ARABIC", str(number), bold=True)
    paragraph.add_run(".").bold = True


def _field(paragraph: Any, instruction: str, shown: str = "1", *, bold: bool = False) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", None), (None, instruction), ("separate", None), ("text", shown), ("end", None)):
        run = paragraph.add_run()
        run.bold = bold
        if kind == "text":
            run.text = shown
        elif kind is None:
            asked = OxmlElement("w:instrText")
            asked.set(qn("xml:space"), "preserve")
            asked.text = text
            run._r.append(asked)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _say(paragraph: Any, text: str, *, colour: str | None = None, size: float | None = None) -> None:
    """A sentence, ``**words**`` strong."""
    from docx.shared import Pt, RGBColor

    for number, part in enumerate(_STRONG.split(_clean(text))):
        if not part:
            continue
        run = paragraph.add_run(without_emphasis(part))
        run.bold = number % 2 == 1 or None
        if colour is not None:
            run.font.color.rgb = RGBColor.from_string(colour)
        if size is not None:
            run.font.size = Pt(size)


def _clean(text: str) -> str:
    """Text without what no XML file may hold."""
    return _FORBIDDEN.sub(" ", str(text))


def _same_every_time(content: bytes) -> bytes:
    """The same archive with one date on every part."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            entry = zipfile.ZipInfo(part.filename, date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(entry, before.read(part.filename))
    return kept.getvalue()
