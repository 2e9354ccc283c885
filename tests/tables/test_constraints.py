"""What the schemas declare is found alike in files, which hold text, and in frames, which hold types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import recoverynet as rn
from recoverynet.tables.constraints import Apart, AtLeast, AtMost, FrameRows, InOrder, KnownId, KnownWord, Once, Rows
from recoverynet.tables.prepared import laid_out
from recoverynet.tables.raw import ROW
from recoverynet.tables.schema import Column, TableSchema

TIES = TableSchema(
    "ties",
    "a tie",
    (
        Column("ego", "id", "who", required=True),
        Column("alter", "id", "with whom"),
        Column("kind", "category", "how", choices=("near", "far")),
        Column("weight", "number", "how strong"),
        Column("first", "instant", "since when"),
        Column("last", "instant", "until when"),
    ),
)
TEXT = pd.DataFrame(
    {
        "ego": ["a", "b", "a", "c", "a"],
        "alter": ["b", "b", "b", None, "b"],
        "kind": ["near", "nera", None, "far", "near"],
        "weight": ["-1", "5", None, "5.5", "+1e1"],
        "first": ["2011-03-01", "2011-03-02", "2011-03-01", None, "2011-03-01T00:00:00Z"],
        "last": ["2011-02-28", "2011-03-02", None, "2011-03-01", "2011-03-09"],
    },
    dtype="str",
)


def of_file(frame: pd.DataFrame) -> Rows:
    table = pa.Table.from_pandas(frame, preserve_index=False).append_column(ROW, pa.array(np.arange(2, len(frame) + 2)))
    return laid_out(TIES, "ties.csv", table, "Europe/London")


def of_frame(frame: pd.DataFrame) -> Rows:
    return FrameRows(TIES.typed(frame))


def broken(mask: Any) -> list[int]:
    return [] if mask is None else np.flatnonzero(np.asarray(mask)).tolist()


@pytest.mark.parametrize("rows", [of_file(TEXT), of_frame(TEXT)], ids=["file", "frame"])
@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (KnownWord("kind", ("near", "far")), [1]),
        (KnownWord("kind", ("near", "far", "nera")), []),
        (AtLeast("weight", 0), [0]),
        (AtLeast("weight", -1), []),
        (AtMost("weight", 5), [3, 4]),
        (AtMost("weight", 10), []),
        (InOrder("first", "last"), [0]),
        (Apart("ego", "alter"), [1]),
        (Once(("ego",), (), ("ego",)), [2, 4]),
        (Once(("ego", "alter", "first"), ("first",), ("ego",)), [2, 4]),
        (Once(("ego", "alter", "kind"), (), ("ego",)), [4]),
        (Once(("ego", "alter", "weight"), (), ("ego", "alter")), []),
    ],
)
def test_rows_that_break_a_constraint(rows: Rows, constraint: Any, expected: list[int]) -> None:
    assert broken(constraint.broken(rows)) == expected


@pytest.mark.parametrize("rows", [of_file(TEXT), of_frame(TEXT)], ids=["file", "frame"])
def test_ids_of_another_table(rows: Rows) -> None:
    alter = KnownId("alter", "people")
    assert broken(alter.broken(rows, pa.array(["b"]))) == []
    assert broken(alter.broken(rows, pa.array(["a"]))) == [0, 1, 2, 4]
    assert broken(alter.broken(rows, None)) == [0, 1, 2, 4], "without the table every id is unknown, and a blank is no id"


def test_where_part_of_a_key_is_missing_nothing_repeats() -> None:
    lacking = of_file(TEXT.assign(ego=pd.Series(["a", None, None, "a", "a"], dtype="str")))
    assert broken(Once(("ego",), (), ("ego",)).broken(lacking)) == [3, 4]
    assert broken(Once(("ego", "alter"), (), ("ego",)).broken(lacking)) == [4], "a blank that may be blank equals a blank"


def test_text_that_writes_no_finite_number_breaks_no_bound() -> None:
    rows = of_file(TEXT.assign(weight=["ten", "1e999", "5\n", "", "-.5e0"]))
    assert broken(AtMost("weight", 0).broken(rows)) == []
    assert broken(AtLeast("weight", 0).broken(rows)) == [4]


@pytest.mark.parametrize("held", ["category", "string", "object", pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string())])
def test_whatever_type_holds_the_words(held: Any) -> None:
    rows = of_frame(TEXT.assign(kind=TEXT["kind"].astype(held), ego=TEXT["ego"].astype(held)))
    assert broken(KnownWord("kind", ("near", "far")).broken(rows)) == [1]
    assert broken(Once(("ego",), (), ("ego",)).broken(rows)) == [2, 4]


def test_no_name_of_a_further_column_stands_in_the_way(tmp_path: Path) -> None:
    titles = "person_id,role,joined_on,joined_on: read,unknown_word: role"
    (tmp_path / "people.csv").write_text(f"{titles}\na,client,2011-03-01,x,1\nb,klient,2011-03-02,y,2\n")
    record = rn.read_record(tmp_path, on_problems="leave_out")
    assert record.people[["joined_on: read", "unknown_word: role"]].astype(str).to_numpy().tolist() == [["x", "1"]]


def test_a_control_character_in_the_name_of_a_column_is_told(tmp_path: Path) -> None:
    people = pd.DataFrame({"person_id": ["a"], "role": ["client"], "joined_on": ["2011-03-01"], "joined_on\x1fread": ["x"]})
    people.to_parquet(tmp_path / "people.parquet")
    with pytest.raises(rn.SchemaError, match="Rename the column"):
        rn.find_problems(tmp_path)
