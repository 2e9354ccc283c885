"""The contact log at the door: one row a contact becomes occasions and who took part in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.tables.layouts import OCCASIONS, PARTICIPATION

_OWN = ("started_at", "person_id", "with_person_id", "group_id", "kind", "duration_min", "setting")


@dataclass(frozen=True)
class Unfolded:
    """What a contact log says, as the two tables of a record.

    Attributes
    ----------
    occasions : pandas.DataFrame
        One row a contact, columns of the occasions table and whatever else the log holds.
    participation : pandas.DataFrame
        One row a person and occasion.
    notes : tuple of str
        How rows were gathered into occasions, in plain sentences.
    """

    occasions: pd.DataFrame
    participation: pd.DataFrame
    notes: tuple[str, ...]


def unfold_contact_log(log: pd.DataFrame, *, occasions: pd.DataFrame | None = None) -> Unfolded:
    """Which contacts took place, and who took part in each?

    Parameters
    ----------
    log : pandas.DataFrame
        A sound, typed contact log: columns of :data:`recoverynet.tables.layouts.CONTACT_LOG`.
    occasions : pandas.DataFrame, optional
        Typed occasions the record holds besides. A group's day in the log joins that group's occasion of the same
        local day, where there is exactly one, instead of making a second one.

    Returns
    -------
    Unfolded
        New occasions only; participation in new and in joined ones.

    Notes
    -----
    - Rows of the same group and the same local day are one occasion: it starts with the earliest of them, lasts as long
      as the longest, and has the kind and setting most of them say (``meeting`` where none says). Someone named in
      ``with_person_id`` on such a row was there too.
    - A contact of two people is an occasion of two (``one_to_one`` where the log does not say). Rows that agree in
      start, kind and the two people, in whichever order, are one contact entered twice.
    - Ids of new occasions are ``log:`` and the group and day, or ``log:`` and a running number in order of time. They
      hold no id of a person.
    - Extra columns of the log ride along on the occasion, with the value most of its rows have.
    """
    rows = log.assign(setting=log["mode"]).drop(columns="mode").reset_index(drop=True)
    rows = rows.drop(columns=[name for name in rows if name not in _OWN and not rows[name].notna().any()])
    at_group = rows["group_id"].notna()
    met = _meetings(rows[at_group], occasions)
    pairs = _pairs(rows[~at_group])
    new = pd.concat([met.occasions, pairs.occasions], ignore_index=True)
    taking_part = pd.concat([met.participation, pairs.participation], ignore_index=True)
    first = [name for name in OCCASIONS.names if name in new.columns]
    new = new[[*first, *(name for name in new.columns if name not in first)]]
    order = new.sort_values(["started_at", "occasion_id"], kind="stable").index
    return Unfolded(new.loc[order].reset_index(drop=True), taking_part, (*met.notes, *pairs.notes))


def _meetings(rows: pd.DataFrame, occasions: pd.DataFrame | None) -> Unfolded:
    day = rows["started_at"].dt.strftime("%Y-%m-%d").astype("str")
    made = ("log:" + rows["group_id"].astype("str") + ":" + day).astype("str")
    joined = _joined(rows, day, occasions)
    rows = rows.assign(occasion_id=joined.fillna(made).astype("str"))
    table = _gathered(rows[joined.isna()], default_kind="meeting")
    people = pd.concat([rows["person_id"], rows["with_person_id"]])
    taking_part = _participation(pd.concat([rows["occasion_id"], rows["occasion_id"]]), people)
    notes = []
    if len(table):
        notes.append(
            f"contact_log: {int(joined.isna().sum()):,} rows at groups became {len(table):,} occasions, one a group "
            "and day (earliest start, longest duration, most common kind)."
        )
    if joined.notna().any():
        notes.append(
            f"contact_log: {int(joined.notna().sum()):,} rows at groups joined {joined.nunique():,} occasions of the "
            "same group and day that the table occasions already holds."
        )
    return Unfolded(table, taking_part, tuple(notes))


def _joined(rows: pd.DataFrame, day: pd.Series, occasions: pd.DataFrame | None) -> pd.Series:
    """The occasion each row joins, where the group has exactly one that day; missing otherwise."""
    if occasions is None or occasions.empty:
        return pd.Series(None, index=rows.index, dtype="str")
    held = occasions[occasions["group_id"].notna()]
    held = held.assign(day=held["started_at"].dt.strftime("%Y-%m-%d").astype("str"))
    once = held.drop_duplicates(["group_id", "day"], keep=False).set_index(["group_id", "day"])["occasion_id"]
    keys = pd.MultiIndex.from_arrays([rows["group_id"], day])
    return pd.Series(once.reindex(keys).to_numpy(), index=rows.index, dtype="str")


def _pairs(rows: pd.DataFrame) -> Unfolded:
    one, other = rows["person_id"], rows["with_person_id"]
    swap = (one > other).to_numpy(dtype=bool, na_value=False)
    rows = rows.assign(
        one=one.where(~swap, other), other=other.where(~swap, one), kind=rows["kind"].fillna("one_to_one").astype("str")
    )
    key = ["started_at", "one", "other", "kind"]
    rows = rows.sort_values(key, kind="stable")
    number = rows.groupby(key, sort=False).ngroup()
    width = max(6, len(str(len(rows))))
    rows["occasion_id"] = ("log:" + (number + 1).astype("str").str.zfill(width)).astype("str")
    table = _gathered(rows.drop(columns=["one", "other"]), default_kind="one_to_one")
    taking_part = _participation(pd.concat([rows["occasion_id"], rows["occasion_id"]]), pd.concat([rows["one"], rows["other"]]))
    notes = []
    if len(table):
        notes.append(f"contact_log: {len(rows):,} contacts of two people became {len(table):,} occasions.")
    if len(rows) > len(table):
        notes.append(
            f"contact_log: {len(rows) - len(table):,} contacts of two people were entered more than once (same start, "
            "kind and people) and count once."
        )
    return Unfolded(table, taking_part, tuple(notes))


def _gathered(rows: pd.DataFrame, *, default_kind: str) -> pd.DataFrame:
    """One row an occasion: earliest start, longest duration, and otherwise what most of its rows say."""
    carried = [name for name in rows.columns if name not in ("person_id", "with_person_id")]
    rows = rows[carried].sort_values(["started_at", "occasion_id"], kind="stable")
    table = rows.drop_duplicates("occasion_id").reset_index(drop=True)
    if len(table) == len(rows):
        return table.assign(kind=table["kind"].fillna(default_kind))
    table["duration_min"] = table["occasion_id"].map(rows.groupby("occasion_id")["duration_min"].max())
    for name in carried:
        if name not in ("occasion_id", "started_at", "duration_min", "group_id"):
            common = _most_common(rows["occasion_id"], rows[name])
            table[name] = table["occasion_id"].map(common).astype(rows[name].dtype)
    return table.assign(kind=table["kind"].fillna(default_kind))


def _most_common(occasion: pd.Series, values: pd.Series) -> pd.Series:
    """The most common value of each occasion; of several equally common ones the first in order of text."""
    counted = pd.DataFrame({"occasion": occasion, "value": values}).dropna()
    if counted.empty:
        return pd.Series(dtype=values.dtype)
    counted = counted.groupby(["occasion", "value"], as_index=False).size()
    order = counted.assign(text=counted["value"].astype("str")).sort_values(
        ["size", "text"], ascending=[False, True], kind="stable"
    )
    return order.drop_duplicates("occasion").set_index("occasion")["value"]


def _participation(occasion: pd.Series, person: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"occasion_id": occasion.to_numpy(), "person_id": person.to_numpy()}).dropna()
    table = table.drop_duplicates().sort_values(["occasion_id", "person_id"], kind="stable", ignore_index=True)
    return table.assign(part=pd.Series(np.nan, index=table.index, dtype="str"))[list(PARTICIPATION.names)]
