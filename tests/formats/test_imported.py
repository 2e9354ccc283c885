from __future__ import annotations

import pandas as pd
import pytest

from recoverynet import read_record
from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported, ImportReport, ImportRow, chained


def test_every_row_balances_and_reasons_come_one_after_the_other() -> None:
    rows = chained("a.csv", "ties", 10, [(2, "both ends are the same"), (0, "never"), (3, "an end is unknown")])
    frame = ImportReport("egor", "a.csv", tuple(rows)).to_frame()
    assert frame["n_in"].tolist() == [10, 8]
    assert frame["n_out"].tolist() == [8, 5]
    assert (frame["n_in"] == frame["n_out"] + frame["n_dropped"]).all()
    assert chained("a.csv", "ties", 4, [])[0] == ImportRow("a.csv", "ties", 4, 4)


@pytest.mark.parametrize(
    ("n_in", "n_out", "why", "n_changed"), [(1, 2, "", 0), (2, 1, "", 0), (2, 2, "", 1), (2, 1, "x", 2), (-1, -1, "", 0)]
)
def test_rows_that_do_not_balance_or_give_no_reason_are_refused(n_in: int, n_out: int, why: str, n_changed: int) -> None:
    with pytest.raises(SchemaError):
        ImportRow("a", "ties", n_in, n_out, why, n_changed)


def test_what_came_in_is_a_record_on_disk_with_its_account_beside_it(tmp_path) -> None:  # type: ignore[no-untyped-def]
    people = pd.DataFrame({"person_id": ["e1"], "role": ["client"]})
    named = pd.DataFrame({"ego_id": ["e1"], "alter_id": ["x1"], "asked_at": ["2024-12-17"], "seen_as": ["friendly"]})
    report = ImportReport("egor", "egos.csv", (ImportRow("egos.csv", "egos", 1, 1),), ("One assumption.",))
    came = Imported({"people": people, "nominations": named}, report, {"venues": pd.DataFrame({"venue": ["v1"]})})
    came.write(tmp_path / "record")
    record = read_record(tmp_path / "record")
    assert record.nominations["seen_as"].tolist() == ["friendly"]
    assert "1 egos came in" in (tmp_path / "record" / "import_report.txt").read_text()
    assert pd.read_csv(tmp_path / "record" / "others" / "venues.csv")["venue"].tolist() == ["v1"]
    assert came.to_record().notes == ("One assumption.",)
