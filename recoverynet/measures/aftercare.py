"""Aftercare: contact with the recovery community before, during and after treatment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from recoverynet.arguments import whole_number
from recoverynet.errors import SchemaError
from recoverynet.ids import ids_in, require_shared
from recoverynet.kernels.windows import events_between
from recoverynet.measures.days import days_within, local_days
from recoverynet.measures.recovery_contacts import recovery_contacts
from recoverynet.measures.subgroups import level_of_each, levels_in_order, people_with_role, with_interval
from recoverynet.tables.columns import instants_of_column
from recoverynet.tables.measurable import require_measurable
from recoverynet.tables.record import RecoveryRecord
from recoverynet.tables.relational.on_engine import RecordOnEngine
from recoverynet.tables.store import RecordStore

DURING = "during"
STANDING = ("ended", "not_ended", "left_out", "continuing")


def aftercare_coverage(
    record: RecoveryRecord | RecordStore | RecordOnEngine,
    *,
    horizons: Sequence[int] = (28, 90),
    before: int | None = 90,
    by: str | None = None,
    roles: Collection[str] = ("client",),
    contacts: pd.DataFrame | None = None,
    observed: Literal["record", "person"] = "record",
    leave_out_exits: Collection[str] = ("died",),
    continues_within: int = 21,
) -> pd.DataFrame:
    """What share of clients had any recovery-community contact before, during and after their treatment?

    Parameters
    ----------
    record : RecoveryRecord or RecordStore
        Episodes, occasions and the window under observation. The contacts of a store are counted on its engine.
    horizons : sequence of int
        Days of follow-up after the end of treatment, 1 or more each. Default 28 and 90, the two in use for
        aftercare.
    before : int, optional
        Days before the start of treatment that are looked at, 1 or more; ``None`` leaves that phase out.
        Default 90.
    by : str, optional
        Column of people (``"sex"``, ``"substance"``, ``"area"``) or of episodes (``"provider"``,
        ``"modality"``, ``"exit_reason"``) to tell apart. Default: everybody together.
    roles : collection of str
        Whose treatment; default clients.
    contacts : pandas.DataFrame, optional
        Rows of contact with columns ``person_id`` and ``started_at``. Default: ``recovery_contacts(record)``.
    observed : {"record", "person"}
        Whether a phase counts as observed where it lies within ``record.window``, or also within the person's
        own ``joined_on`` and ``left_on``. Default the record, because many services write the closing of the
        case into ``left_on`` while contacts after it are still recorded.
    leave_out_exits : collection of str
        Exit reasons after which nobody can be followed up; compared without regard to case. Default ``died``.
    continues_within : int
        Days after an end within which the start of an episode that is still open means that treatment went
        on, 0 or more. Default 21, the gap up to which the national system joins episodes into one treatment
        journey.

    Returns
    -------
    pandas.DataFrame
        One row a level and phase, fresh row index. Columns:

        - ``level``: level of ``by``; ``"all"`` without it, ``"not recorded"`` where the cell is empty.
        - ``phase``: ``"90 days before"``, ``"during"``, ``"within 28 days after"``, ``"within 90 days
          after"``.
        - ``n_clients``: clients whose phase was observed from its first to its last day: the denominator.
        - ``n_covered``: those of them with at least one contact in it.
        - ``share``, ``low``, ``high``: n_covered / n_clients with its 95 % Wilson interval, NaN without a
          denominator.
        - ``n_censored``: clients left out because the phase is not wholly inside the observed window.
        - ``n_not_ended``: clients left out because no episode of theirs has an end.
        - ``n_continuing``: clients left out because treatment went on: another episode was still open at the
          end, or began within ``continues_within`` days of it.
        - ``n_left_out``: clients left out for their exit reason.

    Raises
    ------
    SchemaError
        Unknown column, role or word, a single word for ``leave_out_exits``, a horizon that is not a positive
        whole number, or contacts without the columns.
    UnknownPersonError
        Nobody in the contacts is known to the record.

    Notes
    -----
    The unit is a client, each counted once, by the episode that ended last. Clients without any episode are
    not in the table; n_clients and the four other counts add up to the clients with one. Phases are whole
    calendar days in local time: the day treatment starts and the day it ends are both ``during``; the day
    after the end is day 1 of the phases after it. A phase that was only partly observed is left out even
    where a contact was seen in it, because keeping only those seen would raise the share. A client who goes
    back to treatment within the follow-up stays in.

    The shares describe; they do not say that treatment or aftercare brought the contact about, and contacts
    nobody recorded are missing from them. Phases have different denominators: compare shares, not counts.

    Examples
    --------
    >>> import recoverynet as rn
    >>> coverage = rn.aftercare_coverage(rn.load_sample("five_people"), horizons=(28,))
    >>> coverage.loc[[2], ["phase", "n_clients", "n_covered", "n_censored"]]
                      phase  n_clients  n_covered  n_censored
    2  within 28 days after          1          0           1
    """
    record = require_measurable(record, "aftercare_coverage()")
    spans = _checked_days(horizons, before)
    whole_number(continues_within, "continues_within", 0, of="days")
    _require_words(observed, leave_out_exits)
    episodes = _index_episodes(record, people_with_role(record, roles), leave_out_exits, continues_within)
    people = pd.Index(episodes["person_id"])
    levels = level_of_each(record, by, people, episodes)
    rows = []
    for phase, outcome, covered in _each(record, episodes, _phases(episodes, spans, before), contacts, observed):
        rows += [_count(phase, level, levels == level, outcome, covered) for level in levels_in_order(levels)]
    frame = with_interval(pd.DataFrame(rows), "n_covered", "n_clients")
    order = [
        "level",
        "phase",
        "n_clients",
        "n_covered",
        "share",
        "low",
        "high",
        "n_censored",
        "n_not_ended",
        "n_continuing",
        "n_left_out",
    ]
    position = frame["level"].map({level: i for i, level in enumerate(levels_in_order(levels))})
    return frame.loc[position.sort_values(kind="stable").index, order].reset_index(drop=True)


def contact_after_treatment(record: RecoveryRecord, *, days: int = 28, continues_within: int = 21) -> pd.Series:
    """Which clients had contact with the recovery community soon after treatment, of those who could be followed?

    Parameters
    ----------
    record : RecoveryRecord
    days : int
        Length of the time after treatment. Default 28.
    continues_within : int
        As for :func:`aftercare_coverage`. Default 21.

    Returns
    -------
    pandas.Series of float indexed by person_id
        1 with contact, 0 without; clients who are not in the denominator of :func:`aftercare_coverage` are left out.
    """
    episodes = _index_episodes(record, people_with_role(record, ("client",)), (), continues_within)
    phases = {name: span for name, span in _phases(episodes, (days,), None).items() if name != DURING}
    ((_, outcome, covered),) = _each(record, episodes, phases, None, "record")
    followed = outcome == "followed"
    return pd.Series(covered[followed].astype(float), index=pd.Index(episodes.loc[followed, "person_id"], name="person_id"))


def _each(
    record: RecoveryRecord | RecordOnEngine,
    episodes: pd.DataFrame,
    phases: dict[str, tuple[np.ndarray, np.ndarray]],
    contacts: pd.DataFrame | None,
    observed: str,
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Of every phase its name, how each person stands in it, and whether they had contact."""
    people = pd.Index(episodes["person_id"])
    seen_first, seen_last = _observed(record, people, observed)
    seen = contacts_in_spans(record, contacts, people, list(phases.values()))
    ended = (episodes["standing"] == "ended").to_numpy()
    for (phase, (first, last)), n_seen in zip(phases.items(), seen, strict=True):
        followed = ended & (first >= seen_first) & (last <= seen_last)
        outcome = np.where(followed, "followed", np.where(ended, "censored", episodes["standing"]))
        yield phase, outcome, followed & (n_seen > 0)


