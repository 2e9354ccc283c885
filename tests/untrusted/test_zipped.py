"""Zip files and workbooks that are small on disk and would not fit in memory."""

from __future__ import annotations

import subprocess
import sys
import xml.parsers.expat as expat
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

import recoverynet as rn
from recoverynet.untrusted.zipped import read_member, require_sound_workbook, require_sound_zip

SHEET = '<worksheet xmlns="x"><sheetData>{}</sheetData></worksheet>'


def zipped(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in members.items():
            book.writestr(name, content)
    return path


def with_sheet(path: Path, cells: str, **more: str) -> Path:
    return zipped(path, **{"xl/worksheets/sheet1.xml": SHEET.format(cells), **more})


def test_a_workbook_as_they_are(tmp_path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        for name in ("People", "Log"):
            sheet = book.add_worksheet(name)
            for row in range(50):
                sheet.write_row(row, 0, ["ann", row, 1.5])
    require_sound_zip(tmp_path / "a.xlsx")
    require_sound_workbook(tmp_path / "a.xlsx")
    assert b"ann" in read_member(tmp_path / "a.xlsx", "xl/sharedStrings.xml")
    with pytest.raises(rn.SchemaError, match="holds no 'x'; it holds"):
        read_member(tmp_path / "a.xlsx", "x")


def test_a_bomb_is_refused(tmp_path) -> None:
    path = zipped(tmp_path / "a.zip", big=b"0" * 20_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(rn.SchemaError, match=r"a\.zip unpacks to more than 10 MB"):
        require_sound_zip(path, most=10_000_000)
    with pytest.raises(rn.SchemaError, match="more than can be read"):
        read_member(path, "big", most=10_000_000)


def test_a_header_that_claims_less_does_not_help(tmp_path) -> None:
    path = zipped(tmp_path / "a.zip", big=b"0" * 20_000_000)
    data = path.read_bytes().replace((20_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    assert zipfile.ZipFile(path).infolist()[0].file_size == 10
    with pytest.raises(rn.SchemaError, match="unpacks to more than 10 MB"):
        require_sound_zip(path, most=10_000_000)


def test_what_is_no_zip_file(tmp_path, monkeypatch) -> None:
    whole = zipped(tmp_path / "a.zip", a="x" * 1000, b="y").read_bytes()
    for content in (b"", b"PK\x03\x04", whole[:-30], whole[: len(whole) // 2], b"not a zip"):
        (tmp_path / "b.zip").write_bytes(content)
        with pytest.raises(rn.SchemaError, match="cannot be opened"):
            require_sound_zip(tmp_path / "b.zip")
    (tmp_path / "b.zip").write_bytes(whole.replace(whole[31:40], b"\xff" * 9))
    with pytest.raises(rn.SchemaError, match="cannot be opened"):
        require_sound_zip(tmp_path / "b.zip")
    monkeypatch.setattr("recoverynet.untrusted.zipped.MOST_MEMBERS", 1)
    with pytest.raises(rn.SchemaError, match="holds more than 1 files"):
        require_sound_zip(tmp_path / "a.zip")


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>',
        "<row r='1'><c r='A1'/></row><row r='1048576'><c r='XFD1048576'/></row>",
        '<row r="1"><c r="A1"/></row><row r="1048576"><c r="&#88;FD1048576"/></row>',
        '<x:row xmlns:x="y" r="1"><x:c r="A1"/><x:c r="ZZZ1048576"/></x:row>',
        '<row r="1"><c r="A1"/></row><row r="1048576"><c/>' + "<c/>" * 20 + "</row>",
        '<row r="9999999"><c r="A1"/><c r="K1048576"/></row>',
        '<row><c r="XFD1"/></row>',
    ],
)
def test_a_cell_far_outside_the_table(tmp_path, cells) -> None:
    with pytest.raises(rn.SchemaError, match=r"A sheet of a\.xlsx .* spans more than can be read"):
        require_sound_workbook(with_sheet(tmp_path / "a.xlsx", cells))


@pytest.mark.parametrize("cells", ['<row r="-1"><c/></row>', '<row><c r="XFD99999999"/></row>', '<row><c r="$A$1"/></row>', "<row"])
def test_cells_with_odd_names(tmp_path, cells) -> None:
    with pytest.raises(rn.SchemaError, match="cannot be opened"):
        require_sound_workbook(with_sheet(tmp_path / "a.xlsx", cells))


def test_long_texts_that_many_cells_share(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("recoverynet.untrusted.zipped.MOST_SHEET_TEXT", 1_000)
    texts = "<sst><si><t>" + "x" * 300 + "</t></si><si><t>short</t></si></sst>"
    cells = '<row r="1">' + '<c t="s"><v>{}</v></c>' * 8 + "</row>"
    short = with_sheet(tmp_path / "a.xlsx", cells.format(*[0, 0, 0] + [1] * 5), **{"xl/sharedStrings.xml": texts})
    require_sound_workbook(short)
    long = with_sheet(tmp_path / "b.xlsx", cells.format(*[0] * 8), **{"xl/sharedStrings.xml": texts})
    with pytest.raises(rn.SchemaError, match="repeats long texts"):
        require_sound_workbook(long)


def test_sheets_under_other_names_and_entities(tmp_path) -> None:
    rels = '<Relationships><Relationship Id="r1" Target="{}" Type="worksheet"/></Relationships>'
    hidden = {"xl/worksheets/sheet1.dat": SHEET.format('<row><c r="XFD1048576"/></row>')}
    path = zipped(tmp_path / "a.xlsx", **{"xl/_rels/workbook.xml.rels": rels.format("worksheets/sheet1.dat"), **hidden})
    with pytest.raises(rn.SchemaError, match="unusual name"):
        require_sound_workbook(path)
    path = zipped(tmp_path / "b.xlsx", **{"xl/_rels/workbook.xml.rels": rels.format("vbaProject.bin"), "xl/vbaProject.bin": "<a/>"})
    with pytest.raises(rn.SchemaError, match="not what its name says"):
        require_sound_workbook(path)
    path = zipped(tmp_path / "c.xlsx", **{"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'})
    with pytest.raises(rn.SchemaError, match="declares an XML entity"):
        require_sound_workbook(path)


@pytest.mark.slow
def test_it_takes_little_memory(tmp_path) -> None:
    path = with_sheet(tmp_path / "a.xlsx", "<row>" + "<c/>" * 30 + "</row>" + "<!--" + "x" * 30_000_000 + "-->")
    program = (
        "import resource, sys; from recoverynet.untrusted.zipped import require_sound_workbook as look\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; look(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 70_000, "kilobytes; a comment is one piece to the parser"


def test_one_endless_word_is_given_in_few_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some versions of expat begin a word anew with every part: 300 MB took two minutes and a half."""
    made, n_parts = expat.ParserCreate, 0

    class Counting:
        def __init__(self) -> None:
            object.__setattr__(self, "inner", made())

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def __setattr__(self, name: str, value: object) -> None:
            setattr(self.inner, name, value)

        def Parse(self, part: bytes, last: bool) -> None:
            nonlocal n_parts
            n_parts += 1
            self.inner.Parse(part, last)

    monkeypatch.setattr("recoverynet.untrusted.zipped.expat.ParserCreate", Counting)
    require_sound_workbook(zipped(tmp_path / "word.xlsx", **{"xl/workbook.xml": f'<workbook name="{"0" * 16_000_000}"/>'}))
    assert n_parts <= 12
