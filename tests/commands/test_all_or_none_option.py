"""What a report tells of whole groups, chosen on the command line, kept in the manifest and in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.report.manifest import as_arguments
from recoverynet.report.save.reading import read_saved

KINDS = ("evaluation", "spread", "comparison", "what-if")


@pytest.mark.parametrize("kind", KINDS)
def test_the_option_is_told_of_and_takes_two_words(kind: str) -> None:
    told = CliRunner().invoke(app, ["report", kind, "--help"], env={"COLUMNS": "200"})
    assert "--all-or-none" in told.output
    wrong = CliRunner().invoke(app, ["report", kind, "folder", "--plan", "x", "--all-or-none", "sometimes"])
    assert wrong.exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["spread", "comparison"])
def test_it_stands_in_the_manifest_and_the_report_is_made_again_with_it(tmp_path: Path, kind: str) -> None:
    folder, out, run = tmp_path / "tables", tmp_path / "x.html", CliRunner().invoke
    rn.write_record(rn.load_sample("five_people"), folder)
    done = run(app, ["report", kind, str(folder), "--out", str(out), "--all-or-none", "hide", "--quiet"])
    assert done.exit_code in (0, 3), done.output
    policy = as_arguments(read_saved(out).manifest)["disclosure"]
    assert policy == rn.DisclosurePolicy.named("ndtms", all_or_none="hide")
    assert "Counts from 0 to 4" in out.read_text()
    assert run(app, ["verify", str(out), str(folder), "--quiet"]).exit_code == 0
    out.write_text(out.read_text().replace('"all_or_none": "hide"', '"all_or_none": "say"'))
    assert run(app, ["verify", str(out), str(folder), "--quiet"]).exit_code == 1


def test_the_report_is_made_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(record: rn.RecoveryRecord, *, disclosure: object, **_: object) -> None:
        asked.append(disclosure)
        raise rn.SchemaError("enough")

    monkeypatch.setattr("recoverynet.report.comparison.comparison.comparison_report", refuse)
    rn.write_record(rn.load_sample("five_people"), tmp_path / "tables")
    hide = ["--out", str(tmp_path / "x.html"), "--disclosure", "nhs", "--all-or-none", "hide"]
    CliRunner().invoke(app, ["report", "comparison", str(tmp_path / "tables"), *hide])
    assert asked == [rn.DisclosurePolicy.named("nhs", all_or_none="hide")]


def test_a_ledger_tells_policies_of_one_name_apart() -> None:
    usual, hiding = rn.DisclosurePolicy.named("ndtms"), rn.DisclosurePolicy.named("ndtms", all_or_none="hide")
    assert usual.in_ledger == "ndtms"
    assert hiding.in_ledger == "ndtms, all or none: hide"
    assert rn.DisclosurePolicy("ndtms", smallest_shown=3).in_ledger == "ndtms, smallest shown: 3"
