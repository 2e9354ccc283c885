"""How often linking errs, and for whom: against people of whom the truth is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.arguments import list_of_names, require_level
from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.ids import first_ids, ids_in
from recoverynet.kernels.proportions import share, wilson_interval
from recoverynet.linkage.link_people import GROUPS
from recoverynet.linkage.links import PeopleLinks

FEWEST = 5
"""Groups of fewer true pairs or links are not told of where a table leaves the desk."""
TRUTH = ("agency", "person_id", "true_id")


def linkage_errors(links: PeopleLinks, truth: pd.DataFrame, *, by: Iterable[str] = GROUPS, level: float = 0.95) -> pd.DataFrame:
    """How many of the links are right, how many were missed, and is it alike for everybody?

    Parameters
    ----------
    links : PeopleLinks
    truth : pandas.DataFrame
        ``agency``, ``person_id``, ``true_id`` of a sample of people: two rows with one ``true_id`` are one person. The ``true_id``
        is a number made for this and says nothing of anybody. A sample: people of whom it was found out otherwise, without
        regard to how they were linked.
    by : sequence of str
        Columns of ``links.people`` to break it down by. Default: sex, age_band and ethnicity, where recorded.
    level : float
        Of the intervals. Default 0.95.

    Returns
    -------
    pandas.DataFrame
        One row for everybody and one a group: ``group``, ``value``, ``n_true`` (pairs that are one person), ``n_found`` (of them
        linked), ``recall`` with ``recall_low`` and ``recall_high`` (Wilson's interval), ``n_links`` (links both ends of which are
        in the sample), ``n_right``, ``precision`` with ``precision_low`` and ``precision_high``; NaN where the denominator is 0.
        A pair counts in the group its person has at the agency named first; "(not recorded)" where that is not known.

    Raises
    ------
    SchemaError
        No links; the truth lacks a column, names somebody twice or says that two people of one agency are one.
    UnknownPersonError
        The truth names nobody who was linked.

    Notes
    -----
    Links one end of which is not in the sample cannot be judged and are not counted; a sample of one agency alone judges
    nothing. Small groups have wide intervals: a group that differs by its interval alone may not differ. Where errors differ
    between groups, so does every result that rests on the links.

    References
    ----------
    Bohensky, M. A. et al. (2010). Data linkage: a powerful research tool with potential problems. BMC Health Services Research
    10, 346. https://doi.org/10.1186/1472-6963-10-346

    Examples
    --------
    >>> import recoverynet as rn
    >>> agencies = rn.two_agencies(n_people=60, rng=1)
    >>> links = rn.link_people(agencies.records, tokens=agencies.tokens(key="only for this example"))
    >>> rn.linkage_errors(links, agencies.truth)["n_true"].iloc[0]
    np.int64(30)
    """
    if not isinstance(links, PeopleLinks):
        raise SchemaError(f"linkage_errors() takes what link_people() gave; got a {type(links).__name__}.")
    require_level(level)
    groups = [name for name in list_of_names(by, "by") if name in links.people.columns]
    known = _known(links, truth)
    true, linked = _same_pairs(known, "true_id"), _same_pairs(known, "linked_id")
    merged = true.assign(true=True).merge(linked.assign(linked=True), how="outer", on=["a", "b"])
    flags = merged[["true", "linked"]].notna()
    first = known.loc[merged["a"].to_numpy()]
    rows = [_row("everybody", "", flags, level)]
    for name in groups:
        value = first[name].astype("str").fillna("(not recorded)").to_numpy(dtype=object)
        rows += [_row(name, one, flags[value == one], level) for one in sorted(set(value))]
    return pd.DataFrame(rows)


def shareable_errors(errors: pd.DataFrame, *, least: int = FEWEST) -> pd.DataFrame:
    """The errors of groups of at least ``least`` true pairs and links; of the others nothing is told.

    Where one group of several is too small, the next smallest goes with it, so that it cannot be taken from the total.
    """
    told = errors.copy()
    size = told[["n_true", "n_links"]].min(axis=1)
    hidden = told[["n_true", "n_links"]].lt(least).any(axis=1)
    for _, rows in told.groupby("group", sort=False):
        mine = hidden.loc[rows.index]
        if mine.sum() == 1 and len(rows) > 1:
            smallest: Any = size.loc[rows.index[~mine]].idxmin()
            hidden[smallest] = True
    numbers = [name for name in told.columns if name not in ("group", "value")]
    told[numbers] = told[numbers].astype("float64").mask(hidden)
    return told.assign(hidden=hidden)


def told_errors(errors: pd.DataFrame) -> str:
    """The table of :func:`shareable_errors` as lines of text."""
    head = ("", "found of true pairs", "right of links")
    lines: list[tuple[str, ...]] = [head]
    for row in errors.to_dict("records"):
        who = row["group"] if not row["value"] else f"{row['group']}: {row['value']}".replace("_", " ")
        parts = [("n_found", "n_true", "recall"), ("n_right", "n_links", "precision")]
        lines.append((who, *(_share_told(row, *names) for names in parts)))
    widths = [max(len(line[place]) for line in lines) for place in (0, 1)]
    body = "\n".join(f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in lines)
    return (
        f"\nErrors against the truth sample, with 95 % intervals (*: fewer than {FEWEST}, or kept back with such a group)\n{body}"
    )


def _share_told(row: Mapping[Any, Any], part: str, whole: str, share_name: str) -> str:
    if row["hidden"]:
        return "*"
    p, low, high = (100 * float(row[name]) for name in (share_name, f"{share_name}_low", f"{share_name}_high"))
    return f"{p:.1f} % ({low:.1f} to {high:.1f}), {int(row[part]):,} of {int(row[whole]):,}"


def _known(links: PeopleLinks, truth: pd.DataFrame) -> pd.DataFrame:
    """The people of the sample with who they are and as whom they were linked."""
    absent = [name for name in TRUTH if not isinstance(truth, pd.DataFrame) or name not in truth.columns]
    if absent:
        raise SchemaError(f"A truth sample has the columns {', '.join(TRUTH)}; {', '.join(absent)} is not there.")
    sample = ids_in(truth[list(TRUTH)].dropna(), TRUTH, "the truth sample", ids=("person_id", "true_id")).astype("str")
    for columns, what in ((["agency", "person_id"], "name a person of an agency twice"),
                          (["agency", "true_id"], "say that two people of one agency are one")):  # fmt: skip
        twice = sample.duplicated(columns)
        if twice.any():
            raise SchemaError(
                f"{int(twice.sum()):,} rows of the truth sample {what}, the first being {sample[twice].iloc[0]['person_id']!r}. "
                "Within an agency everybody stands once; mend the sample, or merge the two in the agency's record first."
            )
    known = links.people.merge(sample, on=["agency", "person_id"], how="inner")
    if known.empty:
        raise UnknownPersonError(
            f"The truth sample names nobody of the agencies {', '.join(links.agencies.index)}: its agencies are "
            f"{first_ids(sample['agency'].unique())}. Use the agencies' names and the ids of the records."
        )
    return known


def _same_pairs(known: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows (a, b) of people of two agencies who share a value, the agency named first before."""
    names = list(dict.fromkeys(known["agency"]))
    found = []
    for one, other in combinations(names, 2):
        left, right = (known.loc[known["agency"] == name, [column]].reset_index() for name in (one, other))
        both = left.merge(right, on=column, suffixes=("_a", "_b"))
        found.append(both[["index_a", "index_b"]].set_axis(["a", "b"], axis=1))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"a": np.empty(0, int), "b": np.empty(0, int)})


def _row(group: str, value: str, flags: pd.DataFrame, level: float) -> dict[str, object]:
    n_true, n_links = int(flags["true"].sum()), int(flags["linked"].sum())
    both = int((flags["true"] & flags["linked"]).sum())
    row: dict[str, object] = {"group": group, "value": value}
    for what, names, total in (("recall", ("n_true", "n_found"), n_true), ("precision", ("n_links", "n_right"), n_links)):
        low, high = wilson_interval(both, total, level)
        row |= {
            names[0]: total,
            names[1]: both,
            what: float(share(both, total)),
            f"{what}_low": float(low),
            f"{what}_high": float(high),
        }
    return row
