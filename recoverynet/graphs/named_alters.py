"""The people each ego named, and the ties the ego reported between them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recoverynet.errors import TimeOrderError

Bounds = tuple[pd.Timestamp, pd.Timestamp] | None


def named_alters(nominations: pd.DataFrame, egos: pd.Index, bounds: Bounds, relation: str | Iterable[str] | None) -> pd.DataFrame:
    """One row an ego and alter, in the order of egos and then ids, as described when last named.

    Several relations at that time are joined by "; ", and the strongest weight is taken; a weight of 0 is no
    tie.
    """
    rows = nominations[nominations["ego_id"].isin(egos) & _within(nominations["asked_at"], bounds)]
    rows = rows[rows["weight"].fillna(1.0) > 0]
    if relation is not None:
        rows = rows[rows["relation"].isin([relation] if isinstance(relation, str) else list(relation))]
    last = rows.groupby(["ego_id", "alter_id"])["asked_at"].transform("max")
    rows = rows[rows["asked_at"] == last]
    rows = rows.sort_values(["weight", "relation"], ascending=[False, True], kind="stable")
    pair = rows.groupby(["ego_id", "alter_id"], sort=False)
    described = pair.first().reset_index()
    if len(described) < len(rows):
        described["relation"] = pair["relation"].agg(_joined).to_numpy()
    place = pd.Series(egos.get_indexer(pd.Index(described["ego_id"])), index=described.index)
    described = described.assign(_place=place).sort_values(["_place", "alter_id"], ignore_index=True)
    described = described.drop(columns="_place").assign(distance=1)
    described["relation"] = described["relation"].astype("str")
    order = ["ego_id", "alter_id", "weight", "distance"]
    return described[order + [name for name in described.columns if name not in order]]


def reported_ties(alter_ties: pd.DataFrame, alters: pd.DataFrame, bounds: Bounds) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One row an ego and pair of its alters, as reported the last time; and what was left out."""
    rows = alter_ties[alter_ties["ego_id"].isin(alters["ego_id"]) & _within(alter_ties["asked_at"], bounds)]
    swapped = (rows["alter_a"] > rows["alter_b"]).to_numpy(dtype=bool)
    pairs = pd.DataFrame(
        {
            "ego_id": rows["ego_id"],
            "alter_a": rows["alter_a"].where(~swapped, rows["alter_b"]),
            "alter_b": rows["alter_b"].where(~swapped, rows["alter_a"]),
            "weight": rows["weight"],
            "asked_at": rows["asked_at"],
        }
    )
    named = pd.MultiIndex.from_frame(alters[["ego_id", "alter_id"]])
    known = pd.MultiIndex.from_frame(pairs[["ego_id", "alter_a"]]).isin(named) & pd.MultiIndex.from_frame(
        pairs[["ego_id", "alter_b"]]
    ).isin(named)
    notes = () if known.all() else (f"Ties with somebody the ego did not name, left out: {int((~known).sum())}.",)
    pairs = pairs[known & (pairs["weight"] != 0).to_numpy(dtype=bool, na_value=True)]
    pairs = pairs.sort_values(["asked_at", "weight"], kind="stable")
    pairs = pairs.drop_duplicates(["ego_id", "alter_a", "alter_b"], keep="last")
    pairs = pairs.sort_values(["ego_id", "alter_a", "alter_b"], ignore_index=True)
    return pairs.drop(columns="asked_at"), notes


def _within(instants: pd.Series, bounds: Bounds) -> pd.Series:
    if bounds is None:
        return pd.Series(True, index=instants.index)
    if not bounds[0] < bounds[1]:
        raise TimeOrderError(f"The window must end after it starts; it runs from {bounds[0]} to {bounds[1]}.")
    return (instants >= bounds[0]) & (instants < bounds[1])


def _joined(relations: pd.Series) -> str | None:
    named = sorted(set(relations.dropna()))
    return "; ".join(named) if named else None
