"""Continuity of care: from prison to an appointment with a service."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recoverynet.measures.days import resolved_window
from recoverynet.measures.prompts import APPOINTMENT_WITHIN, CUSTODY, RELEASED
from recoverynet.measures.subgroups import level_of_each, levels_in_order, people_with_role, with_interval
from recoverynet.tables.record import RecoveryRecord, require_record


def continuity_of_care(
    record: RecoveryRecord, *, window: tuple[object, object] | None = None, by: str | None = None
) -> pd.DataFrame:
    """What share of clients released from prison had an appointment with a service within three weeks?

    Parameters
    ----------
    record : RecoveryRecord
        Releases are its observations of ``custody.status`` whose value is ``released``.
    window : (start, end), optional
        Half-open period in which the release falls. Default: the window of the record.
    by : str, optional
        Column of people, or of episodes, to tell apart. Default: everybody together.

    Returns
    -------
    pandas.DataFrame
        One row a level; fresh row index. Columns:

        - ``level``: level of ``by``; ``"all"`` without it, ``"not recorded"`` where the cell is empty.
        - ``n_released``: clients whose first release in the period is on record.
        - ``n_followed``: of those, with three whole weeks between the release and the end of the record: the denominator.
        - ``n_seen``: of those, seen by a service in the three weeks.
        - ``share``, ``low``, ``high``: n_seen / n_followed with its 95 % Wilson interval, NaN without a denominator.

    Raises
    ------
    SchemaError
        Unknown column.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    A client counts once, by the first release in the period. Seen is an occasion shared with somebody whose role is
    worker, an occasion of a group of kind ``treatment``, or an episode that begins, in the 21 days from the release,
    the release itself included. Two observations of ``released`` in one period are one release. Where no release is on
    record the row says 0, which is not the same as nobody having been released.

    References
    ----------
    OHID (2023). Continuity of care for adults released from prison with a substance misuse treatment need.

    Examples
    --------
    >>> import recoverynet as rn
    >>> rn.continuity_of_care(rn.load_sample("five_people"))[["level", "n_released", "n_followed", "n_seen"]]
      level  n_released  n_followed  n_seen
    0   all           0           0       0
    """
    require_record(record, "continuity_of_care()")
    clients = people_with_role(record, ("client",))
    levels = level_of_each(record, by, clients)
    released = _first_release(record, window, clients)
    due = released + APPOINTMENT_WITHIN
    followed = (due <= record.window[1]).to_numpy(dtype=bool) if record.window is not None else np.zeros(len(due), dtype=bool)
    spans = pd.DataFrame({"from_release": released, "until": due}).rename_axis("person_id").reset_index()
    met = _seen_by_service(record).merge(spans, on="person_id")
    seen = set(met.loc[(met["at"] >= met["from_release"]) & (met["at"] < met["until"]), "person_id"])
    ids = {"n_released": released.index, "n_followed": released.index[followed]}
    ids["n_seen"] = ids["n_followed"][ids["n_followed"].isin(list(seen))]
    rows = [
        {"level": level} | {name: int((clients.isin(who) & (levels == level)).sum()) for name, who in ids.items()}
        for level in levels_in_order(levels)
    ]
    return with_interval(pd.DataFrame(rows), "n_seen", "n_followed")


def _first_release(record: RecoveryRecord, window: tuple[object, object] | None, clients: pd.Index) -> pd.Series:
    """Instant of the first release in the period of every client who has one."""
    rows = record.observations
    rows = rows[(rows["variable"] == CUSTODY) & (rows["value"] == RELEASED) & rows["person_id"].isin(clients)]
    period = resolved_window(record, window)
    if period is not None:
        rows = rows[(rows["observed_at"] >= period[0]) & (rows["observed_at"] < period[1])]
    return rows.groupby("person_id")["observed_at"].min()


def _seen_by_service(record: RecoveryRecord) -> pd.DataFrame:
    """Who was with a service, and when: a worker, a treatment group, or the start of an episode."""
    workers = people_with_role(record, ("worker",)) if (record.people["role"] == "worker").any() else pd.Index([])
    treatment = record.groups.loc[record.groups["kind"] == "treatment", "group_id"]
    with_worker = record.participation.loc[record.participation["person_id"].isin(workers), "occasion_id"]
    chosen = record.occasions[record.occasions["group_id"].isin(treatment) | record.occasions["occasion_id"].isin(with_worker)]
    met = record.participation[["occasion_id", "person_id"]].merge(chosen[["occasion_id", "started_at"]], on="occasion_id")
    began = record.episodes[["person_id", "started_on"]].rename(columns={"started_on": "at"})
    return pd.concat([met[["person_id", "started_at"]].rename(columns={"started_at": "at"}), began], ignore_index=True)
