"""Means and medians before disclosure: shown only where enough people stand behind them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.report.disclosure.counted import Counted, Declaration
from recoverynet.report.disclosure.disclosed import DisclosedSummary
from recoverynet.report.disclosure.policy import DisclosurePolicy, file_name
from recoverynet.report.disclosure.publication import Publication


@dataclass(frozen=True, eq=False)
class SummaryTable:
    """What are the means or medians of each row, before disclosure?

    Parameters
    ----------
    values : pandas.DataFrame
        One row a quantity. Column ``n`` is the number of people behind it; the others are statistics.
    title, population, denominator, period, row_header, name, note : str
        As in :class:`CountTable`.
    heads : tuple of str
        Column headings as a reader should see them, that of ``n`` included, in the order of the columns. The
        last columns ``low`` and ``high``, where there are such, share one heading.
    digits : int
        Digits after the point. Default 1; fewer where a mean with as many would tell how many people stand behind it.
    who : mapping of row label to Counted
        Whom ``n`` counts, in names that tables of the report share.

    Raises
    ------
    SchemaError
        There is no column ``n``, or not one heading a column.

    Notes
    -----
    Rows must not be a total and its parts: the mean of a small group could be worked out from the others.
    """

    values: pd.DataFrame = field(repr=False)
    title: str
    population: str
    denominator: str
    period: str
    heads: tuple[str, ...]
    row_header: str = ""
    digits: int = 1
    name: str = ""
    note: str = ""
    who: Mapping[str, Counted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n_heads = self.values.shape[1] - ("low" in self.values.columns)
        if "n" not in self.values.columns or len(self.heads) != n_heads:
            raise SchemaError(f"Summary {self.title!r} needs a column 'n' and one heading a column.")
        object.__setattr__(self, "values", self.values.astype(float))
        object.__setattr__(self, "name", self.name or file_name(self.title))

    def disclosed(self, policy: str | DisclosurePolicy, publication: Publication | None = None) -> DisclosedSummary:
        """The table as it may be shared: statistics of too few people become NaN, counts follow the policy.

        Parameters
        ----------
        policy : str or DisclosurePolicy
        publication : Publication, optional
            All that was published together with it so far.

        Returns
        -------
        DisclosedSummary

        Raises
        ------
        DisclosureError
            There is no such policy.
        """
        policy = DisclosurePolicy.resolve(policy)
        rule, n = policy.rule(), self.values["n"].to_numpy(dtype=np.int64)
        hidden = rule.too_small(n) & (not policy.is_off)
        if publication is not None and len(n):
            labels = [str(label) for label in self.values.index]
            cells = tuple(self.who.get(label, Counted(f"table {self.name}").who(label)) for label in labels)
            (hidden,) = publication.publish([Declaration(self.name, cells, n, np.ones(len(n), dtype=bool))])
        shown = np.where(hidden, np.nan, rule.rounded(n))
        least = max(policy.min_for_mean, policy.smallest_shown)
        enough = (n >= least) & (np.nan_to_num(shown) >= least)
        # A mean with few digits fits some whole sum for every n; with more it would tell n.
        digits = self.digits if policy.is_off else min(self.digits, int(math.log10(max(least, 1))))
        values = self.values.where(pd.Series(enough, index=self.values.index), axis=0).round(digits)
        return DisclosedSummary(
            name=self.name,
            title=self.title,
            population=self.population,
            denominator=self.denominator,
            period=self.period,
            row_header=self.row_header,
            values=values.assign(n=shown),
            heads=self.heads,
            digits=digits,
            policy=policy.name,
            smallest_shown=policy.smallest_shown,
            min_for_mean=least,
            note=self.note,
        )
