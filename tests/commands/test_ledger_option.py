"""The ledger on the command line: begun, read again, and refused where it is none."""

from __future__ import annotations

from typer.testing import CliRunner

import recoverynet as rn
from recoverynet.cli import app


def test_a_file_that_is_no_ledger_is_refused_before_anything_is_written(tmp_path):
    folder, ledger, out = tmp_path / "tables", tmp_path / "ledger.json", tmp_path / "x.html"
    rn.write_record(rn.load_sample("five_people"), folder)
    ledger.write_text("{}")
    told = CliRunner().invoke(app, ["report", "evaluation", str(folder), "--out", str(out), "--disclosure-ledger", str(ledger)])
    assert isinstance(told.exception, rn.SchemaError)
    assert "not a disclosure ledger" in str(told.exception)
    assert not out.exists()
    assert ledger.read_text() == "{}"
