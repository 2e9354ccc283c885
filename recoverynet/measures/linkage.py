"""Linkage: from the offer of a group to taking part in it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.instants import as_window
from recoverynet.measures.days import days_within, local_days, resolved_window
from recoverynet.measures.recovery_contacts import recovery_contacts
from recoverynet.measures.subgroups import level_of_each, levels_in_order, people_with_role, with_interval
from recoverynet.tables.layouts import LINKAGE, LINKAGE_COURSE
from recoverynet.tables.measurable import require_measurable
from recoverynet.tables.record import RecoveryRecord, require_record
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
    start, end = resolved_window(record, window)
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


def nice_qs11_statement2(
    record: RecoveryRecord,
    *,
    window: tuple[object, object] | None = None,
    substances: Collection[str] | None = None,
    roles: Collection[str] = ("client",),
) -> pd.DataFrame:
    """What share of clients in treatment were given information on, and support to reach, self-help groups?

    Parameters
    ----------
    record : RecoveryRecord
        Its episodes and its ``linkage`` table.
    window : (start, end), optional
        Half-open period reported on. Default: the window of the record.
    substances : collection of str, optional
        Values of ``people.substance`` to report on. The NICE statement is about alcohol; default: every
        client.
    roles : collection of str
        Whose treatment; default clients.

    Returns
    -------
    pandas.DataFrame
        One row. Columns ``start``, ``end`` (the period; NaT where the record has no window), ``n_clients``
        (denominator), ``n_informed``, ``n_supported``, ``n_both`` (numerator), ``share``, ``low``, ``high``
        (n_both / n_clients with its 95 % Wilson interval, NaN without a denominator).

    Raises
    ------
    SchemaError
        Unknown role, or a single word for ``substances``.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    - Denominator: clients with a treatment episode on at least one day of the period.
    - Informed: ``offered`` or ``discussed`` is recorded.
    - Supported: ``introduced`` is recorded, or an ``attended`` that names who went along (``by_person_id``).
      Attending alone is not support: nobody knows that it was given.
    - Numerator: both, towards any group.

    A step counts from the first day of the client's earliest episode that touches the period to the end of
    the period, so that information given at the start of treatment is not lost when a later quarter is
    reported. NICE names no routine national source: the measure is collected locally, and what was done
    without being recorded is missing from it. That clients are adults is not checked.

    References
    ----------
    NICE (2011, updated 2023). Alcohol-use disorders: diagnosis and management. Quality standard QS11,
    statement 2.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.linkage import nice_qs11_statement2
    >>> measure = nice_qs11_statement2(rn.load_sample("five_people"))
    >>> measure[["n_clients", "n_informed", "n_supported", "n_both"]]
       n_clients  n_informed  n_supported  n_both
    0          3           3            1       1
    """
    require_record(record, "nice_qs11_statement2()")
    if isinstance(substances, str):
        raise SchemaError(f"substances must be several words, such as ({substances!r},).")
    period = resolved_window(record, window)
    start, end = (pd.NaT, pd.NaT) if period is None else period
    treated_from = _treated_from(record, people_with_role(record, roles), substances, days_within(period))
    informed, supported = _told_and_helped(record, treated_from, end)
    row = pd.DataFrame(
        {
            "start": [start],
            "end": [end],
            "n_clients": [len(treated_from)],
            "n_informed": [len(informed)],
            "n_supported": [len(supported)],
            "n_both": [len(informed & supported)],
        }
    )
    instant = f"datetime64[us, {record.tz}]"
    return with_interval(row.astype({"start": instant, "end": instant}), "n_both", "n_clients")


def nice_qs23_statement7(
    record: RecoveryRecord,
    *,
    window: tuple[object, object] | None = None,
    substances: Collection[str] | None = None,
    roles: Collection[str] = ("client",),
) -> pd.DataFrame:
    """What share of people in drug treatment received support to reach services that promote recovery, mutual aid included?

    Parameters
    ----------
    record : RecoveryRecord
        Its episodes and its ``linkage`` table.
    window : (start, end), optional
        Half-open period reported on. Default: the window of the record.
    substances : collection of str, optional
        Values of ``people.substance`` that make a treatment drug treatment. Default: every recorded value except
        ``alcohol``, because the statement is about drugs.
    roles : collection of str
        Whose treatment; default clients.

    Returns
    -------
    pandas.DataFrame
        One row. Columns ``start``, ``end`` (the period; NaT where the record has no window), ``n_clients``
        (denominator), ``n_supported`` (numerator), ``n_not_recorded`` (in treatment in the period, without a
        recorded substance, in neither), ``share``, ``low``, ``high`` (n_supported / n_clients with its 95 %
        Wilson interval, NaN without a denominator).

    Raises
    ------
    SchemaError
        Unknown role, or a single word for ``substances``.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    Support is what :func:`nice_qs11_statement2` counts as support: ``introduced`` is recorded, or an ``attended`` that
    names who went along, dated from the first day of the earliest episode that touches the period to the end of the
    period. Unlike there, information need not be recorded as well. National figures come from NDTMS and count what its
    return asks about; these count the linkage steps of this record, and the two need not agree.

    References
    ----------
    NICE (2012). Drug use disorders in adults. Quality standard QS23, statement 7.

    Examples
    --------
    >>> import recoverynet as rn
    >>> measure = rn.nice_qs23_statement7(rn.load_sample("five_people"))
    >>> measure[["n_clients", "n_supported", "n_not_recorded"]]
       n_clients  n_supported  n_not_recorded
    0          3            1               0
    """
    require_record(record, "nice_qs23_statement7()")
    if isinstance(substances, str):
        raise SchemaError(f"substances must be several words, such as ({substances!r},).")
    period = resolved_window(record, window)
    start, end = (pd.NaT, pd.NaT) if period is None else period
    everybody = _treated_from(record, people_with_role(record, roles), None, days_within(period))
    substance = record.people.set_index("person_id")["substance"].reindex(everybody.index)
    drugs = substance.notna() & (substance != "alcohol") if substances is None else substance.isin(list(substances))
    treated_from = everybody[drugs.to_numpy(dtype=bool)]
    row = pd.DataFrame(
        {
            "start": [start],
            "end": [end],
            "n_clients": [len(treated_from)],
            "n_supported": [len(_told_and_helped(record, treated_from, end)[1])],
            "n_not_recorded": [int(substance.isna().sum())],
        }
    )
    instant = f"datetime64[us, {record.tz}]"
    return with_interval(row.astype({"start": instant, "end": instant}), "n_supported", "n_clients")


def _told_and_helped(record: RecoveryRecord, treated_from: pd.Series, end: pd.Timestamp) -> tuple[set[str], set[str]]:
    """Who was given information and who support between the start of their treatment and the end of the period."""
    steps = record.linkage.assign(day=local_days(record.linkage["at"]))
    since = steps["client_id"].map(treated_from).astype(float)
    steps = steps[(steps["day"] >= since) & (steps["at"] < end)]
    stage, alone = steps["stage"], steps["by_person_id"].isna()
    informed = set(steps.loc[stage.isin(["offered", "discussed"]), "client_id"])
    supported = set(steps.loc[(stage == "introduced") | ((stage == "attended") & ~alone), "client_id"])
    return informed, supported


def _treated_from(
    record: RecoveryRecord, people: pd.Index, substances: Collection[str] | None, days: tuple[float, float]
) -> pd.Series:
    """First day of the earliest episode that touches the days, for every person of the denominator."""
    if substances is not None:
        table = record.people.set_index("person_id").loc[people, "substance"]
        people = people[table.isin(list(substances)).to_numpy()]
    episodes = record.episodes.assign(first=local_days(record.episodes["started_on"]), last=local_days(record.episodes["ended_on"]))
    touching = (episodes["first"] <= days[1]) & ~(episodes["last"] < days[0]) & episodes["person_id"].isin(people)
    return episodes[touching].groupby("person_id")["first"].min().astype(float)
