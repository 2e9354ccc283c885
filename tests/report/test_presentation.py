"""A service's name, logo, sections and words on a report; what cannot be used is refused in words; text stays text everywhere."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import RecoveryNetError, SchemaError
from recoverynet.report.presentation import Presentation, present, read_logo
from recoverynet.report.report import Report
from recoverynet.report.save.reading import read_saved
from recoverynet.report.template import copy_template
from recoverynet.report.verified import MadeWith, verify_report

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "jinja": "{{ 7 * 7 }}{% raw %}",
    "markdown": "[a](javascript:alert(1)) `b` # c",
    "formula": "=HYPERLINK(1)+cmd|' /C calc'!A0",
    "control": "a\x00b\x07c\x1bd\u202ee",
}
FORMATS = ("x.html", "x.pdf", "x.docx", "x.xlsx", "tables")


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    Image.new("RGB", (900, 300), "navy").save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


@pytest.mark.slow
def test_name_logo_and_contact_stand_on_the_cover(tiny_report: Report, tmp_path: Path, logo: Path) -> None:
    told = present(tiny_report, Presentation("Riverside Recovery", "Ask: 01234 567890", logo))
    for ending in ("html", "docx", "xlsx", "pdf"):
        told.brief().save(tmp_path / f"x.{ending}")
        text = " ".join(read_saved(tmp_path / f"x.{ending}").lines)
        assert "Riverside Recovery" in text and "01234 567890" in text
    page = (tmp_path / "x.html").read_text()
    assert 'alt="Logo of Riverside Recovery"' in page and "data:image/png;base64," in page
    with zipfile.ZipFile(tmp_path / "x.docx") as book:
        assert b"Logo of Riverside Recovery" in book.read("word/document.xml")
    assert max(Image.open(io.BytesIO(told.logo)).size) <= 600


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"Bild"])
def test_a_logo_that_is_no_picture_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(SchemaError, match=r"no picture.*\.png or \.jpg"):
        read_logo(tmp_path / "logo.png")
    with pytest.raises(SchemaError, match="There is no logo"):
        read_logo(tmp_path / "none.png")


@pytest.mark.slow
def test_sections_are_chosen_and_the_limits_stay(tiny_report: Report) -> None:
    told = tiny_report.arranged(["outcomes", "links"])
    assert [each.name for each in told.sections] == ["in_brief", "outcomes", "links", "limits", "settings"]
    assert [each.name for each in tiny_report.arranged(["limits", "links"]).sections][:2] == ["in_brief", "limits"]
    with pytest.raises(SchemaError, match="no section 'x'"):
        tiny_report.arranged(["x"])
    with pytest.raises(SchemaError, match="its own name"):
        tiny_report.arranged(["links", "links"])


def edited(path: Path) -> Path:
    """A copy of the template with a heading changed, a text added, and a section taken out."""
    copy_template(path)
    notebook = json.loads(path.read_text())
    cells = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if "change" in source and cell["cell_type"] == "code":
            cells.pop()
            continue
        if source.startswith("## Links"):
            cell["source"] = ["## Who meets whom\n", "\n", "Our own <b>words</b> {{ 1 }}.\n", "\n", "And more."]
        cells.append(cell)
    path.write_text(json.dumps({**notebook, "cells": cells}))
    return path


@pytest.mark.slow
def test_an_edited_template_words_every_format(tiny_report: Report, tmp_path: Path) -> None:
    told = present(tiny_report, Presentation(template=edited(tmp_path / "mine.ipynb")))
    assert "change" not in [section.name for section in told.sections]
    assert told["links"].title == "Who meets whom"
    for ending in ("html", "docx"):
        told.save(tmp_path / f"x.{ending}")
        lines = read_saved(tmp_path / f"x.{ending}").lines
        assert "Our own <b>words</b> {{ 1 }}." in lines and "And more." in lines


@pytest.mark.parametrize("text", ["nothing", "[]", '{"cells": 3}', '{"cells": []}', '{"cells": [1]}'])
def test_a_template_that_is_none_is_refused_in_words(tiny_report: Report, tmp_path: Path, text: str) -> None:
    (tmp_path / "t.ipynb").write_text(text)
    with pytest.raises(SchemaError, match="template"):
        present(tiny_report, Presentation(template=tmp_path / "t.ipynb"))


@pytest.mark.parametrize("kind", HOSTILE)
def test_text_stays_text_in_every_field_and_format(tmp_path: Path, tiny_report: Report, kind: str) -> None:
    text = HOSTILE[kind]
    told = present(tiny_report.brief(), Presentation(service=text, contact=text))
    told = Report(
        text, told.sections, text, told.policy, subtitle=text, manifest=dict(told.manifest), service=text, contact=text,
        settings={"Chosen": text}, kind_in_words="Report",
    )  # fmt: skip
    for name in FORMATS:
        if name == "tables":
            told.save_tables(tmp_path / name)
        else:
            told.save(tmp_path / name)
        read = read_saved(tmp_path / name)
        if name != "x.pdf" and kind != "control" and name != "tables":
            assert any(text in line for line in read.lines), name
    page = (tmp_path / "x.html").read_text()
    assert "<script>alert" not in page and "<img src=x" not in page and ">49<" not in page
    for name in ("x.xlsx", "x.docx"):
        with zipfile.ZipFile(tmp_path / name) as book:
            for part in book.namelist():
                if part.endswith((".xml", ".rels")):
                    ElementTree.fromstring(book.read(part))
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        assert not any(b"<f>" in book.read(part) for part in book.namelist() if "sheet" in part)
    for table in (tmp_path / "tables").glob("*.csv"):
        cells = [cell for row in csv.reader(table.open(encoding="utf-8-sig")) for cell in row]
        assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


@pytest.mark.slow
def test_the_command_takes_them_all_and_verify_asks_for_what_is_not_in_it(tmp_path: Path, logo: Path) -> None:
    folder, run = str(rn.samples.sample_folder("five_people")), CliRunner().invoke
    out = tmp_path / "x.xlsx"
    args = ["report", "evaluation", folder, "--out", str(out), "--quiet", "--service", "Riverside", "--logo", str(logo)]
    made = run(app, [*args, "--sections", "links", "--made-by", "An evaluator"])
    assert made.exit_code in (0, 3), made.output
    saved = read_saved(out)
    assert saved.manifest["made_by"] == "An evaluator" and saved.manifest["presented"]["sections"] == ["links"]
    record = rn.load_sample("five_people")
    with pytest.raises(RecoveryNetError, match="logo"):
        verify_report(out, record)
    assert verify_report(out, record, MadeWith(logo=logo)).differences == ()
    assert run(app, args).exit_code == 2, "kept without --overwrite"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "section"), [("spread", "ladder"), ("comparison", "flow")])
def test_other_reports_take_them_too(tmp_path: Path, kind: str, section: str) -> None:
    folder, out = str(rn.samples.sample_folder("five_people")), tmp_path / "x.html"
    args = ["report", kind, folder, "--out", str(out), "--quiet", "--service", "Riverside", "--made-by", "An evaluator"]
    made = CliRunner().invoke(app, [*args, "--sections", section])
    assert made.exit_code in (0, 3), made.output
    saved = read_saved(out)
    assert saved.manifest["made_by"] == "An evaluator" and saved.manifest["presented"]["sections"] == [section]
    assert "Riverside" in out.read_text(encoding="utf-8").split("<script")[0]
    assert verify_report(out, rn.load_sample("five_people")).differences == ()
    assert CliRunner().invoke(app, [*args, "--sections", "nonsense", "--overwrite"]).exit_code == 1


def test_the_template_is_copied_and_not_replaced(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["template", "--to", str(tmp_path / "t.ipynb")]).exit_code == 0
    assert run(app, ["template", "--to", str(tmp_path / "t.ipynb")]).exit_code == 2
    assert run(app, ["template", "--to", str(tmp_path / "t.txt")]).exit_code == 2
