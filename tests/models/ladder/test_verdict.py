"""What an answer says of its rungs, put together by hand: where it stops, what warns, what is weak, what would lift it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recoverynet.models.ladder.coverage import Outside
from recoverynet.models.ladder.findings import ADJUSTED, CRUDE, DESCRIBED, FUTURE_TIES, MATCHED, NO_PLACEBO, PLACEBO, Footing, Rung
from recoverynet.models.ladder.rungs import PermutationNull
from recoverynet.models.ladder.verdict import EvidenceLadder
from recoverynet.models.ladder.words import LIFTS, UNTRIED_PLACEBO
from recoverynet.models.spread.reasons import Reason

FEW = Reason("too_few_new_ties", n_rows=12, n_events=3, least_rows=100, least_events=40)
SILENT = Reason("strata_silent", n_rows=12, least=4)
NOWHERE = Reason("combination")


def ladder(*rungs: Rung, level: int = 3, failed: str | None = None, **more: object) -> EvidenceLadder:
    return EvidenceLadder(
        question="Does it spread?", level=level, rungs=rungs, failed=failed, margin=1.25,
        **{"hidden_trait": math.nan, "hidden_trait_low": math.nan, **more},  # type: ignore[arg-type]
    )  # fmt: skip


def rung(name: str, passed: bool | None = True, **numbers: object) -> Rung:
    return Rung(3, name, passed, **numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(("level", "reached"), [(2, False), (3, True), (4, True)])
def test_spread_is_spoken_of_from_level_three_on(level: int, reached: bool) -> None:
    assert ladder(level=level).consistent_with_spread is reached


def test_a_rung_is_found_by_its_name_and_the_one_that_failed_is_where_it_stops() -> None:
    held, stops = rung(CRUDE), rung(ADJUSTED, False)
    answer = ladder(held, stops, level=2, failed=ADJUSTED)
    assert answer.rung(CRUDE) is held and answer.rung(MATCHED) is None and answer.stopped_at is stops
    assert ladder(held).stopped_at is None


def test_untried_is_without_answer_and_warned_shows_something_without_stopping() -> None:
    untried, warns, stops = rung(MATCHED, None, reason=FEW), rung(FUTURE_TIES, False, stops=False), rung(ADJUSTED, False)
    answer = ladder(rung(CRUDE), untried, warns, stops, rung(FUTURE_TIES, stops=False), failed=ADJUSTED)
    assert answer.untried == (untried,) and answer.warned == (warns,)


@pytest.mark.parametrize(
    ("placebo", "weak"),
    [
        (rung(PLACEBO, high=6.0), True),  # as large as the norm's own
        (rung(PLACEBO, high=5.9), False),
        (rung(PLACEBO, False, high=9.0), False),
        (rung(FUTURE_TIES, high=9.0), True),
        (rung(MATCHED, high=9.0), False),
    ],
)
def test_a_placebo_is_weak_where_its_bounds_hold_the_norms_estimate(placebo: Rung, weak: bool) -> None:
    assert ladder(rung(ADJUSTED, odds_ratio=6.0), placebo).weak_placebos == ((placebo,) if weak else ())
    assert ladder(rung(ADJUSTED), placebo).weak_placebos == ladder(placebo).weak_placebos == ()


@pytest.mark.parametrize(
    ("matched", "thin"),
    [
        (rung(MATCHED, n_rows=80, n_events=40), False),
        (rung(MATCHED, n_rows=80, n_events=39), True),
        (rung(MATCHED, n_rows=80, n_events=41), True),  # 39 without
        (rung(MATCHED, False, n_rows=80, n_events=3), False),
    ],
)
def test_a_matched_comparison_is_thin_below_forty_of_either_outcome(matched: Rung, thin: bool) -> None:
    assert ladder(matched).thin_match is (matched if thin else None)
    assert ladder().thin_match is None


def test_at_level_0_there_is_one_sentence_where_there_was_too_little_to_look_at() -> None:
    bare = ladder(Rung(0, DESCRIBED, False, reason=NOWHERE), level=0, failed=DESCRIBED)
    assert bare.level_in_words() == f"Level 0 of 4, there is too little to go by: {NOWHERE}."
    assert bare.sentences() == [f"What would lift it: {LIFTS[DESCRIBED]}."]
    crude = ladder(rung(CRUDE, False, odds_ratio=1.0, low=0.5, high=2.0), level=0, failed=CRUDE)
    assert crude.level_in_words().startswith("Level 0 of 4: described. Nothing in these records") and "It stops at" in crude.verdict


def everything(level: int) -> EvidenceLadder:
    return ladder(
        rung(ADJUSTED, odds_ratio=6.0, low=2.0, high=9.0, margin=1.25), rung(PLACEBO, odds_ratio=2.0, low=0.5, high=8.0),
        rung(FUTURE_TIES, False, stops=False, odds_ratio=3.0, low=2.0, high=4.0), rung("co-evolution model", None, reason=FEW),
        rung(MATCHED, True, n_rows=20, n_events=10), rung(NO_PLACEBO, False),
        level=level, failed=NO_PLACEBO, footing=Footing(50, 90, 20, steady=False), hidden_trait=2.0, hidden_trait_low=1.5,
        outside=(Outside("waves", 3, 6, 6),),
    )  # fmt: skip


def test_sentences_stand_in_one_order() -> None:
    starts = [
        "It stops at “placebo named”: ", "Caution: this rests on 50 people", "Caution: the matched comparison rests on 10 gains",
        "Not in this answer: the check “co-evolution model”", "A warning: “future ties”", "How often this errs was not measured",
        "The check “placebo outcome” is too weak", "A trait nobody recorded", "What would lift it: ",
    ]  # fmt: skip
    said = everything(2).sentences()
    assert len(said) == len(starts) and all(one.startswith(start) for one, start in zip(said, starts, strict=True)), said
    assert len(everything(1).sentences()) == len(said), "a claim begins at level 1"
    assert [one[:12] for one in everything(0).sentences()] == ["It stops at ", "A trait nobo", "What would l"], (
        "cautions belong to a claim"
    )


def test_without_counts_no_number_of_people_or_gains_is_said() -> None:
    said = " ".join(
        everything(2).sentences(counted=False, found=lambda _: "it showed something", named=lambda each: each.name.upper())
    )
    assert "50 people" not in said and "10 gains" not in said and "measured from" not in said
    assert "“FUTURE TIES”" in said and "it showed something" in said and "few people or few changes" in said


def test_a_line_says_the_level_and_where_it_stops() -> None:
    assert "level 2 of 4: more than chance; stops at “placebo named”" in repr(everything(2))
    assert "stops" not in repr(ladder())


def test_without_dealings_or_estimates_the_figures_say_why() -> None:
    for null in (None, PermutationNull(math.nan, math.nan, np.empty(0), 0)):
        said = " ".join(text.get_text().replace("\n", " ") for text in ladder(null=null).plot_chance().texts)
        assert "nobody, or everybody, gained the norm" in said
    assert "no rung has an estimate" in " ".join(text.get_text().replace("\n", " ") for text in ladder(rung(CRUDE)).plot().texts)
    assert any(1.25 in list(line.get_xdata()) for line in everything(2).plot().lines), "the margin"


def test_a_word_of_caution_needs_a_claim() -> None:
    assert everything(1).caution.startswith("Caution: this rests on 50 people") and everything(0).caution == ""


@pytest.mark.parametrize(
    ("stopped", "lift"),
    [
        (rung(ADJUSTED, False), LIFTS[ADJUSTED]),
        (rung(ADJUSTED, False, reason=NOWHERE), LIFTS[ADJUSTED]),
        (rung(ADJUSTED, False, reason=SILENT), LIFTS["strata_silent"]),
        (rung(PLACEBO, False), LIFTS[PLACEBO]),
        (rung(PLACEBO, False, reason=NOWHERE), LIFTS[UNTRIED_PLACEBO]),
        (rung(PLACEBO, False, reason=Reason("placebo_fleeting", stays="0.02")), LIFTS["placebo_fleeting"]),
    ],
)
def test_what_would_lift_it_goes_by_the_reason_and_else_by_the_rung(stopped: Rung, lift: str) -> None:
    assert ladder(stopped, failed=stopped.name).lift == lift
    assert ladder(stopped).lift == ""


def test_what_was_adjusted_for_is_covariates_and_then_surroundings() -> None:
    answer = ladder(settings={"surroundings": ("place",), "adjust": ("age", "sex")})
    assert answer.adjusted_for == ("age", "sex", "place")
    assert "(age, sex and place)" in answer.level_in_words() and "(a and b)" in answer.level_in_words(["a", "b"])


def test_a_row_a_rung_and_plain_values_with_the_code_of_every_reason() -> None:
    answer = ladder(rung(CRUDE, odds_ratio=2.0), rung(MATCHED, None, reason=FEW))
    frame = answer.to_frame()
    assert frame.index.tolist() == [CRUDE, MATCHED] and frame["passed"].isna().tolist() == [False, True]
    assert frame.loc[CRUDE, "odds_ratio"] == 2.0 and frame.loc[MATCHED, "detail"] == f"could not be tried: {FEW}"
    plain = answer.to_dict()
    assert [each["reason_code"] for each in plain["rungs"]] == [None, "too_few_new_ties"]
    assert plain["rungs"][0]["reason_facts"] == {} and plain["rungs"][1]["reason_facts"]["n_rows"] == 12
    assert plain["untried"] == [MATCHED] and plain["warned"] == [] and plain["verdict"] == answer.verdict


@pytest.mark.parametrize(
    ("numbers", "found"),
    [({}, False), ({"odds_ratio": 2.0}, True), ({"difference": 0.1}, True), ({"p": 0.2}, True), ({"low": 1.0}, False)],
)
def test_an_estimate_is_a_ratio_a_difference_or_a_p(numbers: dict, found: bool) -> None:
    assert rung(CRUDE, **numbers).has_estimate is found
