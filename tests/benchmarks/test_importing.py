"""How long other people's files take to come in: a register of 20,000 people, an export of 2 million rows, a feed of 50 MB."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn


@pytest.fixture(scope="module")
def register(tmp_path_factory) -> Path:
    """20,000 people and 400 dates, a third of the marks set at most."""
    rng = np.random.default_rng(1)
    days = [dt.date(2010, 1, 1) + dt.timedelta(days=place) for place in range(400)]
    path = tmp_path_factory.mktemp("register") / "Recovery Cafe.csv"
    with path.open("w") as file:
        file.write("Ref,Name," + ",".join(f"{day:%d/%m/%Y}" for day in days) + "\n")
        for person in range(20_000):
            marks = np.where(rng.random(400) < rng.random() * 0.3, "Y", "")
            file.write(f"C{person:05d},Ann Bell," + ",".join(marks) + "\n")
    return path


@pytest.fixture(scope="module")
def export(tmp_path_factory) -> Path:
    """2 million rows in Windows-1252 with UK dates, of 30,000 people."""
    rng, n = np.random.default_rng(1), 2_000_000
    day = pd.Timestamp("2009-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D")
    clock = pd.Timestamp("2009-01-01") + pd.to_timedelta(rng.integers(540, 1140, n), unit="min")
    frame = pd.DataFrame(
        {
            "Client Ref": "RR" + pd.Series(rng.integers(0, 30_000, n)).astype(str),
            "Client Name": "Zoë Bell",
            "Contact Date": day.strftime("%d/%m/%Y"),
            "Contact Time": clock.strftime("%H:%M"),
            "Contact Type": rng.choice(["Phone", "Face to face", "Text"], n),
            "Attended/DNA": rng.choice(["Attended", "DNA", "Cancelled"], n, p=[0.8, 0.15, 0.05]),
            "Keyworker": "Worker " + pd.Series(rng.integers(0, 300, n)).astype(str),
        }
    )
    path = tmp_path_factory.mktemp("export") / "contacts.csv"
    frame.to_csv(path, index=False, sep=";", encoding="cp1252")
    return path


@pytest.fixture(scope="module")
def feed(tmp_path_factory) -> Path:
    """A meeting list of about 50 MB."""
    note = "Side door, up the stairs, tea from seven. " * 10
    meetings = [
        {
            "slug": f"m{place}",
            "name": f"Meeting {place}",
            "day": place % 7,
            "time": "19:30",
            "address": f"{place} High St",
            "notes": note,
        }
        for place in range(90_000)
    ]
    path = tmp_path_factory.mktemp("feed") / "meetings.json"
    path.write_text(json.dumps(meetings))
    return path


def test_a_register_of_20_000_people_and_400_dates(benchmark, register) -> None:
    came = benchmark.pedantic(rn.read_register, (register,), rounds=1)
    assert len(came.tables["people"]) == 20_000 and len(came.tables["occasions"]) == 400


def test_an_export_of_2_million_rows(benchmark, export) -> None:
    came = benchmark.pedantic(rn.read_contacts, (export,), rounds=1)
    assert len(came.tables["occasions"]) + len(came.tables["appointments"]) <= 2_000_000


def test_a_meeting_list_of_50_megabytes(benchmark, feed) -> None:
    came = benchmark.pedantic(rn.read_meeting_guide, (feed,), rounds=1)
    assert len(came.tables["groups"]) == 90_000
