"""The indices of the important-people interview, over whatever codes the interview used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.graphs.egos import EgoNetworks
from recoverynet.kernels.proportions import share
from recoverynet.measures.interviews import RatedItem, code_of, interviews_of, marked_as, numbers_of

__all__ = ["ImportantPeopleScheme", "RatedItem", "important_people"]


@dataclass(frozen=True, kw_only=True)
class ImportantPeopleScheme:
    """Which columns and codes of an important-people interview mean what?

    Nothing is preset, because versions of the interview differ in their codes and even in their direction:
    declare what your interview used. An item that is left out leaves its indices NaN.

    Parameters
    ----------
    contact : RatedItem, optional
        How often there is contact; more is higher. ``daily``: the codes that mean daily contact.
    importance : RatedItem, optional
        How important the member is; more is higher. ``important``: the codes that mean very or extremely
        important.
    drinking_status, drug_status : RatedItem, optional
        How much of a drinker, or user of drugs, the member is; more is higher. ``heavy_drinking``,
        ``heavy_drug_use``: the codes of heavy use. ``not_drinking``, ``not_using_drugs``: the codes of
        abstinence and recovery.
    drinking_frequency, drug_frequency : RatedItem, optional
        How often the member drinks or uses; more is higher.
    reaction_to_drinking, reaction_to_drug_use : RatedItem, optional
        How the member takes the person's own use; more support *for use* is higher, so that opposing it is
        lowest.
    general_support, treatment_support : RatedItem, optional
        How supportive the member is, and how they feel about the person's treatment; more is higher.

    Raises
    ------
    SchemaError
        A set of codes is given without its item, or names a code that the item's numbers do not have.

    Examples
    --------
    >>> from recoverynet import ImportantPeopleScheme
    >>> from recoverynet.measures.important_people import RatedItem
    >>> scheme = ImportantPeopleScheme(contact=RatedItem("contact_frequency"), daily={7})
    >>> sorted(scheme.daily)
    ['7']
    """

    contact: RatedItem | None = None
    daily: frozenset[object] = field(default_factory=frozenset)
    importance: RatedItem | None = None
    important: frozenset[object] = field(default_factory=frozenset)
    drinking_status: RatedItem | None = None
    heavy_drinking: frozenset[object] = field(default_factory=frozenset)
    not_drinking: frozenset[object] = field(default_factory=frozenset)
    drinking_frequency: RatedItem | None = None
    drug_status: RatedItem | None = None
    heavy_drug_use: frozenset[object] = field(default_factory=frozenset)
    not_using_drugs: frozenset[object] = field(default_factory=frozenset)
    drug_frequency: RatedItem | None = None
    reaction_to_drinking: RatedItem | None = None
    reaction_to_drug_use: RatedItem | None = None
    general_support: RatedItem | None = None
    treatment_support: RatedItem | None = None

    def __post_init__(self) -> None:
        for name, item in _CODED.items():
            given = getattr(self, name)
            codes = frozenset(code_of(code) for code in ([given] if isinstance(given, str) else given))
            object.__setattr__(self, name, codes)
            rated: RatedItem | None = getattr(self, item)
            if codes and rated is None:
                raise SchemaError(f"{name} names codes of {item}, which is not declared.")
            unknown = sorted(codes - set(rated.numbers)) if codes and rated and rated.numbers else []
            if unknown:
                raise SchemaError(f"{name} names {', '.join(unknown)}, which {item} does not have.")


_CODED = {
    "daily": "contact",
    "important": "importance",
    "heavy_drinking": "drinking_status",
    "not_drinking": "drinking_status",
    "heavy_drug_use": "drug_status",
    "not_using_drugs": "drug_status",
}


def important_people(
    nominations: pd.DataFrame | EgoNetworks, *, scheme: ImportantPeopleScheme, people: Iterable[str] | None = None
) -> pd.DataFrame:
    """How large, how close and how supportive is the circle of important people each person named?

    Parameters
    ----------
    nominations : pandas.DataFrame or EgoNetworks
        One row a member named: columns ``ego_id``, ``alter_id``, ``asked_at`` (or ``wave``) and those of the
        scheme; or personal networks, each one interview.
    scheme : ImportantPeopleScheme
        Which columns and codes mean what.
    people : iterable of str, optional
        Everybody who was interviewed, so that those who named nobody are kept with a network of 0. Default:
        those who named somebody, or every ego of the personal networks.

    Returns
    -------
    pandas.DataFrame indexed by (person_id, wave)
        Each interview of each person; ``wave`` counts a person's interviews by local day, or is the column of
        that name. ``asked_at`` is its first instant (missing where nobody was named). Indices, with the
        numbers of the PhenX protocol in brackets, each with the number of members it rests on in ``n_…``:

        - ``network_size`` [1]; ``daily_network_size`` [2] (of ``n_contact`` with a rating).
        - ``mean_importance`` [3] (``n_importance``).
        - ``drinking_status_by_contact`` [4], ``drinking_frequency_by_contact`` [5],
          ``drug_status_by_contact`` [8], ``drug_frequency_by_contact`` [9]: mean of the product over members
          with both ratings (``n_`` + the name).
        - ``share_heavy_drinking`` [6], ``share_not_drinking`` [7] (``n_drinking_status``),
          ``share_heavy_drug_use`` [10], ``share_not_using_drugs`` [11] (``n_drug_status``): shares from 0 to
          1.
        - ``drinking_support_highest``, ``_lowest``, ``_mean`` [12-14] (``n_drinking_support``) and
          ``drug_use_support_…`` [15-17]: reactions of the members rated very or extremely important.
        - ``general_support_…`` [18-20] and ``treatment_support_…`` [21-23]: of all members.

        Somebody who named nobody has sizes of 0 and NaN elsewhere: a mean or share of nobody is not 0.

    Raises
    ------
    SchemaError
        A column is missing, a code is not in the scheme, or a column without declared codes does not hold
        numbers.

    Notes
    -----
    Status × contact is Σ_j f_j d_j / n over the n members with both ratings f and d. A member named twice in
    one interview (as sponsor and as friend) is one member, described by the first answer that is not missing;
    a weight of 0 is no member. Members' use is the person's own view of it.

    Report the indices side by side and never as one total: the interview has three components that need not
    move together. In the study below the size of the daily network went with less use afterwards; support for
    abstinence did not. They describe groups of people in research and are no score of a person's prospects.

    References
    ----------
    Zywiak, W. H. et al. (2009). The Important People Drug and Alcohol interview: psychometric properties,
    predictive validity, and implications for treatment. Journal of Substance Abuse Treatment 36, 321-330.
    https://doi.org/10.1016/j.jsat.2008.08.001

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.important_people import RatedItem
    >>> scheme = rn.ImportantPeopleScheme(
    ...     contact=RatedItem("contact_frequency"),
    ...     daily={7},
    ...     drug_status=RatedItem("perceived_state", {"in_recovery": 0, "abstinent": 0, "using": 2}),
    ...     not_using_drugs={"in_recovery", "abstinent"},
    ... )
    >>> indices = rn.important_people(rn.load_sample("five_people").nominations, scheme=scheme)
    >>> columns = ["network_size", "daily_network_size", "drug_status_by_contact", "share_not_using_drugs"]
    >>> indices.loc[("ann", 1), columns].astype(float).round(2).tolist()
    [3.0, 1.0, 4.0, 0.67]
    """
    members, interviews = interviews_of(nominations, people)
    ego = members["interview"].to_numpy(dtype=np.int64)
    n = len(interviews)
    size = np.bincount(ego, minlength=n)
    items = {f.name: getattr(scheme, f.name) for f in fields(scheme)}
    rated = {name: numbers_of(members, item) for name, item in items.items() if name not in _CODED}
    marked = {name: marked_as(members, items[item], items[name]) for name, item in _CODED.items()}
    contact, close = rated["contact"], marked["important"] == 1
    columns: dict[str, np.ndarray] = {"network_size": size}
    daily, columns["n_contact"] = _summed(ego, marked["daily"], n), _rated(ego, contact, n)
    nothing_known = (columns["n_contact"] == 0) & (size > 0)
    columns["daily_network_size"] = np.where(nothing_known | (scheme.contact is None), np.nan, daily)
    columns |= _mean("mean_importance", "n_importance", ego, rated["importance"], n)
    for name in ("drinking_status", "drinking_frequency", "drug_status", "drug_frequency"):
        columns |= _mean(f"{name}_by_contact", f"n_{name}_by_contact", ego, rated[name] * contact, n)
    for name in ("heavy_drinking", "not_drinking", "heavy_drug_use", "not_using_drugs"):
        status = _CODED[name]
        columns |= _mean(f"share_{name}", f"n_{status}", ego, marked[name], n)
        columns[f"n_{status}"] = _rated(ego, rated[status], n)
    for name in ("drinking", "drug_use"):
        reaction = np.where(close, rated[f"reaction_to_{name}"], np.nan)
        columns |= _spread(f"{name}_support", ego, reaction, n)
    for name in ("general_support", "treatment_support"):
        columns |= _spread(name, ego, rated[name], n)
    index = pd.MultiIndex.from_frame(interviews[["person_id", "wave"]])
    return pd.DataFrame({"asked_at": interviews["asked_at"].array, **columns}, index=index)


def _summed(ego: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(ego, weights=np.nan_to_num(values), minlength=n)


def _rated(ego: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(ego[np.isfinite(values)], minlength=n)


def _mean(name: str, count: str, ego: np.ndarray, values: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Mean of the values there are, NaN where there are none, and how many there are."""
    rated = _rated(ego, values, n)
    return {name: share(_summed(ego, values, n), rated), count: rated}


def _spread(name: str, ego: np.ndarray, values: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """Highest, lowest and mean of the values there are, and how many there are."""
    known = np.isfinite(values)
    highest, lowest = np.full(n, -np.inf), np.full(n, np.inf)
    np.maximum.at(highest, ego[known], values[known])
    np.minimum.at(lowest, ego[known], values[known])
    mean = _mean(f"{name}_mean", f"n_{name}", ego, values, n)
    bounds = {f"{name}_highest": highest, f"{name}_lowest": lowest}
    return {which: np.where(np.isfinite(bound), bound, np.nan) for which, bound in bounds.items()} | mean
