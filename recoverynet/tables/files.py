"""Records in and out of files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.tables.layouts import RECORD_TABLES
from recoverynet.tables.record import RecoveryRecord


def read_record(folder: str | Path, *, mapping: object = None, tz: str = "Europe/London",
                on_problems: str = "raise") -> RecoveryRecord:
    """What does this folder say about the people of one area and period? (first landing: clean CSV folders only)."""
    folder = Path(folder)
    tables = {
        path.stem.lower(): pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        for path in sorted(folder.glob("*.csv")) if path.stem.lower() in RECORD_TABLES
    }
    if "people" not in tables:
        raise SchemaError(f"The folder {folder} holds no people.csv.")
    for name in ("occasions", "participation"):
        tables.setdefault(name, RECORD_TABLES[name].empty(tz))
    return RecoveryRecord(**tables, tz=tz)


def write_record(record: RecoveryRecord, folder: str | Path, *, format: str = "csv") -> None:
    """Write every table of a record to a folder, the same bytes each time (first landing: CSV)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in record.tables().items():
        kept = frame[[c for c in frame.columns if c in RECORD_TABLES[name].required or frame[c].notna().any()]]
        if len(kept) or name in ("people", "occasions", "participation"):
            kept.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
