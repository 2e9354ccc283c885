"""Tables of estimates, shown only where enough people stand behind them, with counts to the nearest ten."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.report import wording
from recoverynet.report.disclosure.disclosed import Grid
from recoverynet.report.disclosure.policy import DisclosurePolicy, file_name

BEHIND = "behind"
NEAREST = 10


@dataclass(frozen=True, eq=False)
class EstimateTable:
    """What do models estimate, before disclosure?

    Parameters
    ----------
    values : pandas.DataFrame
        One row an estimate, labelled as a reader should see it. Column ``behind`` is the number of people
        or events that stand behind the row and is not shown; the others are numbers (NaN where there is
        none) or texts.
    title, population, period, row_header, denominator, name, note : str
        As in :class:`recoverynet.report.disclosure.policy.CountTable`.
    heads : tuple of str
        Column headings, one a column but ``behind``, and one for ``low`` and ``high`` together.
    digits : mapping of column to int
        Digits after the point of columns that hold numbers. Default 2.
    counts : tuple of str
        Columns that count people or events; they are shown to the nearest ten.

    Raises
    ------
    SchemaError
        There is no column ``behind``, or not one heading a column.

    Notes
    -----
    Two estimates often rest on nearly the same people; counts to the nearest ten keep the few people in
    whom they differ from being worked out.

    Examples
    --------
    >>> values = pd.DataFrame({"ratio": [2.1, 3.0], "n": [123, 7], "behind": [40, 2]}, index=["One", "Two"])
    >>> table = EstimateTable(
    ...     values, title="Odds ratios", population="People", period="2011", heads=("Odds ratio", "People"), counts=("n",)
    ... )
    >>> table.disclosed("ndtms").cells
    (('One', '2.10', '120'), ('Two', '*', 'under 10'))
    """

    values: pd.DataFrame = field(repr=False)
    title: str
    population: str
    period: str
    heads: tuple[str, ...]
    row_header: str = ""
    denominator: str = ""
    digits: Mapping[str, int] = field(default_factory=dict)
    counts: tuple[str, ...] = ()
    name: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        columns = [name for name in self.values.columns if name not in (BEHIND, "high")]
        if BEHIND not in self.values.columns or len(self.heads) != len(columns):
            raise SchemaError(f"Table {self.title!r} needs a column {BEHIND!r} and one heading for every other column.")
        object.__setattr__(self, "name", self.name or file_name(self.title))

    def disclosed(self, policy: str | DisclosurePolicy) -> DisclosedEstimates:
        """The table as it may be shared: rows that too few stand behind are hidden, counts are rough.

        Parameters
        ----------
        policy : str or DisclosurePolicy
            Its ``min_for_mean`` says how many must stand behind a row.

        Returns
        -------
        DisclosedEstimates

        Raises
        ------
        DisclosureError
            There is no such policy.
        """
        policy = DisclosurePolicy.resolve(policy)
        least = max(policy.min_for_mean, policy.smallest_shown)
        behind = self.values[BEHIND].fillna(0.0).to_numpy(dtype=float)
        shown = self.values.drop(columns=BEHIND)
        cells = [
            tuple(self._text(name, value, n >= least) for name, value in zip(shown.columns, row, strict=True))
            for n, row in zip(behind, shown.itertuples(index=False), strict=True)
        ]
        return DisclosedEstimates(
            name=self.name,
            title=self.title,
            population=self.population,
            denominator=self.denominator,
            period=self.period,
            row_header=self.row_header,
            heads=self.heads,
            note=self.note,
            columns=tuple(map(str, shown.columns)),
            policy=policy.name,
            smallest_shown=policy.smallest_shown,
            min_for_mean=least,
            is_rounded=bool(self.counts),
            cells=tuple((str(label), *row) for label, row in zip(shown.index, cells, strict=True)),
        )

    def _text(self, column: str, value: object, enough: bool) -> str:
        if isinstance(value, str):
            return value
        number = math.nan if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]
        if math.isnan(number):
            return wording.NO_DENOMINATOR
        if column in self.counts:
            return about(number)
        return decimal_or_dash(number, self.digits.get(column, 2)) if enough else wording.HIDDEN


@dataclass(frozen=True, eq=False)
class DisclosedEstimates:
    """What do models estimate, as far as it may be shown?

    Made by ``EstimateTable.disclosed``; it holds texts only.

    Attributes
    ----------
    name, title, population, denominator, period, row_header, note : str
    heads : tuple of str
        Column headings; one for ``low`` and ``high`` together.
    columns : tuple of str
        Short names of the columns.
    cells : tuple of tuple of str
        Rows, the label first, then a text a column.
    policy : str
    smallest_shown, min_for_mean : int
    is_rounded : bool
        Whether it holds counts to the nearest ten.
    """

    name: str
    title: str
    population: str
    denominator: str
    period: str
    row_header: str
    heads: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...] = field(repr=False)
    policy: str
    smallest_shown: int
    min_for_mean: int
    is_rounded: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if any(not isinstance(cell, str) for row in self.cells for cell in row):
            raise DisclosureError(f"Table {self.title!r} holds numbers; make it with EstimateTable(...).disclosed(policy).")

    @property
    def n_hidden(self) -> int:
        """How many figures of the table are hidden."""
        return sum(cell == wording.HIDDEN for row in self.cells for cell in row)

    def grid(self) -> Grid:
        """The table as texts, ``*`` where a figure is hidden and a dash where there is none."""
        if "low" not in self.columns:
            return Grid((self.row_header, *self.heads), self.cells)
        low, high = self.columns.index("low") + 1, self.columns.index("high") + 1
        rows = [
            tuple(_range(row[low], row[high]) if at == low else text for at, text in enumerate(row) if at != high)
            for row in self.cells
        ]
        return Grid((self.row_header, *self.heads), tuple(rows))

    def to_frame(self) -> pd.DataFrame:
        """The table with numbers where there are numbers, one column a short name, the labels in ``row``."""
        rows = [(label, *map(as_number, texts)) for label, *texts in self.cells]
        return pd.DataFrame(rows, columns=["row", *self.columns])

    def remarks(self) -> tuple[str, ...]:
        """What stands under the table: the denominator, what is rough or hidden, anything to add."""
        out_of = f"Out of: {self.denominator}." if self.denominator else ""
        rough = "Counts are to the nearest ten." if self.is_rounded else ""
        star = f"* Fewer than {self.min_for_mean} stand behind the figure." if self.n_hidden else ""
        return tuple(text for text in (out_of, self.note, rough, star) if text)


def nearest_ten(count: float) -> int:
    """The nearest multiple of ten, the higher of two.

    Examples
    --------
    >>> nearest_ten(1951), nearest_ten(145)
    (1950, 150)
    """
    return NEAREST * math.floor(count / NEAREST + 0.5)


def about(count: float) -> str:
    """A count to the nearest ten, in words.

    Examples
    --------
    >>> about(1951), about(7), about(0)
    ('1,950', 'under 10', '0')
    """
    if math.isnan(count):
        return wording.NO_DENOMINATOR
    if 0 < count < NEAREST:
        return f"under {NEAREST}"
    return f"{nearest_ten(count):,}"


def decimal_or_dash(value: float, digits: int = 2) -> str:
    """A number with a fixed number of digits and a true minus sign; a dash where there is none.

    Examples
    --------
    >>> decimal_or_dash(2.113), decimal_or_dash(-0.02, 1), decimal_or_dash(float("inf"))
    ('2.11', '0.0', 'over 1,000')
    """
    if math.isnan(value):
        return wording.NO_DENOMINATOR
    if value >= 1000:
        return "over 1,000"
    return wording.decimal(float(np.round(value, digits)), digits)


def as_number(text: str) -> float | str:
    """A text of a table as the number it says, NaN for a dash; itself where it says none.

    Examples
    --------
    >>> as_number("1,950"), as_number("under 10")
    (1950.0, 'under 10')
    """
    if text == wording.NO_DENOMINATOR:
        return math.nan
    try:
        return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return text


def _range(low: str, high: str) -> str:
    """Two bounds as one text; one star or dash where both are hidden or do not exist."""
    same = low == high and low in (wording.HIDDEN, wording.NO_DENOMINATOR)
    return low if same else f"{low} to {high}"
