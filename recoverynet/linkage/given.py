"""Small CSV files a linkage is given: particulars of people, a truth sample."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.tables.csv_text import read_csv_text
from recoverynet.tables.raw import ROW
from recoverynet.tables.record import RecoveryRecord


def given_table(path: Path, needed: tuple[str, ...], known: tuple[str, ...] = ()) -> pd.DataFrame:
    """A CSV file as texts, its titles in small letters; raises SchemaError where it cannot be read or lacks a column."""
    raw = read_csv_text(path, (*needed, *known))
    faults = [problem for problem in raw.problems if problem.severity == "error"]
    if raw.table is None or faults:
        said = f": {faults[0].problem}. {faults[0].remedy}" if faults else "."
        raise SchemaError(f"{path.name} cannot be read{said}")
    frame: pd.DataFrame = raw.table.to_pandas().drop(columns=[ROW])
    frame.columns = [str(name).strip().lower() for name in frame.columns]
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise SchemaError(
            f"{path.name} has no column {', '.join(absent)}; its columns are {', '.join(frame.columns)}. Rename yours, or add them."
        )
    return frame


def with_days_known(particulars: pd.DataFrame, record: RecoveryRecord) -> pd.DataFrame:
    """Particulars with ``known_on``, the first day the record knows of each person: of joining, or of a treatment episode."""
    began = pd.concat(
        [record.people.set_index("person_id")["joined_on"], record.episodes.set_index("person_id")["started_on"]]
    ).dt.tz_localize(None)
    first = began.groupby(level=0).min()
    return particulars.assign(known_on=particulars["person_id"].map(first).to_numpy())
