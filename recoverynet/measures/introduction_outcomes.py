"""What became of the introductions that were proposed: the loop from an offer to going, or to a no with its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from recoverynet.errors import SchemaError
from recoverynet.measures.days import resolved_window
from recoverynet.measures.subgroups import EVERYONE, NOT_RECORDED, people_with_role, with_interval
from recoverynet.tables.layouts import LINKAGE
from recoverynet.tables.record import RecoveryRecord, require_record

OUTCOMES = ("attended", "declined", "withdrawn", "open")
OPENS = ("offered", "accepted", "introduced", "declined")
"""Steps that show that a group was proposed; a talk about it alone does not."""
NONE_GIVEN = "none_given"
_ORDER = {stage: place for place, stage in enumerate(LINKAGE["stage"].choices)}
COURSE_COLUMNS = (
    "client_id", "group_id", "kind", "proposed_at", "accepted_at", "met_at", "introducer_id", "outcome", "ended_at", "reason",
)  # fmt: skip


@dataclass
class _Course:
    """One proposal while its steps are gone through."""

    client_id: str
    group_id: str
    proposed_at: pd.Timestamp
    accepted_at: Any = None
    met_at: Any = None
    introducer_id: Any = None
    outcome: str = "open"
    ended_at: Any = None
    reason: Any = None

    def take(self, step: Any) -> None:
        """Move on by one step."""
        if step.stage in ("accepted", "introduced"):
            name = "accepted_at" if step.stage == "accepted" else "met_at"
            setattr(self, name, getattr(self, name) or step.at)
            self.introducer_id = step.by_person_id if isinstance(step.by_person_id, str) else self.introducer_id
        elif step.stage in ("attended", "repeated", "involved"):
            self.outcome, self.ended_at = "attended", step.at
        elif step.stage in ("declined", "withdrawn"):
            self.outcome, self.ended_at = step.stage, step.at
            self.reason = step.reason if isinstance(step.reason, str) else NONE_GIVEN


def introduction_courses(
    record: RecoveryRecord, *, window: tuple[object, object] | None = None, roles: Collection[str] = ("client",)
) -> pd.DataFrame:
    """What became of each proposal of a group to a client?

    Parameters
    ----------
    record : RecoveryRecord
        Its ``linkage`` table.
    window : (start, end), optional
        Half-open window in which the group was proposed; what followed counts whenever it was. Default: all.
    roles : collection of str
        To whom; default clients.

    Returns
    -------
    pandas.DataFrame
        One row a proposal in order of time: ``client_id``, ``group_id``, ``kind`` (of the group), ``proposed_at``,
        ``accepted_at``, ``met_at`` (introduced), ``introducer_id``, ``outcome`` (attended, declined, withdrawn or open),
        ``ended_at``, ``reason`` (of a no or a calling off; ``"none_given"`` where none is noted).

    Raises
    ------
    SchemaError
        Unknown role.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    A proposal begins with ``offered`` (or with ``accepted``, ``introduced`` or ``declined`` where no offer is noted) and
    ends with the first ``attended``, ``declined`` or ``withdrawn`` of the same client and group. A second offer before
    that is the same proposal; one after it is another. Going without any proposal is not in here.

    Examples
    --------
    >>> import recoverynet as rn
    >>> from recoverynet.measures.introduction_outcomes import introduction_courses
    >>> introduction_courses(rn.load_sample("five_people"))[["client_id", "outcome"]].to_numpy().tolist()
    [['ann', 'attended'], ['ben', 'attended'], ['eve', 'open']]
    """
    require_record(record, "introduction_outcomes()")
    steps = record.linkage
    steps = steps[steps["client_id"].isin(people_with_role(record, roles))]
    steps = steps.assign(order=steps["stage"].map(_ORDER)).sort_values(["client_id", "group_id", "at", "order"], kind="stable")
    courses: list[_Course] = []
    known = steps[steps["client_id"].notna() & steps["group_id"].notna()]
    for _, rows in groupby(known.itertuples(), key=lambda step: (step.client_id, step.group_id)):
        courses += _courses_of(rows)
    frame = pd.DataFrame([vars(course) for course in courses], columns=[name for name in COURSE_COLUMNS if name != "kind"])
    for name in ("proposed_at", "accepted_at", "met_at", "ended_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(record.tz).dt.as_unit("us")
    frame["kind"] = frame["group_id"].map(record.groups.set_index("group_id")["kind"]).astype("str")
    if window is not None:
        start, end = resolved_window(record, window)  # type: ignore[misc]
        frame = frame[(frame["proposed_at"] >= start) & (frame["proposed_at"] < end)]
    return frame.sort_values(["proposed_at", "client_id", "group_id"], ignore_index=True)[list(COURSE_COLUMNS)]


def _courses_of(rows: Iterable[Any]) -> list[_Course]:
    """The proposals of one group to one client, one after another."""
    courses: list[_Course] = []
    running: _Course | None = None
    for step in rows:
        if running is None and step.stage in OPENS:
            running = _Course(step.client_id, step.group_id, step.at)
            courses.append(running)
        if running is not None:
            running.take(step)
            running = running if running.outcome == "open" else None
    return courses


def introduction_outcomes(
    record: RecoveryRecord,
    *,
    window: tuple[object, object] | None = None,
    by: Collection[str] = ("kind", "month"),
    roles: Collection[str] = ("client",),
) -> pd.DataFrame:
    """How many of the introductions proposed came to an end that is known, and to which?

    Parameters
    ----------
    record : RecoveryRecord
        Its ``linkage`` table.
    window : (start, end), optional
        Half-open window in which the group was proposed. Default: all.
    by : collection of {"kind", "month", "reason"}
        Breakdowns below the row of all: by kind of group, by month of the proposal, by reason of a no or calling off.
    roles : collection of str
        To whom; default clients.

    Returns
    -------
    pandas.DataFrame
        One row a level: ``by`` (``"all"``, ``"kind"``, ``"month"``, ``"reason"``), ``level`` (``"all"``, a kind, a month
        as 2011-03, a reason), ``n_proposed`` (the denominator), ``n_accepted`` and ``n_met`` (on the way),
        ``n_attended``, ``n_declined``, ``n_withdrawn``, ``n_open`` (these four add up to n_proposed), ``n_closed``
        (attended, declined or withdrawn: the loop is closed), ``share`` (n_closed / n_proposed) with its 95 % Wilson
        interval ``low``, ``high``, and ``share_attended``. Shares are NaN without a denominator. Rows by reason hold
        proposals declined or withdrawn only, so their share is 1.

    Raises
    ------
    SchemaError
        Unknown breakdown or role.
    TimeOrderError
        The window does not end after it starts.

    Notes
    -----
    See :func:`recoverynet.measures.introduction_outcomes.introduction_courses` for what a proposal is. Late ones have had
    little time: a fall in the last month or two is no fall. That the loop is closed says that somebody knows what
    became of it, not that the client went.

    Examples
    --------
    >>> import recoverynet as rn
    >>> outcomes = rn.introduction_outcomes(rn.load_sample("five_people"), by=())
    >>> outcomes[["n_proposed", "n_closed", "n_attended", "n_open"]].iloc[0].tolist()
    [3, 2, 2, 1]
    """
    if isinstance(by, str):
        raise SchemaError(f"by must be several words, such as ({by!r},).")
    wrong = [name for name in by if name not in ("kind", "month", "reason")]
    if wrong:
        raise SchemaError(f"by names {', '.join(map(repr, wrong))}; it may hold kind, month and reason.")
    courses = introduction_courses(record, window=window, roles=roles)
    courses = courses.assign(month=courses["proposed_at"].dt.strftime("%Y-%m"))
    rows: list[dict[str, Any]] = [{"by": EVERYONE, "level": EVERYONE} | _counts(courses)]
    for name in by:
        kept = (
            courses[courses["reason"].notna()] if name == "reason" else courses.assign(**{name: courses[name].fillna(NOT_RECORDED)})
        )
        rows += [{"by": name, "level": level, **_counts(part)} for level, part in kept.groupby(name, sort=True)]
    frame = with_interval(pd.DataFrame(rows), "n_closed", "n_proposed")
    return frame.assign(share_attended=frame["n_attended"] / frame["n_proposed"].where(frame["n_proposed"] > 0))


def _counts(courses: pd.DataFrame) -> dict[str, int]:
    ended = {f"n_{outcome}": int((courses["outcome"] == outcome).sum()) for outcome in OUTCOMES}
    return {
        "n_proposed": len(courses),
        "n_accepted": int(courses["accepted_at"].notna().sum()),
        "n_met": int(courses["met_at"].notna().sum()),
        **ended,
        "n_closed": len(courses) - ended["n_open"],
    }
