"""Who could change when, who did, and what contacts held before: row by row, and why there is nothing to learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import SchemaError
from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.risk_set import coverage_checks, risk_set

NAN = np.nan


def world(seed: int = 1, n: int = 12, **more: object) -> NetworkPanel:
    rng = np.random.default_rng(seed)
    ties = rng.integers(1, 4, (4, n, n)) * (rng.random((4, n, n)) < 0.2) * (1.0 - np.eye(n))
    held = np.where(rng.random((n, 4)) < 0.2, NAN, rng.random((n, 4)) < 0.5)
    people = [f"p{number:02d}" for number in range(n)]
    return NetworkPanel.from_adjacency(list(ties), behaviour={"norm": held}, people=people, directed=True, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("transition", ["gain", "loss", "holding"])
@pytest.mark.parametrize("lag", [1, 2])
@pytest.mark.parametrize(("direction", "weighted"), [("out", False), ("out", True), ("in", False), ("mutual", False)])
def test_every_row_by_going_through_people_and_waves(transition: str, lag: int, direction: str, weighted: bool) -> None:
    panel = world()
    held = panel.behaviour["norm"]
    risk = risk_set(panel, "norm", transition=transition, lag=lag, direction=direction, weighted=weighted)  # type: ignore[arg-type]
    frame = risk.frame()
    expected = {}
    for i, who in enumerate(panel.person_ids):
        for wave in range(max(lag, 1), 4):
            before, after = held[i, wave - 1], held[i, wave]
            if np.isnan(before) or np.isnan(after) or (transition == "gain" and before) or (transition == "loss" and not before):
                continue
            network = panel.networks[wave - lag].toarray()
            row = {"out": network[i], "in": network[:, i], "mutual": np.minimum(network[i], network[:, i])}[direction]
            contacts = np.flatnonzero(row)
            known = [j for j in contacts if np.isfinite(held[j, wave - lag])]
            weight = row[known] if weighted else np.ones(len(known))
            states = held[known, wave - lag]
            happened = after == 0 if transition == "loss" else after == 1
            share = (weight * states).sum() / weight.sum() if known else NAN
            expected[who, wave + 1] = (float(happened), share, len(contacts), len(known), states.sum())
    assert set(frame.index) == set(expected) and len(frame) == len(expected)
    found = frame.loc[list(expected), ["outcome", "exposure", "n_alters", "n_observed", "n_holding"]].astype(float)
    np.testing.assert_allclose(found.to_numpy(), np.array(list(expected.values())))


def test_people_never_at_risk_are_those_seen_twice_who_held_it() -> None:
    held = np.array([[0, 1, 1.0], [1, 1, 1], [1, NAN, 1], [NAN, 0, 0]])
    ring = np.roll(np.eye(4), 1, axis=1)
    panel = NetworkPanel.from_adjacency([ring] * 3, behaviour={"norm": held}, directed=True)
    risk = risk_set(panel, "norm")
    assert risk.n_never_at_risk == 1 and risk_set(panel, "norm", transition="holding").n_never_at_risk == 0
    twice, known = coverage_checks(risk)
    assert not twice.passed and twice.detail == "2 people at risk at some wave, 1 never, 1 not seen so"
    # at risk: the first at wave 2, whose contact holds it; the last at wave 3, whose contact holds nothing
    assert known.passed and known.detail == "0% of contacts unknown"
    unseen = risk_set(NetworkPanel.from_adjacency([ring.T] * 3, behaviour={"norm": held}, directed=True), "norm")
    # the other way round: of the fourth nothing is known at wave 1, and of the third at wave 2
    assert coverage_checks(unseen)[1].detail == "100% of contacts unknown" and not coverage_checks(unseen)[1].passed


def test_without_contacts_exposure_is_unknown_or_0_and_unknown_where_nobody_asked() -> None:
    """a names b; b and c name nobody; of c nobody asked; d names c, of whom nothing is known."""
    ties = np.zeros((4, 4))
    ties[0, 1], ties[3, 2], ties[2, :2] = 1, 1, NAN
    held = np.array([[0, 1.0], [0, 0], [0, 0], [0, 0]])
    panel = NetworkPanel.from_adjacency([ties, np.nan_to_num(ties)], behaviour={"norm": held}, directed=True)
    values = {rule: risk_set(panel, "norm", isolates=rule).frame()["exposure"].tolist() for rule in ("nan", "zero")}
    np.testing.assert_array_equal(values["nan"], [0, NAN, NAN, 0])
    np.testing.assert_array_equal(values["zero"], [0, 0, NAN, 0])


def test_exposure_may_be_to_another_norm() -> None:
    panel = world()
    other = (np.random.default_rng(9).random((12, 4)) < 0.5).astype(float)
    two = NetworkPanel.from_adjacency(
        list(panel.networks), behaviour={"norm": panel.behaviour["norm"], "work": other}, directed=True
    )
    risk = risk_set(two, "norm", exposure_to="work")
    same = risk_set(two, "work", transition="holding")
    assert (risk.name, risk.source) == ("norm", "work")
    np.testing.assert_array_equal(risk.seen.share, same.seen.share)
    np.testing.assert_array_equal(risk.rows.person, risk_set(two, "norm").rows.person)


def test_covariates_stand_as_they_stood_a_wave_before_and_levels_but_the_first_have_a_term() -> None:
    panel = world(covariates={
        "age": np.arange(12.0), "mood": np.arange(48.0).reshape(12, 4), "site": np.array(["b", "a", None] * 4, dtype=object),
        "code": np.array([1.0, 2.0, 1.5] * 4), "none": np.array([None] * 12, dtype=object),
    })  # fmt: skip
    risk = risk_set(panel, "norm")
    person, column, _ = risk.rows
    found = risk.covariates(["age", "mood", "site", "code", "n_alters", "none"], categories=["code"])
    assert found.terms == ["age", "mood", "site: b", "code: 1.5", "code: 2", "n_alters", "none"]
    expected = np.column_stack([
        person, person * 4 + column - 1, np.where(person % 3 == 2, NAN, person % 3 == 0), person % 3 == 2, person % 3 == 1,
        risk.at(risk.seen.n_observed), np.full(len(person), NAN),
    ])  # fmt: skip
    np.testing.assert_array_equal(found.values, expected)
    assert found.level_of == {"site: b": "site", "code: 1.5": "code", "code: 2": "code"}
    assert dict(found.first_of) == {"site": "a", "code": "1"}
    assert risk.covariates([]).values.shape == (len(person), 0)
    with pytest.raises(SchemaError, match="covariate 'height'.*'age'.*'norm'.*'history'"):
        risk.covariates(["height"])


def test_a_covariate_is_looked_for_among_covariates_then_behaviours_then_what_is_known_of_people() -> None:
    held = np.array([[0, 1.0], [0, 0], [1, 1], [0, 0]])
    mood = np.array([[1.0, 2], [3, 4], [5, 6], [7, 8]])
    ring = np.roll(np.eye(4), 1, axis=1)
    made = NetworkPanel.from_adjacency(
        [ring] * 2, behaviour={"norm": held, "mood": mood}, covariates={"age": [1, 2, 3, 4]}, directed=True
    )
    people = pd.DataFrame({"age": [9, 9, 9, 9], "ward": ["x", "y", "x", "y"]}, index=made.people.index)
    risk = risk_set(replace(made, people=people), "norm")
    found = risk.covariates(["age", "mood", "ward"])
    assert found.values.tolist() == [[1, 1, 0], [2, 3, 1], [4, 7, 1]] and found.terms == ["age", "mood", "ward: y"]
    with pytest.raises(SchemaError, match="called 'age', as another term"):
        risk.covariates(["age", "age"])
    own = replace(made, covariates={"history": np.arange(4.0)})
    with pytest.raises(SchemaError, match="worked out from the panel"):
        risk_set(own, "norm").covariates(["history"])


def test_history_is_the_share_of_known_waves_before_the_last() -> None:
    panel = world()
    risk = risk_set(panel, "norm")
    found = risk.covariates(["history"])
    for row, (i, wave) in enumerate(zip(risk.rows.person, risk.rows.column, strict=True)):
        past = panel.behaviour["norm"][i, : wave - 1]
        known = past[np.isfinite(past)]
        assert found.values[row].tolist() == [known.mean() if len(known) else 0.0, float(not len(known))]
    assert found.terms == ["history", "history unknown"]


RING = np.roll(np.eye(3), 1, axis=1)


@pytest.mark.filterwarnings("ignore::recoverynet.RecoveryNetWarning")
@pytest.mark.parametrize(
    ("held", "ties", "asked", "code"),
    [
        ([[0, 1], [0, 0], [1, 1]], RING, {"lag": 2}, "too_few_waves"),
        ([[NAN, NAN]] * 3, RING, {}, "state_unknown"),
        ([[1, 1], [1, NAN], [1, 1]], RING, {}, "all_hold"),
        ([[0, 0], [0, NAN], [0, 0]], RING, {}, "none_hold"),
        ([[0, NAN], [NAN, 1], [1, 1]], RING, {}, "nobody_twice"),
        ([[0, 0], [0, 0], [1, 1]], RING, {}, "all_alike"),
        ([[0, 1], [0, 1], [1, 1]], RING, {}, "all_alike"),
        ([[0, 1], [0, 0], [1, 1]], np.zeros((3, 3)), {}, "no_ties"),
        ([[0, 1], [0, 0], [1, 1]], np.where(RING, NAN, 0), {}, "no_tie_known"),
        ([[0, 1], [0, 0], [NAN, 1]], np.array([[0, 0, 1], [0, 0, 1], [0, 1, 0.0]]), {}, "exposure_undefined"),
        ([[0, 1], [0, 0], [1, 1]], RING, {}, None),
    ],
)
def test_why_there_is_nothing_to_learn(held: list, ties: np.ndarray, asked: dict, code: str | None) -> None:
    panel = NetworkPanel.from_adjacency([ties] * 2, behaviour={"norm": np.array(held, dtype=float)}, directed=True)
    reason = risk_set(panel, "norm", **asked).reason
    assert (None if reason is None else reason.code) == code


@pytest.mark.parametrize(
    "wrong", [{"transition": "leave"}, {"direction": "up"}, {"isolates": "one"}, {"unknown": "guess"}, {"lag": 0}, {"lag": 1.5}]
)
def test_words_there_are_not(wrong: dict) -> None:
    with pytest.raises(SchemaError, match=next(iter(wrong))):
        risk_set(world(), "norm", **wrong)
