"""Coverage over time: contact with the recovery community month by month."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.measures.aftercare import contacts_in_spans
from recoverynet.measures.days import days_within, local_days, midnight
from recoverynet.measures.subgroups import people_with_role, with_interval
from recoverynet.tables.measurable import require_measurable
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore

_FREQUENCY = {"month": "M", "quarter": "Q"}


def coverage_over_time(
    record: RecoveryRecord | RecordStore | RecordOnEngine,
    *,
    every: Literal["month", "quarter"] = "month",
    among: Literal["observed", "treatment"] = "observed",
    roles: Collection[str] = ("client",),
    contacts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What share of clients had any recovery-community contact in each month or quarter?

    Parameters
    ----------
    record : RecoveryRecord or RecordStore
        People, episodes, occasions and the window under observation. The contacts of a store are counted on its engine.
    every : {"month", "quarter"}
        Length of the periods. Default month.
    among : {"observed", "treatment"}
        Who is in the denominator of a period: everybody under observation or in treatment on one of its days,
        or only those in treatment on one of its days. Default the former, so that people who left treatment
        still count.
    roles : collection of str
        Whose contacts; default clients.
    contacts : pandas.DataFrame, optional
        Rows of contact with columns ``person_id`` and ``started_at``. Default: ``recovery_contacts(record)``.

    Returns
    -------
    pandas.DataFrame
        One row a calendar period that the window touches, in order, fresh row index; no rows without a
        window. Columns:

        - ``period``: ``"2011-03"`` or ``"2011 Q1"``.
        - ``start``, ``end``: the part of it that was observed, half-open.
        - ``n_days``: days observed. ``whole``: whether that is every day of the period.
        - ``n_clients``: the denominator. ``n_covered``: those with at least one contact in the period.
        - ``share``, ``low``, ``high``: with its 95 % Wilson interval, NaN without a denominator.

    Raises
    ------
    SchemaError
        Unknown word or role, or contacts without the columns.
    UnknownPersonError
        Nobody in the contacts is known to the record.

    Notes
    -----
    A person is under observation from ``joined_on`` to the day before ``left_on``; an empty cell sets no
    bound. An episode lasts from ``started_on`` to ``ended_on``, both included. Somebody present on one day of
    a period counts fully, and had less time for a contact than others. A period that is not ``whole`` is
    short for everybody: do not read it as a fall.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.coverage import coverage_over_time
    >>> coverage_over_time(rn.load_sample("five_people"))[["period", "n_clients", "n_covered", "whole"]]
        period  n_clients  n_covered  whole
    0  2011-03          3          2   True
    1  2011-04          3          2  False
    """
    record = require_measurable(record, "coverage_over_time()")
    if every not in _FREQUENCY:
        raise SchemaError(f"every must be 'month' or 'quarter'; got {every!r}.")
    if among not in ("observed", "treatment"):
        raise SchemaError(f"among must be 'observed' or 'treatment'; got {among!r}.")
    people = people_with_role(record, roles)
    periods = _periods(record, every)
    spans = [(np.broadcast_to(first, len(people)), np.broadcast_to(last, len(people))) for _, first, last, _ in periods]
    seen = contacts_in_spans(record, contacts, people, spans)
    rows = []
    for (period, first, last, n_days), n_seen in zip(periods, seen, strict=True):
        present = _in_treatment(record, people, first, last)
        if among == "observed":
            present |= _under_observation(record, people, first, last)
        covered = present & (n_seen > 0)
        rows.append(
            {
                "period": period,
                "start": midnight(first, record.tz),
                "end": midnight(last + 1, record.tz),
                "n_days": int(last - first + 1),
                "whole": int(last - first + 1) == n_days,
                "n_clients": int(present.sum()),
                "n_covered": int(covered.sum()),
            }
        )
    kinds = {
        "period": "str",
        "start": f"datetime64[us, {record.tz}]",
        "end": f"datetime64[us, {record.tz}]",
        "n_days": "int64",
        "whole": "bool",
        "n_clients": "int64",
        "n_covered": "int64",
    }
    return with_interval(pd.DataFrame(rows, columns=list(kinds)).astype(kinds), "n_covered", "n_clients")


def _periods(record: RecoveryRecord | RecordOnEngine, every: str) -> list[tuple[str, float, float, int]]:
    """Name, first and last observed day, and full length of every calendar period of the window."""
    first, last = days_within(record.window)
    if not first <= last:
        return []
    epoch = pd.Timestamp("1970-01-01")
    bounds = epoch + pd.Timedelta(days=first), epoch + pd.Timedelta(days=last)
    found = []
    for period in pd.period_range(*bounds, freq=_FREQUENCY[every]):
        begins, ends = ((stamp.normalize() - epoch).days for stamp in (period.start_time, period.end_time))
        name = f"{period.year} Q{period.quarter}" if every == "quarter" else f"{period.year}-{period.month:02d}"
        found.append((name, max(first, begins), min(last, ends), ends - begins + 1))
    return found


def _under_observation(record: RecoveryRecord | RecordOnEngine, people: pd.Index, first: float, last: float) -> np.ndarray:
    own = record.people.set_index("person_id").loc[people]
    joined, left = local_days(own["joined_on"]), local_days(own["left_on"])
    return ~(joined > last) & ~(left <= first)


def _in_treatment(record: RecoveryRecord | RecordOnEngine, people: pd.Index, first: float, last: float) -> np.ndarray:
    episodes = record.episodes
    started, ended = local_days(episodes["started_on"]), local_days(episodes["ended_on"])
    within = episodes.loc[(started <= last) & ~(ended < first), "person_id"]
    return people.isin(within)
