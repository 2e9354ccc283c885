"""Groups that came in, brought into a folder that may hold a record already."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recoverynet.atomic import make_folder
from recoverynet.csv_files import write_csv
from recoverynet.errors import SchemaError
from recoverynet.formats.imported import Imported, write_beside
from recoverynet.tables.files import csv_texts, filled
from recoverynet.tables.layouts import GROUPS
from recoverynet.tables.raw import ROW
from recoverynet.tables.sources import TABLE_ENDINGS, Folder


def join_groups(folder: str | Path, came: Imported) -> str:
    """Write the groups of an import into the table groups of a folder; says what was done.

    Groups under the same id are replaced, others stay, and no other table is touched.

    Raises
    ------
    SchemaError
        The folder holds its groups in another form than CSV, or they cannot be read.
    """
    folder = Path(folder)
    new = came.tables["groups"]
    there = _groups_there(folder)
    stay = there[~there["group_id"].isin(new["group_id"])] if len(there) else there
    whole = pd.concat([stay, csv_texts(filled("groups", new))], ignore_index=True)
    first = [name for name in GROUPS.names if name in whole.columns]
    whole = whole[[*first, *(name for name in whole.columns if name not in first)]]
    write_csv(whole, make_folder(folder) / "groups.csv")
    write_beside(folder, came.report, {})
    renewed = len(there) - len(stay)
    done = f"{len(new):,} groups ({renewed:,} of them brought up to date), {len(stay):,} others stay"
    return f"Written: {folder / 'groups.csv'}, {done}."


def _groups_there(folder: Path) -> pd.DataFrame:
    if not folder.is_dir():
        return pd.DataFrame()
    files = [file for file in folder.iterdir() if file.stem.lower() == "groups" and file.suffix.lower() in TABLE_ENDINGS]
    if not files:
        return pd.DataFrame()
    if len(files) > 1 or files[0].suffix.lower() != ".csv":
        raise SchemaError(
            f"{folder} holds {', '.join(sorted(file.name for file in files))}; groups can be joined to one groups.csv only."
        )
    raw = Folder(folder, only=files[0].name).read("groups", GROUPS.names)
    if raw.table is None or "group_id" not in raw.columns:
        raise SchemaError(f"{files[0].name} in {folder} cannot be joined: it cannot be read, or has no column group_id.")
    answer: pd.DataFrame = raw.table.drop_columns([ROW]).to_pandas()
    return answer
