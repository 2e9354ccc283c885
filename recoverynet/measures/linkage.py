"""Linkage: from the offer of a group to taking part in it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from recoverynet.instants import as_window
from recoverynet.measures.days import local_days
from recoverynet.measures.recovery_contacts import recovery_contacts
from recoverynet.measures.subgroups import level_of_each, levels_in_order, people_with_role, with_interval
from recoverynet.tables.layouts import LINKAGE, LINKAGE_COURSE
from recoverynet.tables.measurable import require_measurable
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore

STAGES = LINKAGE["stage"].choices
"""The steps of the funnel in their order, then the ends a course may take: declined, withdrawn, stopped."""

REPEATED_FROM = 3
_BEFORE_ANSWER = ("offered", "discussed")


def linkage_funnel(
    record: RecoveryRecord | RecordStore | RecordOnEngine,
    *,
    window: tuple[object, object] | None = None,
    by: str | None = None,
    roles: Collection[str] = ("client",),
    add_participation: bool = False,
) -> pd.DataFrame:
    """How far do clients get from the offer of a group to being involved, and how long does each step take?

    Parameters
    ----------
    record : RecoveryRecord or RecordStore
        Its ``linkage`` table: one step of one client towards one group a row. The steps of a store are read by its engine.
    window : (start, end), optional
        Half-open window; only steps dated in it count. Default: every step of the record.
    by : str, optional
        Column of people, or of episodes (read from the latest begun one), to tell apart. Default: everybody
        together.
    roles : collection of str
        Whose steps; default clients.
    add_participation : bool
        Whether taking part in a recovery-community group counts as ``attended`` from the first occasion and
        as ``repeated`` from the third, beside what ``linkage`` says. Default no: only recorded steps.

    Returns
    -------
    pandas.DataFrame
        One row a level and stage, in the order offered, discussed, accepted, introduced, attended, repeated,
        involved and, apart from the funnel proper, declined, withdrawn and stopped; fresh row index. Columns:

        - ``level``: level of ``by``; ``"all"`` without it, ``"not recorded"`` where the cell is empty.
        - ``stage``.
        - ``n_reached``: clients with this stage recorded for any group.
        - ``n_offered``: clients ever offered a group: the denominator of ``share``, the same in every row of
          a level.
        - ``n_reached_offered``: of those offered, how many reached the stage. ``n_without_offer``: the
          others.
        - ``share``, ``low``, ``high``: n_reached_offered / n_offered with its 95 % Wilson interval.
        - ``median_days``: from the stage before it that was recorded for the same client and group, to this
          one; for declined from the offer or talk, for withdrawn and stopped from the furthest step.
        - ``n_timed``: pairs of client and group behind the median. ``n_out_of_order``: pairs left out of it
          because the stage is dated before the stage that should precede it.

    Raises
    ------
    SchemaError
        Unknown column or role.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    Only recorded stages count; a later stage does not imply an earlier one, so the funnel may widen where a
    service records attendance and not introductions, and nobody ``accepted`` may mean that answers are not
    written down. A client is at a stage once, however many groups reached
    it; offer and stage may concern different groups. Days are counted between first dates, in local calendar
    days; "the stage before" is the nearest earlier one in the list that was recorded, so for somebody offered
    and then attending it is the offer. Medians rest on those who made the step: those still waiting are not
    in them.

    With a ``window``, somebody offered before it and attending in it counts under ``n_without_offer``.

    References
    ----------
    Public Health England (2013). Facilitating access to mutual aid. Manning, V. et al. (2012). Does active
    referral by a doctor or 12-step peer improve 12-step meeting attendance? Drug and Alcohol Dependence 126,
    131-137. https://doi.org/10.1016/j.drugalcdep.2012.05.004

    Examples
    --------
    >>> import recoverynet as rn
    >>> funnel = rn.linkage_funnel(rn.load_sample("five_people"))
    >>> funnel[["stage", "n_reached", "n_offered", "median_days"]].head(5)
            stage  n_reached  n_offered  median_days
    0     offered          3          3          NaN
    1   discussed          1          3          2.0
    2    accepted          0          3          NaN
    3  introduced          1          3          7.0
    4    attended          2          3          2.0
    """
    record = require_measurable(record, "linkage_funnel()")
    people = people_with_role(record, roles)
    if isinstance(record, RecordOnEngine):
        asked = None if window is None else as_window(window, record.tz)
        dated = record.first_steps(asked, add_participation=add_participation)
    else:
        steps = _steps(record, window, add_participation)
        dated = steps.assign(day=local_days(steps["at"]))
    days = _first_days(dated[dated["client_id"].isin(people)])
    clients = pd.Index(days.index.get_level_values("client_id"))
    reached = days.notna().groupby(level="client_id").any().reindex(people, fill_value=False)
    gaps = _gaps(days.to_numpy())
    levels = level_of_each(record, by, people)
    pair_level = pd.Series(levels, index=people, dtype="object").reindex(clients).to_numpy()
    rows = []
    for level in levels_in_order(levels):
        member, gap = levels == level, gaps[pair_level == level]
        offered = reached["offered"].to_numpy() & member
        for i, stage in enumerate(STAGES):
            here = reached[stage].to_numpy() & member
            rows.append({"level": level, "stage": stage} | _counts(here, offered) | _timing(gap[:, i]))
    frame = with_interval(pd.DataFrame(rows), "n_reached_offered", "n_offered")
    timing = ["median_days", "n_timed", "n_out_of_order"]
    return frame[[name for name in frame.columns if name not in timing] + timing]


def _counts(here: np.ndarray, offered: np.ndarray) -> dict[str, int]:
    """How many are here, how many were offered, and how the two meet."""
    return {
        "n_reached": int(here.sum()),
        "n_offered": int(offered.sum()),
        "n_reached_offered": int((here & offered).sum()),
        "n_without_offer": int((here & ~offered).sum()),
    }


def _steps(record: RecoveryRecord, window: tuple[object, object] | None, add_participation: bool) -> pd.DataFrame:
    """Client, group, stage and instant of every step inside the window, from participation too if asked."""
    steps = record.linkage[["client_id", "group_id", "stage", "at"]]
    if add_participation:
        steps = pd.concat([steps, _attendance_steps(record)], ignore_index=True)
    if window is None:
        return steps
    start, end = as_window(window, record.tz)
    return steps[(steps["at"] >= start) & (steps["at"] < end)]


def _attendance_steps(record: RecoveryRecord) -> pd.DataFrame:
    """First occasion of a person at a recovery-community group as attended, third as repeated."""
    contacts = recovery_contacts(record, roles=())
    contacts = contacts.merge(record.occasions[["occasion_id", "group_id"]], on="occasion_id")
    contacts = contacts.rename(columns={"person_id": "client_id", "started_at": "at"}).sort_values("at", kind="stable")
    nth = contacts.groupby(["client_id", "group_id"]).cumcount() + 1
    named = nth.map({1: "attended", REPEATED_FROM: "repeated"})
    return contacts.assign(stage=named.astype("str"))[named.notna()][["client_id", "group_id", "stage", "at"]]


def _first_days(dated: pd.DataFrame) -> pd.DataFrame:
    """First local day of every stage (columns) of every client and group (rows), NaN where unrecorded."""
    table = dated.pivot_table(index=["client_id", "group_id"], columns="stage", values="day", aggfunc="min")
    return table.reindex(columns=list(STAGES)).astype(float)


def _gaps(days: np.ndarray) -> np.ndarray:
    """Days from the nearest earlier step that was recorded, NaN where either is missing."""
    gaps = np.full(days.shape, np.nan)
    furthest = np.full(len(days), np.nan)
    before_answer = furthest
    for position, stage in enumerate(STAGES):
        gaps[:, position] = days[:, position] - (before_answer if stage == "declined" else furthest)
        if stage in LINKAGE_COURSE:
            furthest = np.where(np.isnan(days[:, position]), furthest, days[:, position])
        if stage in _BEFORE_ANSWER:
            before_answer = furthest
    return gaps


def _timing(gaps: np.ndarray) -> dict[str, float | int]:
    forward = gaps[gaps >= 0]
    return {
        "median_days": float(np.median(forward)) if len(forward) else np.nan,
        "n_timed": len(forward),
        "n_out_of_order": int((gaps < 0).sum()),
    }
