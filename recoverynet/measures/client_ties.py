"""The ties of one client: to people they met or named, and to groups they go to or were offered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from recoverynet.measures.around_client import WINDOWS_BACK, met_in_person, occasions_with, recovery_group
from recoverynet.measures.days import local_days
from recoverynet.measures.recovery_contacts import COMMUNITY_ROLES
from recoverynet.states import Norm, state_at
from recoverynet.tables.record import RecoveryRecord

PERSON_COLUMNS = (
    "person_id", "known", "role", "relation", "parts", "carries", "because", "state", "perceived", "state_on", "through_service",
    "last_contact", "days_since", "n_contacts", "n_before", "status", "ring", "closeness", "quality", "support",
    "support_direction", "named_on", "consent_basis", "may_be_named",
)  # fmt: skip
GROUP_COLUMNS = (
    "group_id", "name", "kind", "norm", "carries", "through_service", "last_contact", "days_since", "n_contacts", "n_before",
    "status", "stage", "stage_at", "open",
)  # fmt: skip
SPONSOR = "sponsor"
GIVES_RECOVERY, GIVES_USE, GIVES_NOTHING = ("recovery", "abstinence"), ("use", "using"), ("neutral", "neither", "none")


@dataclass(frozen=True)
class Moment:
    """The day a client is looked at, and the windows before it.

    Attributes
    ----------
    at : pandas.Timestamp
    window : pandas.Timedelta
    """

    at: pd.Timestamp
    window: pd.Timedelta

    @property
    def start(self) -> pd.Timestamp:
        """Where the window begins."""
        return self.at - self.window

    @property
    def before(self) -> pd.Timestamp:
        """Where the window before it begins."""
        return self.at - 2 * self.window

    @property
    def furthest(self) -> pd.Timestamp:
        """How far back ties that have gone quiet are looked for."""
        return self.at - WINDOWS_BACK * self.window

    def days_since(self, instant: Any) -> float:
        """Local calendar days since an instant; NaN where there is none."""
        if instant is None or pd.isna(instant):
            return np.nan
        then, now = local_days(pd.Series([instant, self.at]))
        return float(now - then)

    def status(self, n_contacts: int, n_before: int, last: Any, planned: bool = False) -> str:
        """Whether a tie is new, current, quiet, only named, or only planned."""
        if n_contacts:
            return "current" if n_before else "new"
        if last is not None and not pd.isna(last):
            return "quiet"
        return "planned" if planned else "named"


@dataclass
class _Tie:
    """What is known of one other person while the rows are gone through."""

    times: list[pd.Timestamp] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    relations: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)


def client_occasions(record: RecoveryRecord, client_id: str, moment: Moment) -> pd.DataFrame:
    """The occasions of the client that a page looks at."""
    return occasions_with(record, {client_id}, moment.furthest, moment.at)


def person_ties(record: RecoveryRecord, client_id: str, moment: Moment, occasions: pd.DataFrame, norm: Norm) -> pd.DataFrame:
    """One row a person met as a person, or named in the latest interview; the latest contact first."""
    ties: dict[str, _Tie] = {}
    for row in met_in_person(record, occasions).itertuples():
        tie = ties.setdefault(row.other_id, _Tie())
        tie.times.append(row.started_at)
        if isinstance(row.other_part, str):
            tie.parts.add(row.other_part)
    for row in latest_interview(record, client_id, moment.at).itertuples():
        _hear(ties.setdefault(row.alter_id, _Tie()), row)
    people = record.people[record.people["person_id"].isin(list(ties))].set_index("person_id")
    seen = _seen_states(record, client_id, moment.at, people, norm)
    rows = [_person_row(person, tie, people, seen.get(person), moment, norm) for person, tie in ties.items()]
    frame = pd.DataFrame(rows, columns=list(PERSON_COLUMNS))
    frame["nearest"] = frame["days_since"].fillna(np.inf)
    frame = frame.sort_values(["nearest", "person_id"], ignore_index=True).drop(columns="nearest")
    return _instants(frame, ("last_contact", "state_on", "named_on"), record.tz)


def latest_interview(record: RecoveryRecord, client_id: str, at: pd.Timestamp) -> pd.DataFrame:
    """Whom the client named when they were last asked."""
    named = record.nominations
    named = named[(named["ego_id"] == client_id) & (named["asked_at"] < at)]
    days = local_days(named["asked_at"])
    return named[days == days.max()] if len(named) else named


def _hear(tie: _Tie, row: Any) -> None:
    """Take up what the client said; a later row about the same person fills in what earlier ones left open."""
    if isinstance(row.relation, str):
        tie.relations.append(row.relation)
    said = ("closeness", "perceived_state", "support", "support_direction", "quality", "consent_basis", "asked_at")
    for name in said:
        value = getattr(row, name)
        if not pd.isna(value):
            tie.answers.setdefault(name, value)


def _seen_states(
    record: RecoveryRecord, client_id: str, at: pd.Timestamp, people: pd.DataFrame, norm: Norm
) -> dict[str, tuple[str, pd.Timestamp, bool]]:
    """State, date and whether it is perceived, of those tied to the client.

    Peers and community members: what is recorded of them. Anybody: how this client sees them. What a service wrote
    about another client or about a family member is theirs and is not looked at.
    """
    rows = record.observations
    rows = rows[(rows["variable"] == "state") & (rows["observed_at"] < at) & rows["person_id"].isin(people.index)]
    if rows.empty:
        return {}
    found: dict[str, tuple[str, pd.Timestamp, bool]] = {}
    community = people.index[people["role"].isin(COMMUNITY_ROLES)]
    own = rows[rows["person_id"].isin(community)]
    mine = rows[(rows["source"] == "perceived") & (rows["perceived_by"] == client_id)]
    for looks, who, sources, perceived in (
        (mine, people.index, ("perceived",), True),
        (own[own["source"] != "perceived"], community, ("self", "peer", "external", "worker"), False),
    ):
        if looks.empty:
            continue
        states = state_at(looks, at, people=list(who), scheme=norm.scheme, sources=sources, conflict="latest")
        latest = looks.groupby("person_id")["observed_at"].max()
        found |= {person: (state, latest[person], perceived) for person, state in states.items() if state != "unknown"}
    return found


def _person_row(
    person: str, tie: _Tie, people: pd.DataFrame, seen: tuple[str, pd.Timestamp, bool] | None, moment: Moment, norm: Norm
) -> dict[str, Any]:
    known = person in people.index
    row = people.loc[person] if known else None
    role = row["role"] if row is not None else "not_on_record"
    told = _state_told(tie, seen, moment)
    carries, because = _carries(role, tie, told, norm)
    last = max(tie.times, default=None)
    n_contacts = sum(time >= moment.start for time in tie.times)
    n_before = sum(moment.before <= time < moment.start for time in tie.times)
    closeness = float(tie.answers.get("closeness", np.nan))
    return {
        "person_id": person,
        "known": known,
        "role": role,
        "relation": ", ".join(dict.fromkeys(tie.relations)) or None,
        "parts": ", ".join(sorted(tie.parts)) or None,
        "carries": carries,
        "because": because,
        "state": told[0],
        "perceived": told[2],
        "state_on": told[1],
        "through_service": role == "worker",
        "last_contact": last,
        "days_since": moment.days_since(last),
        "n_contacts": n_contacts,
        "n_before": n_before,
        "status": moment.status(n_contacts, n_before, last),
        "ring": _ring(closeness, n_contacts, moment),
        "closeness": closeness,
        "quality": tie.answers.get("quality"),
        "support": tie.answers.get("support"),
        "support_direction": tie.answers.get("support_direction"),
        "named_on": tie.answers.get("asked_at"),
        **_consent(tie, row),
    }


def _state_told(tie: _Tie, seen: tuple[str, pd.Timestamp, bool] | None, moment: Moment) -> tuple[str, Any, bool]:
    """State, date and whether it is perceived: the later of what is recorded and what the client said."""
    said, asked = tie.answers.get("perceived_state"), tie.answers.get("asked_at")
    recent = said is not None and said != "unknown" and asked >= moment.at - SAID_HOLDS
    if recent and (seen is None or asked >= seen[1]):
        return said, asked, True
    return seen or ("unknown", None, False)


SAID_HOLDS = pd.Timedelta(days=183)
"""How long what a client said of somebody's state is taken to hold: half a year, the usual distance of two interviews."""


