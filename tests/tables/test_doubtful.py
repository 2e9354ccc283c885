"""Warnings about what can be read and may not be meant."""

from __future__ import annotations

import pytest

import recoverynet as rn

HEAD = "person_id,observed_at,variable,value,source\n"


def observed(*pairs: str) -> dict[str, str]:
    rows = "".join(f"007,2011-{1 + place // 28:02d}-{1 + place % 28:02d},{pair},self\n" for place, pair in enumerate(pairs))
    return {"observations.csv": HEAD + rows}


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("stat", "state"),
        ("State", "state"),
        ("wellbeing.quality_of_lif", "wellbeing.quality_of_life"),
        ("housing_status", "housing.status"),
        ("shoe_size", ""),
    ],
)
def test_an_unknown_variable_is_told_with_the_nearest(folder, told, variable, meant) -> None:
    problem = told(folder(**observed("state,using", f"{variable},1")), "unknown_variable", rows=[3], severity="warning")
    assert (f"perhaps {meant!r} is meant" in problem["problem"]) == bool(meant)


@pytest.mark.parametrize("variable", ["instrument.barc10", "health.sleep", "family.contact", "wellbeing.hope"])
def test_known_families_are_let_through(folder, variable) -> None:
    assert rn.find_problems(folder(**observed(f"{variable},3"))).empty


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("wellbeing.quality_of_life,21", "0 to 20"),
        ("health.physical,-1", "0 to 20"),
        ("dependency.days_used,29", "0 to 28"),
        ("employment.paid_days,30", "0 to 28"),
    ],
)
def test_a_score_out_of_range_is_a_warning(folder, told, pair, words) -> None:
    sound = "wellbeing.quality_of_life,20", "health.physical,0", "dependency.days_used,28"
    problem = told(folder(**observed(*sound, pair)), "out_of_range", column="value", rows=[5], severity="warning")
    assert words in problem["problem"]


@pytest.mark.parametrize(
    ("variable", "form", "sound", "wrong", "words"),
    [
        ("instrument.barc10", "BARC-10", 60, 61, "10 to 60, the range of BARC-10"),
        ("instrument.arc", "ARC 0-50", 50, 51, "0 to 50, the range of ARC, agree or disagree"),
        ("instrument.arc", "arc 1-6", 51, 49, "50 to 300, the range of ARC, items of 1 to 6"),
    ],
)
def test_a_score_outside_the_range_of_its_version_is_a_warning(folder, told, variable, form, sound, wrong, words) -> None:
    rows = [f"007,2011-0{month}-01,{variable},{value},self,{name}" for month, value, name in (
        (1, sound, form), (2, wrong, form), (3, wrong, "another version"), (4, wrong, ""),
    )]  # fmt: skip
    text = HEAD.strip() + ",instrument\n" + "\n".join(rows) + "\n"
    problem = told(folder(**{"observations.csv": text}), "out_of_range", column="value", rows=[3], severity="warning")
    assert words in problem["problem"]


def test_a_rare_word_spelt_almost_like_a_frequent_one(folder, told) -> None:
    pairs = [*["housing.status,settled"] * 30, "housing.status,setled", "housing.status,temporary"]
    problem = told(folder(**observed(*pairs)), "odd_word", rows=[32], severity="warning")
    assert "frequent 'settled'" in problem["problem"]
    pairs = [*["employment.status,employed"] * 30, "employment.status,unemployed"]
    assert rn.find_problems(folder(**observed(*pairs))).empty


def test_ids_that_differ_in_capitals_alone(folder, told) -> None:
    place = folder(**{"people.csv": "person_id,role\n007,client\nNA,peer\nw1,worker\nW1,worker\n"})
    problem = told(place, "alike_ids", table="people", rows=[4, 5], severity="warning")
    assert problem["n_rows"] == 2


@pytest.mark.parametrize(("time", "rule"), [("2011-03-27T01:30", "skipped_hour"), ("2011-10-30T01:30", "repeated_hour")])
def test_clock_changes_are_told(folder, told, time, rule) -> None:
    head = "occasion_id,started_at,kind\n"
    place = folder(**{"occasions.csv": head + f"o1,{time},call\no2,2011-03-27T02:30,call\n"})
    told(place, rule, table="occasions", column="started_at", rows=[2], severity="warning")
    assert any("Europe/London" in note for note in rn.read_record(place).notes)
    whole = folder(**{"occasions.csv": head + f"o1,{time}+01:00,call\no2,{time[:10]},call\n"})
    assert rn.find_problems(whole).empty


def test_contacts_entered_twice_are_told_before_they_are_merged(folder, told) -> None:
    log = (
        "started_at,person_id,with_person_id,kind\n2011-03-01T10:00,007,w1,\n2011-03-01T10:00,w1,007,one_to_one\n"
        "2011-03-01T10:00,007,w1,call\n"
    )
    place = folder(**{"contact_log.csv": log, "occasions.csv": None, "participation.csv": None})
    told(place, "entered_twice", table="contact_log", rows=[3], severity="warning")
    record = rn.read_record(place)
    assert len(record.occasions) == 2
    assert sum("entered more than once" in note or "repeats an earlier" in note for note in record.notes) == 1
