"""What may leave the machine: counts become tables, and tables pass a policy before anybody sees them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import DisclosureError, SchemaError
from recoverynet.report.disclosure.counted import Declaration
from recoverynet.report.disclosure.declaring import TableShape, Who, declaration
from recoverynet.report.disclosure.disclosed import TOTAL, DisclosedTable
from recoverynet.report.disclosure.linked import HidingRule
from recoverynet.report.disclosure.publication import Publication
from recoverynet.report.disclosure.suppression import link_figures, table_figures_to_hide

LOGGER = logging.getLogger("recoverynet.disclosure")
Rows = Literal["parts", "separate", "nested"]
LONGEST_NAME = 60
"""Letters of a table's short name: whole words as far as they go."""
Columns = Literal["parts", "separate"]


@dataclass(frozen=True)
class DisclosurePolicy:
    """Which counts are too small to be shared?

    Parameters
    ----------
    name : str
        Name under which the policy is told in the report.
    smallest_shown : int
        Smallest count other than 0 that is shown; 1 up to the number before it become ``*``. Default 5.
    round_to : int
        Other counts are shown to the nearest multiple of this. Default 1: as they are.
    hide_zeros : bool
        Whether 0 is hidden like a small count. Default no: that nobody is in a cell is shown.
    all_or_none : {"say", "hide"}
        What to do with group disclosure: where all of a group are counted, or none, everybody knows it of each of them
        though no number is small. ``"say"`` (default, as NDTMS does, which prints zeros): such figures are shown, and the
        audit names them. ``"hide"``: 0 is hidden like a small count, and with it every figure that would say that all are.
    min_for_mean : int
        Means and medians of fewer people are hidden. Default 10.
    min_group : int
        Groups with fewer people are not described by any share (the norm of a group, for instance). Default
        10.
    reason : str
        Why small counts are shown; needed, and told in the report, where ``smallest_shown`` is 1.

    Raises
    ------
    DisclosureError
        Suppression is switched off without a reason, or a number is not a whole number of 1 or more.

    See Also
    --------
    DisclosurePolicy.named : the presets ``"ndtms"`` and ``"nhs"``.
    DisclosurePolicy.none : no suppression, with a reason.

    References
    ----------
    NHS Digital, Hospital Episode Statistics disclosure control: 1 to 7 suppressed, other counts rounded to
    5. National Drug Treatment Monitoring System: counts under 5 suppressed.

    Examples
    --------
    >>> from recoverynet import DisclosurePolicy
    >>> DisclosurePolicy.named("ndtms").in_words().split(". ")[0]
    'Counts from 1 to 4 are shown as *'
    """

    name: str = "custom"
    smallest_shown: int = 5
    round_to: int = 1
    hide_zeros: bool = False
    min_for_mean: int = 10
    min_group: int = 10
    reason: str = ""
    all_or_none: Literal["say", "hide"] = "say"

    def __post_init__(self) -> None:
        for setting in ("smallest_shown", "round_to", "min_for_mean", "min_group"):
            value = getattr(self, setting)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise DisclosureError(f"{setting} must be a whole number of 1 or more; got {value!r}.")
        if self.all_or_none not in ("say", "hide"):
            raise DisclosureError(f"all_or_none is 'say' or 'hide'; got {self.all_or_none!r}.")
        if self.is_off and not self.reason.strip():
            raise DisclosureError(
                "Showing small counts needs a reason, which the report will name: "
                "DisclosurePolicy.none(reason='internal audit, not for publication')."
            )

    @classmethod
    def named(cls, name: str, *, all_or_none: Literal["say", "hide"] = "say") -> DisclosurePolicy:
        """A preset: ``"ndtms"`` (1 to 4 hidden) or ``"nhs"`` (1 to 7 hidden, other counts rounded to 5).

        Raises
        ------
        DisclosureError
            There is no such preset, or ``all_or_none`` is neither of the two.
        """
        if name not in PRESETS:
            raise DisclosureError(
                f"There is no disclosure preset {name!r}; there are {', '.join(map(repr, PRESETS))}, or "
                "make your own DisclosurePolicy(...)."
            )
        return replace(PRESETS[name], all_or_none=all_or_none)

    @classmethod
    def none(cls, *, reason: str) -> DisclosurePolicy:
        """No suppression at all, for a reason that the report names on its cover and that is logged."""
        return cls("none", smallest_shown=1, min_for_mean=1, min_group=1, reason=reason)

    @classmethod
    def resolve(cls, policy: str | DisclosurePolicy) -> DisclosurePolicy:
        """The policy itself, or the preset of that name; DisclosureError for anything else."""
        if isinstance(policy, cls):
            return policy
        if isinstance(policy, str):
            return cls.named(policy)
        raise DisclosureError(f"A disclosure policy is a preset's name or a DisclosurePolicy; got {policy!r}.")

    @property
    def hides_zeros(self) -> bool:
        """Whether 0 is hidden like a small count."""
        return (self.hide_zeros or self.all_or_none == "hide") and not self.is_off

    @property
    def is_off(self) -> bool:
        """Whether nothing is suppressed."""
        return self.smallest_shown == 1

    @property
    def in_ledger(self) -> str:
        """The policy as a ledger tells it from others: its name, and what is not usual for that name."""
        usual = PRESETS.get(self.name, DisclosurePolicy())
        ways = [(each.name, getattr(self, each.name), getattr(usual, each.name)) for each in fields(self) if each.name != "name"]
        return ", ".join([self.name, *(f"{name.replace('_', ' ')}: {own}" for name, own, other in ways if own != other)])

    def in_words(self) -> str:
        """What the policy does, in sentences for a reader."""
        words = self.small_numbers_in_words()
        if self.is_off:
            return words
        words += f" Labels of fewer than {self.smallest_shown} clients are counted as Other, rarer outcomes left out."
        return words + f" Where a whole group is counted, or nobody in it, that is {'not shown' if self.hides_zeros else 'shown'}."

    def small_numbers_in_words(self) -> str:
        """What becomes of small numbers, for the foot of a page."""
        if self.is_off:
            return f"Small numbers are shown. Reason given: {self.reason.strip().rstrip('.')}."
        small = (
            "1"
            if self.smallest_shown == 2 and not self.hides_zeros
            else f"{0 if self.hides_zeros else 1} to {self.smallest_shown - 1}"
        )
        words = f"Counts from {small} are shown as *."
        if self.round_to > 1:
            words += f" All other counts are rounded to the nearest {self.round_to}, percentages follow."
        return words + " So is any figure from which one of them could be worked out."

    def rule(self) -> HidingRule:
        """The policy as the suppression algorithm needs it."""
        return HidingRule(self.smallest_shown - 1, self.round_to, self.hides_zeros)

    def log_if_off(self, what: str) -> None:
        """Leave a line in the log ``recoverynet.disclosure`` where small counts are shown."""
        if self.is_off:
            LOGGER.warning("Disclosure control is off for %s. Reason given: %s", what, self.reason)