def _carries(role: str, tie: _Tie, told: tuple[str, Any, bool], norm: Norm) -> tuple[str, str]:
    """What a tie carries, and what says so."""
    state, _, perceived = told
    support, direction = tie.answers.get("support"), tie.answers.get("support_direction")
    by_state = "perceived_state" if perceived else "recorded_state"
    if state in norm.scheme.using:
        return "using", by_state
    if state in norm.holds:
        return "recovery", by_state
    if support in GIVES_USE:
        return "using", "support"
    if state == "unknown" and role in COMMUNITY_ROLES:
        return "recovery", "role"
    if state == "unknown" and (SPONSOR in tie.parts or SPONSOR in tie.relations):
        return "recovery", "sponsor"
    if support in GIVES_RECOVERY or direction in ("received", "both"):
        return "supportive", "support"
    if role == "worker":
        return "supportive", "role"
    if state != "unknown":
        return "neutral", by_state
    if support in GIVES_NOTHING or direction in ("given", "neither"):
        return "neutral", "support"
    return "unknown", "nothing_known"


CLOSENESS_SCALE = (1.0, 5.0)
_NEVER_CLOSE = 3


def _ring(closeness: float, n_contacts: int, moment: Moment) -> int:
    """1 close, 2 between, 3 further out: as the client said, else by how often they met in the window."""
    low, high = CLOSENESS_SCALE
    if low <= closeness <= high:
        share = (closeness - low) / (high - low)
        return 1 if share > 0.6 else 2 if share > 0.3 else 3
    weeks = moment.window / pd.Timedelta(days=7)
    return 1 if n_contacts >= weeks else 2 if n_contacts >= weeks / 4 else _NEVER_CLOSE


