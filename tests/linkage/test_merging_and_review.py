"""One record of two agencies by hand, results over draws, and pairs looked at by a person."""

from __future__ import annotations

import pandas as pd
import pytest

import recoverynet as rn

KEY = "only for this test"


@pytest.fixture(scope="module")
def agencies():
    return rn.two_agencies(n_people=300, errors=0.02, moved=0.3, rng=5)


@pytest.fixture(scope="module")
def links(agencies):
    links = rn.link_people(agencies.records, tokens=agencies.tokens(key=KEY))
    assert links.n_review >= 2, "the world must leave something to look at"
    return links


@pytest.mark.slow
def test_every_row_says_where_it_comes_from_and_none_is_lost(agencies, links):
    merged = rn.merge_records(links)
    assert len(merged.people) == 600 - links.n_linked
    assert merged.people["from_agency"].eq("north+south").sum() == links.n_linked
    for name in ("occasions", "participation", "episodes"):
        table = getattr(merged, name)
        assert table["from_agency"].value_counts().to_dict() == {k: len(getattr(r, name)) for k, r in agencies.records.items()}
    assert merged.window == (
        min(record.window[0] for record in agencies.records.values()),
        max(record.window[1] for record in agencies.records.values()),
    )
    assert f"{links.n_linked:,} pairs" in merged.notes[0]


@pytest.mark.slow
def test_who_declined_at_one_agency_has_declined(agencies, links):
    pair = links.pairs[links.pairs["decision"] == "linked"].iloc[0]
    south = agencies.records["south"]
    people = south.people.assign(consent_research=south.people["person_id"].ne(pair["person_b"]))
    changed = rn.link_people({**agencies.records, "south": south.with_tables(people=people)}, tokens=agencies.tokens(key=KEY))
    new_id = changed.people.set_index(["agency", "person_id"]).loc[("north", pair["person_a"]), "linked_id"]
    merged = rn.merge_records(changed).people.set_index("person_id")
    assert merged.loc[new_id, "consent_research"] == False  # noqa: E712
    others = merged[merged["from_agency"] == "north+south"].drop(index=new_id)
    assert others["consent_research"].isna().all(), "north never asked: nobody agreed at both"


@pytest.mark.slow
def test_a_result_that_hangs_on_uncertain_links_spreads_over_draws(links):
    found = rn.over_draws(links, lambda record: {"people": len(record.people)}, n_draws=12, rng=2).loc["people"]
    assert found["low"] < found["high"] and found["n_draws"] == 12 and found["as_linked"] == 600 - links.n_linked
    expected = 600 - links.pairs["probability"].sum()
    assert abs(found["mean"] - expected) < 3
    with pytest.raises(rn.SchemaError, match="numbers by name"):
        rn.over_draws(links, lambda record: 3, n_draws=1)


def test_answers_of_a_person_are_read_back(links, tmp_path):
    file = tmp_path / "review.csv"
    n = rn.write_review(links, file)
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    assert n == len(table) == links.n_review
    assert not [name for name in table.columns if name in ("first_initial", "birth_day", "sex_value")]
    said = table.assign(same_person=["yes"] + ["no"] * (n - 1))
    said.to_csv(file, index=False, sep=";")
    read = rn.read_review(links, file)
    decided = read.pairs.set_index("pair")["decision"]
    assert decided[int(table["pair"].iloc[0])] == "linked" and (decided[table["pair"].iloc[1:].astype(int)] == "apart").all()
    assert read.n_review == 0 and not read.people.duplicated(["agency", "linked_id"]).any()
    for draw in read.draws(3, rng=1):
        assert draw.pairs.set_index("pair")["decision"][int(table["pair"].iloc[0])] == "linked"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.assign(same_person="perhaps"), "Row 2 .* answers 'perhaps'"),
        (lambda t: t.assign(pair="99999999"), "none of these links"),
        (lambda t: t.assign(person_a="somebody else"), "none of these links"),
        (lambda t: t.drop(columns="same_person"), "no column same_person"),
    ],
)
def test_a_file_that_is_not_the_one_is_said(links, tmp_path, change, match):
    file = tmp_path / "review.csv"
    rn.write_review(links, file)
    change(pd.read_csv(file, dtype="str", keep_default_na=False)).to_csv(file, index=False)
    with pytest.raises(rn.SchemaError, match=match):
        rn.read_review(links, file)
