"""Who could walk a client into which group: people who have agreed to, have room this month and go there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.instants import as_length
from recoverynet.measures.around_client import (
    ACTIVE_WITHIN,
    flag,
    group_activity,
    occasions_with,
    present,
    require_client,
    require_within,
)  # fmt: skip
from recoverynet.measures.client_ties import Moment, client_occasions, person_ties
from recoverynet.measures.client_words import reason_in_words
from recoverynet.measures.doors import Wishes, doors
from recoverynet.measures.kept_apart import KeptApart, keep_apart
from recoverynet.measures.ways_to_groups import one_step_away
from recoverynet.states import RECOVERY_NORM
from recoverynet.tables.record import RecoveryRecord

WINDOW = pd.Timedelta(days=90)
COLUMNS = (
    "group_id", "name", "kind", "next_at", "local_start", "weekday", "place", "area", "online", "access", "distance_km",
    "same_area", "introducer_id", "introducer_role", "steps", "via_id", "last_there", "capacity_left", "stage", "stage_at",
    "reason",
)  # fmt: skip


def introductions(
    record: RecoveryRecord,
    client_id: str,
    *,
    at: object,
    n: int = 5,
    wishes: Wishes | None = None,
    active_within: object = ACTIVE_WITHIN,
) -> pd.DataFrame:
    """Who could introduce this client to which group in the coming days?

    Parameters
    ----------
    record : RecoveryRecord
        The whole record, or the small one that :meth:`recoverynet.tables.store.RecordStore.around` gives.
    client_id : str
        One client.
    at : instant
        The day looked at; rows dated at or after it are not used.
    n : int
        How many groups at most, 1 or more.
    wishes : Wishes, optional
        Days, access, distance and the like. Default: what the record says of sex, area and opioid substitution.
    active_within : str or timedelta
        Whoever took part within this time goes to a group at present. Default: six weeks.

    Returns
    -------
    pandas.DataFrame
        One row a group, in order of its next meeting: ``group_id``, ``name``, ``kind``, ``next_at``, ``local_start``,
        ``weekday``, ``place``, ``area``, ``online``, ``access``; ``distance_km`` and ``same_area`` (missing where not
        known); ``introducer_id``, ``introducer_role``; ``steps`` (1 known to the client, 2 known to somebody the client
        knows, NaN not known yet) and ``via_id`` (that somebody); ``last_there``; ``capacity_left`` (introductions of
        this month, this one included); ``stage`` and ``stage_at`` (the latest step towards the group, if any);
        ``reason`` (one sentence).

    Raises
    ------
    UnknownPersonError
        The record does not know the client, or knows them in another role.
    TimeOrderError
        ``at`` lies before the record begins or more than 90 days after it ends.
    SchemaError
        ``n`` is below 1, or another argument cannot be read.

    Notes
    -----
    An introducer has ``introducer_consent``, has not left, may safely be contacted, has introduced fewer people this
    calendar month than ``max_introductions`` (one where no number is recorded), and took part in the group lately.
    Introductions agreed and not yet made count against the month. Only where nobody within two steps of the client
    could introduce them anywhere are consenting people named whom they do not know yet.

    A group suits where it belongs to the recovery community, meets within a fortnight, welcomes newcomers, fits sex
    and opioid substitution, and the client neither goes there nor said no within 90 days. Of several introducers of a
    group the nearest is named, then the one with most room. Nobody in ``separations`` with the client is named, and
    neither is anybody who knows them; a group of theirs, or one that meets in the same place at the same hour, is not
    proposed. What would suit two clients kept apart is proposed to one of them only.

    This lists doors; it ranks nobody.

    References
    ----------
    Manning, V. et al. (2012). Does active referral by a doctor or 12-step peer improve 12-step meeting attendance? Drug
    and Alcohol Dependence 126, 131-137. https://doi.org/10.1016/j.drugalcdep.2012.05.004

    Examples
    --------
    >>> import recoverynet as rn
    >>> doors = rn.introductions(rn.load_sample("riverside"), "c0012", at="2011-06-01", n=3)
    >>> bool(doors["introducer_id"].notna().all())
    True
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise SchemaError(f"n must be a whole number, 1 or more; got {n!r}.")
    options = introduction_options(record, client_id, at=at, wishes=wishes, active_within=active_within)
    best = options.drop_duplicates("group_id").head(int(n)).sort_values(["next_at", "group_id"], ignore_index=True)
    reasons = pd.Series([reason_in_words(row) for row in best.itertuples()], dtype="str")
    return best.assign(reason=reasons.array)[list(COLUMNS)]


