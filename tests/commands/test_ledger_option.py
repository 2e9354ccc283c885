"""The ledger on the command line: begun, read again, and refused where it is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app


@pytest.mark.parametrize("kind", ["evaluation", "spread", "comparison"])
def test_a_file_that_is_no_ledger_is_refused_before_anything_is_written(tmp_path: Path, kind: str) -> None:
    folder, ledger, out = tmp_path / "tables", tmp_path / "ledger.json", tmp_path / "x.html"
    rn.write_record(rn.load_sample("five_people"), folder)
    ledger.write_text("{}")
    told = CliRunner().invoke(app, ["report", kind, str(folder), "--out", str(out), "--disclosure-ledger", str(ledger)])
    assert isinstance(told.exception, rn.SchemaError)
    assert "not a disclosure ledger" in str(told.exception)
    assert not out.exists()
    assert ledger.read_text() == "{}"


def test_a_report_on_spread_is_written_into_it(tmp_path: Path) -> None:
    folder, ledger, out = tmp_path / "tables", tmp_path / "ledger.json", tmp_path / "x.html"
    rn.write_record(rn.load_sample("five_people"), folder)
    done = CliRunner().invoke(app, ["report", "spread", str(folder), "--out", str(out), "--disclosure-ledger", str(ledger)])
    assert done.exit_code in (0, 3) and out.exists(), done.output
    assert [entry["kind"].split()[0] for entry in json.loads(ledger.read_text())["reports"]] == ["spread"]