def _require_words(observed: str, leave_out_exits: Collection[str]) -> None:
    if observed not in ("record", "person"):
        raise SchemaError(f"observed must be 'record' or 'person'; got {observed!r}.")
    if isinstance(leave_out_exits, str):
        raise SchemaError(f"leave_out_exits must be several words, such as ({leave_out_exits!r},).")


def _checked_days(horizons: Sequence[int], before: int | None) -> tuple[int, ...]:
    """The horizons as a tuple; SchemaError unless every length is a positive whole number of days."""
    if isinstance(horizons, str) or not isinstance(horizons, Sequence):
        raise SchemaError(f"horizons is several lengths in days, such as (28, 90) or (28,); got {horizons!r}.")
    if before is not None:
        whole_number(before, "before", 1, of="days")
    return tuple(sorted({whole_number(length, "A horizon", 1, of="days") for length in horizons}))


def _index_episodes(
    record: RecoveryRecord | RecordOnEngine, people: pd.Index, leave_out_exits: Collection[str], continues_within: int
) -> pd.DataFrame:
    """One row a person: the episode that ended last (else the latest begun), with days and how it stands."""
    episodes = record.episodes[record.episodes["person_id"].isin(people)]
    episodes = episodes.assign(first=local_days(episodes["started_on"]), last=local_days(episodes["ended_on"]))
    ordered = episodes.sort_values(["last", "first"], na_position="first", kind="stable")
    index = ordered.drop_duplicates("person_id", keep="last").sort_index()
    open_from = episodes[episodes["last"].isna()].groupby("person_id")["first"].min()
    goes_on_by = index["last"].to_numpy(dtype=float) + continues_within
    continuing = index["person_id"].map(open_from).astype(float).to_numpy() <= goes_on_by
    gone = {reason.casefold() for reason in leave_out_exits}
    left_out = index["exit_reason"].str.strip().str.casefold().isin(gone).to_numpy()
    standing = np.select([index["last"].isna().to_numpy(), left_out, continuing], STANDING[1:], STANDING[0])
    return index.assign(standing=standing).reset_index(drop=True)


