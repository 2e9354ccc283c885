"""The samples that ship with the library."""

import os
import shutil

import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import SchemaError
from recoverynet.samples import list_samples, load_sample, sample_folder


def test_list_counts_what_the_tables_hold():
    samples = list_samples().set_index("name")
    assert list(samples.columns) == ["title", "description", "n_people", "n_occasions"]
    assert samples.loc["five_people", "n_people"] == 5
    assert samples.loc["five_people", "n_occasions"] == 6
    assert samples.loc["five_people", "description"].startswith("A made-up record of five people")


def test_every_listed_sample_loads_and_is_as_large_as_listed():
    for row in list_samples().itertuples():
        record = load_sample(row.name)
        assert len(record.people) == row.n_people
        assert len(record.occasions) == row.n_occasions


def test_unknown_sample_names_those_there_are():
    with pytest.raises(SchemaError, match="'five_people'"):
        load_sample("six_people")


def test_sample_folder_holds_a_codebook():
    for name in list_samples()["name"]:
        assert (sample_folder(name) / "README.md").stat().st_size > 100


def test_samples_hold_nobody_who_could_be_found():
    for name in list_samples()["name"]:
        problems = rn.find_problems(sample_folder(name))
        errors = problems[problems["severity"] == "error"]
        assert errors.empty, errors[["table", "column", "problem"]].to_dict("records")


def test_five_people_as_its_codebook_says():
    record = rn.load_sample("five_people")
    network = rn.project(rn.ContactGraph(record))
    ties = network.ties()
    assert len(ties) == 4
    weights = {frozenset(row[:2]): row[2] for row in ties.iloc[:, :3].itertuples(index=False)}
    assert weights == {
        frozenset({"ann", "ben"}): 1.0,
        frozenset({"ann", "cat"}): 2.0,
        frozenset({"ben", "cat"}): 2.0,
        frozenset({"ann", "dev"}): 1.0,
    }
    weekday = record.occasions.merge(record.groups, on="group_id")
    assert (weekday["started_at"].dt.day_name().str.lower() == weekday["weekday"]).all()
    days = ("2011-03-01", "2011-04-13")
    assert record.window == tuple(pd.Timestamp(day, tz="Europe/London") for day in days)


def test_a_folder_without_people_is_not_a_record(monkeypatch, tmp_path):
    (tmp_path / "figures").mkdir()
    monkeypatch.setattr("recoverynet.samples._SHELVES", (tmp_path, sample_folder("five_people").parent))
    assert sample_folder("figures") == tmp_path / "figures"
    assert "figures" not in set(list_samples()["name"])
    with pytest.raises(SchemaError, match="not a record"):
        load_sample("figures")


def test_samples_of_the_installed_package_come_first(monkeypatch, tmp_path):
    (tmp_path / "five_people").mkdir()
    monkeypatch.setattr("recoverynet.samples._SHELVES", (tmp_path, sample_folder("five_people").parent))
    assert sample_folder("five_people") == tmp_path / "five_people"


def test_what_is_written_into_one_load_is_not_in_the_next():
    first = load_sample("five_people")
    first.people.loc[0, "role"] = "worker"
    first.people["note"] = "mine"
    again = load_sample("five_people")
    assert again.people["role"].tolist() == ["client", "client", "peer", "worker", "client"]
    assert "note" not in again.people and again.notes == first.notes and again.window == first.window


def test_a_sample_written_anew_is_read_anew(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    shutil.copytree(sample_folder("five_people"), folder)
    monkeypatch.setattr("recoverynet.samples._SHELVES", (tmp_path,))
    assert len(load_sample("mine").people) == 5
    people = (folder / "people.csv").read_text(encoding="utf-8").rstrip("\n")
    (folder / "people.csv").write_text(people + "\nfay" + people.splitlines()[-1][len("eve") :] + "\n", encoding="utf-8")
    os.utime(folder / "people.csv", ns=(1, 1))
    assert len(load_sample("mine").people) == 6
