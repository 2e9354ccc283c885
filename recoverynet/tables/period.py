"""What a period cuts: the one rule by which a record becomes the record of a shorter time."""

from __future__ import annotations

import pandas as pd

from recoverynet.tables.record import RecoveryRecord, Window

DATED_BY = {
    "occasions": "started_at",
    "observations": "observed_at",
    "nominations": "asked_at",
    "alter_ties": "asked_at",
    "linkage": "at",
}
"""Tables whose rows happen at an instant, and the column that holds it."""


def record_of_period(
    record: RecoveryRecord, window: Window | None = None, *, look_back: pd.Timedelta | None = None
) -> RecoveryRecord:
    """What would a record hold that was kept over one period only?

    Parameters
    ----------
    record : RecoveryRecord
    window : (start, end), optional
        Half-open period [start, end), tz-aware. Default: the record's own window.
    look_back : pandas.Timedelta, optional
        How long before the start observations are kept as well, because what they say still counts then.

    Returns
    -------
    RecoveryRecord
        With ``window`` as its window.

    Notes
    -----
    Whatever happens at an instant belongs to the period its instant falls in: contacts with those who took part,
    observations, interviews (nominations, ties between alters), steps towards a group. What stands is kept whole:
    people, groups, separations, and treatment episodes with their true ends, so that which treatment ended last, and
    whether it went on, is told from all that is known. Who is *reported on* is another question, answered by
    :func:`observed_within`.

    The window that a record has from its own contacts and observations cuts nothing: no row of a record is lost because
    a step or an interview was written down before the first contact.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.instants import as_window
    >>> from recoverynet.tables.period import record_of_period
    >>> record = rn.load_sample("five_people")
    >>> march = record_of_period(record, as_window(("2011-03-01", "2011-04-01"), record.tz))
    >>> len(record.occasions), len(march.occasions), len(march.episodes) == len(record.episodes)
    (6, 4, True)
    """
    bounds = record.window if window is None else window
    if bounds is None or bounds == record.seen_window():
        return record
    start, end = bounds
    tables = {}
    for name, column in DATED_BY.items():
        frame = getattr(record, name)
        first = start - look_back if look_back is not None and name == "observations" else start
        tables[name] = frame[(frame[column] >= first) & (frame[column] < end)]
    away = None if record.away is None else record.away.during(bounds)
    inside = record.participation["occasion_id"].isin(tables["occasions"]["occasion_id"])
    return record.keeping(**tables, participation=record.participation[inside], window=bounds, away=away)


def observed_within(people: pd.DataFrame, window: Window | None) -> pd.Series:
    """Which rows of a people table are of somebody under observation on any day of the window?

    From ``joined_on`` to the day before ``left_on``; an empty cell sets no bound, and neither does a missing window.
    """
    if window is None:
        return pd.Series(True, index=people.index)
    return ~(people["joined_on"] >= window[1]) & ~(people["left_on"] <= window[0])
