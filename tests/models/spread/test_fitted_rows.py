"""The rows behind a fit, as they would be were everybody like a profile: on eight rows made by hand (conftest.py)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from recoverynet.errors import SchemaError
from recoverynet.models.spread.fitted_rows import rows_behind
from recoverynet.models.spread.wave_outcome import OutcomeRows, fit_rows


def test_what_is_in_it(made, counting) -> None:
    rows = made()
    assert rows.waves == [2, 3] and rows.wave_effects and rows.column("age") == 3 and rows.names[-1] == "no contacts"
    assert rows.levels("site") == {"a": None, "b": 4, "c": 5} and rows.levels("age") == {}
    assert rows.level_of_rows("site").tolist() == ["a", "b", "c", "b", "a", "c", "b", "a"]
    assert rows.people_behind(rows.level_of_rows("site") == "b") == 2
    assert rows.nameable == ["exposure", "age", "site", "no contacts", "wave"] and counting().nameable == ["n_holding"]
    assert not counting().wave_effects


def test_a_design_to_change_is_as_observed_or_one_row_of_means(made) -> None:
    rows = made(kept=np.array([0, 2]))
    observed, mean = rows.start("observed"), rows.start("mean")
    assert (observed == made().design).all() and observed is not rows.design
    np.testing.assert_allclose(mean, made().design.mean(axis=0)[None, :])
    assert (rows.estimated(observed) == made().design[:, [0, 2]]).all()


def test_everybody_at_a_wave_a_level_a_number_or_a_count(made, counting) -> None:
    rows, design = made(), made().design.copy()
    rows.set_wave(design, 2)
    assert (design[:, 1] == 0).all()
    rows.set_wave(design, 3)
    rows.set_level(design, "site", "c")
    assert (design[:, [1, 4, 5]] == [1, 0, 1]).all()
    rows.set_level(design, "site", "a")
    assert (design[:, 4:6] == 0).all()
    rows.set_number(design, "exposure", 0.25)
    assert (design[:, 2] == 0.25).all() and (design[:, 6] == 0).all(), "who is exposed has contacts"
    rows.set_number(design, "no contacts", 1.0)
    assert (design[:, 2] == 0).all() and (design[:, 6] == 1).all()
    rows.set_number(design, "age", 33.0)
    assert (design[:, 3] == 33).all() and (design[:, 6] == 1).all()
    rows.set_number(design, "exposure", 0.7)
    rows.set_number(design, "no contacts", 0.0)
    assert (design[:, 2] == 0.7).all(), "whoever has contacts keeps what they hold"
    unmarked = made(terms=made().terms[:-1], design=made().design[:, :-1], kept=np.arange(6))
    changed = unmarked.start("observed")
    unmarked.set_number(changed, "exposure", 0.1)
    assert (changed[:, 2] == 0.1).all()
    counted = counting()
    for number, marks in ((0, [0, 0, 0]), (1, [1, 0, 0]), (2, [0, 1, 0]), (3, [0, 0, 1]), (7, [0, 0, 1])):
        design = counted.start("observed")
        counted.set_count(design, "n_holding", number)
        assert (design[:, 1:] == marks).all()


def test_a_term_that_was_left_out_cannot_be_asked_about_unless_another_level_stands_in(made, counting) -> None:
    rows = made(kept=np.array([0, 1, 2, 4, 5, 6]))
    rows.require_told_apart("exposure")
    rows.require_told_apart("wave")
    with pytest.raises(SchemaError, match="'age' does not vary on its own"):
        rows.require_told_apart("age")
    without = made(kept=np.array([0, 1, 2, 3, 5, 6]))
    with pytest.raises(SchemaError, match="'site: b' left out"):
        without.require_told_apart("site")
    nobody_at_a = np.where(made().design[:, [4]] + made().design[:, [5]] == 0, [[0, 0, 0, 0, 1, 0, 0]], 0) + made().design
    made(kept=np.array([0, 1, 2, 3, 5, 6]), design=nobody_at_a.astype(float)).require_told_apart("site")
    with pytest.raises(SchemaError, match="'2 contacts' left out"):
        replace(counting(), kept=np.array([0, 1, 3])).require_told_apart("n_holding")


def test_rows_of_a_fit_are_those_it_stands_on_with_its_quiet_waves() -> None:
    rng = np.random.default_rng(2)
    x, wave = rng.normal(size=300), np.tile([2, 3, 4], 100)
    outcome = np.where(wave == 4, 0.0, rng.random(300) < expit(x))
    values = np.column_stack([x, 2 * x])
    values[:6, 0] = np.nan
    rows = OutcomeRows(outcome.astype(float), ["x", "twice"], values, wave, np.repeat(np.arange(100) + 500, 3), first_of={"s": "a"})
    fitted = fit_rows(rows, link="logit", focus=["x"])
    behind = rows_behind(rows, fitted, link="logit", wave_effects=True)
    assert behind.quiet == {4: 0.0} and behind.waves == [2, 3] and behind.first_of == {"s": "a"}
    assert behind.names == ["constant", "wave 3", "x", "twice"] and behind.kept.tolist() == [0, 1, 2]
    assert (behind.design[:, 2] == x[fitted.used]).all() and behind.person.max() == behind.people_behind(
        np.ones(len(behind.person), bool)
    ) - 1
    np.testing.assert_allclose(behind.beta, fitted.table.loc[["constant", "wave 3", "x"], "estimate"])
    assert (
        rows_behind(rows, fit_rows(rows, link="logit", focus=["x"], wave_effects=False), link="logit", wave_effects=False).quiet
        == {}
    )
    assert rows_behind(rows, replace(fitted, covariance=None), link="logit", wave_effects=True) is None
