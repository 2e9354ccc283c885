"""Which groups suit a client: open, not theirs already, within reach, and on the terms they need."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.measures.around_client import flag, recovery_group
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.meetings import WEEKDAYS, next_meetings
from recoverynet.tables.record import RecoveryRecord

AGREED_LATELY = pd.Timedelta(days=90)
_OST = "ost_stable"
_EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Wishes:
    """What must be so for a group to suit a client?

    Parameters
    ----------
    days : collection of weekdays, optional
        Days on which they could go, such as ``("monday", "thursday")``. Default: any.
    online : bool, optional
        True: only meetings that can be joined online; False: only meetings in a place. Default: either.
    access : collection of str
        Words the group's ``access`` must hold, such as ``("step-free",)``. Default: none.
    max_km : float, optional
        How far away the group may be at most; needs coordinates of the group, and of ``home`` or of groups in the
        client's area.
    home : (lat, lon), optional
        Where the client sets out from, in degrees. Default: the middle of the groups of their area.
    ost : bool, optional
        Whether the group must welcome people on opioid substitution. Default: yes where the client's latest state or
        open treatment says so.

    Raises
    ------
    SchemaError
        A weekday is unknown, ``max_km`` is not above 0, or ``home`` is not a pair of degrees.

    Examples
    --------
    >>> from recoverynet import Wishes
    >>> Wishes(days=("monday", "thursday"), online=False).max_km is None
    True
    """

    days: Collection[str] | None = None
    online: bool | None = None
    access: Collection[str] = ()
    max_km: float | None = None
    home: tuple[float, float] | None = None
    ost: bool | None = None

    def __post_init__(self) -> None:
        for name in ("days", "access"):
            if isinstance(getattr(self, name), str):
                raise SchemaError(f"{name} must be several words, such as ({getattr(self, name)!r},).")
        wrong = [day for day in self.days or () if day not in WEEKDAYS]
        if wrong:
            raise SchemaError(f"days names {', '.join(map(repr, wrong))}; the days are {', '.join(WEEKDAYS)}.")
        if self.max_km is not None and not self.max_km > 0:
            raise SchemaError(f"max_km must be above 0; got {self.max_km!r}.")
        if self.home is not None and not (len(self.home) == 2 and abs(self.home[0]) <= 90 and abs(self.home[1]) <= 180):
            raise SchemaError(f"home is a pair (latitude, longitude) in degrees; got {self.home!r}.")


def doors(record: RecoveryRecord, client: pd.Series, at: pd.Timestamp, wishes: Wishes, apart: KeptApart) -> pd.DataFrame:
    """Recovery groups that suit a client and may be proposed to them.

    Returns
    -------
    pandas.DataFrame
        The columns of the table of groups, and ``next_at``, ``local_start``, ``distance_km``, ``same_area``, ``stage``
        and ``stage_at``; in order of the next meeting.
    """
    groups = record.groups[recovery_group(record.groups)]
    groups = groups[_suits(groups, record, client, at, wishes) & apart.may_be_offered(groups)]
    meetings = next_meetings(groups, at=at, days=14, tz=record.tz).drop_duplicates("group_id")
    found = groups.merge(meetings[["group_id", "starts_at", "local_start"]].rename(columns={"starts_at": "next_at"}), on="group_id")
    found = found.assign(
        distance_km=_distances(found, record.groups, client, wishes),
        same_area=found["area"].eq(client["area"]).where(found["area"].notna() & pd.notna(client["area"])).astype("boolean"),
    )
    if wishes.max_km is not None:
        found = found[found["distance_km"] <= wishes.max_km]
    found = _without_answered(found, record, str(client["person_id"]), at)
    return found.sort_values(["next_at", "group_id"], ignore_index=True)


def _suits(groups: pd.DataFrame, record: RecoveryRecord, client: pd.Series, at: pd.Timestamp, wishes: Wishes) -> np.ndarray:
    """Which groups the client could go to; what a group does not say about itself does not rule it out."""
    suits = ~flag(groups["newcomers_welcome"], False)
    if str(client["sex"]).lower() not in ("f", "female"):
        suits &= ~flag(groups["women_only"], True)
    if wishes.ost if wishes.ost is not None else on_substitution(record, str(client["person_id"]), at):
        suits &= ~flag(groups["ost_friendly"], False)
    if wishes.days is not None:
        suits &= groups["weekday"].isin(list(wishes.days)).to_numpy(dtype=bool)
    if wishes.online is not None:
        suits &= flag(groups["online"], True) if wishes.online else ~flag(groups["online"], True)
    for word in wishes.access:
        suits &= groups["access"].str.contains(word, case=False, regex=False, na=False).to_numpy(dtype=bool)
    return suits


def on_substitution(record: RecoveryRecord, client_id: str, at: pd.Timestamp) -> bool:
    """Whether the client is on opioid substitution as far as the record says: by their latest state, or by treatment."""
    episodes = record.episodes
    open_now = (episodes["person_id"] == client_id) & (episodes["started_on"] < at) & ~(episodes["ended_on"] <= at)
    if (episodes.loc[open_now, "modality"].str.lower() == "prescribing").any():
        return True
    rows = record.observations
    rows = rows[(rows["person_id"] == client_id) & (rows["variable"] == "state") & (rows["source"] != "perceived")]
    rows = rows[(rows["observed_at"] < at) & (rows["observed_at"] >= at - AGREED_LATELY)]
    return bool(len(rows)) and rows.loc[rows["observed_at"].idxmax(), "value"] == _OST


def _distances(found: pd.DataFrame, groups: pd.DataFrame, client: pd.Series, wishes: Wishes) -> np.ndarray:
    """Kilometres as the crow flies from where the client sets out; NaN where either place is not known."""
    home = wishes.home
    if home is None and pd.notna(client["area"]):
        near = groups.loc[groups["area"] == client["area"], ["lat", "lon"]].dropna()
        home = None if near.empty else (float(near["lat"].mean()), float(near["lon"].mean()))
    if home is None:
        return np.full(len(found), np.nan)
    lat, lon = (np.radians(found[name].to_numpy(dtype=float)) for name in ("lat", "lon"))
    from_lat, from_lon = np.radians(home)
    half = np.sin((lat - from_lat) / 2) ** 2 + np.cos(lat) * np.cos(from_lat) * np.sin((lon - from_lon) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))


def _without_answered(found: pd.DataFrame, record: RecoveryRecord, client_id: str, at: pd.Timestamp) -> pd.DataFrame:
    """Without groups the client goes to or said no to in the last 90 days; with the latest step towards the others."""
    steps = record.linkage
    steps = steps[(steps["client_id"] == client_id) & (steps["at"] < at) & (steps["at"] >= at - AGREED_LATELY)]
    last = steps.sort_values("at", kind="stable").drop_duplicates("group_id", keep="last").set_index("group_id")
    answered = last.index[~last["stage"].isin(["offered", "discussed", "accepted"])]
    there = record.participation.loc[record.participation["person_id"] == client_id, "occasion_id"]
    begun = record.occasions
    recent = begun[begun["occasion_id"].isin(there) & (begun["started_at"] >= at - AGREED_LATELY) & (begun["started_at"] < at)]
    kept = found[~found["group_id"].isin(answered) & ~found["group_id"].isin(recent["group_id"])]
    latest = last.reindex(kept["group_id"])
    return kept.assign(stage=latest["stage"].array, stage_at=latest["at"].array)
