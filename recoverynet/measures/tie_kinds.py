"""Kinds of tie told apart: lending, advice, friendship or any other relation, each a network of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.ids import id_index, ids_in, require_shared
from recoverynet.kernels.proportions import share

Kinds = Iterable[str] | Mapping[str, Collection[str]]
_PAIR = ["ego_id", "alter_id"]


def tie_kinds(
    nominations: pd.DataFrame, *, kinds: Kinds | None = None, column: str = "relation", people: Iterable[str] | None = None
) -> pd.DataFrame:
    """How do lending, advice and friendship, or other kinds of tie, differ in who is named, how often, and in return?

    Parameters
    ----------
    nominations : pandas.DataFrame
        Columns ego_id, alter_id and the one named by ``column``; optionally weight (0: no tie).
    kinds : sequence of str, or mapping of kind to values, optional
        Which values of the column make a kind: ``{"lending": {"loan"}, "advice": {"advice", "sponsor"}}``; values may stand in
        several kinds. A sequence: each value is a kind. Default: every value there is, by the alphabet.
    column : str
        Column that says what kind of tie it is: ``"relation"`` (default), ``"support"`` or one of your own.
    people : sequence of str, optional
        Who was asked, those who named nobody included. Default: everybody who names somebody.

    Returns
    -------
    pandas.DataFrame indexed by kind
        Each kind in the order given, then ``"any"``, the ties of all of them. A tie is an ordered pair of people. Columns:

        - ``n_people``: people asked; ``n_naming``: those who name somebody of the kind; ``share_naming``: n_naming / n_people.
        - ``n_ties``; ``mean_ties``: n_ties / n_people, those who name nobody included; ``n_named``: different people named.
        - ``n_only``, ``share_only``: ties of this kind and no other; of n_ties.
        - ``n_among``: ties to people who were asked as well; ``density``: n_among / (n_people (n_people − 1)).
        - ``n_returned``, ``reciprocity``: ties among them that are returned by one of the same kind; of n_among.

        A share without a denominator is NaN, never 0.

    Raises
    ------
    SchemaError
        A column is missing, no kind is named or one is called ``"any"``, a value is not in the column, or somebody
        names themselves.
    UnknownPersonError
        Nobody who names is among ``people``.

    Notes
    -----
    A pair counts once, however often it was asked about: for one interview or period give the rows of that one. A network of one
    kind is ``NetworkPanel.from_nominations(…, relation=…)``, and exposure along it :func:`recoverynet.exposure_by_relation`.

    Among residents of 42 recovery homes (second reference), those in homes with more lending did best, and those with much
    friendship and advice and little lending worse than others: kinds of tie are not to be added up, and a dense network is
    no merit by itself.

    References
    ----------
    Wasserman, S. & Faust, K. (1994). Social network analysis: methods and applications. Cambridge University Press.
    https://doi.org/10.1017/CBO9780511815478

    A study of 42 recovery homes, 2021: https://pmc.ncbi.nlm.nih.gov/articles/PMC9768100/

    Examples
    --------
    >>> import recoverynet as rn
    >>> frame = rn.tie_kinds(rn.load_sample("five_people").nominations, people=["ann", "ben", "cat"])
    >>> frame[["n_naming", "n_ties", "n_among", "n_returned"]].loc["any"].tolist()
    [2, 4, 3, 2]
    """
    parts = kinds_of(nominations, kinds, column, "tie_kinds()")
    rows = ids_in(nominations, _PAIR, "nominations")
    if rows[_PAIR].isna().any(axis=None):
        raise SchemaError("Every nomination needs both who names and who is named; some rows lack one.")
    own = rows["ego_id"] == rows["alter_id"]
    if own.any():
        raise SchemaError(f"{int(own.sum())} nominations name the person who makes them; leave those rows out.")
    if "weight" in rows.columns:
        rows = rows[~(pd.to_numeric(rows["weight"], errors="coerce") == 0)]
    everybody = id_index(rows["ego_id"] if people is None else people, "people").unique()
    require_shared(pd.Index(rows["ego_id"].unique()), everybody, "the nominations", "the people asked")
    rows = rows[rows["ego_id"].isin(everybody)]
    pairs = {kind: rows.loc[rows[column].isin(list(values)), _PAIR].drop_duplicates() for kind, values in parts.items()}
    every = pd.concat(pairs.values())
    times, once = every.value_counts(_PAIR), every.drop_duplicates()
    found = [_of_one_kind(pair, times, everybody) for pair in pairs.values()]
    found.append(_of_one_kind(once, times.clip(upper=1), everybody))
    return pd.DataFrame(found, index=pd.Index([*pairs, ANY], name="kind", dtype="str"))


ANY = "any"
"""What all kinds together are called."""


def kinds_of(nominations: object, kinds: Kinds | None, column: str, function: str) -> dict[str, frozenset[str]]:
    """Each kind with the values of the column that make it; SchemaError where that is not so."""
    if not isinstance(nominations, pd.DataFrame) or not {*_PAIR, column} <= {*nominations.columns, *nominations.index.names}:
        has = (
            ", ".join(map(str, nominations.columns)) if isinstance(nominations, pd.DataFrame) else f"a {type(nominations).__name__}"
        )
        raise SchemaError(f"{function} takes nominations with the columns ego_id, alter_id and {column}; got {has}.")
    named = sorted(nominations[column].dropna().unique())
    if isinstance(kinds, str):
        raise SchemaError(f"kinds takes several, even of one: [{kinds!r}].")
    given = named if kinds is None else kinds
    parts = dict(given) if isinstance(given, Mapping) else {kind: (kind,) for kind in given}
    single = [kind for kind, values in parts.items() if isinstance(values, str) or not len(values)]
    if single:
        raise SchemaError(f"Each kind takes several values, even of one: {{{single[0]!r}: {{'…'}}}}.")
    wrong = sorted({str(value) for values in parts.values() for value in values} - set(map(str, named)))
    if not parts or wrong:
        raise SchemaError(
            f"Kinds of tie must be made of what stands in the column {column!r} ({', '.join(named) or 'nothing'}); "
            + (f"{', '.join(wrong)} does not." if wrong else "none was named.")
        )
    if ANY in parts:
        raise SchemaError(f"{ANY!r} means all kinds together; call the kind something else.")
    return {str(kind): frozenset(values) for kind, values in parts.items()}


def _of_one_kind(pairs: pd.DataFrame, times: pd.Series, everybody: pd.Index) -> dict[str, float]:
    """The columns of one kind of tie, from its ordered pairs and how many kinds each pair is of."""
    n, n_ties = len(everybody), len(pairs)
    among = pairs[pairs["alter_id"].isin(everybody)]
    there, back = (pd.MultiIndex.from_frame(among[columns]) for columns in (_PAIR, _PAIR[::-1]))
    returned = int(there.isin(back).sum())
    only = int((times.reindex(pd.MultiIndex.from_frame(pairs)) == 1).sum())
    naming = int(pairs["ego_id"].nunique())
    return {
        "n_people": n,
        "n_naming": naming,
        "share_naming": float(share(naming, n)),
        "n_ties": n_ties,
        "mean_ties": float(share(n_ties, n)),
        "n_named": int(pairs["alter_id"].nunique()),
        "n_only": only,
        "share_only": float(share(only, n_ties)),
        "n_among": len(among),
        "density": float(share(len(among), n * (n - 1))),
        "n_returned": returned,
        "reciprocity": float(share(returned, len(among))),
    }
