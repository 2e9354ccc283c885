"""Pairs looked at by a person: what the file holds, how it is read back, and answers that contradict one another."""

from __future__ import annotations

import stat

import pandas as pd
import pytest

import recoverynet as rn

ASKED = [("n1", "s1", 0.8, "review"), ("n1", "s2", 0.4, "review"), ("n2", "s2", 0.95, "linked"), ("n3", "s3", 0.6666, "review"),
         ("n3", "s1", 0.1, "apart")]  # fmt: skip


@pytest.fixture
def links(by_hand):
    return by_hand(ASKED)


def written(links, file, **answers: str) -> pd.DataFrame:
    """The file as a person sends it back: answers by number of the pair, ``_1="yes"``."""
    rn.write_review(links, file)
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    said = {name.removeprefix("_"): answer for name, answer in answers.items()}
    return table.assign(same_person=[said.get(number, "") for number in table["pair"]])


def decisions(links) -> dict[int, str]:
    return links.pairs.set_index("pair")["decision"].to_dict()


def test_the_file_holds_those_to_look_at_and_no_particular(links, tmp_path) -> None:
    file = tmp_path / "review.csv"
    assert rn.write_review(links, file) == 3 == links.n_review
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    assert table["pair"].tolist() == ["1", "2", "4"] and (table["same_person"] == "").all()
    assert table["probability"].tolist() == ["0.8", "0.4", "0.667"]
    assert list(table) == [
        "pair", "agency_a", "person_a", "agency_b", "person_b", "birth_date", "initials", "sex", "postcode", "probability",
        "n_competitors", "same_person",
    ]  # fmt: skip
    assert not stat.S_IMODE(file.stat().st_mode) & 0o077, "only its owner may read it"


@pytest.mark.parametrize("mark", [",", ";"])
def test_answers_are_read_back(links, tmp_path, mark) -> None:
    file = tmp_path / "review.csv"
    written(links, file, _1=" Yes ", _2="n", _4="unsure").to_csv(file, index=False, sep=mark)
    read = rn.read_review(links, file)
    assert decisions(read) == {1: "linked", 2: "apart", 3: "linked", 4: "review", 5: "apart"}
    assert read.pairs["reviewed"].fillna("").tolist() == ["yes", "no", "", "", ""]
    ids = read.people.set_index(["agency", "person_id"])["linked_id"]
    assert ids["north", "n1"] == ids["south", "s1"] and ids["north", "n2"] == ids["south", "s2"] and ids.nunique() == 4
    assert read.agencies["n_linked"].tolist() == [2, 2]
    for draw in read.draws(5, rng=1):
        assert decisions(draw)[1] == "linked" and decisions(draw)[2] == "apart", "what a person decided stays"


def test_a_yes_comes_before_what_is_likelier_by_weight(links, tmp_path) -> None:
    """n1 is s2, says a person: n2, linked to s2 at 0.95, cannot be."""
    file = tmp_path / "review.csv"
    written(links, file, _2="yes").to_csv(file, index=False)
    assert decisions(rn.read_review(links, file)) == {1: "review", 2: "linked", 3: "review", 4: "review", 5: "apart"}


def test_two_answers_that_make_two_people_of_one_agency_one_are_refused(links, tmp_path) -> None:
    file = tmp_path / "review.csv"
    written(links, file, _1="y", _2="y").to_csv(file, index=False)
    with pytest.raises(rn.SchemaError, match="Pairs 1, 2 are answered yes"):
        rn.read_review(links, file)


def test_a_mark_that_keeps_a_spreadsheet_from_calculating_is_no_other_id(by_hand, tmp_path) -> None:
    file = tmp_path / "review.csv"
    links = by_hand(ASKED[:1])
    written(links, file, _1="yes").assign(person_a="'n1").to_csv(file, index=False)
    assert decisions(rn.read_review(links, file)) == {1: "linked"}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.assign(same_person="perhaps"), "Row 2 .* answers 'perhaps'"),
        (lambda t: t.assign(pair="99999999"), "none of these links"),
        (lambda t: t.assign(person_a="somebody else"), "none of these links"),
        (lambda t: t.assign(person_b="s3"), "none of these links"),
        (lambda t: t.drop(columns="same_person"), "no column same_person"),
        (lambda t: t.iloc[:0], "or no row"),
    ],
)
def test_a_file_that_is_not_the_one_is_said(links, tmp_path, change, match) -> None:
    file = tmp_path / "review.csv"
    change(written(links, file)).to_csv(file, index=False)
    with pytest.raises(rn.SchemaError, match=match):
        rn.read_review(links, file)
