"""A label that few clients have is nowhere in a report: not in a table, a sentence, a picture, an alt text or a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.models.interventions.plan import InterventionPlan
from recoverynet.models.interventions.source import spread_source
from recoverynet.report.disclosure.labels import KNOWN, is_usual, label_columns, rare_pooled, with_rare_labels_pooled
from recoverynet.report.report import Report
from recoverynet.report.what_if.setting import with_rare_levels_pooled

RARE = "Zyzzyva"
"""What nobody but one client has on record, in every field that holds words of the record's own."""


def with_a_rare_client(record: rn.RecoveryRecord) -> rn.RecoveryRecord:
    """The record with one client whose every label is a word of its own, and groups in the area where that client lives."""
    people, where = record.people.copy(), {}
    people["ethnicity"] = np.where(np.arange(len(people)) % 2, "white", "asian")
    people["faith"] = "none"
    someone = record.episodes["person_id"].iloc[0]
    for table, holder in (("people", "person_id"), ("episodes", "person_id"), ("nominations", "ego_id")):
        frame = people if table == "people" else getattr(record, table).copy()
        theirs = frame[holder] == someone if (frame[holder] == someone).any() else frame.index == 0
        for column in label_columns(table, frame):
            frame[column] = frame[column].astype("object").mask(theirs, f"{RARE} {column}")
        where[table] = frame
    seen = record.observations
    answered = seen["variable"].isin(["housing.status", "employment.status", "family.contact"])
    theirs = answered & (seen["person_id"] == someone)
    seen = seen.assign(value=seen["value"].mask(theirs, f"{RARE} value"))
    own = seen[theirs].head(1).assign(variable=f"hobbies.{RARE}", value=f"{RARE} answer")
    late = own.assign(observed_at=own["observed_at"] + pd.Timedelta(days=60))
    groups = record.groups.copy()
    groups.loc[groups.index[:1], "area"] = f"{RARE} area"
    return record.with_tables(**where, observations=pd.concat([seen, own, late], ignore_index=True), groups=groups)


@pytest.fixture(scope="module")
def small() -> rn.RecoveryRecord:
    return with_a_rare_client(rn.load_sample("five_people"))


@pytest.fixture(scope="module")
def middling() -> rn.RecoveryRecord:
    return with_a_rare_client(rn.synthetic_record(60, n_peers=20, n_workers=4, n_groups=10, months=8, rng=3))


PLAN = InterventionPlan((rn.Introduction(per_month=4.35),), rn.DeclaredRates(), rules=("random",), horizon=2, runs=20)
MAKERS: dict[str, Callable[[rn.RecoveryRecord], Report]] = {
    "evaluation": lambda record: rn.evaluation_report(record, by=("area", "ethnicity", "provider")),
    "spread": lambda record: rn.spread_report(record, n_permutations=19),
    "comparison by provider": lambda record: rn.comparison_report(record, by="provider"),
    "comparison by area": lambda record: rn.comparison_report(record, by="area"),
    "what-if": lambda record: rn.what_if_report(record, PLAN, quiet=True),
}


def everything_in(path: Path) -> str:
    """Every text of a file, unpacked where it is a bundle."""
    raw = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as bundle:
            return "".join(bundle.read(name).decode("utf-8", "replace") for name in bundle.namelist())
    return raw.decode("utf-8", "replace")


def texts_of(report: Report, folder: Path) -> dict[str, str]:
    """Everything a report says, shows and writes, by where."""
    texts = {section.name: section.to_text() for section in report.sections}
    texts |= {f"{figure.number}": figure.svg + figure.alt for section in report.sections for figure in section.figures()}
    for ending in ("html", "xlsx"):
        report.save(folder / f"report.{ending}")
        texts[ending] = everything_in(folder / f"report.{ending}")
    return texts | {path.name: everything_in(path) for path in report.save_tables(folder / "tables")}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind != "what-if"])
def test_no_report_holds_a_label_that_few_clients_have(kind: str, small: rn.RecoveryRecord, tmp_path: Path) -> None:
    texts = texts_of(MAKERS[kind](small), tmp_path)
    assert [where for where, text in texts.items() if RARE.lower() in text.lower()] == []


@pytest.mark.slow
def test_no_what_if_holds_one(middling: rn.RecoveryRecord, tmp_path: Path) -> None:
    report = MAKERS["what-if"](middling)
    assert [where for where, text in texts_of(report, tmp_path).items() if RARE.lower() in text.lower()] == []
    assert "Ethnicity" not in report["who"].to_text() and "Area: Other" in report["who"].to_text()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind != "what-if"])
def test_no_report_of_a_service_holds_one(kind: str, middling: rn.RecoveryRecord, tmp_path: Path) -> None:
    texts = texts_of(MAKERS[kind](middling), tmp_path)
    assert [where for where, text in texts.items() if RARE.lower() in text.lower()] == []


@pytest.mark.slow
def test_subgroups_of_a_plan_are_pooled_before_courses_are_counted(middling: rn.RecoveryRecord) -> None:
    source = spread_source(middling, rn.DeclaredRates())
    told = with_rare_levels_pooled(source, 5).standing
    assert [level for _, level in told.levels if RARE in level] == []
    places = [place for place, (by, _) in enumerate(told.levels) if by == "area"]
    assert told.n_level[places].sum() == told.n_clients, "everybody is in one area"
    other = told.levels.index(("area", "other"))
    client = told.community.client
    assert (told.community.levels[client] == other).any(axis=1).sum() == told.n_level[other]
    assert with_rare_levels_pooled(source, 1) is source


