"""Recovery around a person, worked by hand: how mixed, and who has long been in recovery."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetError


def named(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Nominations of (ego, alter, day, state, closeness)."""
    frame = pd.DataFrame(list(rows), columns=["ego_id", "alter_id", "asked_at", "perceived_state", "closeness"])
    return frame.assign(asked_at=pd.to_datetime(frame["asked_at"]).dt.tz_localize("Europe/London"), relation="friend")


FOUR = named(
    ("ann", "p", "2010-01-01", "abstinent", 5),
    ("ann", "q", "2010-01-01", "using", 4),
    ("ann", "r", "2010-01-01", "abstinent", 5),
    ("ann", "s", "2010-01-01", None, 5),
    ("ann", "p", "2011-01-01", "in_recovery", 5),
    ("ann", "q", "2011-01-01", "abstinent", 4),
    ("ann", "r", "2011-01-01", "using", 5),
    ("ann", "s", "2011-01-01", "abstinent", 5),
    ("ann", "t", "2011-01-01", "using", 1),
)


def test_some_all_or_none_and_how_mixed() -> None:
    first, second = (rn.recovery_diversity(FOUR).loc[("ann", wave)] for wave in (1, 2))
    assert (first["n_alters"], first["n_known"], first["n_norm"], first["mix"]) == (4, 3, 2, "some")
    assert first["diversity"] == pytest.approx(4 * (2 / 3) * (1 / 3))
    assert first["state_diversity"] == pytest.approx((1 - 4 / 9 - 1 / 9) / (1 - 1 / 5))
    assert (second["share_norm"], second["mix"]) == (3 / 5, "some")
    assert first["relation_diversity"] == 0 and first["n_relation_known"] == 4


def test_close_people_in_stable_recovery() -> None:
    frame = rn.recovery_diversity(FOUR, stable_for="365D", valid_for="400D")
    second = frame.loc[("ann", 2)]
    # p held it for a year; q began since; r does not hold it; of s nothing was known a year before; t is not close
    assert second[["n_close", "n_close_known", "n_close_norm", "n_close_followed", "n_close_stable"]].tolist() == [4, 4, 3, 3, 1]
    first = frame.loc[("ann", 1)]  # q uses; of p and r it is not known since when
    assert first[["n_close", "n_close_followed", "n_close_stable"]].tolist() == [4, 1, 0]


def test_looks_too_far_apart_say_nothing() -> None:
    second = rn.recovery_diversity(FOUR, stable_for="365D", valid_for="183D").loc[("ann", 2)]
    assert second[["n_close_followed", "n_close_stable"]].tolist() == [1, 0]


def test_a_lapse_begins_the_time_anew() -> None:
    course = named(*(("ann", "p", day, state, 5) for day, state in (
        ("2010-01-01", "abstinent"), ("2010-06-01", "using"), ("2010-09-01", "abstinent"), ("2011-01-01", "ost_stable"),
    )))  # fmt: skip
    last = rn.recovery_diversity(course, stable_for="365D").loc[("ann", 4)]
    assert last[["n_close_norm", "n_close_followed", "n_close_stable"]].tolist() == [1, 1, 0]
    assert rn.recovery_diversity(course, stable_for="122D").loc[("ann", 4), "n_close_stable"] == 1


def test_states_on_record_instead_of_perceptions() -> None:
    seen = pd.DataFrame(
        {
            "person_id": ["p", "p"],
            "observed_at": pd.to_datetime(["2010-06-01", "2010-08-01"]).tz_localize("Europe/London"),
            "variable": "state",
            "value": ["abstinent", "abstinent"],
            "source": "self",
        }
    )
    first = named(("ann", "p", "2010-09-01", "using", 5), ("ann", "q", "2010-09-01", "using", 5))
    row = rn.recovery_diversity(first, observations=seen, stable_for="90D").loc[("ann", 1)]
    assert row[["n_known", "mix", "n_close_followed", "n_close_stable"]].tolist() == [1, "all", 1, 1]


