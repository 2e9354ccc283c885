"""One record of two agencies, by hand: people once, rows of both, the strictest of what was agreed to; and results over draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.linkage.links import PeopleLinks

KEY = "only for this test"
SURE = [("n1", "s1", 0.99, "linked"), ("n2", "s2", 0.95, "linked")]


@pytest.fixture(scope="module")
def sure(by_hand) -> tuple[PeopleLinks, rn.RecoveryRecord]:
    """n1 is s1 and n2 is s2, and the record of both."""
    linked = by_hand(SURE)
    return linked, rn.merge_records(linked)


def people_by_agency(links: PeopleLinks, merged: rn.RecoveryRecord) -> pd.DataFrame:
    """The merged people under the id that an agency knew them by, of those linked the first one's."""
    old = links.people.drop_duplicates("linked_id").set_index("linked_id")["person_id"]
    return merged.people.assign(old=merged.people["person_id"].map(old)).set_index("old")


def test_linked_people_stand_once_with_what_the_first_agency_says(sure) -> None:
    people = people_by_agency(*sure)
    assert people["from_agency"].to_dict() == {"n1": "north+south", "n2": "north+south", "n3": "north", "s3": "south"}
    assert people["sex"].to_dict() == {"n1": "F", "n2": "M", "n3": "F", "s3": "F"}


def test_first_days_are_the_earliest_and_last_days_the_latest_open_where_one_is(sure) -> None:
    people = people_by_agency(*sure)
    assert people.loc["n1", "joined_on"].strftime("%Y-%m-%d") == "2010-12-01"
    assert people.loc["n1", "left_on"].strftime("%Y-%m-%d") == "2011-05-01"
    assert people.loc["n2", "joined_on"].strftime("%Y-%m-%d") == "2011-02-01" and pd.isna(people.loc["n2", "left_on"])


def test_who_declined_once_declined_and_agreed_only_where_both_say_so(by_hand) -> None:
    links = by_hand([*SURE, ("n3", "s3", 0.97, "linked")])
    people = people_by_agency(links, rn.merge_records(links))
    assert people["consent_care"].tolist()[:2] == [True, True] and people.loc["n3", "consent_care"] == False  # noqa: E712
    assert people.loc["n1", "consent_research"] == False  # noqa: E712
    assert pd.isna(people.loc["n2", "consent_research"]), "north never asked"


def test_ids_of_others_get_the_agency_in_front_and_rows_keep_their_people(sure) -> None:
    links, merged = sure
    new = links.people.set_index(["agency", "person_id"])["linked_id"]
    assert merged.occasions["occasion_id"].tolist() == ["north:o1", "south:o1"]
    assert merged.occasions["group_id"].tolist() == ["north:aa", "south:aa"] == merged.groups["group_id"].tolist()
    assert merged.participation["person_id"].tolist() == new.tolist()
    assert merged.nominations["alter_id"].tolist() == ["north:stranger", "south:stranger"]
    assert merged.window == (pd.Timestamp("2010-12-01", tz="Europe/London"), pd.Timestamp("2011-06-01", tz="Europe/London"))


def test_rows_that_become_the_same_stand_once_and_it_is_said(sure, by_hand) -> None:
    """n1 and n2 are kept apart, and so are s1 and s2: linked, one row says it twice."""
    merged = sure[1]
    assert len(merged.separations) == 1
    assert merged.notes[0].startswith("2 pairs of people of north, south")
    assert "separations: 1 rows that repeat another" in " ".join(merged.notes) and merged.notes[-1] == "south: read by hand"
    assert any(note.startswith("1 of 2 people known to several agencies") for note in merged.notes), "n1 and s1 differ in sex"
    apart = rn.merge_records(by_hand([("n1", "s1", 0.5, "review")]))
    assert len(apart.people) == 6 and len(apart.separations) == 2


def test_nobody_is_kept_apart_from_themselves(sure) -> None:
    """Were n1 somebody whom south knows and n2 somebody else, a row of one person twice would say nothing."""
    links = sure[0]
    one = links.people["person_id"].isin(["n1", "n2"])
    same = PeopleLinks(
        links.pairs, links.people.assign(linked_id=links.people["linked_id"].mask(one, "l000001")), links.agencies, links.weights,
        links.settings, {"north": links.records["north"], "south": links.records["south"]},
    )  # fmt: skip
    assert len(rn.merge_records(same).separations) == 1, "only that of south stays"


def test_words_of_state_are_those_of_all(sure) -> None:
    links, merged = sure
    own = replace(links, records={**links.records, "south": replace(links.records["south"], states=("sober", "using"))})
    words = rn.merge_records(own).states
    assert merged.states == () and words[-1] == "sober" and "abstinent" in words and len(set(words)) == len(words)


def test_results_over_draws_have_the_moments_of_the_draws(by_hand) -> None:
    links, sizes = by_hand([("n1", "s1", 0.5, "review"), ("n2", "s2", 0.999999, "linked")]), []

    def counted(record: rn.RecoveryRecord) -> dict[str, float]:
        sizes.append(len(record.people))
        return {"people": sizes[-1], "none": np.nan}

    found = rn.over_draws(links, counted, n_draws=3, rng=3)
    stands, *drawn = sizes
    assert drawn == [6 - one.n_linked for one in links.draws(3, rng=3)]
    assert stands == 5 == found.loc["people", "as_linked"] and set(drawn) == {4, 5}
    expected = [np.mean(drawn), np.std(drawn, ddof=1), np.quantile(drawn, 0.025), np.quantile(drawn, 0.975), 3]
    np.testing.assert_allclose(found.loc["people", ["mean", "sd", "low", "high", "n_draws"]].astype(float), expected)
    assert found.loc["none", "n_draws"] == 0 and found.index.name == "quantity"
    for wrong in (3, {"people": "many"}):
        with pytest.raises(rn.SchemaError, match="numbers by name"):
            rn.over_draws(links, lambda record, wrong=wrong: wrong, n_draws=1)


def test_only_links_are_merged() -> None:
    with pytest.raises(rn.SchemaError, match="what link_people"):
        rn.merge_records([])  # type: ignore[arg-type]


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
