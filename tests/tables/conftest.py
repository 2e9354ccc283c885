"""Small folders of tables: a sound one, to be spoilt one fault at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import recoverynet as rn

SOUND = {
    "people.csv": "person_id,role\n007,client\nNA,peer\nw1,worker\n",
    "occasions.csv": "occasion_id,started_at,kind,group_id,duration_min\n"
    "o1,2011-03-01T19:30,meeting,g1,90\no2,2011-03-02,call,,10\n",
    "participation.csv": "occasion_id,person_id,part\no1,007,attendee\no1,NA,host\no2,007,\no2,w1,\n",
    "groups.csv": "group_id,name,kind\ng1,Riverside SMART,mutual_aid\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """``folder(**{"people.csv": text or bytes or None})``: the sound folder with some files replaced or left out."""

    def write(**files: str | bytes | None) -> Path:
        place = tmp_path / "data"
        place.mkdir(exist_ok=True)
        for name, content in {**SOUND, **files}.items():
            if content is None:
                (place / name).unlink(missing_ok=True)
            else:
                (place / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return place

    return write


@pytest.fixture
def told() -> Callable[..., pd.Series]:
    """``told(folder, rule, table=…, column=…)``: the one problem found under that rule; its rows checked if given."""

    def find(
        source: object,
        rule: str,
        *,
        table: str = "",
        column: str = "",
        rows: list[int] | None = None,
        severity: str = "error",
        **how: object,
    ) -> pd.Series:
        problems = rn.find_problems(source, **how)
        chosen = problems[problems["rule"] == rule]
        for name, wanted in (("table", table), ("column", column)):
            chosen = chosen[chosen[name] == wanted] if wanted else chosen
        assert len(chosen) == 1, f"{rule} not told once among:\n{problems[['table', 'column', 'rule']]}"
        problem = chosen.iloc[0]
        assert problem["severity"] == severity
        assert problem["remedy"].endswith(".")
        if rows is not None:
            assert problem["rows"] == rows
            assert problem["n_rows"] >= len(rows)
        return problem

    return find


@pytest.fixture
def sound_but_for() -> Callable[..., None]:
    """``sound_but_for(folder, rule)``: no error but under that rule, so one fault is told as one."""

    def check(source: object, *rules: str, **how: object) -> None:
        problems = rn.find_problems(source, **how)
        errors = problems[problems["severity"] == "error"]
        assert set(errors["rule"]) == set(rules), errors[["table", "column", "problem"]].to_string()

    return check
