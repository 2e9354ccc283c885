"""A report is made again and compared: the same, or what differs, and a change by hand is caught."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app
from recoverynet.errors import SchemaError
from recoverynet.report.manifest import as_arguments, as_json, make_manifest
from recoverynet.report.report import Report
from recoverynet.report.verified import MadeWith, verify_report
from recoverynet.samples import sample_folder


@pytest.fixture(scope="module")
def record() -> rn.RecoveryRecord:
    return rn.load_sample("five_people")


@pytest.fixture(scope="module")
def saved(record: rn.RecoveryRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "report.html"
    rn.evaluation_report(record, title="A </script><b>title</b>", window=("2011-03-01", "2011-04-01")).save(path)
    return path


@pytest.mark.slow
def test_a_report_made_again_is_the_same(saved: Path, record: rn.RecoveryRecord) -> None:
    assert verify_report(saved, record).differences == ()


@pytest.mark.slow
def test_a_change_by_hand_is_caught_and_shown(saved: Path, record: rn.RecoveryRecord, tmp_path: Path) -> None:
    changed = tmp_path / "x.html"
    changed.write_text(saved.read_text().replace("The people", "Some people", 1))
    assert any(told.startswith("text:") and "Some people" in told for told in verify_report(changed, record).differences)
    changed.write_text(saved.read_text() + " ")
    assert not verify_report(changed, record).is_same
    changed.write_text(saved.read_text().replace('"valid_for": "90D"', '"valid_for": "30D"'))
    assert not verify_report(changed, record).is_same
    changed.write_text(saved.read_text().replace('"valid_for": "90D"', '"valid_for": "soon"'))
    assert verify_report(changed, record).differences[0].startswith("settings:")
    changed.write_text(saved.read_text().replace('"valid_for": "90D"', '"valid": "90D"'))
    assert verify_report(changed, record).differences[0].startswith("settings:")


@pytest.mark.slow
def test_another_record_is_told_by_table(saved: Path, record: rn.RecoveryRecord) -> None:
    other = record.with_tables(people=record.people.assign(sex="F"))
    told = verify_report(saved, other).differences
    assert any(each.startswith("inputs: people") for each in told)
    assert not any(each.startswith("inputs: episodes") for each in told)


def test_a_page_that_is_no_report_is_refused(tmp_path: Path, record: rn.RecoveryRecord) -> None:
    (tmp_path / "x.html").write_text("<p>hello</p>")
    with pytest.raises(SchemaError, match="holds 0 manifests"):
        verify_report(tmp_path / "x.html", record)


def test_settings_come_back_as_they_went_in() -> None:
    norm = rn.Norm("abstinence", holds={"abstinent"})
    settings = {"norm": norm, "disclosure": rn.DisclosurePolicy.named("nhs"), "by": None, "n_periods": 3}
    manifest = make_manifest("evaluation", {}, settings, listed=False)
    back = as_arguments(manifest)
    assert back == settings
    assert "<" not in as_json({"title": "</script>"})


@pytest.mark.slow
def test_the_command_ends_in_0_1_or_2(tmp_path: Path) -> None:
    folder = shutil.copytree(sample_folder("five_people"), tmp_path / "five")
    out = tmp_path / "x.html"
    run = CliRunner().invoke
    assert run(app, ["report", "evaluation", str(folder), "--out", str(out), "--quiet", "--brief"]).exit_code in (0, 3)
    assert run(app, ["verify", str(out), str(folder), "--quiet"]).exit_code == 0
    out.write_text(out.read_text().replace("clients", "people", 1))
    assert run(app, ["verify", str(out), str(folder), "--quiet"]).exit_code == 1
    out.write_text("nothing")
    assert run(app, ["verify", str(out), str(folder), "--quiet"]).exit_code == 2
    assert run(app, ["verify", str(tmp_path / "none.html"), str(folder)]).exit_code == 2


@pytest.mark.slow
def test_a_list_of_clients_has_to_be_given_again(record: rn.RecoveryRecord, tmp_path: Path) -> None:
    rn.evaluation_report(record, clients=["ben"]).save(tmp_path / "x.html")
    with pytest.raises(SchemaError, match="list of clients"):
        verify_report(tmp_path / "x.html", record)
    assert verify_report(tmp_path / "x.html", record, MadeWith(clients=["ben"])).is_same


def test_a_report_put_together_by_hand_has_no_manifest(tmp_path: Path, tiny_report: Report) -> None:
    bare = Report(tiny_report.title, tiny_report.sections, tiny_report.period, tiny_report.policy)
    bare.save(tmp_path / "x.html")
    assert "recoverynet-manifest" not in (tmp_path / "x.html").read_text()
