"""Tables after disclosure, by hand: what every layout takes shares of, and that nothing is computed from a star."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.kernels.proportions import wilson_interval
from recoverynet.report.disclosure.disclosed import DisclosedSummary, DisclosedTable

X = np.nan
WORDS = {
    "name": "t", "title": "T", "population": "p", "denominator": "", "period": "2011", "row_header": "Row", "policy": "ndtms",
    "smallest_shown": 5,
}  # fmt: skip


def table(cells: list[list[float]], rows: list[str], columns: list[str], layout: str, **more: object) -> DisclosedTable:
    counts = pd.DataFrame(np.array(cells, dtype=float), index=rows, columns=columns)
    return DisclosedTable(**(WORDS | {"counts": counts, "layout": layout, "share_of": "column", "with_interval": False} | more))  # type: ignore[arg-type]


CROSS = [[6, 14, 20], [X, 30, X], [X, 44, 60]]


def cross(share_of: str, **more: object) -> DisclosedTable:
    return table(CROSS, ["a", "b", "All"], ["yes", "no", "All"], "cross", share_of=share_of, **more)


@pytest.mark.parametrize(
    ("share_of", "of_a", "of_b"), [("row", 20, X), ("column", 44, 44), ("all", 60, 60), ("first", 6, X), ("", 44, 44)]
)
def test_what_a_cross_table_is_out_of(share_of: str, of_a: float, of_b: float) -> None:
    made = cross(share_of)
    totals = [made.total("a", "no"), made.total("b", "no")]
    np.testing.assert_equal(totals, [of_a, of_b])
    assert made.share("a", "no") == pytest.approx(14 / of_a)


def test_a_cross_table_shows_shares_beside_counts_but_not_beside_what_they_are_shares_of() -> None:
    assert cross("row").grid().rows == (("a", "6 (30%)", "14 (70%)", "20"), ("b", "*", "30", "*"), ("All", "*", "44 (73%)", "60"))
    assert cross("column").grid().rows == (
        ("a", "6", "14 (32%)", "20 (33%)"),
        ("b", "*", "30 (68%)", "*"),
        ("All", "*", "44", "60"),
    )
    assert cross("all").grid().rows[0] == ("a", "6 (10%)", "14 (23%)", "20 (33%)")
    assert cross("").grid().rows[0] == ("a", "6", "14", "20")
    assert cross("row").grid().last_is_total and cross("row").grid().columns == ("Row", "yes", "no", "All")


def test_shares_of_the_first_column_stand_beside_the_others_only() -> None:
    made = table([[40, 10], [20, 20], [0, 0]], ["a", "b", "c"], ["asked", "came"], "cross", share_of="first")
    assert made.grid().rows == (("a", "40", "10 (25%)"), ("b", "20", "20 (100%)"), ("c", "0", "0"))
    assert not made.grid().last_is_total


def test_share_among_those_known_is_of_the_known_columns() -> None:
    made = table([[30, 10, 60, 100], [X, 8, 9, 20]], ["a", "b"], ["yes", "no", "not known", "All"], "cross", known=("yes", "no"))
    assert made.known_heading == "yes, of those known" and cross("row").known_heading == ""
    assert made.share_of_known("a") == 0.75 and np.isnan(made.share_of_known("b"))
    assert made.grid().columns[-1] == "yes, of those known"
    assert "30 of 40" in made.grid().rows[0][-1]
    nobody = table([[0, 0, 9]], ["a"], ["yes", "no", "not known"], "cross", known=("yes", "no"))
    assert np.isnan(nobody.share_of_known("a"))


def test_n_of_many_has_an_interval_from_what_is_shown() -> None:
    made = table([[10, 30, 40], [X, X, 20], [0, 0, 0]], ["a", "b", "c"], ["yes", "no", "All"], "of_which", with_interval=True)
    frame = made.to_frame()
    assert frame["column"].tolist() == ["yes"] * 3 and frame["hidden"].tolist() == [False, True, False]
    np.testing.assert_equal(frame["total"].to_numpy(), [40.0, 20, 0])
    np.testing.assert_equal(frame["share"].to_numpy(), [0.25, X, X])
    low, high = wilson_interval(np.array([10.0]), np.array([40.0]))
    assert (frame["low"][0], frame["high"][0]) == (low[0], high[0]) and frame.loc[1:, ["low", "high"]].isna().all(axis=None)
    assert made.grid().columns == ("Row", "Number", "Out of", "Per cent", "95% interval")
    assert made.grid().rows[1:] == (("b", "*", "20", "*", "*"), ("c", "0", "0", "–", "–"))


def test_stages_are_out_of_the_first_which_has_no_interval() -> None:
    made = table([[50], [20]], ["all", "came"], ["Number"], "nested", with_interval=True)
    assert made.to_frame()["total"].tolist() == [50, 50]
    assert made.grid().rows[0] == ("all", "50", "50", "100%", "–") and made.grid().rows[1][:4] == ("came", "20", "50", "40%")
    assert made.to_frame()["low"].isna().tolist() == [True, False]


def test_parts_of_a_whole_and_a_list_of_unrelated_counts() -> None:
    parts = table([[30], [10], [40]], ["a", "b", "All"], ["Number"], "one_way")
    assert parts.grid().rows[0] == ("a", "30", "75%") and parts.grid().columns == ("Row", "Number", "Per cent")
    assert parts.grid().last_is_total and parts.words("a", noun="clients") == "30 of 40 clients (75%)"
    several = table([[30], [10]], ["a", "b"], ["Number"], "list")
    assert several.grid().rows == (("a", "30"), ("b", "10")) and np.isnan(several.total("a"))


def test_names_that_are_not_there_are_told() -> None:
    with pytest.raises(SchemaError, match="no row 'z'; it has a, b, All"):
        cross("row").n("z")
    with pytest.raises(SchemaError, match="no column 'z'; it has yes, no, All"):
        cross("row").n("a", "z")


def test_a_star_says_what_it_may_be() -> None:
    assert cross("row").n_hidden == 3
    assert cross("row", denominator="all clients", note="N.").remarks() == (
        "Out of: all clients.", "N.", "* A number from 1 to 4, or one hidden so that such a number cannot be worked out.",
    )  # fmt: skip
    assert cross("row", zeros_hidden=True).remarks()[0].startswith("* A number from 0 to 4")
    assert table([[5, 0]], ["a"], ["x", "y"], "cross").remarks() == ()


@pytest.mark.parametrize(("cell", "is_refused"), [(0, False), (1, True), (4, True), (5, False)])
def test_small_counts_are_refused(cell: float, is_refused: bool) -> None:
    if not is_refused:
        table([[cell, 9]], ["a"], ["x", "y"], "cross")
        return
    with pytest.raises(DisclosureError, match="would show 1 counts under 5"):
        table([[cell, 9]], ["a"], ["x", "y"], "cross")


SUMMARY = {name: text for name, text in WORDS.items() if name != "policy"} | {"policy": "ndtms", "digits": 1, "min_for_mean": 10}


def summary(cells: dict[str, list[float]], heads: tuple[str, ...]) -> DisclosedSummary:
    return DisclosedSummary(**(SUMMARY | {"values": pd.DataFrame(cells, index=list("abcd")[: len(cells["n"])]), "heads": heads}))  # type: ignore[arg-type]


def test_means_with_their_ends_in_one_cell() -> None:
    made = summary(
        {"n": [10, 9, X, 0], "mean": [1.25, X, X, X], "low": [1.0, X, X, X], "high": [2.0, X, X, X]}, ("People", "Mean", "Interval")
    )
    assert [row[1] for row in made.grid().rows] == ["10", "9", "*", "0"]
    assert made.grid().rows[0][2:] == ("1.2", "1.0 to 2.0") and made.grid().rows[1][2:] == ("*", "*")
    assert made.grid().rows[3][2:] == ("–", "–")
    assert made.n_hidden == 7, "three of b, four of c, none of nobody"
    assert made.remarks() == ("* Fewer than 10 people stand behind the figure.",)
    assert made.to_frame()["row"].tolist() == list("abcd")


@pytest.mark.parametrize(
    ("n", "mean", "is_refused"), [(10, 1.0, False), (9, 1.0, True), (X, 1.0, True), (4, X, True), (5, X, False), (0, X, False)]
)
def test_means_of_too_few_are_refused(n: float, mean: float, is_refused: bool) -> None:
    if not is_refused:
        summary({"n": [n], "mean": [mean]}, ("People", "Mean"))
        return
    with pytest.raises(DisclosureError, match="a statistic of fewer than 10 people"):
        summary({"n": [n], "mean": [mean]}, ("People", "Mean"))
