"""Scores of instruments, worked by hand: range, version, direction and change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import recoverynet as rn
from recoverynet.errors import RecoveryNetError

OWN = rn.Instrument(
    "instrument.own", "Own form", low=0, high=20, better="lower", reliable_change=4, reliable_change_source="Us 2011"
)


def seen(*rows: tuple[object, ...], variable: str = "instrument.barc10") -> pd.DataFrame:
    """Observations of (person, day, value, instrument)."""
    frame = pd.DataFrame(list(rows), columns=["person_id", "observed_at", "value", "instrument"]).astype({"value": "str"})
    instants = pd.to_datetime(frame["observed_at"]).dt.tz_localize("Europe/London")
    return frame.assign(observed_at=instants, variable=variable, source="self")


BARC = seen(
    ("a", "2011-01-01", 30, "BARC-10"),
    ("a", "2011-03-01", 47, "BARC-10"),
    ("b", "2011-01-01", 50, None),
    ("b", "2011-01-15", 40, None),
    ("c", "2011-01-01", 22, "BARC-10 Spanish"),
    ("c", "2011-04-01", 99, "BARC-10 Spanish"),
    ("d", "2011-01-01", "unknown", "BARC-10"),
)


def test_each_score_with_its_version_and_range() -> None:
    found = rn.instrument_scores(BARC)
    assert found["person_id"].tolist() == ["a", "a", "b", "b", "c", "c"]
    assert found["version"].tolist() == ["BARC-10"] * 4 + ["BARC-10 Spanish"] * 2
    assert found["low"].tolist()[:4] == [10] * 4 and found["low"].isna().tolist()[4:] == [True, True]
    assert found["at_cut_off"].tolist()[:4] == [False, True, True, False] and found["at_cut_off"].isna().sum() == 2
    assert found["better"].tolist() == ["higher"] * 4 + ["", ""]


def test_change_by_hand() -> None:
    found = rn.score_change(BARC)
    barc = found.loc[("instrument.barc10", "BARC-10", "self")]
    # b was asked twice within a fortnight, d gave no answer
    assert barc[["n_people", "n_pairs", "mean_first", "mean_last", "change", "n_better", "n_worse"]].tolist() == [
        2,
        1,
        30,
        47,
        17,
        1,
        0,
    ]
    assert barc[["low", "high", "reliable_change", "n_reliably_better"]].isna().all()
    other = found.loc[("instrument.barc10", "BARC-10 Spanish", "self")]
    assert other[["n_pairs", "change"]].tolist() == [1, 77] and pd.isna(other["n_better"]) and other["better"] == ""


def test_a_lower_score_is_better_where_the_register_says_so() -> None:
    first, last = {"a": 12, "b": 12, "c": 5, "d": 7}, {"a": 8, "b": 9, "c": 9, "d": 7}
    rows = [
        (one, day, value, "Own form") for day, each in (("2011-01-01", first), ("2011-03-01", last)) for one, value in each.items()
    ]
    table = seen(*rows, variable="instrument.own")
    own = rn.score_change(table, more=[OWN]).loc[("instrument.own", "Own form", "self")]
    assert own[["n_pairs", "n_better", "n_worse", "n_reliably_better", "n_reliably_worse"]].tolist() == [4, 2, 1, 1, 1]
    change = np.array([-4.0, -3, 4, 0])
    low, high = stats.t.interval(0.95, 3, change.mean(), stats.sem(change))
    assert own[["change", "low", "high"]].tolist() == pytest.approx([change.mean(), low, high])
    undeclared = rn.score_change(table).loc[("instrument.own", "Own form", "self")]
    assert undeclared[["n_better", "n_reliably_better"]].isna().all() and undeclared["n_pairs"] == 4


def test_sources_are_not_compared_with_each_other() -> None:
    mixed = BARC.iloc[:2].assign(source=["self", "worker"])
    assert rn.score_change(mixed)["n_pairs"].tolist() == [0, 0]
    assert rn.score_change(mixed)[["change", "mean_first", "n_better"]].isna().all(axis=None)


def test_turning_first_and_last_round_turns_the_change() -> None:
    observations = rn.load_sample("riverside").observations
    table = observations[observations["variable"] == "instrument.barc10"]
    there = rn.score_change(table)
    first, last = table["observed_at"].min(), table["observed_at"].max()
    back = rn.score_change(table.assign(observed_at=first + (last - table["observed_at"])))
    np.testing.assert_allclose(back["change"], -there["change"])
    np.testing.assert_allclose(back["low"], -there["high"])
    assert back["n_better"].tolist() == there["n_worse"].tolist() and there["n_pairs"].iloc[0] > 100


def test_the_order_of_rows_does_not_matter_and_no_scores_is_no_fault() -> None:
    pd.testing.assert_frame_equal(rn.score_change(BARC[::-1]), rn.score_change(BARC))
    nothing = BARC[BARC["variable"] == "none"]
    assert rn.instrument_scores(nothing).empty and rn.score_change(nothing).empty


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (seen(("a", "2011-01-01", 61, "BARC-10")), r"1 of 1 scores are outside .*'61'.*\(BARC-10, which goes from 10 to 60"),
        (BARC.assign(value="9"), r"outside the range of its version, in rows 0, 1, 2, 3, 6 \(counted"),
        (BARC.assign(value="many"), "are no number, in rows 0, 1, 2, 3, 4 and so on"),
        (BARC.assign(value="inf"), "are no number"),
        (BARC.drop(columns="value"), "need value"),
        (seen(("a", "2011-01-01", 21, "TOP review"), variable="health.physical"), "goes from 0 to 20"),
        ([1], "pandas DataFrame"),
    ],
)  # fmt: skip
def test_bad_scores_are_refused_with_their_rows(table: pd.DataFrame, words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        rn.instrument_scores(table)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"apart": 28}, "length of time"),
        ({"level": 1}, "between 0 and 1"),
        ({"level": "95"}, "between 0 and 1"),
        ({"more": [5]}, "Instrument"),
    ],
)
def test_bad_options_are_told(options: dict[str, object], words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        rn.score_change(BARC, **options)  # type: ignore[arg-type]
