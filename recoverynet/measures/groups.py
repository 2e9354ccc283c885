"""Group portfolio: which groups a person belongs to, and which norms those groups carry."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import pandas as pd

from recoverynet.errors import SchemaError, UnknownPersonError
from recoverynet.ids import first_ids, ids_in
from recoverynet.instants import as_window
from recoverynet.kernels.proportions import share
from recoverynet.tables.layouts import GROUPS
from recoverynet.tables.record import RecoveryRecord, require_record

NORMS = ("recovery", "mixed", "using")


def group_portfolio(
    record: RecoveryRecord,
    *,
    window: tuple[object, object] | None = None,
    importance: Literal["attendance", "equal"] | pd.DataFrame = "attendance",
    group_kinds: Collection[str] | None = None,
) -> pd.DataFrame:
    """Which groups does each person belong to, and do those groups carry a recovery norm or a using norm?

    Parameters
    ----------
    record : RecoveryRecord
        Its groups with their norms, its occasions and who took part.
    window : (start, end), optional
        Half-open window of occasions. Default: every occasion of the record. Not used with a frame of
        importance.
    importance : {"attendance", "equal"} or pandas.DataFrame
        What a group weighs in the shares: the number of its occasions the person took part in (default), the
        same for all, or what people said themselves: one row a person and group with columns ``person_id``,
        ``group_id``, ``importance`` (0 or more, on any scale). With a frame, the groups it names *are* the
        portfolio, as in social identity mapping, and participation is not looked at.
    group_kinds : collection of str, optional
        Kinds of group to look at. Default: all, treatment and family groups included.

    Returns
    -------
    pandas.DataFrame indexed by person_id
        Every person of the record. Columns:

        - ``n_groups``: groups the person belongs to. ``n_recovery``, ``n_mixed``, ``n_using``, ``n_unknown``:
          by norm.
        - ``importance``: their summed importance; ``importance_known``: that of groups whose norm is
          recorded.
        - ``share_recovery_norm``, ``share_mixed_norm``, ``share_using_norm``: of importance_known, how much
          belongs to groups with that norm. They add up to 1.
        - ``share_unknown_norm``: of importance, how much belongs to groups whose norm is not recorded.
        - ``differential``: share_recovery_norm − share_using_norm, from −1 (using groups only) to 1 (recovery
          groups only).

        Shares and differential are NaN without a denominator.

    Raises
    ------
    SchemaError
        Unknown word or kind, or a frame without the columns, with a repeated pair, or an importance that is
        missing or negative.
    UnknownPersonError
        The frame names a person or group the record does not know.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    The norm is the group's, as the record has it; nothing is said or stored about its other members.
    Attendance counts what was recorded: a group that keeps no record weighs nothing. The differential follows
    the idea that recovery goes with a move of belonging from using to recovery groups; it describes a
    portfolio and is no measure of identity, for which ask the person.

    References
    ----------
    Best, D. et al. (2016). Overcoming alcohol and other drug addiction as a process of social identity
    transition: the social identity model of recovery (SIMOR). Addiction Research & Theory 24, 111-123.
    https://doi.org/10.3109/16066359.2015.1075980

    Beckwith, M. et al. (2019). Social identity mapping in addiction recovery (SIM-AR): extension and
    application of a visual method. Addiction Research & Theory 27, 462-471.
    https://doi.org/10.1080/16066359.2018.1544623

    Examples
    --------
    >>> import recoverynet as rn
    >>> portfolio = rn.group_portfolio(rn.load_sample("five_people"))
    >>> columns = ["n_groups", "share_recovery_norm", "share_using_norm", "differential"]
    >>> portfolio.loc["ben", columns].round(2).tolist()
    [2.0, 0.67, 0.33, 0.33]
    """
    require_record(record, "group_portfolio()")
    groups = _groups(record, group_kinds)
    people = pd.Index(record.people["person_id"], name="person_id")
    if isinstance(importance, pd.DataFrame):
        belongs = _declared(importance, record)
    elif isinstance(importance, str) and importance in ("attendance", "equal"):
        belongs = _attended(record, window)
        if importance == "equal":
            belongs["importance"] = 1.0
    else:
        raise SchemaError(f"importance must be 'attendance', 'equal' or a DataFrame; got {importance!r}.")
    belongs = belongs[belongs["group_id"].isin(groups.index)]
    person = people.get_indexer(belongs["person_id"])
    norm = pd.Index(NORMS).get_indexer(groups.loc[belongs["group_id"], "norm"])
    counts, sums = (
        _by_norm(person, norm, weight, len(people))
        for weight in (np.ones(len(belongs)), belongs["importance"].to_numpy(dtype=np.float64))
    )
    known, total = sums[:, :-1].sum(axis=1), sums.sum(axis=1)
    recovery, mixed, using = (share(sums[:, i], known) for i in range(len(NORMS)))
    by_norm = {f"n_{name}": counts[:, i] for i, name in enumerate((*NORMS, "unknown"))}
    by_norm = {"n_groups": counts.sum(axis=1), **by_norm}
    columns = {name: values.astype(np.int64) for name, values in by_norm.items()}
    return pd.DataFrame(
        {
            **columns,
            "importance": total,
            "importance_known": known,
            "share_recovery_norm": recovery,
            "share_mixed_norm": mixed,
            "share_using_norm": using,
            "share_unknown_norm": share(sums[:, -1], total),
            "differential": recovery - using,
        },
        index=people,
    )


def _groups(record: RecoveryRecord, group_kinds: Collection[str] | None) -> pd.DataFrame:
    """The groups looked at, by id."""
    groups = record.groups.set_index("group_id")
    if group_kinds is None:
        return groups
    choices = GROUPS["kind"].choices
    if isinstance(group_kinds, str) or not set(group_kinds) <= set(choices):
        raise SchemaError(f"group_kinds must be several of {', '.join(choices)}; got {group_kinds!r}.")
    return groups[groups["kind"].isin(list(group_kinds))]


def _attended(record: RecoveryRecord, window: tuple[object, object] | None) -> pd.DataFrame:
    """One row a person and group with the number of occasions they took part in."""
    occasions = record.occasions.dropna(subset=["group_id"])
    if window is not None:
        start, end = as_window(window, record.tz)
        occasions = occasions[(occasions["started_at"] >= start) & (occasions["started_at"] < end)]
    rows = record.participation[["person_id", "occasion_id"]].merge(occasions[["occasion_id", "group_id"]])
    counted = rows.groupby(["person_id", "group_id"]).size()
    return counted.rename("importance").astype(float).reset_index()


def _declared(frame: pd.DataFrame, record: RecoveryRecord) -> pd.DataFrame:
    """The user's own frame of importance, checked."""
    columns = ["person_id", "group_id", "importance"]
    frame = ids_in(frame, columns, "importance", ids=columns[:2])
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise SchemaError(f"importance needs {', '.join(columns)}; {', '.join(absent)} is missing.")
    value = pd.to_numeric(frame["importance"], errors="coerce")
    if not (value >= 0).all():
        wrong = int((~(value >= 0)).sum())
        raise SchemaError(f"importance must be 0 or more on every row; {wrong} rows are not.")
    if frame.duplicated(["person_id", "group_id"]).any():
        twice = frame[frame.duplicated(["person_id", "group_id"])].iloc[0]
        raise SchemaError(f"importance names a pair twice: {twice['person_id']!r} and {twice['group_id']!r}.")
    for name, known in (("person_id", record.people["person_id"]), ("group_id", record.groups["group_id"])):
        unknown = frame.loc[~frame[name].isin(known), name]
        if len(unknown):
            raise UnknownPersonError(
                f"importance has {len(unknown)} rows with an unknown {name}, the first being {unknown.iloc[0]!r}; those of the "
                f"record are {first_ids(known)}."
            )
    return frame[columns].assign(importance=value.astype(float))


def _by_norm(person: np.ndarray, norm: np.ndarray, weight: np.ndarray, n_people: int) -> np.ndarray:
    """Sums of each person's groups by norm: recovery, mixed, using and, last, not recorded."""
    n_norms = len(NORMS) + 1
    code = np.where(norm < 0, len(NORMS), norm)
    flat = np.bincount(person * n_norms + code, weights=weight, minlength=n_people * n_norms)
    return flat.reshape(n_people, n_norms)
