"""Strengths of ties for every weighting, added up occasion by occasion; laws of any projection stand in tests/laws."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import recoverynet as rn
from recoverynet.errors import RecoveryNetWarning, SchemaError
from recoverynet.graphs.projection import WEIGHTINGS

TZ = "Europe/London"
END = pd.Timestamp("2011-07-01", tz=TZ)
MET = [
    ("2011-02-01", 60.0, "abcd"), ("2011-03-10", 30.0, "ab"), ("2011-05-05", 90.0, "abe"), ("2011-06-20", 10.0, "cde"),
    ("2011-06-30", 45.0, "e"),
]  # fmt: skip


def graph(met: list[tuple] = MET) -> rn.ContactGraph:
    return rn.ContactGraph(
        rn.RecoveryRecord(
            pd.DataFrame({"person_id": list("abcdef"), "role": "client"}),
            pd.DataFrame(
                [(f"o{k}", when, "meeting", minutes) for k, (when, minutes, _) in enumerate(met)],
                columns=["occasion_id", "started_at", "kind", "duration_min"],
            ),
            pd.DataFrame(
                [(f"o{k}", who) for k, (*_, people) in enumerate(met) for who in people], columns=["occasion_id", "person_id"]
            ),
            window=("2011-01-01", END),
            tz=TZ,
        )
    )


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("half_life", [None, "60D"])
@pytest.mark.parametrize("start", [None, "2011-03-10"])
def test_strengths_add_up_over_occasions(weighting: str, half_life: str | None, start: str | None) -> None:
    """d: 0.5 to the power of the age at the end of the window in half-lives; the formulas are those of the notes."""
    begin = pd.Timestamp(start or "2011-01-01", tz=TZ)
    network = rn.project(
        graph(), window=None if start is None else (start, END), weighting=weighting, half_life=half_life  # type: ignore[arg-type]
    )  # fmt: skip
    held = [(pd.Timestamp(when, tz=TZ), minutes, set(people)) for when, minutes, people in MET]
    held = [each for each in held if each[0] >= begin]
    decay = [0.5 ** ((END - when) / pd.Timedelta(half_life)) if half_life else 1.0 for when, *_ in held]
    own = {who: sum(d for d, (*_, people) in zip(decay, held, strict=True) if who in people) for who in "abcdef"}
    expected = pd.DataFrame(0.0, index=list("abcdef"), columns=list("abcdef"))
    for one, other in itertools.permutations("abcdef", 2):
        both = [(d, minutes, people) for d, (_, minutes, people) in zip(decay, held, strict=True) if {one, other} <= people]
        shared = sum(d for d, *_ in both)
        expected.loc[one, other] = {
            "newman": sum(d / (len(people) - 1) for d, _, people in both),
            "count": shared,
            "jaccard": shared / (own[one] + own[other] - shared) if shared else 0.0,
            "overlap": shared / min(own[one], own[other]) if shared else 0.0,
            "duration": sum(d * minutes for d, minutes, _ in both),
        }[weighting]
    np.testing.assert_allclose(network.weights.toarray(), expected.to_numpy(), rtol=1e-12)
    assert not network.directed and network.person_ids.tolist() == list("abcdef")


def test_ties_weaker_than_the_least_are_left_out_and_those_as_strong_stay() -> None:
    """By count a and b met three times, c and d twice, others once."""
    whole = rn.project(graph(), weighting="count", min_weight=2.0)
    assert [(whole.person_ids[i], whole.person_ids[j]) for i, j in zip(*whole.weights.nonzero(), strict=True)] == [
        ("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"),
    ]  # fmt: skip
    assert whole.weights.nnz == 4 and whole.settings["min_weight"] == 2.0 and whole.settings["weighting"] == "count"


def test_by_default_those_who_met_in_company_alone_are_the_weak_ones() -> None:
    """In fours a tie is worth a third, in threes a half: c and d met in both, e and a in a three."""
    weak = rn.project(graph(), min_weight=0.5).weights.toarray()
    assert weak[0, 2] == 0 and weak[0, 4] == 0.5 and weak[2, 3] == pytest.approx(1 / 3 + 1 / 2)


def test_minutes_nobody_wrote_down_add_nothing_and_are_counted() -> None:
    with pytest.warns(RecoveryNetWarning, match="1 of 2 occasions have no duration"):
        network = rn.project(graph([("2011-02-01", None, "ab"), ("2011-03-01", 20.0, "ab")]), weighting="duration")
    assert network.weights.toarray()[0, 1] == 20


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"weighting": "sum"}, "weighting must be"), ({"min_weight": -1}, "0 or more"), ({"min_weight": np.nan}, "0 or")],
)
def test_words_there_are_not(wrong: dict, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        rn.project(graph(), **wrong)
    with pytest.raises(SchemaError, match="takes a ContactGraph"):
        rn.project(graph().record)  # type: ignore[arg-type]
