"""Laws of the evaluation: a period is a record of that period, no data is not 0 %, and who said no is in no figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import NotEstimableError
from recoverynet.instants import as_window
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.report import Report
from recoverynet.tables.layouts import RECORD_TABLES

Command = Callable[..., CompletedProcess[str]]

LOOKED_BACK = ("Clients by state at the end", "The same clients", "Ties of clients by the state", "Ties that came",
               "Average number of ties to people who hold", "Information on, and support", "NICE QS11 and QS23",
               "The rungs of the ladder")  # fmt: skip
OPEN = rn.DisclosurePolicy.none(reason="a test")
OPEN_AND_HIDDEN = pytest.mark.parametrize(
    "disclosure", [OPEN, pytest.param("ndtms", marks=pytest.mark.slow)], ids=["open", "ndtms"]
)


def table(report: Report, section: str, title: str) -> DisclosedTable:
    return next(each.shown for each in report[section].tables() if each.shown.title.startswith(title))


def titles(report: Report) -> list[str]:
    return [each.shown.title for section in report.sections for each in section.tables()]


def without_consent_asked(record: rn.RecoveryRecord) -> rn.RecoveryRecord:
    return record.with_tables(people=record.people.assign(consent_evaluation=None, consent_research=None))


def only(record: rn.RecoveryRecord, window: tuple[str, str], *, back: str = "0D") -> rn.RecoveryRecord:
    """By hand: the record somebody would hold who had written down this period alone."""
    start, end = as_window(window, record.tz)

    def inside(frame: pd.DataFrame, column: str, first: pd.Timestamp = start) -> pd.DataFrame:
        return frame[(frame[column] >= first) & (frame[column] < end)]

    occasions = inside(record.occasions, "started_at")
    return record.with_tables(
        occasions=occasions,
        participation=record.participation[record.participation["occasion_id"].isin(occasions["occasion_id"])],
        observations=inside(record.observations, "observed_at", start - pd.Timedelta(back)),
        nominations=inside(record.nominations, "asked_at"),
        alter_ties=inside(record.alter_ties, "asked_at"),
        linkage=inside(record.linkage, "at"),
        window=(start, end),
    )


@pytest.fixture(scope="module")
def asked(riverside: rn.RecoveryRecord) -> rn.RecoveryRecord:
    return without_consent_asked(riverside)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("window", "words"),
    [
        (("2010-01-01", "2011-01-01"), "43 of 219 (20%)"),
        (("2010-07-01", "2011-01-01"), "17 of 109 (16%)"),
        (("2011-01-01", "2011-07-01"), "54 of 186 (29%)"),
    ],
)
def test_a_period_is_a_record_of_that_period(asked: rn.RecoveryRecord, window, words) -> None:
    """What is hidden depends on all tables of a report, also on those that look back: the law is of what is counted."""
    given = rn.evaluation_report(asked, window=window, disclosure=OPEN)
    assert table(given, "links", "Contact with the recovery community around").words("Within 28 days after") == words
    held = rn.evaluation_report(only(asked, window), disclosure=OPEN)
    assert titles(given) == titles(held)
    for section, other in zip(given.sections, held.sections, strict=True):
        for one, two in zip(section.tables(), other.tables(), strict=True):
            if not one.shown.title.startswith(LOOKED_BACK):
                assert one.grid == two.grid, one.shown.title


@pytest.mark.slow
@OPEN_AND_HIDDEN
def test_with_what_it_looks_back_on_the_reports_are_the_same_word_for_word(asked: rn.RecoveryRecord, disclosure: Any) -> None:
    window = ("2010-07-01", "2011-01-01")
    given = rn.evaluation_report(asked.with_tables(linkage=asked.linkage.iloc[:0]), window=window, disclosure=disclosure)
    kept = only(asked, window, back="90D")
    held = rn.evaluation_report(kept.with_tables(linkage=kept.linkage.iloc[:0]), disclosure=disclosure)
    assert given.to_text() == held.to_text()


@pytest.mark.slow
@OPEN_AND_HIDDEN
def test_a_window_of_the_mapping_cuts_what_a_window_asked_for_cuts(asked: rn.RecoveryRecord, disclosure: Any) -> None:
    window = ("2010-01-01", "2010-07-01")
    mapped = rn.evaluation_report(replace(asked, window=as_window(window, asked.tz)), disclosure=disclosure)
    assert mapped.to_text() == rn.evaluation_report(asked, window=window, disclosure=disclosure).to_text()
    whole = rn.evaluation_report(asked, disclosure=disclosure)
    for section, title, row in (
        ("links", "Clients with contact", "Any contact"),
        ("links", "How far clients get", "Offered a group"),
        ("observed", "From all clients", "… with at least one recorded contact"),
    ):
        assert table(mapped, section, title).n(row) < table(whole, section, title).n(row), title


def thin(**tables: pd.DataFrame) -> rn.RecoveryRecord:
    people = pd.DataFrame({"person_id": [f"q{n:03d}" for n in range(42)], "role": ["client"] * 40 + ["worker", "peer"]})
    episodes = pd.DataFrame({"person_id": people["person_id"][:40], "started_on": "2011-01-10", "ended_on": "2011-02-10"})
    states = pd.DataFrame(
        {"person_id": people["person_id"][:40].tolist() * 2, "observed_at": ["2011-01-01"] * 40 + ["2011-06-30"] * 40,
         "variable": "state", "value": "using", "source": "self"}
    )  # fmt: skip
    given = {"occasions": RECORD_TABLES["occasions"].empty(), "participation": RECORD_TABLES["participation"].empty()}
    return rn.RecoveryRecord(people, **(given | {"episodes": episodes, "observations": states} | tables))


def calls(other: str) -> dict[str, pd.DataFrame]:
    met = [(f"o{n}", who) for n in range(20) for who in (f"q{n:03d}", other)]
    return {
        "occasions": pd.DataFrame({"occasion_id": [f"o{n}" for n in range(20)], "started_at": "2011-02-20", "kind": "call"}),
        "participation": pd.DataFrame(met, columns=["occasion_id", "person_id"]),
    }


GROUPS = pd.DataFrame({"group_id": ["g"], "name": ["A group"], "kind": ["mutual_aid"]})


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({}, "no contact is on record"),
        ({"groups": GROUPS}, "no contact is on record"),
        (calls("q040"), "none is a meeting of a recovery group"),
        (calls("q040") | {"groups": GROUPS}, "none is a meeting of a recovery group"),
    ],
)
def test_what_cannot_be_seen_is_unseen_and_not_nought(tables, why) -> None:
    report = rn.evaluation_report(thin(**tables))
    text = report.to_text()
    assert len(report.unseen) == 1 and why in report.unseen[0]
    assert why in " ".join(report.in_brief) and why in report["links"].to_text()
    assert "had contact within" not in text
    assert not re.search(r"\b0 of 40", report["in_brief"].to_text() + report["links"].to_text())
    assert not [title for title in titles(report) if "contact with the recovery community" in title.lower()]
    if "occasions" not in tables:
        assert "at least one recorded contact" not in text


def test_what_can_be_seen_is_told() -> None:
    report = rn.evaluation_report(thin(**calls("q041")))
    assert not report.unseen
    assert table(report, "links", "Clients with contact").words("Any contact") == "20 of 40 (50%)"
    assert "20 of 40 (50%)" in table(report, "links", "Contact with the recovery community around").words("Within 28 days after")


def test_the_command_ends_otherwise_where_contact_cannot_be_seen(command: Command, tmp_path: Path) -> None:
    rn.write_record(thin(), tmp_path / "record")
    for name in ("occasions", "participation"):
        (tmp_path / "record" / f"{name}.csv").unlink()
    (tmp_path / "record" / "contact_log.csv").write_text("started_at,person_id,with_person_id\n")
    done = command("report", "evaluation", tmp_path / "record", "--out", tmp_path / "r.html", "--quiet")
    assert done.returncode == 3 and "cannot be seen" in done.stderr and "had contact" not in done.stdout
    assert (tmp_path / "r.html").exists()


@pytest.mark.slow
def test_leaving_out_is_told_in_the_report_and_stops(command: Command, tmp_path: Path) -> None:
    rn.write_record(thin(**calls("q041")), tmp_path / "record")
    path = tmp_path / "record" / "occasions.csv"
    lines = path.read_text().splitlines()
    faulty = [line.replace("call", "smoke signal") for line in lines]
    path.write_text("\n".join([*lines[:15], *faulty[15:]]) + "\n")
    done = command("report", "evaluation", tmp_path / "record", "--out", tmp_path / "r.html", "--leave-out", "--quiet")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "6 of 20 rows" in text and "6 of 20 rows of occasions" in done.stdout.replace("\n   ", "")
    path.write_text("\n".join([lines[0], *faulty[1:]]) + "\n")
    done = command("report", "evaluation", tmp_path / "record", "--out", tmp_path / "s.html", "--leave-out", "--quiet")
    assert done.returncode == 1 and "more than 50%" in done.stderr and not (tmp_path / "s.html").exists()


@pytest.mark.slow
def test_who_did_not_agree_is_in_no_figure_and_it_is_said(riverside: rn.RecoveryRecord, report: Report) -> None:
    said = report.in_brief[0]
    assert "555 of 650 clients on the record; 95 did not agree to evaluation and are in no figure" in said
    agreed = riverside.people[riverside.people["consent_evaluation"].fillna(True)]
    assert table(report, "observed", "People on the record").n("Clients") == (agreed["role"] == "client").sum() == 555
    assert table(report, "observed", "From the clients on the record").n("Did not agree, in no figure") == 95
    assert "95 did not agree" not in rn.evaluation_report(without_consent_asked(riverside), disclosure=OPEN).to_text()


def answered(n_no: int, n_unknown: int) -> rn.RecoveryRecord:
    record = thin(**calls("q041"))
    answers = [False] * n_no + [None] * n_unknown
    return record.with_tables(people=record.people.assign(consent_evaluation=answers + [True] * (42 - len(answers))))


@pytest.mark.slow
def test_few_who_did_not_agree_are_not_counted_out_loud() -> None:
    report = rn.evaluation_report(answered(3, 0))
    text = report.to_text()
    assert "37 clients" in text and "of 40" not in text and "did not agree to evaluation" in text
    assert "too few for their number to be told" in text


@pytest.mark.slow
def test_the_answer_not_recorded_follows_the_policy_declared() -> None:
    counted = rn.evaluation_report(answered(10, 12), disclosure=OPEN)
    assert table(counted, "observed", "People on the record").n("Clients") == 30
    assert table(counted, "observed", "From the clients").n("Answer not recorded, counted") == 12
    strict = rn.evaluation_report(answered(10, 12), unknown_consent="leave_out", disclosure=OPEN)
    assert table(strict, "observed", "People on the record").n("Clients") == 18
    assert "left out" in strict.settings["Consent"] and "counted" in counted.settings["Consent"]
    with pytest.raises(NotEstimableError, match="did not agree"):
        rn.evaluation_report(answered(40, 0))


def test_a_record_that_never_asked_says_so() -> None:
    assert "not recorded for any of them" in rn.evaluation_report(thin(**calls("q041")))["observed"].to_text()