def phase_within(days: int) -> str:
    """Name of the phase of so many days after treatment."""
    return f"within {days} days after"


def _phases(episodes: pd.DataFrame, horizons: tuple[int, ...], before: int | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """First and last day of every phase for every person, both included."""
    start, end = episodes["first"].to_numpy(), episodes["last"].to_numpy()
    phases = {} if before is None else {f"{before} days before": (start - before, start - 1)}
    phases[DURING] = (start, end)
    return phases | {phase_within(days): (end + 1, end + days) for days in horizons}


def _observed(record: RecoveryRecord | RecordOnEngine, people: pd.Index, observed: str) -> tuple[np.ndarray, np.ndarray]:
    """First and last day each person was observed; NaN, so that no phase is inside, without a window."""
    first, last = (np.full(len(people), bound) for bound in days_within(record.window))
    if observed == "person":
        own = record.people.set_index("person_id").loc[people]
        first = np.fmax(first, local_days(own["joined_on"]))
        last = np.fmin(last, local_days(own["left_on"]) - 1)
    return first, last


def contacts_in_spans(
    record: RecoveryRecord | RecordOnEngine,
    contacts: pd.DataFrame | None,
    people: pd.Index,
    spans: Sequence[tuple[np.ndarray, np.ndarray]],
) -> list[np.ndarray]:
    """How many contacts each of the people had in each span of days, both included, NaN where there is no question.

    Raises as :func:`contact_days` does.
    """
    if isinstance(record, RecordOnEngine):
        given = None if contacts is None else _days_given(record, contacts)
        return record.contacts_in_spans(people, spans, given)
    who, day = contact_days(record, contacts, people)
    return [events_between(who, day, np.arange(len(people)), first, last) for first, last in spans]


def _days_given(record: RecordOnEngine, contacts: pd.DataFrame) -> pa.Table:
    """Person and local day of contacts that were handed in."""
    who, day = contact_days(record, contacts, record.person_ids)
    return pa.table({"person_id": pa.array(record.person_ids[who], pa.string()), "day": day.astype(np.int32)})


def contact_days(
    record: RecoveryRecord | RecordOnEngine, contacts: pd.DataFrame | None, people: pd.Index
) -> tuple[np.ndarray, np.ndarray]:
    """Person code and local day of every contact of the people; by default their recovery contacts.

    SchemaError where ``contacts`` lacks ``person_id`` or ``started_at``, or the latter does not hold
    instants; UnknownPersonError where none of its people is of the record.
    """
    if contacts is None:
        rows = recovery_contacts(record)  # type: ignore[arg-type]
    else:
        rows = ids_in(contacts, ("person_id", "started_at"), "contacts", ids=("person_id",))
    absent = {"person_id", "started_at"} - set(rows.columns)
    if absent:
        raise SchemaError(f"contacts needs the columns person_id and started_at; {', '.join(sorted(absent))} is missing.")
    started = instants_of_column(rows["started_at"], "Column 'started_at' of the contacts", record.tz)
    given = pd.Index(rows["person_id"].dropna().unique())
    require_shared(given, pd.Index(record.people["person_id"]), "the contacts", "the people of the record")
    code = people.get_indexer(pd.Index(rows["person_id"]))
    known = (code >= 0) & started.notna().to_numpy()
    return code[known], local_days(started)[known]


def _count(phase: str, level: str, member: np.ndarray, outcome: np.ndarray, covered: np.ndarray) -> dict[str, object]:
    """One row: how many of one level were followed, covered, or left out and why."""
    tally = {name: int((member & (outcome == name)).sum()) for name in ("followed", "censored", *STANDING[1:])}
    return {
        "level": level,
        "phase": phase,
        "n_clients": tally["followed"],
        "n_covered": int((member & covered).sum()),
        "n_censored": tally["censored"],
        "n_not_ended": tally["not_ended"],
        "n_continuing": tally["continuing"],
        "n_left_out": tally["left_out"],
    }
