"""How a table of counts says who is counted in each figure: margins, levels, lines and pairs, written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recoverynet.report.disclosure.counted import Bound, Counted
from recoverynet.report.disclosure.declaring import TableShape, Who, declaration
from recoverynet.report.disclosure.linked import INNER, MARGIN, WHOLE

CLIENTS = Counted("clients")
COUNTS = np.array([[1, 2], [3, 4]])
LABELS = (["F", "M"], ["young", "old"])


def declared(shape: TableShape, who: Who | None = None, counts: np.ndarray = COUNTS, labels: tuple = LABELS, forced: tuple = ()):
    hidden = np.isin(labels[0], forced)
    return declaration("table", np.asarray(counts), labels, shape, who, hidden)


def texts(made) -> list[str]:
    return [cell.text for cell in made.cells]


def test_a_table_of_parts_has_a_total_a_row_a_total_a_column_and_one_of_all() -> None:
    made = declared(TableShape("parts", "parts", measured=False), Who(CLIENTS, rows={"F": ("sex: F",)}, columns={"old": ("old",)}))
    assert made.values.tolist() == [1, 2, 3, 3, 4, 7, 4, 6, 10]
    assert made.level.tolist() == [INNER, INNER, MARGIN] * 2 + [MARGIN, MARGIN, WHOLE] and made.printed.all()
    assert set(made.lines) == {(2, (0, 1)), (5, (3, 4)), (8, (6, 7)), (6, (0, 3)), (7, (1, 4)), (8, (2, 5))}
    young = "table, column: young"
    assert texts(made) == [
        f"clients; sex: F; {young}", "clients; old; sex: F", "clients; sex: F",
        f"clients; {young}; table: M", "clients; old; table: M", "clients; table: M",
        f"clients; {young}", "clients; old", "clients",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "columns", "values"), [("parts", "separate", [1, 2, 3, 4, 4, 6]), ("separate", "parts", [1, 2, 3, 3, 4, 7])]
)
def test_only_what_adds_up_has_a_total(rows: str, columns: str, values: list[int]) -> None:
    made = declared(TableShape(rows, columns, measured=False))
    assert made.values.tolist() == values
    assert made.level.tolist() == ([INNER] * 4 + [MARGIN] * 2 if rows == "parts" else [INNER, INNER, MARGIN] * 2)


def test_one_row_or_one_column_has_no_total_of_its_own() -> None:
    one = declared(TableShape("parts", "parts", measured=False), counts=np.array([[5, 6]]), labels=(["all"], ["a", "b"]))
    assert one.values.tolist() == [5, 6, 11] and one.lines == ((2, (0, 1)),)
    column = declared(TableShape("parts", "parts", measured=False), Who(CLIENTS), np.array([[5], [6]]), (["a", "b"], ["n"]))
    assert column.values.tolist() == [5, 6, 11] and texts(column) == ["clients; table: a", "clients; table: b", "clients"]


def test_n_of_all_counts_those_of_whom_it_is_true_and_those_of_whom_it_is_not() -> None:
    """Rows stand apart, the second column being the rest: the last fact turned round; a row that is not named names itself."""
    who = Who(CLIENTS, rows={"housed": ("asked", "housed")}, rows_of={"worked": CLIENTS.who("of age")})
    made = declared(TableShape("separate", "parts", measured=True), who, labels=(["housed", "worked"], ["yes", "no"]))
    assert texts(made) == [
        "clients; asked; housed", "clients; not housed", "clients",
        "clients; of age; table: worked", "clients; not table: worked; of age", "clients; of age",
    ]  # fmt: skip


def test_rows_that_stand_apart_are_of_those_they_name_and_a_measure_of_parts_counts_by_columns() -> None:
    who = Who(CLIENTS, rows={"F": ("sex: F",)}, columns={"young": ("young",), "old": ("old",)})
    apart = declared(TableShape("separate", "separate", measured=False), who)
    assert texts(apart) == ["clients; sex: F; young", "clients; old; sex: F", "clients; table: M; young", "clients; old; table: M"]
    measured = declared(TableShape("parts", "parts", measured=True), who)
    assert texts(measured)[:3] == ["clients; sex: F; young", "clients; old; sex: F", "clients; sex: F"]
    assert texts(measured)[6:] == ["clients; young", "clients; old", "clients"]
    one = declared(TableShape("separate", "separate", measured=True), who, np.array([[1], [2]]), (["F", "M"], ["n"]))
    assert texts(one) == ["clients; sex: F", "clients; table: M"]


def test_single_cells_may_be_of_others_and_the_whole_of_the_row_stays() -> None:
    who = Who(CLIENTS, columns={"old": ("old",), "young": ("young",)}, cells={("F", "old"): ("older",)})
    made = declared(TableShape("parts", "separate", measured=False), who)
    assert texts(made) == [
        "clients; table: F; young", "clients; older; table: F", "clients; table: M; young", "clients; old; table: M",
        "clients; young", "clients; old",
    ]  # fmt: skip


def test_a_funnel_counts_fewer_at_each_stage_of_those_before() -> None:
    """1 of 3 of 8, and then as many: of equal counts the stage above is first. Facts of the first stage are those of all."""
    labels = (["asked", "went", "stayed", "again"], ["n"])
    who = Who(CLIENTS, rows={"went": ("went",), "stayed": ("went", "stayed")})
    made = declared(TableShape("nested", "separate", measured=False), who, np.array([[8], [3], [1], [1]]), labels)
    assert made.level.tolist() == [MARGIN, INNER, INNER, INNER] and made.lines == ()
    assert set(made.pairs) == {(0, 1), (0, 2), (1, 2), (0, 3), (2, 3)} and len(made.pairs) == 5
    assert texts(made) == ["clients", "clients; went", "clients; stayed; went", "clients; table: again"]


def test_named_rows_are_held_against_each_other_the_larger_first() -> None:
    """Of rows 0 and 1 the first column grows from 2 to 5, the second falls from 7 to 6, the third stays."""
    counts, labels = np.array([[2, 7, 4], [5, 6, 4]]), (["then", "now"], ["a", "b", "c"])
    made = declared(TableShape("separate", "separate", measured=False, differences=((0, 1),)), counts=counts, labels=labels)
    assert set(made.pairs) == {(3, 0), (1, 4), (2, 5)}


def test_rows_to_hide_are_hidden_whole_and_totals_are_not() -> None:
    made = declared(TableShape("parts", "parts", measured=False), forced=("M",))
    assert made.forced.tolist() == [False] * 3 + [True] * 3 + [False] * 3


def test_without_a_population_the_table_counts_people_of_its_own() -> None:
    made = declared(TableShape("parts", "separate", measured=False))
    assert {cell.of for cell in made.cells} == {"table table"} and made.name == "table"
    assert (made.sums, made.unions, made.bounds) == ((), (), ())
    bound = Bound(((CLIENTS, 1.0),), low=2.0)
    told = declared(
        TableShape("parts", "separate", measured=False), Who(CLIENTS, bounds=(bound,), unions=((CLIENTS, ()),), sums=())
    )
    assert told.bounds == (bound,) and told.unions == ((CLIENTS, ()),)
