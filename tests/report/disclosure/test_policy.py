"""No hidden count can be worked out: an attacker with a linear programme tries, on random tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from recoverynet import CountTable, DisclosurePolicy
from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedTable
from recoverynet.report.disclosure.summary import SummaryTable

WORDS = {"title": "People", "population": "everybody", "denominator": "all people", "period": "2011"}


def table(counts: object, **settings_: object) -> CountTable:
    frame = pd.DataFrame(counts)
    frame.index = [f"r{i}" for i in range(len(frame))]
    frame.columns = [f"c{i}" for i in range(frame.shape[1])]
    return CountTable(frame, **{**WORDS, **settings_})


class Attacker:
    """Knows the printed table, how it adds up, that counts are whole and which zeros are printed."""

    def __init__(self, shown: DisclosedTable, rows: str, columns: str, truth: np.ndarray, policy: DisclosurePolicy):
        self.policy = policy
        self.shown = shown.counts
        self.truth = pd.DataFrame(truth, index=self.shown.index, columns=self.shown.columns)
        self.names = [(r, c) for r in self.shown.index for c in self.shown.columns]
        self.bounds = [self.bound(name, policy.round_to, policy.smallest_shown) for name in self.names]
        self.sums: list[dict[tuple[str, str], float]] = []
        inner_rows = [r for r in self.shown.index if r != TOTAL]
        inner_columns = [c for c in self.shown.columns if c != TOTAL]
        if columns == "parts" and TOTAL in self.shown.columns:
            self.sums += [{**{(r, c): 1.0 for c in inner_columns}, (r, TOTAL): -1.0} for r in self.shown.index]
        if rows == "parts" and TOTAL in self.shown.index:
            self.sums += [{**{(r, c): 1.0 for r in inner_rows}, (TOTAL, c): -1.0} for c in self.shown.columns]
        self.orders = []
        if rows == "nested":
            self.orders = [((a, c), (b, c)) for c in self.shown.columns for a, b in zip(inner_rows, inner_rows[1:], strict=False)]

    def bound(self, name: tuple[str, str], round_to: int, smallest: int) -> tuple[float, float | None]:
        """Parts of a hidden total may be hidden zeros; any other hidden figure is 1 or more."""
        value = self.shown.at[name]
        if np.isnan(value) and self.policy.hide_zeros:
            return (0, None)
        if np.isnan(value):
            totals = [
                t
                for t in ((name[0], TOTAL), (TOTAL, name[1]))
                if t != name and t[0] in self.shown.index and t[1] in self.shown.columns
            ]
            return (0 if any(np.isnan(self.shown.at[t]) for t in totals) else 1, None)
        if value == 0:
            return (0, 0)
        return (max(value - round_to // 2, smallest), value + (round_to - 1) // 2)

    def range_of(self, target: dict[tuple[str, str], float]) -> tuple[float, float]:
        index = {name: i for i, name in enumerate(self.names)}
        equal = np.zeros((len(self.sums), len(index)))
        for number, line in enumerate(self.sums):
            for name, sign in line.items():
                equal[number, index[name]] = sign
        below = np.zeros((len(self.orders), len(index)))
        for number, (above, under) in enumerate(self.orders):
            below[number, index[under]], below[number, index[above]] = 1.0, -1.0
        aim = np.zeros(len(index))
        for name, sign in target.items():
            aim[index[name]] = sign
        ends = []
        for sign in (1, -1):
            answer = linprog(
                sign * aim,
                bounds=self.bounds,
                A_eq=equal if len(equal) else None,
                b_eq=np.zeros(len(equal)) if len(equal) else None,
                A_ub=below if len(below) else None,
                b_ub=np.zeros(len(below)) if len(below) else None,
            )
            assert answer.status in (0, 3), answer.message
            ends.append(np.inf if answer.status == 3 else sign * round(answer.fun, 6))
        return (-ends[0] if np.isinf(ends[0]) else ends[0]), ends[1]


def attack(made: CountTable, policy: DisclosurePolicy) -> None:
    shown = made.disclosed(policy)
    truth = made.counts.to_numpy()
    if TOTAL in shown.counts.columns:
        truth = np.column_stack([truth, truth.sum(axis=1)])
    if TOTAL in shown.counts.index:
        truth = np.vstack([truth, truth.sum(axis=0)])
    attacker = Attacker(shown, made.rows, made.columns, truth, policy)
    largest = policy.smallest_shown - 1
    for name in attacker.names:
        value = attacker.truth.at[name]
        if not np.isnan(shown.counts.at[name]):
            assert value == 0 or value > largest
            continue
        low, high = attacker.range_of({name: 1.0})
        assert low <= value <= high
        if value == 0 and not policy.hide_zeros:
            continue
        assert high - low >= max(largest - 1, 1), f"{name} is narrowed to {low}..{high}\n{shown.counts}"
        if 1 <= value <= largest:
            assert low <= 1 and high >= largest, f"{name} is narrowed to {low}..{high}\n{shown.counts}"
    for above, under in attacker.orders:
        gone = attacker.truth.at[above] - attacker.truth.at[under]
        if 1 <= gone <= largest:
            low, high = attacker.range_of({above: 1.0, under: -1.0})
            assert low <= 1 and high >= largest, f"{above} to {under} is narrowed to {low}..{high}\n{shown.counts}"


POLICIES = [
    DisclosurePolicy.named("ndtms"),
    DisclosurePolicy.named("nhs"),
    DisclosurePolicy("two", smallest_shown=2),
    DisclosurePolicy("tens", smallest_shown=10, round_to=10),
    DisclosurePolicy("strict", hide_zeros=True),
    DisclosurePolicy("coarse", smallest_shown=3, round_to=5),
]
counts = st.one_of(st.integers(0, 9), st.integers(0, 60))


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(
    data=st.data(),
    n_rows=st.integers(1, 5),
    n_columns=st.integers(1, 4),
    policy=st.sampled_from(POLICIES),
    rows=st.sampled_from(["parts", "separate"]),
    columns=st.sampled_from(["parts", "separate"]),
)
def test_no_hidden_count_of_a_table_can_be_worked_out(data, n_rows, n_columns, policy, rows, columns) -> None:
    grid = data.draw(st.lists(st.lists(counts, min_size=n_columns, max_size=n_columns), min_size=n_rows, max_size=n_rows))
    attack(table(grid, rows=rows, columns=columns), policy)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(losses=st.lists(counts, min_size=1, max_size=6), policy=st.sampled_from(POLICIES))
def test_no_hidden_stage_or_loss_of_a_funnel_can_be_worked_out(losses, policy) -> None:
    stages = np.cumsum(losses[::-1])[::-1]
    attack(table(stages[:, None], rows="nested"), policy)


def test_small_counts_and_one_more_are_hidden() -> None:
    shown = table([[3], [40], [20]]).disclosed("ndtms").counts["c0"]
    assert shown.isna().tolist() == [True, False, True, False]
    assert shown[TOTAL] == 63


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    shown = table([[5, 0], [12, 7]], columns="parts").disclosed("ndtms")
    assert shown.n_hidden == 0
    assert shown.counts.loc[TOTAL].tolist() == [17, 7, 24]


def test_two_small_parts_of_a_small_sum_take_a_third_with_them() -> None:
    shown = table([[1], [1], [30], [50]]).disclosed("ndtms").counts["c0"]
    assert shown.isna().tolist() == [True, True, True, False, False], "1 + 1 = 82 - 30 - 50 would give both away"


def test_a_small_complement_hides_the_number_itself() -> None:
    made = CountTable.of_shares({"after 28 days": (38, 40), "before": (20, 40)}, **WORDS)
    shown = made.disclosed("ndtms")
    assert np.isnan(shown.n("after 28 days")) and shown.total("after 28 days") == 40
    assert shown.words("before") == "20 of 40 (50%)"
    assert shown.words("after 28 days") == "a hidden number of 40"


def test_the_difference_between_stages_is_protected() -> None:
    shown = table([[40], [38], [20]], rows="nested").disclosed("ndtms").counts["c0"]
    assert shown.isna().tolist() == [False, True, False], "40 - 38 = 2 people went no further"


def test_rows_that_differ_by_a_few_people_are_protected_where_said() -> None:
    rows = {"within 90 days": (40, 100), "within 28 days": (38, 100)}
    told = CountTable.of_shares(rows, **WORDS, differences=(("within 90 days", "within 28 days"),))
    assert told.disclosed("ndtms").counts["Yes"].isna().sum() == 1, "2 people came between day 29 and day 90"
    assert CountTable.of_shares(rows, **WORDS).disclosed("ndtms").n_hidden == 0


def test_parts_of_a_small_total_are_hidden_with_their_zeros() -> None:
    shown = table([[1, 1, 1, 1, 0], [20, 30, 40, 50, 60]], columns="parts").disclosed("ndtms").counts
    assert shown.loc["r0"].isna().all(), "four parts that are not 0 and a total of at most 4 would be 1 each"


def test_an_unrelated_list_has_no_shares() -> None:
    shown = table([[650], [40], [3]], rows="separate").disclosed("ndtms")
    assert shown.grid().rows == (("r0", "650"), ("r1", "40"), ("r2", "*"))
    assert shown.to_frame()["share"].isna().all()


def test_nhs_rounds_and_takes_percentages_from_rounded_counts() -> None:
    shown = CountTable.of_shares({"linked": (13, 41)}, **WORDS).disclosed("nhs")
    assert (shown.n("linked"), shown.total("linked")) == (15, 40)
    assert shown.share("linked") == 15 / 40
    frame = shown.to_frame().iloc[0]
    assert frame["low"] < 15 / 40 < frame["high"]
    assert table([[7], [8], [12], [13], [0]], rows="separate").disclosed("nhs").counts["c0"].fillna(-1).tolist() == [
        -1,
        10,
        10,
        15,
        0,
    ]


def test_shares_and_intervals_of_hidden_counts_do_not_exist() -> None:
    frame = CountTable.of_shares({"linked": (3, 40), "none": (0, 0)}, **WORDS).disclosed("ndtms").to_frame()
    assert frame[["n", "share", "low", "high"]].iloc[0].isna().all()
    assert frame["total"].tolist() == [40, 0]
    texts = CountTable.of_shares({"linked": (3, 40), "none": (0, 0)}, **WORDS).disclosed("ndtms").grid().rows
    assert texts == (("linked", "*", "40", "*", "*"), ("none", "0", "0", "–", "–"))


def test_zeros_can_be_hidden_too() -> None:
    policy = DisclosurePolicy("strict", hide_zeros=True)
    shown = table([[0], [40], [20]]).disclosed(policy).counts["c0"]
    assert np.isnan(shown["r0"]) and shown.isna().sum() >= 2


def test_a_small_group_is_not_described() -> None:
    made = table([[6, 2], [30, 40]], rows="separate", columns="parts", describes_groups=True)
    shown = made.disclosed("ndtms").counts
    assert shown.loc["r0"].isna().all() and shown.loc["r1"].tolist() == [30, 40, 70]


def test_a_disclosed_table_refuses_small_counts() -> None:
    good = table([[40], [20]]).disclosed("ndtms")
    values = {name: getattr(good, name) for name in good.__dataclass_fields__}
    with pytest.raises(DisclosureError, match="under 5"):
        DisclosedTable(**{**values, "counts": good.counts.replace(20, 2)})


def test_suppression_is_switched_off_only_with_a_reason() -> None:
    with pytest.raises(DisclosureError, match="needs a reason"):
        DisclosurePolicy("open", smallest_shown=1)
    policy = DisclosurePolicy.none(reason="internal audit")
    assert table([[1], [2]]).disclosed(policy).counts["c0"].tolist() == [1, 2, 3]
    assert "internal audit" in policy.in_words()


@pytest.mark.parametrize("wrong", [0, 2.5, True, "5"])
def test_a_policy_needs_whole_numbers(wrong) -> None:
    with pytest.raises(DisclosureError, match="whole number"):
        DisclosurePolicy(smallest_shown=wrong)


def test_unknown_policies_are_told() -> None:
    with pytest.raises(DisclosureError, match="'ndtms', 'nhs'"):
        table([[9]]).disclosed("hospital")
    with pytest.raises(DisclosureError, match="a preset's name"):
        table([[9]]).disclosed(5)


@pytest.mark.parametrize("grid", [[[1.5]], [[-1]], [[np.nan]]])
def test_counts_must_be_counts(grid) -> None:
    with pytest.raises(SchemaError, match="whole numbers"):
        table(grid)


def test_labels_and_stages_must_make_sense() -> None:
    with pytest.raises(SchemaError, match="own label"):
        CountTable(pd.Series([5, 6], index=["a", "a"]), **WORDS)
    with pytest.raises(SchemaError, match="counts more"):
        table([[5], [6]], rows="nested")


def test_means_need_enough_people() -> None:
    values = pd.DataFrame({"n": [30, 9, 3], "mean": [1.25, 2.5, 4.0]}, index=["a", "b", "c"])
    made = SummaryTable(values, title="Scores", population="p", denominator="", period="2011", heads=("People", "Mean"))
    assert made.disclosed("ndtms").grid().rows == (("a", "30", "1.2"), ("b", "9", "*"), ("c", "*", "*"))
    assert made.disclosed("nhs").grid().rows[1] == ("b", "10", "*")
    assert made.disclosed(DisclosurePolicy.none(reason="x")).grid().rows[2] == ("c", "3", "4.0")


def test_rows_hidden_elsewhere_are_hidden_here_too():
    cells = [[6, 7], [30, 40], [9, 8]]
    assert table(cells).disclosed("ndtms").counts.notna().all(axis=None)
    told = table(cells, hide_rows=("r0", "no such row")).disclosed("ndtms").counts
    assert told.loc["r0"].isna().all()
    assert told.at["All", "All"] == 100 and told["All"].isna().sum() == 2


@pytest.mark.parametrize("cells", [[[20]], [[20, 30]]])
@pytest.mark.parametrize("share_of", ["row", "column", "all"])
def test_a_whole_of_one_part_is_its_own_total(cells: list, share_of: str):
    told = table(cells, share_of=share_of).disclosed("ndtms")
    assert told.share("r0", "c0") == (1.0 if share_of == "column" or len(cells[0]) == 1 else 0.4)
    assert told.grid().rows[0][0] == "r0"