def test_where_nothing_is_known_nothing_is_said() -> None:
    frame = rn.recovery_diversity(
        FOUR.assign(perceived_state="unknown").drop(columns=["closeness", "relation"]), people=["ann", "eve"]
    )
    assert frame.index.tolist() == [("ann", 1), ("ann", 2), ("eve", 1)]
    assert frame["n_alters"].tolist() == [4, 5, 0] and frame["mix"].isna().all()
    empty = ["share_norm", "diversity", "state_diversity", "relation_diversity", "n_close", "n_close_stable"]
    assert frame[empty].isna().all(axis=None)
    counts = ["n_known", "n_norm", "n_relation_known", "n_closeness_known", "n_close_known", "n_close_followed"]
    assert (frame[counts] == 0).all(axis=None)


def test_who_names_nobody_close_has_none_in_stable_recovery() -> None:
    assert rn.recovery_diversity(FOUR.assign(closeness=1)).loc[("ann", 1), ["n_close", "n_close_stable"]].tolist() == [0, 0]


def test_the_order_of_rows_and_the_names_of_people_do_not_matter() -> None:
    frame = rn.recovery_diversity(FOUR, valid_for="400D")
    shuffled = FOUR.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(rn.recovery_diversity(shuffled, valid_for="400D"), frame)
    renamed = FOUR.assign(alter_id=FOUR["alter_id"].map(lambda name: "z" + name[::-1]))
    pd.testing.assert_frame_equal(rn.recovery_diversity(renamed, valid_for="400D"), frame)


def test_a_longer_time_asked_for_never_finds_more() -> None:
    nominations = rn.load_sample("riverside").nominations
    found = [rn.recovery_diversity(nominations, stable_for=time, valid_for="400D") for time in ("60D", "180D", "365D")]
    some = np.logical_and.reduce([each["n_close_stable"].notna() for each in found])
    numbers = [each.loc[some, "n_close_stable"].to_numpy() for each in found]
    assert (
        some.sum() > 50
        and (numbers[0] >= numbers[1]).all()
        and (numbers[1] >= numbers[2]).all()
        and numbers[0].sum() > numbers[2].sum()
    )
    first = found[0]
    for part, whole in (
        ("n_norm", "n_known"),
        ("n_known", "n_alters"),
        ("n_close_norm", "n_close_known"),
        ("n_close_stable", "n_close_norm"),
    ):
        assert not (first[part] > first[whole]).any()


def test_the_shares_are_those_of_the_composition() -> None:
    record = rn.load_sample("riverside")
    egos = rn.ego_networks(record)
    last = rn.recovery_diversity(record.nominations, valid_for="1D").groupby("person_id").tail(1).droplevel("wave")
    theirs = rn.composition(egos).loc[last.index]
    once = record.nominations.groupby("ego_id")["asked_at"].nunique().reindex(last.index) == 1
    assert once.sum() > 50
    np.testing.assert_allclose(last.loc[once, "share_norm"], theirs.loc[once, "share_norm"])
    np.testing.assert_allclose(last.loc[once, "state_diversity"], theirs.loc[once, "iqv"], atol=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nominations": FOUR.drop(columns="perceived_state")}, "perceived_state"),
        ({"nominations": FOUR.drop(columns="asked_at").assign(wave=1)}, "when each question was asked"),
        ({"nominations": FOUR.assign(perceived_state="sober")}, "'sober'"),
        ({"nominations": FOUR.assign(closeness="very")}, "'very'"),
        ({"close": "near"}, "close is a number"),
        ({"close": float("nan")}, "close is a number"),
        ({"stable_for": 365}, "stable_for must be a length of time"),
        ({"stable_for": "-1D"}, "longer than nothing"),
        ({"people": ["zed"]}, "Nobody in the nominations"),
        ({"people": "ann"}, "several ids"),
        ({"observations": rn.load_sample("five_people").observations}, "Nobody in the observations"),
    ],
)
def test_bad_input_is_told(change: dict[str, object], words: str) -> None:
    with pytest.raises(RecoveryNetError, match=words):
        rn.recovery_diversity(**({"nominations": FOUR} | change))
