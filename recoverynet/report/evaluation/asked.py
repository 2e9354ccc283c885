"""What was asked of an evaluation, resolved: how long a state holds, the periods compared, what to break down by."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recoverynet.arguments import whole_number
from recoverynet.errors import DisclosureError, SchemaError, TimeOrderError
from recoverynet.instants import as_instant
from recoverynet.tables.layouts import EPISODES, PEOPLE
from recoverynet.tables.record import RecoveryRecord, Window

EQUITY_COLUMNS = ("substance", "sex", "age_band")


def require_length(valid_for: str) -> None:
    """Raise SchemaError unless it is a length of time."""
    try:
        lasting = pd.Timedelta(valid_for)
    except ValueError as error:
        raise SchemaError(f"valid_for must be a length of time such as '90D'; got {valid_for!r}.") from error
    if not lasting > pd.Timedelta(0):
        raise SchemaError(f"valid_for must be longer than nothing; got {valid_for!r}.")


def breaks_of(window: Window | None, n_periods: int, breaks: Sequence[object] | None, tz: str) -> tuple[pd.Timestamp, ...]:
    """Bounds of the periods compared: those given, or the window cut into equal parts at midnight."""
    if breaks is not None:
        given = tuple(as_instant(bound, tz) for bound in breaks)
        if len(given) < 2 or not all(one < other for one, other in zip(given[:-1], given[1:], strict=True)):
            raise TimeOrderError(f"breaks must be two or more instants, each after the one before; got {breaks!r}.")
        return given
    n_periods = whole_number(n_periods, "n_periods", 1)
    if window is None:
        return ()
    start, end = window
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.is_month_start and end.is_month_start and months % n_periods == 0:
        inner = [start + pd.DateOffset(months=months // n_periods * part) for part in range(1, n_periods)]
    else:
        days = (end - start) / n_periods
        inner = [(start + days * part).normalize() for part in range(1, n_periods)]
    bounds = (start, *inner, end)
    return bounds if all(one < other for one, other in zip(bounds[:-1], bounds[1:], strict=True)) else (start, end)


def columns_asked(record: RecoveryRecord, by: Sequence[str] | None) -> tuple[str, ...]:
    """The columns to break links down by: those given, or the usual ones that are filled in."""
    if by is None:
        clients = record.people[record.people["role"] == "client"]
        return tuple(name for name in EQUITY_COLUMNS if clients[name].notna().any())
    wanted = (by,) if isinstance(by, str) else tuple(by)
    for_people = {*PEOPLE.person_ids, *EPISODES.person_ids, *PEOPLE["worker_id"].aliases}
    people_named = [name for name in wanted if name.lower() in for_people]
    if people_named:
        raise DisclosureError(
            f"by names {', '.join(map(repr, people_named))}, which stands for people: a table for each worker would publish "
            "the work of one person. Break down by provider, area or another column that groups people."
        )
    known = [name for name in (*record.people.columns, *record.episodes.columns) if name != "person_id"]
    wrong = [name for name in wanted if name not in known]
    if wrong:
        raise SchemaError(f"by names {', '.join(map(repr, wrong))}; the columns are {', '.join(dict.fromkeys(known))}.")
    return wanted
