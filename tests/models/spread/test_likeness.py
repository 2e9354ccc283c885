"""What people are matched on and how alike they are: codes against the definition, balance by hand, checks at their limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recoverynet.graphs.panel import NetworkPanel
from recoverynet.models.spread.likeness import Likeness, balance_checks, balance_of, likeness_of
from recoverynet.models.spread.risk_set import RiskSet, risk_set

NAN = np.nan
N = 60


def risk_of(*, groups: np.ndarray | None = None) -> RiskSet:
    rng = np.random.default_rng(3)
    held = np.where(rng.random((N, 5)) < 0.2, NAN, rng.random((N, 5)) < 0.4)
    covariates = {"age": rng.normal(size=N).round(1), "room": rng.integers(0, 4, N).astype(float),
                  "sex": np.array(["F", "M"], dtype=object)[rng.integers(0, 2, N)]}  # fmt: skip
    ring = np.roll(np.eye(N), 2, axis=1)  # those of one group: every other person
    panel = NetworkPanel.from_adjacency([ring] * 5, behaviour={"norm": held}, covariates=covariates, groups=groups, directed=True)
    return risk_set(panel, "norm")


def same_code(like: Likeness, keys: list[tuple]) -> bool:
    """Whether two rows share a code exactly where they share a key."""
    return len(set(zip(like.codes.tolist(), keys, strict=True))) == len(set(keys)) == len(set(like.codes.tolist()))


def test_only_rows_of_one_wave_group_and_history_may_be_matched() -> None:
    """Histories go back as many waves as asked beyond the last: without the norm, with it, or unknown."""
    groups = np.array(["north", "south"])[np.arange(N) % 2]
    risk = risk_of(groups=groups)
    person, column, _ = risk.rows

    def past(i: int, w: int, back: int) -> str:
        return "unknown" if w < back or np.isnan(risk.held[i, w - back]) else str(risk.held[i, w - back])

    for history in (0, 1, 2):
        like = likeness_of(risk, [], [], history, "exact", 4)
        keys = [(w, groups[i], *(past(i, w, back) for back in range(2, history + 2)))
                for i, w in zip(person, column, strict=True)]  # fmt: skip
        assert same_code(like, keys)
        assert like.values.shape == (len(person), 2 * history) and not like.numbers.any()
    assert like.terms == ["held it 2 waves before", "unknown 2 waves before", "held it 3 waves before", "unknown 3 waves before"]
    for row, (i, w) in enumerate(zip(person, column, strict=True)):
        told = [past(i, w, back) for back in (2, 3)]
        assert like.values[row].tolist() == [float(say == each) for say in told for each in ("1.0", "unknown")]


@pytest.mark.parametrize("method", ["exact", "nearest", "cem"])
def test_few_levels_match_exactly_and_numbers_by_nearness_unless_all_is_exact(method: str) -> None:
    risk = risk_of()
    person, column, _ = risk.rows
    like = likeness_of(risk, ["sex", "room", "age"], [], 0, method, 2)
    assert like.terms == ["sex: M", "room", "age"] and like.numbers.tolist() == [False, False, method != "exact"]
    age = risk.panel.covariates["age"][person]
    cuts = [np.median(age)]  # two bins
    keys = []
    for row, (i, w) in enumerate(zip(person, column, strict=True)):
        near = {"exact": age[row], "nearest": 0, "cem": sum(age[row] >= cut for cut in cuts)}[method]
        keys.append((w, risk.panel.covariates["sex"][i], risk.panel.covariates["room"][i], near))
    assert same_code(like, keys)
    codes = likeness_of(risk, ["room"], ["room"], 0, method, 4)
    assert codes.terms == ["room: 1", "room: 2", "room: 3"]


@pytest.mark.parametrize(("n_levels", "number"), [(5, False), (6, True)])
def test_five_levels_are_few_and_six_are_a_number(n_levels: int, number: bool) -> None:
    risk = risk_of()
    room = (np.arange(N) % n_levels).astype(float)
    risk.panel.covariates["room"][:] = room
    assert likeness_of(risk, ["room"], [], 0, "nearest", 4).numbers.tolist() == [number]


def test_balance_by_hand() -> None:
    """Exposed 1, 3; unexposed 0, 2, 7 weighing 1, 3, 0. Spread: half of the variances 1 and 26/3, as a root."""
    like = Likeness(["x", "same", "split"], np.array([[1, 5, 1], [3, 5, 1], [0, 5, 0], [2, 5, 0], [7, 5, 0], [9, 9, 9.0]]),
                    np.zeros(3, bool), np.zeros(6, int))  # fmt: skip
    treated, known = np.array([1, 1, 0, 0, 0, 0], bool), np.array([1, 1, 1, 1, 1, 0], bool)
    table = balance_of(like, treated, known, np.array([1, 0, 1, 3, 0, 0.0]))
    spread = np.sqrt((1 + 26 / 3) / 2)
    # matched: the first of those exposed, and (0·1 + 2·3) / 4
    assert table.loc["x"].tolist() == pytest.approx([1, 3, 1.5, (2 - 3) / spread, (1 - 1.5) / spread])
    assert table.loc["same"].tolist() == [5, 5, 5, 0, 0], "no spread and no difference"
    assert table.loc["split"].tolist()[:3] == [1, 0, 0] and table.loc["split"].isna().tolist()[3:] == [True, True]
    nobody = balance_of(like, treated, known, np.zeros(6))
    assert nobody.loc["x", "exposed"] == 2 and nobody[["unexposed_matched", "difference_matched"]].isna().all(axis=None)
    assert balance_of(like, np.zeros(6, bool), known, np.zeros(6)).isna().all(axis=None)


def checks(*, matched: int = 8, worst: float = 0.1, unknown: int = 0, changed: tuple[int, int] = (1, 1), people: int = 30) -> dict:
    """Ten exposed rows, of whom some are matched, and ten unexposed, all of them used."""
    treated = np.repeat([True, False], 10)
    known = np.ones(20, bool)
    known[20 - unknown :] = False
    used = np.r_[np.arange(10) < matched, np.ones(10, bool)]
    outcome = np.r_[np.arange(10) < changed[0], np.arange(10) < changed[1]].astype(float)
    balance = pd.DataFrame({"difference_matched": [0.0, -worst]})
    found = balance_checks(balance, outcome, treated, known, used, people)
    return {check.name: check for check in found}


@pytest.mark.parametrize(
    ("name", "holds", "fails"),
    [
        ("every row known in what is matched on", {}, {"unknown": 1}),
        ("80% of exposed matched", {"matched": 8}, {"matched": 7}),
        ("balance within 0.1 standard deviations", {"worst": 0.1}, {"worst": 0.11}),
        ("some changed and some did not, on either side", {"changed": (7, 9)}, {"changed": (8, 9)}),
        ("some changed and some did not, on either side", {"changed": (1, 1)}, {"changed": (1, 0)}),
        ("people enough for the covariance", {"people": 30}, {"people": 29}),
    ],
)
def test_each_check_at_its_limit(name: str, holds: dict, fails: dict) -> None:
    assert checks(**holds)[name].passed and checks(**fails)[name].passed is False


def test_what_cannot_be_balanced_is_not_said_to_be() -> None:
    found = checks(worst=NAN)["balance within 0.1 standard deviations"]
    assert found.passed is True and found.detail == "largest difference 0.00", "the other term is balanced"
    alone = balance_checks(
        pd.DataFrame({"difference_matched": [NAN]}), np.ones(2), np.array([True, False]), *[np.ones(2, bool)] * 2, 9
    )
    assert alone[2].passed is None and alone[2].detail == ""
    assert checks(changed=(3, 2))["some changed and some did not, on either side"].detail == "3 of 8 exposed, 2 of 10 unexposed"
