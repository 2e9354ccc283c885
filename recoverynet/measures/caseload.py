"""Introductions for a whole caseload: as many clients as can be, within what every introducer has agreed to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from recoverynet.errors import SchemaError
from recoverynet.ids import id_index
from recoverynet.instants import as_length
from recoverynet.measures.client_ties import framed
from recoverynet.measures.doors import Wishes
from recoverynet.measures.introductions import IntroductionRow, introduction_options
from recoverynet.measures.ways_to_groups import ACTIVE_WITHIN
from recoverynet.tables.record import RecoveryRecord, require_record

_NOT_KNOWN_YET = 3.0


class Assigned(NamedTuple):
    """One row of :func:`caseload_introductions`."""

    client_id: str
    served: bool
    group_id: str | None
    name: str | None
    next_at: Any
    introducer_id: str | None
    introducer_role: str | None
    steps: float
    via_id: str | None
    n_options: int


def caseload_introductions(
    record: RecoveryRecord,
    client_ids: Collection[str],
    *,
    at: object,
    wishes: Wishes | None = None,
    active_within: object = ACTIVE_WITHIN,
) -> pd.DataFrame:
    """Who could introduce whom, so that most clients of a caseload have somebody to go with this month?

    Parameters
    ----------
    record : RecoveryRecord
    client_ids : collection of str
        The clients of one caseload.
    at : instant
        The day looked at.
    wishes : Wishes, optional
        What must be so for a group to suit any of them; see :class:`recoverynet.Wishes`.
    active_within : str or timedelta
        As for :func:`recoverynet.introductions`.

    Returns
    -------
    pandas.DataFrame
        One row a client, in the order given: ``client_id``, ``served``, ``group_id``, ``name``, ``next_at``,
        ``introducer_id``, ``introducer_role``, ``steps`` (1, 2, NaN: not known yet), ``via_id``, ``n_options`` (pairs
        of introducer and group there were). Missing where nobody is left who could.

    Raises
    ------
    SchemaError
        ``client_ids`` is a single word, empty, or names somebody twice.
    UnknownPersonError, TimeOrderError
        As for :func:`recoverynet.introductions`.

    Notes
    -----
    Every client goes with one introducer at most, and no introducer with more clients than they have room for this
    month. Of all such assignments this is one that serves most clients, and among those one with fewest steps between
    clients and introducers: an assignment problem, solved exactly. It says who could go together, and ranks nobody.
    Two clients who must be kept apart are never given the same introducer, group, or place and hour.

    References
    ----------
    Crouse, D. F. (2016). On implementing 2D rectangular assignment algorithms. IEEE Transactions on Aerospace and
    Electronic Systems 52, 1679-1696. https://doi.org/10.1109/TAES.2016.140952

    Valente, T. W., Davis, R. L. (1999). Accelerating the diffusion of innovations using opinion leaders. Annals of the
    American Academy of Political and Social Science 566, 55-67. https://doi.org/10.1177/000271629956600105

    Examples
    --------
    >>> import recoverynet as rn
    >>> record = rn.load_sample("riverside")
    >>> caseload = record.people.loc[record.people["worker_id"] == "w12", "person_id"]
    >>> plan = rn.caseload_introductions(record, caseload, at="2011-06-15")
    >>> len(plan) == len(caseload), bool(plan["served"].any())
    (True, True)
    """
    require_record(record, "caseload_introductions()")
    clients = id_index([client_ids] if isinstance(client_ids, str) else client_ids, "client_ids").tolist()
    if isinstance(client_ids, str) or not clients or len(set(clients)) < len(clients):
        raise SchemaError("client_ids must be one or more ids of clients, each once, such as ['c0001', 'c0002'].")
    within = as_length(active_within, "active_within")
    options = {client: introduction_options(record, client, at=at, wishes=wishes or Wishes(), within=within) for client in clients}
    chosen = _assigned(options)
    return framed([_row(client, chosen.get(client), options[client]) for client in clients], Assigned, record.tz)


def _row(client: str, chosen: IntroductionRow | None, options: list[IntroductionRow]) -> Assigned:
    if chosen is None:
        return Assigned(client, False, None, None, None, None, None, np.nan, None, len(options))
    return Assigned(
        client, True, chosen.group_id, chosen.name, chosen.next_at, chosen.introducer_id, chosen.introducer_role,
        chosen.steps, chosen.via_id, len(options),
    )  # fmt: skip


def _assigned(options: dict[str, list[IntroductionRow]]) -> dict[str, IntroductionRow]:
    """The best option of each client served, so that most are served and, among those ways, steps are fewest."""
    best: dict[tuple[str, str], IntroductionRow] = {}
    room: dict[str, int] = {}
    for client, found in options.items():
        for option in found:
            best.setdefault((client, option.introducer_id), option)
            room[option.introducer_id] = int(option.capacity_left)
    slots = [guide for guide, places in sorted(room.items()) for _ in range(min(places, len(options)))]
    clients = list(options)
    if not slots:
        return {}
    served = len(clients) * _NOT_KNOWN_YET + 1.0
    gain = np.zeros((len(clients), len(slots)))
    for row, client in enumerate(clients):
        for column, guide in enumerate(slots):
            way = best.get((client, guide))
            if way is not None:
                gain[row, column] = served - (way.steps if way.steps == way.steps else _NOT_KNOWN_YET)
    pairs = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return {clients[row]: best[clients[row], slots[column]] for row, column in pairs if gain[row, column] > 0}
