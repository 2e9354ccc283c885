"""What each term of a fit is worth, by putting it in and taking it out; gradients by differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from recoverynet.models.spread.fitted_rows import FittedRows
from recoverynet.models.spread.marginal_effects import difference_row, effects_table, margin_of


def mean_chance(rows: FittedRows, design: np.ndarray, beta: np.ndarray) -> float:
    return float(expit(design[:, rows.kept] @ beta).mean())


def by_hand(rows: FittedRows, value) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """A number out of the estimates and its standard error, the gradient by differences."""
    gradient = []
    for place in range(len(rows.beta)):
        step = np.zeros(len(rows.beta))
        step[place] = 1e-5
        gradient.append((value(rows.beta + step) - value(rows.beta - step)) / 2e-5)
    return value(rows.beta), float(np.sqrt(np.array(gradient) @ rows.covariance @ gradient))


@pytest.mark.parametrize("at", ["observed", "mean"])
@pytest.mark.parametrize(
    ("name", "discrete", "ends"),
    [
        ("exposure", True, None), ("age", True, None), ("site: b", False, None), ("no contacts", True, ("no contacts", 0, 1)),
        ("site: b", True, "b"), ("site: c", True, "c"),
    ],
)  # fmt: skip
def test_an_effect_is_a_slope_or_a_step_from_no_to_yes_or_from_the_first_level(
    made, at: str, name: str, discrete: bool, ends: object
) -> None:
    rows = made()
    column = rows.column(name)
    design = rows.start(at)

    def value(beta: np.ndarray) -> float:
        if ends is None:
            shifted = [design.copy(), design.copy()]
            shifted[0][:, column] += 1e-5
            shifted[1][:, column] -= 1e-5
            return (mean_chance(rows, shifted[0], beta) - mean_chance(rows, shifted[1], beta)) / 2e-5
        yes, no = design.copy(), design.copy()
        if isinstance(ends, str):
            yes[:, 4:6], no[:, 4:6] = [ends == "b", ends == "c"], 0
        else:
            yes[:, column], no[:, column] = 1, 0
        return mean_chance(rows, yes, beta) - mean_chance(rows, no, beta)

    found = margin_of(rows, made().terms[column], at, discrete)
    assert (found.value, found.std_error(rows.covariance)) == pytest.approx(by_hand(rows, value), rel=1e-3)


def test_effects_are_told_of_terms_and_levels_that_stayed_and_of_nothing_else(made) -> None:
    rows = made(kept=np.array([0, 1, 2, 4, 5, 6]), beta=made().beta[[0, 1, 2, 4, 5, 6]], covariance=np.eye(6) / 100)
    table = effects_table(rows, "observed", True, 0.9)
    assert table.index.tolist() == ["exposure", "site: b", "site: c"]
    exposure = margin_of(rows, made().terms[2], "observed", True)
    assert table.loc["exposure", "estimate"] == exposure.value and table.loc["exposure", "std_error"] == exposure.std_error(
        np.eye(6) / 100
    )


def test_a_second_contact_is_worth_the_difference_of_two_steps(counting) -> None:
    rows = counting()

    def value(beta: np.ndarray) -> float:
        at = [expit(beta[0] + beta[k]) for k in (1, 2)]
        return float(at[1] - at[0])

    row = difference_row(rows, "2 over 1", "2 contacts", "1 contact", "observed", 0.95)
    assert row.loc["2 over 1", ["estimate", "std_error"]].tolist() == pytest.approx(by_hand(rows, value), rel=1e-5)