def _consent(tie: _Tie, row: pd.Series | None) -> dict[str, Any]:
    """On what basis the person stands here, and whether their name may be looked up."""
    said = tie.answers.get("consent_basis")
    if row is None:
        return {"consent_basis": said or "not_recorded", "may_be_named": said == "consented"}
    if row["role"] == "worker":
        return {"consent_basis": said or "in_role", "may_be_named": True}
    agreed = row["consent_care"]
    own = "not_recorded" if pd.isna(agreed) else "consented" if agreed else "refused"
    return {"consent_basis": own if own == "refused" else said or own, "may_be_named": own != "refused"}


def group_ties(record: RecoveryRecord, client_id: str, moment: Moment, occasions: pd.DataFrame) -> pd.DataFrame:
    """One row a group the client went to, or was linked to; the latest contact first."""
    held = occasions[occasions["group_id"].notna()]
    times = {group: list(rows) for group, rows in held.groupby("group_id")["started_at"]}
    steps = record.linkage
    steps = steps[(steps["client_id"] == client_id) & (steps["at"] < moment.at) & (steps["at"] >= moment.furthest)]
    last = steps.sort_values("at", kind="stable").drop_duplicates("group_id", keep="last").set_index("group_id")
    groups = record.groups[record.groups["group_id"].isin([*times, *last.index])]
    recovery = recovery_group(groups)
    rows = [
        _group_row(group, carries, times.get(group.group_id, []), last, moment)
        for group, carries in zip(groups.itertuples(), recovery, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=list(GROUP_COLUMNS))
    frame["nearest"] = frame["days_since"].fillna(np.inf)
    frame = frame.sort_values(["nearest", "group_id"], ignore_index=True).drop(columns="nearest")
    return _instants(frame, ("last_contact", "stage_at"), record.tz)


def _group_row(group: Any, recovery: bool, times: list[pd.Timestamp], last: pd.DataFrame, moment: Moment) -> dict[str, Any]:
    latest = max(times, default=None)
    n_contacts = sum(time >= moment.start for time in times)
    n_before = sum(moment.before <= time < moment.start for time in times)
    stage = last["stage"].get(group.group_id)
    supportive = group.kind in ("treatment", "family") or group.norm == "mixed"
    carries = "using" if group.norm == "using" else "recovery" if recovery else "supportive" if supportive else "unknown"
    closed = pd.notna(group.closed_temporarily) and bool(group.closed_temporarily)
    return {
        "group_id": group.group_id,
        "name": group.name,
        "kind": group.kind,
        "norm": group.norm if isinstance(group.norm, str) else "unknown",
        "carries": carries,
        "through_service": group.kind == "treatment",
        "last_contact": latest,
        "days_since": moment.days_since(latest),
        "n_contacts": n_contacts,
        "n_before": n_before,
        "status": moment.status(n_contacts, n_before, latest, planned=stage is not None),
        "stage": stage,
        "stage_at": last["at"].get(group.group_id),
        "open": not closed and not bool(group.valid_to <= moment.at) and not bool(group.valid_from > moment.at),
    }


def _instants(frame: pd.DataFrame, names: tuple[str, ...], tz: str) -> pd.DataFrame:
    """The frame with these columns as instants of the record's time zone, whatever is missing."""
    kind = pd.DatetimeTZDtype("us", tz)
    return frame.assign(**{name: pd.Series(pd.to_datetime(frame[name], utc=True)).dt.tz_convert(tz).astype(kind) for name in names})
