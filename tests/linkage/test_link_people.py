"""Linking the people of two agencies: who is found, who never may be, and what is refused before anything is compared."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.linkage.links import PeopleLinks
from recoverynet.worlds.two_agencies import TwoAgencies

KEY = "only for this test"


@pytest.fixture(scope="module")
def agencies() -> TwoAgencies:
    return rn.two_agencies(n_people=400, rng=3)


@pytest.fixture(scope="module")
def links(agencies) -> PeopleLinks:
    return rn.link_people(agencies.records, tokens=agencies.tokens(key=KEY))


def by_hand(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person_id", "first_initial", "second_initial", "birth_date", "sex", "postcode"])


@pytest.mark.slow
def test_sensitivity_and_predictive_value_of_a_national_match_where_errors_are_one_in_a_thousand():
    found = []
    for seed in range(1, 5):
        clean = rn.two_agencies(n_people=900, errors=0.001, moved=0, no_postcode=0, unequal=1, rng=seed)
        found.append(rn.linkage_errors(rn.link_people(clean.records, tokens=clean.tokens(key=KEY)), clean.truth, by=[]).iloc[0])
    counts = pd.DataFrame(found)[["n_true", "n_found", "n_links", "n_right"]].sum()
    assert counts["n_true"] == 4 * 450
    assert counts["n_found"] / counts["n_true"] >= 0.995 and counts["n_right"] / counts["n_links"] >= 0.998


@pytest.mark.slow
def test_nobody_is_linked_twice_to_one_agency(links):
    assert not links.people.duplicated(["agency", "linked_id"]).any()
    linked = links.pairs[links.pairs["decision"] == "linked"]
    assert not linked["person_a"].duplicated().any() and not linked["person_b"].duplicated().any()
    for draw in links.draws(5, rng=1):
        assert not draw.people.duplicated(["agency", "linked_id"]).any()


@pytest.mark.slow
def test_answers_do_not_depend_on_the_order_of_people(agencies, links):
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in agencies.tokens(key=KEY).items()}
    again = rn.link_people(agencies.records, tokens=turned)
    columns = ["person_a", "person_b", "decision"]
    assert set(map(tuple, again.pairs.loc[again.pairs["decision"] == "linked", columns].to_numpy())) == set(
        map(tuple, links.pairs.loc[links.pairs["decision"] == "linked", columns].to_numpy())
    )


@pytest.mark.slow
def test_two_who_share_every_token_are_for_review_and_not_linked(agencies):
    particulars = {name: frame.copy() for name, frame in agencies.particulars.items()}
    twins = agencies.particulars["south"].iloc[[0]].drop(columns="person_id")
    for place in (0, 1):
        particulars["south"].loc[place, twins.columns] = twins.iloc[0]
    particulars["north"].loc[0, twins.columns] = twins.iloc[0]
    tokens = {name: rn.linkage_tokens(frame, key=KEY) for name, frame in particulars.items()}
    links = rn.link_people(agencies.records, tokens=tokens)
    mine = links.pairs[(links.pairs["person_a"] == "n000001") & links.pairs["person_b"].isin(["s000001", "s000002"])]
    assert mine["decision"].tolist() == ["review", "review"] and mine["probability"].max() < 0.51
    assert set(mine["stage"]) == {"probabilistic"}


@pytest.mark.slow
def test_one_slip_of_the_pen_is_met(agencies):
    particulars = {name: frame.copy() for name, frame in agencies.particulars.items()}
    same = dict(first_initial="Q", second_initial="X", birth_date=pd.Timestamp("1977-03-09"), sex="F", postcode="S2 4")
    slips = [{"birth_date": pd.Timestamp("1977-09-03")}, {"second_initial": "Z"}, {"sex": "M"}, {"postcode": None}]
    for place, slip in enumerate(slips):
        year = {"birth_date": pd.Timestamp(f"19{60 + place}-03-09")}
        wrong = {"birth_date": pd.Timestamp(f"19{60 + place}-09-03")} if "birth_date" in slip else slip
        for name, more in (("north", {}), ("south", wrong)):
            for column, value in {**same, **year, **more}.items():
                particulars[name].loc[place, column] = value
    tokens = {name: rn.linkage_tokens(frame, key=KEY) for name, frame in particulars.items()}
    found = rn.link_people(agencies.records, tokens=tokens).pairs.set_index(["person_a", "person_b"])
    assert [found.loc[(f"n00000{i}", f"s00000{i}"), "decision"] for i in range(1, 5)] == ["linked"] * 4


@pytest.mark.slow
def test_no_token_and_no_particular_comes_out(agencies, links, tmp_path):
    tokens = agencies.tokens(key=KEY)
    secrets = {value for frame in tokens.values() for name in frame for value in frame[name].dropna() if str(value).startswith("t")}
    assert len(secrets) > 50
    with_tokens = {
        name: record.with_tables(people=record.people.merge(tokens[name], on="person_id"))
        for name, record in agencies.records.items()
    }
    links = rn.link_people(with_tokens)
    merged = rn.merge_records(links)
    rn.write_record(merged, tmp_path / "merged")
    rn.write_review(links, tmp_path / "review.csv")
    rn.evaluation_report(merged).save(tmp_path / "merged.html")
    rn.evaluation_report(with_tokens["north"]).save(tmp_path / "north.html")
    rn.evaluation_report(with_tokens["north"]).save_tables(tmp_path / "north")
    written = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*") if file.suffix in {".csv", ".html"})
    texts = written + links.pairs.to_csv() + links.people.to_csv() + repr(links) + links.summary() + str(links.settings)
    assert not [token for token in secrets if token in texts]
    assert "linkage_first" not in texts and "linkage_key" not in texts


@pytest.mark.slow
def test_people_who_declined_are_not_compared(agencies):
    north = agencies.records["north"]
    people = north.people.assign(consent_evaluation=[False] * 10 + [True] * 390)
    links = rn.link_people({**agencies.records, "north": north.with_tables(people=people)}, tokens=agencies.tokens(key=KEY))
    assert links.agencies.loc["north", "n_declined"] == 10
    assert not set(people["person_id"][:10]) & (set(links.pairs["person_a"]) | set(links.people["person_id"]))


def refused(agencies, match, error=rn.SchemaError, *, records=None, tokens=None, **more):
    tokens = agencies.tokens(key=KEY) if tokens is None else tokens
    with pytest.raises(error, match=match):
        rn.link_people(agencies.records if records is None else records, tokens=tokens, **more)


def test_what_is_refused_before_anything_is_compared(agencies):
    north, south = agencies.records["north"], agencies.records["south"]
    tokens = agencies.tokens(key=KEY)
    refused(agencies, "different keys", tokens={**tokens, "south": rn.linkage_tokens(agencies.particulars["south"], key=KEY + "!")})
    refused(
        agencies,
        "same agency",
        records={"north": north, "south": north},
        tokens={"north": tokens["north"], "south": tokens["north"]},
    )
    refused(agencies, "other time zones", records={"north": north, "south": replace(south, tz="Europe/Paris")})
    silent = south.with_tables(people=south.people.drop(columns="consent_evaluation"))
    refused(agencies, "never recorded who agrees", records={"north": north, "south": silent})
    observed = pd.DataFrame({"person_id": south.people["person_id"][:3], "observed_at": "2011-04-01",
                             "variable": "state", "value": "sober", "source": "self"})  # fmt: skip
    refused(agencies, "another scheme", records={"north": north, "south": south.with_tables(observations=observed)})
    refused(agencies, "two agencies or more", records={"north": north})
    refused(agencies, "no common column", tokens={})
    refused(agencies, "none of the agencies", tokens={**tokens, "west": tokens["north"]})
    refused(agencies, "None of the 400 people", tokens={**tokens, "south": tokens["north"]})
    refused(agencies, "have no row", tokens={**tokens, "south": tokens["south"].iloc[:0]})
    refused(agencies, "probabilities", link_at=0.1, review_at=0.5)


def test_everybody_alike_or_hardly_anything_recorded_is_said(agencies):
    south = agencies.particulars["south"]
    for changed, match in (
        (south.assign(birth_date=pd.Timestamp("1970-01-01")), "same birth date"),
        (south.assign(birth_date=None), "have a birth date and an initial"),
        (south[["person_id", "sex", "postcode"]], "have a birth date and an initial"),
    ):
        tokens = {**agencies.tokens(key=KEY), "south": rn.linkage_tokens(changed, key=KEY)}
        refused(agencies, match, rn.NotEstimableError, tokens=tokens)


def test_without_splink_one_line_says_how_to_install_it(agencies, monkeypatch):
    monkeypatch.setitem(sys.modules, "splink", None)
    refused(agencies, r"pip install .recoverynet\[link\]", rn.NotEstimableError)


def test_three_agencies_make_one_person_of_three(agencies):
    third = agencies.particulars["north"].assign(person_id=[f"w{i}" for i in range(400)])
    record = agencies.records["north"]
    ids = dict(zip(record.people["person_id"], third["person_id"], strict=True))
    west = rn.RecoveryRecord(
        record.people.assign(person_id=record.people["person_id"].map(ids)),
        record.occasions.assign(started_at=record.occasions["started_at"] + pd.Timedelta("1D")),
        record.participation.assign(person_id=record.participation["person_id"].map(ids)),
    )  # fmt: skip
    tokens = {**agencies.tokens(key=KEY), "west": rn.linkage_tokens(third, key=KEY)}
    links = rn.link_people({**agencies.records, "west": west}, tokens=tokens)
    assert not links.people.duplicated(["agency", "linked_id"]).any()
    assert links.people.groupby("linked_id").size().eq(3).sum() > 170


@pytest.mark.slow
def test_plots_show_every_comparison(links):
    axes = links.plot_weights()
    assert len(axes.patches) == len(links.weights)
    steps = links.plot_waterfall(1)
    assert np.isclose(steps.patches[-1].get_width(), links.pairs["match_weight"].iloc[0], atol=0.02)
    with pytest.raises(rn.SchemaError, match="no pair 0"):
        links.plot_waterfall(0)


def test_tokens_of_another_key_under_this_keys_mark_are_told_apart(agencies):
    tokens = agencies.tokens(key=KEY)
    forged = agencies.tokens(key="another key of the south")["south"].assign(linkage_key=tokens["north"]["linkage_key"].iloc[0])
    with pytest.raises(rn.SchemaError, match="north and south share not one token .* keys or versions differ"):
        rn.link_people(agencies.records, tokens={"north": tokens["north"], "south": forged})


@pytest.mark.slow
def test_somebody_given_twice_counts_once_and_is_refused_where_the_rows_differ(agencies, links):
    tokens = agencies.tokens(key=KEY)
    again = {"north": pd.concat([tokens["north"], tokens["north"].iloc[:5]]), "south": tokens["south"]}
    pd.testing.assert_frame_equal(rn.link_people(agencies.records, tokens=again).pairs, links.pairs)
    other = tokens["north"].iloc[[0]].assign(linkage_year=tokens["north"]["linkage_year"].iloc[1])
    with pytest.raises(
        rn.SchemaError, match="tokens of north name 1 person more than once, with other tokens each time: 'n000001'"
    ):
        rn.link_people(agencies.records, tokens={"north": pd.concat([tokens["north"], other]), "south": tokens["south"]})


def test_an_agency_has_a_name(agencies):
    tokens, (north, south) = agencies.tokens(key=KEY), agencies.records.values()
    with pytest.raises(rn.SchemaError, match="Every agency needs a name of its own"):
        rn.link_people({"north": north, " ": south}, tokens={"north": tokens["north"], " ": tokens["south"]})
    with pytest.raises(rn.SchemaError, match="Every agency needs a name of its own"):
        rn.link_people({"1": north, 1: south}, tokens={"1": tokens["north"], 1: tokens["south"]})


@pytest.mark.slow
def test_agreement_in_a_birth_date_that_many_have_counts_for_less(agencies):
    particulars = {name: frame.copy() for name, frame in agencies.particulars.items()}
    for frame in particulars.values():
        frame.loc[:49, "birth_date"] = pd.Timestamp("1970-01-01")
    tokens = {name: rn.linkage_tokens(frame, key=KEY) for name, frame in particulars.items()}
    pairs = rn.link_people(agencies.records, tokens=tokens).pairs
    filled_in = pairs["person_a"].isin(particulars["north"]["person_id"][:50]) & pairs["birth_date"].eq("agrees")
    agreeing = pairs[pairs["birth_date"].eq("agrees") & pairs["initials"].eq("agree") & pairs["postcode"].eq("missing")]
    assert filled_in.sum() > 10
    assert agreeing.loc[filled_in, "match_weight"].max() < agreeing.loc[~filled_in, "match_weight"].min()


@pytest.mark.slow
def test_somebody_who_moved_is_found_where_nobody_else_agrees():
    moved = rn.two_agencies(n_people=900, errors=0.001, moved=0.3, no_postcode=0.05, unequal=1, rng=2)
    found = rn.linkage_errors(rn.link_people(moved.records, tokens=moved.tokens(key=KEY)), moved.truth, by=[]).iloc[0]
    assert found["recall"] >= 0.98 and found["precision"] >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    ("absent", "least"),
    [
        (["postcode"], 0.95),
        (["sex"], 0.95),
        (["second_initial"], 0.95),
        (["second_initial", "sex"], 0.9),
        (["sex", "postcode"], 0.95),
    ],
)
def test_what_no_agency_records_is_done_without(absent, least):
    world = rn.two_agencies(n_people=300, errors=0.001, moved=0, no_postcode=0, unequal=1, rng=4)
    tokens = {name: rn.linkage_tokens(frame.drop(columns=absent), key=KEY) for name, frame in world.particulars.items()}
    found = rn.linkage_errors(rn.link_people(world.records, tokens=tokens), world.truth, by=[]).iloc[0]
    assert found["recall"] >= least and found["precision"] >= 0.97


@pytest.mark.slow
def test_what_one_agency_alone_records_is_done_without(agencies):
    tokens = agencies.tokens(key=KEY)
    bare = rn.linkage_tokens(agencies.particulars["south"].drop(columns=["postcode", "second_initial"]), key=KEY)
    links = rn.link_people(agencies.records, tokens={"north": tokens["north"], "south": bare})
    assert links.n_linked > 100 and set(links.pairs["postcode"]) == {"missing"}
    assert "the one recorded agrees" in set(links.pairs["initials"])


def test_one_initial_counts_for_half_of_two_whether_or_not_it_is_seldom_seen(links):
    weight = links.weights.set_index(["comparison", "level"])["weight"]
    assert weight["initials", "the one recorded agrees"] == pytest.approx(weight["initials", "agree"] / 2, abs=0.1)


def test_an_agency_under_other_ids_is_not_linked_with_itself(agencies):
    north, tokens = agencies.records["north"], agencies.tokens(key=KEY)["north"]
    new = {one: f"z{one}" for one in north.people["person_id"]}
    tables = {name: getattr(north, name).assign(person_id=lambda frame: frame["person_id"].map(new))
              for name in ("people", "participation", "episodes")}  # fmt: skip
    copy = rn.RecoveryRecord(tables["people"], north.occasions, tables["participation"], episodes=tables["episodes"])
    renamed = tokens.assign(person_id=tokens["person_id"].map(new))
    refused(
        agencies, "same agency under other ids", records={"north": north, "copy": copy}, tokens={"north": tokens, "copy": renamed}
    )