def introduction_options(
    record: RecoveryRecord, client_id: str, *, at: object, wishes: Wishes | None, active_within: object
) -> pd.DataFrame:
    """Every introducer who could walk the client into a group that suits them, the nearest first."""
    client = require_client(record, client_id)
    moment = Moment(require_within(record, at, WINDOW), WINDOW)
    within = as_length(active_within, "active_within")
    people = person_ties(record, client_id, moment, client_occasions(record, client_id, moment), RECOVERY_NORM)
    apart = keep_apart(record, client_id, moment.at, people["person_id"])
    people = people[~people["person_id"].isin(apart.hidden)]
    suiting = doors(record, client, moment.at, wishes or Wishes(), apart)
    guides = introducers(record, moment.at)
    guides = guides[[apart.may_introduce(person) for person in guides.index]].drop(index=client_id, errors="ignore")
    guides = guides.assign(**_nearness(record, client_id, moment, people, apart, guides.index))
    activity = group_activity(occasions_with(record, guides.index, moment.at - within, moment.at))
    there = activity.rename(columns={"person_id": "introducer_id", "last": "last_there"})[
        ["introducer_id", "group_id", "last_there"]
    ]
    found = suiting.merge(there, on="group_id").merge(guides, left_on="introducer_id", right_index=True)
    near = found[found["steps"].notna()]
    found = found if near.empty else near
    order = ["steps", "same_area", "next_at", "group_id", "capacity_left", "introducer_id"]
    ascending = [True, False, True, True, False, True]
    return found.sort_values(order, ascending=ascending, ignore_index=True)


def introducers(record: RecoveryRecord, at: pd.Timestamp) -> pd.DataFrame:
    """Who has agreed to introduce others and has room this month, indexed by person_id: introducer_role, capacity_left."""
    people = record.people
    agreed = flag(people["introducer_consent"], True) & present(people, at) & ~flag(people["safe_contact"], False)
    people = people[agreed].set_index("person_id")
    room = people["max_introductions"].fillna(1) - introduced_this_month(record, at).reindex(people.index).fillna(0)
    frame = pd.DataFrame({"introducer_role": people["role"], "capacity_left": room})
    return frame[frame["capacity_left"] >= 1]


def introduced_this_month(record: RecoveryRecord, at: pd.Timestamp) -> pd.Series:
    """How many clients each person introduced, or agreed to introduce, in the calendar month up to ``at``."""
    steps = record.linkage
    begun = at.normalize().replace(day=1)
    made = steps[steps["stage"].isin(["accepted", "introduced"]) & (steps["at"] >= begun) & (steps["at"] <= at)]
    return made.drop_duplicates(["by_person_id", "client_id", "group_id"]).groupby("by_person_id").size()


def _nearness(
    record: RecoveryRecord, client_id: str, moment: Moment, people: pd.DataFrame, apart: KeptApart, guides: Collection[str]
) -> dict[str, Any]:
    """Steps from the client to each guide, and through whom."""
    tied = people.loc[(people["status"] != "quiet") & people["known"] & people["may_be_named"], "person_id"].tolist()
    beyond = one_step_away(record, client_id, tied, moment, apart)
    steps = [1.0 if guide in tied else 2.0 if guide in beyond else np.nan for guide in guides]
    via = [beyond.get(guide) if guide not in tied else None for guide in guides]
    return {"steps": pd.Series(steps, index=guides, dtype=float), "via_id": pd.Series(via, index=guides, dtype="str")}
