"""The texts that stand in a report are in one file, can be changed there, and nothing that is counted or hidden depends on them."""

from __future__ import annotations

import pickle
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import SchemaError
from recoverynet.report.presentation import Presentation, present
from recoverynet.report.report import Report
from recoverynet.report.save.reading import read_saved
from recoverynet.report.sections import Heading
from recoverynet.report.standing import Standing, read_wording, standing, usual_wording
from recoverynet.report.verified import MadeWith, verify_report

OWN = """
[titles]
evaluation = "Our <b>year</b>"
[sections.evaluation.links]
title = "Who meets {{ whom }}"
lead = "=Who?"
[headings]
"From an offer to taking part" = "The [way](x) in"
[texts]
evaluation_caveat = '''In our words:
**nothing** follows.'''
clustering_is_not_contagion = "Alike is not alike."
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "w.toml").write_text(OWN.replace("{{ whom }}", "{ whom }"), encoding="utf-8")
    return tmp_path / "w.toml"


@pytest.mark.slow
def test_the_file_that_ships_says_what_reports_say(tiny_report: Report) -> None:
    usual = tomllib.loads(usual_wording())
    reports = {"evaluation": tiny_report, "spread": rn.spread_report(rn.load_sample("five_people"))}
    for kind, report in reports.items():
        assert usual["titles"][kind] == report.title
        for section in report.sections:
            told = usual["sections"][kind][section.name]
            assert (told["title"], told.get("lead", "")) == (section.title, section.lead)
            assert all(block.text in usual["headings"] for block in section.blocks if isinstance(block, Heading))
    said = {text.name for text in _standing(tiny_report)}
    assert {"evaluation_caveat", "clustering_is_not_contagion", "no_comparison_group", "again"} <= said <= usual["texts"].keys()


def _standing(report: Report) -> list[Standing]:
    texts = [
        text
        for section in report.sections
        for block in section.blocks
        for text in (*getattr(block, "paragraphs", ()), *getattr(block, "items", ()), getattr(block, "text", ""))
    ]
    return [text for text in texts if isinstance(text, Standing)]


def test_the_file_as_it_ships_changes_nothing(tiny_report: Report, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(usual_wording(), encoding="utf-8")
    assert read_wording(tmp_path / "w.toml", "evaluation") == {}
    assert present(tiny_report, Presentation(wording=tmp_path / "w.toml")).to_text() == tiny_report.to_text()


@pytest.mark.slow
def test_own_texts_stand_as_text_in_every_format_and_it_is_said(tiny_report: Report, own: Path, tmp_path: Path) -> None:
    told = present(tiny_report, Presentation(wording=own))
    assert told.title == "Our <b>year</b>" and (told["links"].title, told["links"].lead) == ("Who meets { whom }", "=Who?")
    assert "texts.evaluation_caveat" in told["settings"].to_text()
    for ending in ("html", "docx"):
        told.save(tmp_path / f"x.{ending}")
        text = " ".join(read_saved(tmp_path / f"x.{ending}").lines)
        for words in ("Our <b>year</b>", "=Who?", "The [way](x) in", "In our words: nothing follows.", "Alike is not alike."):
            assert words in text, (ending, words)
        assert "These figures describe what was recorded" not in text
    told.save(tmp_path / "x.xlsx")
    assert "Our <b>year</b>" in " ".join(read_saved(tmp_path / "x.xlsx").lines)


def test_nothing_counted_or_hidden_depends_on_them(tiny_report: Report, own: Path) -> None:
    told = present(tiny_report, Presentation(wording=own))
    for before, after in zip(tiny_report.sections, told.sections, strict=True):
        assert [table.to_text() for table in before.tables()] == [table.to_text() for table in after.tables()]
    assert told.in_brief == tiny_report.in_brief
    assert told["limits"].blocks[-1] == tiny_report["limits"].blocks[-1], "what is hidden, and why, is said as it was"


def test_a_title_asked_for_by_name_stays(own: Path) -> None:
    report = rn.spread_report(rn.load_sample("five_people"), title="Mine")
    own.write_text('[titles]\nspread = "Theirs"\n', encoding="utf-8")
    assert present(report, Presentation(wording=own)).title == "Mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[texts]\nspread_caveats = "x"', r"texts\.spread_caveats.*did you mean 'texts\.spread_caveat'"),
        ("nonsense = 3", "no text is called so"),
        ('[texts]\nspread_caveat = ""', "not an empty one"),
        ("[texts]\nspread_caveat = 3", "is a text"),
        ('[texts]\nspread_caveat = ["x"]', "is a text"),
        ('[texts]\nspread_caveat = "a\\u0007b"', r"cannot be printed \(U\+0007\)"),
        ('[texts]\nspread_caveat = "a\\u202Eb"', r"cannot be printed \(U\+202E\)"),
        ('[texts]\nspread_caveat = "{{clients}}"', r"places.*: none\. Missing or unknown: \{clients\}"),
        ('[texts]\nwhat_if_caveat = "No basis."', r"\{basis\}\. Missing or unknown: \{basis\}"),
        (f'[texts]\nspread_caveat = "{"x" * 2001}"', "2,001 signs"),
        ("[texts", "not a TOML file"),
    ],
)
def test_a_wording_that_cannot_stand_is_refused_in_words(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=words):
        read_wording(tmp_path / "w.toml", "spread")


def test_places_are_filled_once_and_only_with_what_the_report_gives() -> None:
    text = standing("comparison_best", many="{many} & <areas>")
    assert "{many} & <areas>" in text and text.count("{many}") == 1
    again = pickle.loads(pickle.dumps(standing("spread_caveat", strong=True)))
    assert again.startswith("**Like") and again.endswith("**") and (again.name, again.strong) == ("spread_caveat", True)


def test_every_standing_text_named_in_the_code_is_in_the_file_and_the_other_way_round() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(rn.__file__).parent.joinpath("report").rglob("*.py"))
    usual = tomllib.loads(usual_wording())
    assert set(re.findall(r'standing\("(\w+)"', code)) == set(usual["texts"])
    fixed = set(re.findall(r'section\.heading\("([^"]+)"\)', code))
    assert fixed == set(usual["headings"])


@pytest.mark.slow
def test_the_command_writes_it_and_the_reports_take_it(tmp_path: Path) -> None:
    folder, run, out = str(rn.samples.sample_folder("five_people")), CliRunner().invoke, tmp_path / "x.html"
    mine = tmp_path / "w.toml"
    assert run(app, ["wording", "--to", str(mine)]).exit_code == 0
    assert run(app, ["wording", "--to", str(mine)]).exit_code == 2
    assert run(app, ["wording", "--to", str(tmp_path / "w.txt")]).exit_code == 2
    mine.write_text(mine.read_text(encoding="utf-8").replace("Like people meet", "Birds of a feather meet"), encoding="utf-8")
    made = run(app, ["report", "spread", folder, "--out", str(out), "--quiet", "--wording", str(mine)])
    assert made.exit_code in (0, 3), made.output
    assert "Birds of a feather" in out.read_text(encoding="utf-8")
    record = rn.load_sample("five_people")
    with pytest.raises(SchemaError, match="made with a wording"):
        verify_report(out, record)
    assert verify_report(out, record, MadeWith(wording=mine)).differences == ()
    mine.write_text("[texts]\nspread_few = 'Others'", encoding="utf-8")
    assert any(each.startswith("presented: wording") for each in verify_report(out, record, MadeWith(wording=mine)).differences)


@pytest.mark.slow
def test_the_notebook_says_them_too(own: Path, tmp_path: Path, tiny_report: Report) -> None:
    told = present(tiny_report, Presentation(wording=own))
    told.save(tmp_path / "x.ipynb")
    text = (tmp_path / "x.ipynb").read_text(encoding="utf-8")
    assert "In our words: " in text and "## Who meets \\\\{ whom \\\\}" in text
    assert verify_report(tmp_path / "x.ipynb", rn.load_sample("five_people"), MadeWith(wording=own)).differences == ()