PRESETS = {"ndtms": DisclosurePolicy("ndtms"), "nhs": DisclosurePolicy("nhs", smallest_shown=8, round_to=5)}


@dataclass(frozen=True, eq=False)
class CountTable:
    """How many people are in each row and column, before disclosure?

    A count table never reaches a report: its :meth:`disclosed` counterpart does.

    Parameters
    ----------
    counts : pandas.DataFrame or pandas.Series of whole numbers
        Rows × columns without margins, 0 or more, labelled as a reader should see them.
    title : str
        What is counted.
    population : str
        Who is counted, in words.
    denominator : str
        What counts are out of, in words ("all clients"); the number comes from the table.
    period : str
        Over which time.
    row_header : str
        What the rows are.
    rows : {"parts", "separate", "nested"}
        ``parts``: rows are parts of a whole, and a row "All" is added. ``separate``: rows are unrelated counts.
        ``nested``: rows are stages; each counts some of those of the first row.
    columns : {"parts", "separate"}
        ``parts``: columns are parts of a row's total, and a column "All" is added.
    share_of : {"row", "column", "all", "first", ""}
        What counts of a table with several columns are shown as shares of; ``first``: of the first column of the same row.
    measured : bool
        Only the first column is shown, as "n of N" with its share; the other columns are the rest of N.
    with_interval : bool
        Whether shares carry a 95 per cent Wilson interval.
    differences : tuple of (row label, row label)
        Pairs of rows whose difference counts people too (within 28 days and within 90, of the same people).
    describes_groups : bool
        Whether each row describes a group of people; rows with fewer than the policy's ``min_group`` are hidden whole.
    hide_rows : tuple of str
        Rows to hide whole: those whose total another table of the same people hides. Others are passed over.
    name, note : str
        Short name for files (default: from the title), and anything to add under the table.
    who : Who, optional
        Who is counted, in names that other tables of the report share. Default: people no other table counts.
    known : tuple of str
        Of a cross table the columns that are not "not known": a last column shows what share of these the first is.

    Raises
    ------
    SchemaError
        Counts are missing, negative, fractional or not labelled uniquely; a nested stage exceeds the first.

    Notes
    -----
    Suppression protects within one table: no hidden figure can be narrowed down from the margins, from the
    difference between stages of a funnel, or from a number and its complement. Across tables it does not
    reach by itself: keep counts of the same people in one table where possible (subgroups and their total, 28 and 90 days,
    a stage and the next), and where a second table repeats row totals, hide with ``hide_rows`` those that the first hides.

    The differences between stages count people too (those who went no further), though no table prints them. They are
    protected like printed figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from recoverynet import CountTable
    >>> counts = pd.Series({"Peers": 3, "Clients": 40, "Workers": 20})
    >>> words = {"title": "People", "population": "everybody", "denominator": "all people", "period": "2011"}
    >>> table = CountTable(counts, **words)
    >>> table.disclosed("ndtms").counts.iloc[:, 0].to_dict()
    {'Peers': nan, 'Clients': 40.0, 'Workers': nan, 'All': 63.0}
    """

    counts: pd.DataFrame | pd.Series = field(repr=False)
    title: str
    population: str
    denominator: str
    period: str
    row_header: str = ""
    rows: Rows = "parts"
    columns: Columns = "parts"
    share_of: Literal["row", "column", "all", "first", ""] = "column"
    measured: bool = False
    with_interval: bool = False
    differences: tuple[tuple[str, str], ...] = ()
    describes_groups: bool = False
    hide_rows: tuple[str, ...] = ()
    name: str = ""
    note: str = ""
    known: tuple[str, ...] = ()
    who: Who | None = None

    def __post_init__(self) -> None:
        given = self.counts
        frame = given.to_frame("Number") if isinstance(given, pd.Series) else pd.DataFrame(given).copy()
        frame.index, frame.columns = frame.index.map(str), frame.columns.map(str)
        object.__setattr__(self, "counts", _checked_counts(frame, self.title, self.rows))
        object.__setattr__(self, "name", self.name or file_name(self.title))

    @classmethod
    def of_shares(cls, shares: Mapping[str, tuple[int, int]], *, yes: str = "Yes", no: str = "No", **words: object) -> CountTable:
        """Rows of "n of N": the complement N − n is part of the table and protected, though not shown.

        Parameters
        ----------
        shares : mapping of row label to (n, N)
        yes, no : str
            What those counted are, and the others.
        **words
            The other parameters of a count table; ``rows`` defaults to ``"separate"``.

        Returns
        -------
        CountTable
        """
        n = np.array([pair for pair in shares.values()], dtype=np.int64).reshape(len(shares), 2)
        frame = pd.DataFrame({yes: n[:, 0], no: n[:, 1] - n[:, 0]}, index=list(shares))
        return cls(frame, **({"rows": "separate", "measured": True, "with_interval": True} | words))  # type: ignore[arg-type]

    def disclosed(self, policy: str | DisclosurePolicy, publication: Publication | None = None) -> DisclosedTable:
        """The table as it may be shared.

        Parameters
        ----------
        policy : str or DisclosurePolicy
            Small counts, and every figure from which one could be worked out, become NaN; the rest is rounded as the policy
            says. Shares and intervals are computed from what is left.
        publication : Publication, optional
            All that was published together with it so far. Default: the table stands alone.

        Returns
        -------
        DisclosedTable

        Raises
        ------
        DisclosureError
            There is no such policy.
        """
        policy = DisclosurePolicy.resolve(policy)
        rule, counts = policy.rule(), self.counts.to_numpy(dtype=np.int64)
        linked = link_figures(counts, rows=self.rows, columns=self.columns, differences=self._pairs())
        hidden = np.zeros(len(linked.values), dtype=bool)
        if publication is not None:
            (found,) = publication.publish([self.declared(policy)])
            hidden[: len(found)] = found
        elif not policy.is_off:
            hidden = table_figures_to_hide(linked, rule, forced=self._forced(linked.shape, len(linked.values), policy))
        printed = linked.printed
        shown = np.where(hidden, np.nan, rule.rounded(linked.values))[printed].reshape(linked.shape)
        index, columns = list(self.counts.index), list(self.counts.columns)
        index += [TOTAL] if linked.shape[0] > len(index) else []
        columns += [TOTAL] if linked.shape[1] > len(columns) else []
        return DisclosedTable(
            name=self.name,
            title=self.title,
            population=self.population,
            denominator=self.denominator,
            period=self.period,
            row_header=self.row_header,
            layout=self._layout(),
            share_of=self.share_of,
            counts=pd.DataFrame(shown, index=index, columns=columns),
            with_interval=self.with_interval,
            policy=policy.name,
            smallest_shown=policy.smallest_shown,
            zeros_hidden=policy.hides_zeros,
            note=self.note,
            known=self.known,
        )

    def declared(self, policy: DisclosurePolicy) -> Declaration:
        """The table as it enters the model of a report."""
        shape = TableShape(self.rows, self.columns, self.measured, tuple(self._pairs()))
        labels = list(self.counts.index), list(self.counts.columns)
        return declaration(self.name, self.counts.to_numpy(dtype=np.int64), labels, shape, self.who, self._hidden_rows(policy))

    def _pairs(self) -> list[tuple[int, int]]:
        place = list(self.counts.index)
        return [(place.index(one), place.index(other)) for one, other in self.differences]

    def _layout(self) -> str:
        if self.measured:
            return "of_which"
        if self.rows == "nested":
            return "nested"
        if self.counts.shape[1] == 1:
            return "list" if self.rows == "separate" else "one_way"
        return "cross"

    def _forced(self, shape: tuple[int, int], n_figures: int, policy: DisclosurePolicy) -> np.ndarray:
        """Every figure of the rows to hide, and of those whose group is too small to be described."""
        rows = self._hidden_rows(policy)
        mask = np.zeros(shape, dtype=bool)
        mask[: len(rows)] = rows[:, None]
        forced = np.zeros(n_figures, dtype=bool)
        forced[: mask.size] = mask.ravel()
        return forced

    def _hidden_rows(self, policy: DisclosurePolicy) -> np.ndarray:
        rows: np.ndarray = self.counts.index.isin(self.hide_rows)
        if self.describes_groups:
            rows = rows | (self.counts.to_numpy().sum(axis=1) < policy.min_group)
        return rows


def file_name(title: str) -> str:
    """A title as a name for files: small letters, digits and underscores."""
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    while len("_".join(words)) > LONGEST_NAME and len(words) > 1:
        words.pop()
    return "_".join(words)[:LONGEST_NAME] or "table"


def _checked_counts(frame: pd.DataFrame, title: str, rows: str) -> pd.DataFrame:
    values = frame.to_numpy(dtype=float)
    if not np.isfinite(values).all() or (values < 0).any() or (values != np.round(values)).any():
        raise SchemaError(f"Table {title!r} must hold whole numbers of 0 or more in every cell.")
    for axis, labels in (("row", frame.index), ("column", frame.columns)):
        if labels.has_duplicates or TOTAL in labels:
            raise SchemaError(f"Every {axis} of table {title!r} needs its own label, and none may be {TOTAL!r}.")
    if rows == "nested" and len(values) and (values > values[0]).any():
        raise SchemaError(f"In table {title!r} every stage must count some of those of the first; one counts more.")
    return frame.astype(np.int64)
