"""Means before disclosure: as many digits as tell nothing of how many stand behind them, and who is too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import SchemaError
from recoverynet.report.disclosure.policy import DisclosurePolicy
from recoverynet.report.disclosure.summary import SummaryTable

WORDS = {"title": "Mean scores", "population": "p", "denominator": "", "period": "2011"}


def made(n: list[int], digits: int = 1) -> SummaryTable:
    values = pd.DataFrame({"n": n, "mean": 1.23456, "low": 1.0, "high": 2.0}, index=[f"row {i}" for i in range(len(n))])
    return SummaryTable(values, heads=("People", "Mean", "Interval"), digits=digits, **WORDS)  # type: ignore[arg-type]


@pytest.mark.parametrize(("least", "digits"), [(1, 0), (9, 0), (10, 1), (99, 1), (100, 2), (1000, 3), (100_000, 4)])
def test_a_mean_has_no_more_digits_than_every_number_of_people_could_give(least: int, digits: int) -> None:
    policy = DisclosurePolicy("own", smallest_shown=2, min_for_mean=least)
    digits = min(digits, 4)
    told = made([200_000], digits=4).disclosed(policy)
    assert told.digits == digits and told.values["mean"].tolist() == [round(1.23456, digits)]
    # the promise behind it: a mean said with so many digits is that of some whole sum, whatever n is
    for n in range(max(least, 2), max(least, 2) + 30):
        sums = np.arange(int(1.2 * n) - 2, int(1.3 * n) + 3)
        assert (np.round(sums / n, digits) == round(1.23456, digits)).any()


def test_without_suppression_all_digits_stand() -> None:
    told = made([1], digits=4).disclosed(DisclosurePolicy.none(reason="internal"))
    assert told.digits == 4 and told.values.loc["row 0", "mean"] == 1.2346


def test_people_are_enough_only_if_as_many_are_shown() -> None:
    told = made([4, 7, 8, 9, 10, 12, 13]).disclosed("nhs")
    assert told.values["n"].isna().tolist() == [True, True, False, False, False, False, False]
    assert told.values["n"].tolist()[2:] == [10, 10, 10, 10, 15]
    assert told.min_for_mean == 10
    assert told.values["mean"].isna().tolist() == [True, True, True, True, False, False, False]


def test_people_and_one_heading_a_column_are_needed() -> None:
    values = pd.DataFrame({"n": [10], "mean": [1.0], "low": [0.0], "high": [2.0]})
    for wrong, heads in [
        (values, ("n", "Mean")),
        (values, ("n", "Mean", "Low", "High")),
        (values.rename(columns={"n": "N"}), ("n", "Mean", "I")),
    ]:
        with pytest.raises(SchemaError, match="needs a column 'n' and one heading a column"):
            SummaryTable(wrong, heads=heads, **WORDS)  # type: ignore[arg-type]
    assert SummaryTable(values, heads=("n", "Mean", "I"), **WORDS).name == "mean_scores"  # type: ignore[arg-type]
