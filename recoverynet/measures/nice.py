"""The measures of NICE quality standards on support to reach recovery communities."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.measures.days import days_within, local_days, resolved_window
from recoverynet.measures.subgroups import people_with_role, with_interval
from recoverynet.tables.record import RecoveryRecord, require_record

ALCOHOL = "alcohol"


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
    >>> from recoverynet.measures.nice import nice_qs11_statement2
    >>> measure = nice_qs11_statement2(rn.load_sample("five_people"))
    >>> measure[["n_clients", "n_informed", "n_supported", "n_both"]]
       n_clients  n_informed  n_supported  n_both
    0          3           3            1       1
    """
    treated = _in_treatment(record, "nice_qs11_statement2()", window, substances, roles)
    chosen = treated.since if substances is None else treated.since[treated.substance.isin(list(substances)).to_numpy()]
    informed, supported = _told_and_helped(record, chosen, treated.end)
    return _one_row(
        record,
        treated,
        {"n_clients": len(chosen), "n_informed": len(informed), "n_supported": len(supported), "n_both": len(informed & supported)},
        "n_both",
    )


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
    treated = _in_treatment(record, "nice_qs23_statement7()", window, substances, roles)
    drugs = treated.substance.notna() & (treated.substance != ALCOHOL)
    chosen = treated.since[(drugs if substances is None else treated.substance.isin(list(substances))).to_numpy(dtype=bool)]
    supported = _told_and_helped(record, chosen, treated.end)[1]
    return _one_row(
        record,
        treated,
        {"n_clients": len(chosen), "n_supported": len(supported), "n_not_recorded": int(treated.substance.isna().sum())},
        "n_supported",
    )


class _Treated(NamedTuple):
    """Who is in treatment in a period: first day of the earliest episode that touches it, and the substance of each."""

    since: pd.Series
    substance: pd.Series
    start: pd.Timestamp
    end: pd.Timestamp


def _in_treatment(
    record: RecoveryRecord,
    function: str,
    window: tuple[object, object] | None,
    substances: Collection[str] | None,
    roles: Collection[str],
) -> _Treated:
    require_record(record, function)
    if isinstance(substances, str):
        raise SchemaError(f"substances must be several words, such as ({substances!r},).")
    people = people_with_role(record, roles)
    period = resolved_window(record, window)
    first, last = days_within(period)
    episodes = record.episodes.assign(first=local_days(record.episodes["started_on"]), last=local_days(record.episodes["ended_on"]))
    touching = (episodes["first"] <= last) & ~(episodes["last"] < first) & episodes["person_id"].isin(people)
    since = episodes[touching].groupby("person_id")["first"].min().astype(float)
    substance = record.people.set_index("person_id")["substance"].reindex(since.index)
    return _Treated(since, substance, *((pd.NaT, pd.NaT) if period is None else period))


def _one_row(record: RecoveryRecord, treated: _Treated, counts: dict[str, int], numerator: str) -> pd.DataFrame:
    """The period, the counts, and the share of the numerator among the clients."""
    instant: Any = f"datetime64[us, {record.tz}]"
    period = pd.DataFrame({"start": [treated.start], "end": [treated.end]}).astype(instant)
    return with_interval(period.assign(**counts), numerator, "n_clients")


def _told_and_helped(record: RecoveryRecord, since: pd.Series, end: pd.Timestamp) -> tuple[set[str], set[str]]:
    """Who was given information and who support between the start of their treatment and the end of the period."""
    steps = record.linkage.assign(day=local_days(record.linkage["at"]))
    first = steps["client_id"].map(since).astype(float)
    steps = steps[(steps["day"] >= first) & (steps["at"] < end)]
    stage, alone = steps["stage"], steps["by_person_id"].isna()
    informed = set(steps.loc[stage.isin(["offered", "discussed"]), "client_id"])
    supported = set(steps.loc[(stage == "introduced") | ((stage == "attended") & ~alone), "client_id"])
    return informed, supported
