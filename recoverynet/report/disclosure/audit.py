"""An attack on what a report publishes, by somebody who knows the policy, the rounding and how figures were chosen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from recoverynet.errors import NotEstimableError, SchemaError
from recoverynet.report.disclosure.disclosed import DisclosedTable
from recoverynet.report.disclosure.publication import Publication
from recoverynet.report.disclosure.published import publication_of
from recoverynet.report.report import Report
from recoverynet.report.wording import listed, plural

ALL_OR_NONE = "all_or_none"
SAFE, NARROWED, PINNED, UNDECLARED = "safe", "narrowed", "worked out", "not declared"


def disclosure_audit(report: Report) -> pd.DataFrame:
    """Which hidden figures of a report could be worked out from all that it publishes?

    Parameters
    ----------
    report : Report
        As made from a record in this session; what is saved or pickled holds no true counts and cannot be audited.

    Returns
    -------
    pandas.DataFrame
        One row a figure that must not be known: ``counted`` (who is counted), ``low`` and ``high`` (the smallest and the
        largest value found to fit all that is published; the search stops once a figure is safe), and ``outcome``:
        ``"safe"``, ``"narrowed"`` (not all small counts, or nothing but small counts, are possible), ``"worked out"``
        (one value alone is) or ``"not declared"`` (a small or hidden figure came into the report past the model, so nothing
        is known of its safety). Without rows where nothing is hidden.

    Raises
    ------
    SchemaError
        It is no report.
    NotEstimableError
        The report was loaded, copied or put together by hand.

    Notes
    -----
    For each figure the smallest and largest whole number that fits all printed numbers, their rounding and every declared
    relation is sought by mixed-integer programming. The attacker also knows that a small star would have been covered: a
    star that does not cover all small counts is taken as large, and the attack is repeated.

    References
    ----------
    Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
    constraints. Management Science 47(7), 1008-1027. https://doi.org/10.1287/mnsc.47.7.1008.9805

    Examples
    --------
    >>> import recoverynet as rn
    >>> report = rn.evaluation_report(rn.load_sample("five_people"))
    >>> set(rn.disclosure_audit(report)["outcome"]) <= {"safe"}
    True
    """
    if not isinstance(report, Report):
        raise SchemaError(f"disclosure_audit() takes a Report, such as evaluation_report(record); got a {type(report).__name__}.")
    publication = publication_of(report)
    if publication is None:
        raise NotEstimableError(
            "A report is audited where it was made, because that takes the true counts, which it does not hold: this one was "
            "loaded, copied or put together by hand. Make it again from the record."
        )
    shown = [table.shown for section in report.sections for table in section.tables()]
    found = audited(publication)
    whole = pd.concat([found, _undeclared(publication, shown)], ignore_index=True)
    whole.attrs = {ALL_OR_NONE: found.attrs[ALL_OR_NONE]}
    return whole


def audited(publication: Publication) -> pd.DataFrame:
    """The audit of what was published so far, as :func:`disclosure_audit` gives it."""
    columns = ["counted", "low", "high", "outcome"]
    if publication.off or not publication.declared:
        return _naming(pd.DataFrame(columns=columns), publication)
    _, names, found = publication.attacked()
    places = np.flatnonzero(found.looked_at)
    rows = []
    for place in places:
        name, low, high = names[place], found.low[place], found.high[place]
        outcome = SAFE if found.safe[place] else PINNED if low == high else NARROWED
        rows.append(("a difference" if name is None else name.text, low, high, outcome))
    return _naming(pd.DataFrame(rows, columns=columns), publication)


def _naming(audit: pd.DataFrame, publication: Publication) -> pd.DataFrame:
    audit.attrs[ALL_OR_NONE] = all_or_none(publication)
    return audit


def all_or_none(publication: Publication) -> list[str]:
    """Figures shown by which everybody knows of each of a group that they are counted, or that they are not.

    Parameters
    ----------
    publication : Publication

    Returns
    -------
    list of str
        Who is counted in each: a part of a printed total that is all of it, or none of it.
    """
    found = []
    for table in publication.declared:
        pairs = [(whole, part) for whole, parts in table.lines for part in parts] + list(table.pairs)
        for whole, part in pairs:
            told = all(table.printed[place] and not publication.is_hidden(table.cells[place]) for place in (whole, part))
            if told and table.values[whole] > 0 and table.values[part] in (0, table.values[whole]):
                found.append(("none" if table.values[part] == 0 else "all") + f": {table.cells[part].text}")
    return list(dict.fromkeys(found))


def _undeclared(publication: Publication, shown: Iterable[object]) -> pd.DataFrame:
    """Figures of tables that were not hidden together with the others."""
    declared = {table.name: table for table in publication.declared}
    rows = []
    for table in shown:
        if not isinstance(table, DisclosedTable):
            continue
        values = table.counts.to_numpy(dtype=float).ravel()
        known = declared.get(table.name)
        if known is None or len(known.values) != len(values):
            rows.append((table.title, np.nan, np.nan, UNDECLARED))
            continue
        hidden = np.array([publication.is_hidden(cell) for cell in known.cells])
        if (hidden & ~np.isnan(values)).any():
            rows.append((table.title, np.nan, np.nan, UNDECLARED))
    return pd.DataFrame(rows, columns=["counted", "low", "high", "outcome"])


def appendix(publication: Publication) -> tuple[str, ...]:
    """What stands in the appendix of every report: how an attack on it went, and what was hidden because of earlier ones."""
    return () if publication.off else (audit_in_words(audited(publication)), earlier_in_words(publication))


def audit_in_words(audit: pd.DataFrame) -> str:
    """What an audit found, in a sentence for the appendix of a report."""
    groups = _groups_in_words(audit)
    if audit.empty:
        return f"No figure of this report had to be hidden, so there was none to attack.{groups}"
    n, open_ = len(audit), int((audit["outcome"] != SAFE).sum())
    tried = (
        f"An attack by computer on all tables at once tried to work out the {n:,} figures that must not be known, knowing the "
        "rules by which they were hidden"
    )
    if not open_:
        return f"{tried}. It worked out none and narrowed none down to small numbers.{groups}"
    return f"{tried}. **It got nearer to {open_:,} of them than the rules allow: do not share this report.**{groups}"


def _groups_in_words(audit: pd.DataFrame) -> str:
    """How many figures tell of a whole group, with a space in front; nothing where none does."""
    n = len(audit.attrs.get(ALL_OR_NONE, ()))
    if not n:
        return ""
    tell = "tells" if n == 1 else "tell"
    return f" {plural(n, 'figure')} shown {tell} that all of a group are counted, or none, as the policy allows."


def earlier_in_words(publication: Publication) -> str:
    """What is hidden because of reports published before, in sentences; nothing where there were none."""
    if not publication.earlier:
        return ""
    before = sorted({told.report for told in publication.earlier})
    words = f"Hidden together with {plural(len(before), 'report')} published before from the same record: {listed(before)}."
    tables = _titles(publication.because_earlier)
    words += f" Because of them more is hidden in {listed(tables)}." if tables else " They made no more hiding necessary."
    return words + _corrected_in_words(publication)


def _titles(names: Iterable[str]) -> list[str]:
    return [f"“{name.replace('_', ' ')}”" for name in sorted(set(names))]


def _corrected_in_words(publication: Publication) -> str:
    """What a change of the record since means for earlier reports, with a space in front; nothing where there was none."""
    changed = listed([name.replace("_", " ") for name in publication.corrected])
    words = f" The record was changed since ({changed})." if changed else ""
    other = _titles(publication.counted_otherwise)
    if other:
        words += (
            f" In {listed(other)} there are figures that an earlier report counts otherwise. These could not be solved together "
            "with it: each is hidden as a figure of its own, and what is shown in both reports tells how many the change made."
        )
    return words