@pytest.mark.slow
def test_without_suppression_every_label_stands(small: rn.RecoveryRecord) -> None:
    told = rn.evaluation_report(small, by=("ethnicity", "area"), disclosure=rn.DisclosurePolicy.none(reason="a test"))
    assert f"{RARE} ethnicity" in told["links"].to_text() and f"{RARE} area" in told["links"].to_text()


def test_the_record_a_report_is_made_of_holds_none(middling: rn.RecoveryRecord) -> None:
    clients = pd.Index(middling.people.loc[middling.people["role"] == "client", "person_id"])
    told = with_rare_labels_pooled(middling, clients, 5)
    here = {name: table.to_csv() for name, table in told.tables().items()}
    assert [name for name, text in here.items() if RARE in text] == []
    assert len(told.people) == len(middling.people) and len(told.episodes) == len(middling.episodes)
    assert len(told.observations) == len(middling.observations) - 2, "of the outcome asked of one client nothing is left"
    assert with_rare_labels_pooled(middling, clients, 1) is middling


@pytest.mark.parametrize(
    ("labels", "smallest", "expected"),
    [
        (["a", "a", "b"], 2, ["a", "a", "other"]),
        (["a", "A", "b"], 2, ["a", "A", "other"]),
        (["F", "65+", "25-34"], 5, ["F", "65+", "25-34"]),
        (["97", "90+", "33-34", "90-94"], 2, ["other"] * 4),
        ([None, "a"], 2, [None, "other"]),
        (["a", "b"], 1, ["a", "b"]),
        ([], 5, []),
    ],
)
def test_labels_are_pooled_by_how_they_read(labels: list[str], smallest: int, expected: list[str]) -> None:
    holders = pd.Series([f"p{place}" for place in range(len(labels))], dtype="str")
    told = rare_pooled(pd.Series(labels, dtype="str"), holders, smallest)
    assert [None if pd.isna(each) else each for each in told] == expected


def test_somebody_with_a_label_twice_counts_once() -> None:
    assert rare_pooled(pd.Series(["x", "x", "y"]), pd.Series(["a", "a", "b"]), 2).tolist() == ["other"] * 3
    counted = pd.Series([True, False, True])
    assert rare_pooled(pd.Series(["x", "x", "x"]), pd.Series(["a", "b", "c"]), 3, counted=counted).tolist() == ["other"] * 3


def test_only_what_was_noted_in_the_period_makes_a_label_common() -> None:
    """An outcome asked of everybody before the period and of one client in it is that client's alone in the report."""
    record = rn.load_sample("five_people")
    assert record.window is not None
    clients = pd.Index(record.people.loc[record.people["role"] == "client", "person_id"])
    start = record.window[0] + (record.window[1] - record.window[0]) / 2
    window = (start, record.window[1] - pd.Timedelta(days=1))
    days = {"before": start - pd.Timedelta("1s"), "first": start, "next": start + pd.Timedelta("1s"), "after": window[1]}

    def left(when: list[str]) -> list[str]:
        holders = [clients[place % len(clients)] for place in range(len(when))]
        rows = {"person_id": holders, "observed_at": [days[each] for each in when], "variable": "hobbies.chess", "value": "fun"}
        asked = record.observations.iloc[:0]
        asked = pd.concat([asked, pd.DataFrame(rows).assign(source="self")], ignore_index=True)
        told = with_rare_labels_pooled(record.with_tables(observations=asked), clients, 2, window=window).observations
        return told["variable"].tolist()

    assert len(clients) > 1
    assert left(["first", "next"]) == ["hobbies.chess"] * 2
    assert left(["before", "first"]) == left(["first", "after"]) == left(["before", "before"]) == []


def test_treatments_that_a_rare_provider_alone_told_apart_are_one() -> None:
    record = rn.load_sample("five_people")
    first = record.episodes.head(1)
    twins = pd.concat([first.assign(provider=name, modality="psychosocial") for name in ("One", "Two")], ignore_index=True)
    twins["ended_on"] = [twins["started_on"][0] + pd.Timedelta(days=30), pd.NaT]
    told = with_rare_labels_pooled(record.with_tables(episodes=twins), pd.Index(first["person_id"]), 5).episodes
    assert told["provider"].tolist() == ["other"] and told["ended_on"].isna().all(), "that which lasts longest stands"


def test_the_words_of_the_samples_are_usual_ones() -> None:
    record = rn.load_sample("riverside")
    words = [record.people[name].dropna().unique() for name in ("sex", "age_band", "substance")]
    words += [record.episodes[name].dropna().unique() for name in ("modality", "exit_reason")]
    texts = record.observations[record.observations["variable"].isin(["housing.status", "employment.status", "family.contact"])]
    assert [word for group in [*words, texts["value"].unique()] for word in group if not is_usual(word)] == []
    assert {"housing.status", "offending.reoffended"} <= set(KNOWN)
