"""The ties of one client: to people they met or named, and to groups they go to or were offered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recoverynet.measures.moment import Moment
from recoverynet.measures.record_index import Group, Occasion, Person, RecordIndex
from recoverynet.measures.recovery_contacts import COMMUNITY_ROLES
from recoverynet.observed import UNKNOWN
from recoverynet.states import Norm
from recoverynet.tables.layouts import LINKAGE

NOT_ON_RECORD = "not_on_record"
STAGE_ORDER = {stage: place for place, stage in enumerate(LINKAGE["stage"].choices)}
CLOSENESS_SCALE = (1.0, 5.0)
SAID_HOLDS = pd.Timedelta(days=183)
"""How long what a client said of somebody's state is taken to hold: half a year, the usual distance of two interviews."""
SEEN_HOLDS = pd.Timedelta(days=90)
"""How long a recorded state of a peer is taken to hold: a quarter, as everywhere."""
SPONSOR = "sponsor"
_SAID = ("relation", "closeness", "perceived_state", "support", "support_direction", "quality", "consent_basis", "asked_at")
_FOR_RECOVERY, _FOR_USE, _FOR_NEITHER = ("recovery", "abstinence"), ("use", "using"), ("neutral", "neither", "none")
_SOURCES = ("self", "peer", "external", "worker", "perceived")


class PersonTie(NamedTuple):
    """One row of the people around a client; see :func:`recoverynet.client_links`."""

    person_id: str
    known: bool
    role: str
    relation: str | None
    parts: str | None
    carries: str
    because: str
    state: str
    perceived: bool
    state_on: Any
    through_service: bool
    last_contact: Any
    days_since: float
    n_contacts: int
    n_before: int
    status: str
    ring: int
    closeness: float
    quality: str | None
    support: str | None
    support_direction: str | None
    named_on: Any
    consent_basis: str
    may_be_named: bool


class GroupTie(NamedTuple):
    """One row of the groups around a client; see :func:`recoverynet.client_links`."""

    group_id: str
    name: str
    kind: str
    norm: str
    carries: str
    through_service: bool
    last_contact: Any
    days_since: float
    n_contacts: int
    n_before: int
    status: str
    stage: str | None
    stage_at: Any
    open: bool


class SeenState(NamedTuple):
    """What somebody's state is taken to be, since when that was seen, and whether it is a perception."""

    state: str
    on: Any
    perceived: bool


_NOT_SEEN = SeenState(UNKNOWN, None, False)


@dataclass
class _Gathered:
    """What is known of one other person while the rows are gone through."""

    times: list[int] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    relations: list[str] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)

    def hear(self, row: dict[str, Any]) -> None:
        """Take up what the client said; a later row fills in what earlier ones left open."""
        if row["relation"] is not None:
            self.relations.append(row["relation"])
        for name, value in row.items():
            if value is not None:
                self.said.setdefault(name, value)


def person_ties(index: RecordIndex, client_id: str, moment: Moment, mine: Collection[Occasion], norm: Norm) -> list[PersonTie]:
    """Everybody met as a person, or named in the latest interview; the latest contact first, then by id."""
    gathered: dict[str, _Gathered] = {}
    for occasion in mine:
        if occasion.is_personal:
            for other, part in index.others_at(occasion, client_id):
                tie = gathered.setdefault(other, _Gathered())
                tie.times.append(occasion.time)
                tie.parts |= {part} if part else set()
    for alter, row in latest_interview(index, client_id, moment.at):
        gathered.setdefault(alter, _Gathered()).hear(row)
    seen = _seen_states(index, client_id, moment.at, gathered)
    ties = [
        _person_tie(person, tie, index.people.get(person), seen.get(person, _NOT_SEEN), moment, norm, index)
        for person, tie in gathered.items()
    ]
    return sorted(ties, key=lambda tie: (tie.days_since if tie.days_since == tie.days_since else np.inf, tie.person_id))


def latest_interview(index: RecordIndex, client_id: str, at: pd.Timestamp) -> list[tuple[str, dict[str, Any]]]:
    """Whom the client named when they were last asked, and what they said of each."""
    named = index.values("nominations", client_id, ("alter_id", *_SAID))
    told = [(alter, dict(zip(_SAID, values, strict=True))) for alter, *values in named]
    asked = [said["asked_at"] for _, said in told if said["asked_at"] < at]
    if not asked:
        return []
    last = max(asked).date()
    latest = [(alter, said) for alter, said in told if said["asked_at"].date() == last]
    return sorted(latest, key=lambda row: (row[0], row[1]["relation"] or ""))


def _plain(values: pd.Series) -> list[Any]:
    return [None if missing else value for value, missing in zip(values.tolist(), values.isna().tolist(), strict=True)]


def _seen_states(index: RecordIndex, client_id: str, at: pd.Timestamp, people: Collection[str]) -> dict[str, SeenState]:
    """States of those tied to the client, as far as they are this client's to know.

    Peers and community members: what is recorded of them. Anybody: how this client sees them. What a service wrote
    about another client or about a family member is theirs and is not looked at.
    """
    found: dict[str, SeenState] = {}
    for person in people:
        if person in index.people:
            looks = [look for look in _looks_at(index, person, at) if _may_be_told(look, index.people[person], client_id, at)]
            told = _latest_known(looks)
            if told is not None:
                found[person] = told
    return found


class _Look(NamedTuple):
    on: Any
    value: str
    source: str
    by: str | None


def _looks_at(index: RecordIndex, person_id: str, at: pd.Timestamp) -> list[_Look]:
    """Every look at somebody's state that may still hold, in the order of the record."""
    rows = index.values("observations", person_id, ("variable", "observed_at", "value", "source", "perceived_by"))
    return [_Look(*look) for variable, *look in rows if variable == "state" and at - SAID_HOLDS <= look[0] < at]


def _may_be_told(look: _Look, person: Person, client_id: str, at: pd.Timestamp) -> bool:
    """Whether a look is this client's own, or one at somebody of the recovery community."""
    if look.source == "perceived":
        return look.by == client_id
    return person.role in COMMUNITY_ROLES and look.on > at - SEEN_HOLDS


def _latest_known(looks: list[_Look]) -> SeenState | None:
    """The state whoever looked last saw; a source that says two things at once, or does not know, says nothing."""
    latest: dict[str, list[_Look]] = {}
    for look in looks:
        held = latest.get(look.source, [])
        latest[look.source] = [look] if not held or look.on > held[0].on else [*held, look] if look.on == held[0].on else held
    told = [held[0] for held in latest.values() if len({look.value for look in held}) == 1 and held[0].value != UNKNOWN]
    if not told:
        return None
    last = max(told, key=lambda look: (look.on, -_SOURCES.index(look.source)))
    return SeenState(last.value, last.on, last.source == "perceived")


def _person_tie(
    person_id: str, tie: _Gathered, person: Person | None, seen: SeenState, moment: Moment, norm: Norm, index: RecordIndex
) -> PersonTie:
    role = NOT_ON_RECORD if person is None else person.role
    told = _state_told(tie, seen, moment)
    carries, because = _carries(role, tie, told, norm)
    last = index.instant(max(tie.times)) if tie.times else pd.NaT
    n_contacts, n_before = moment.counts(tie.times)
    closeness = float(tie.said.get("closeness", np.nan))
    consent_basis, may_be_named = _consent(tie, person)
    return PersonTie(
        person_id=person_id,
        known=person is not None,
        role=role,
        relation=", ".join(dict.fromkeys(tie.relations)) or None,
        parts=", ".join(sorted(tie.parts)) or None,
        carries=carries,
        because=because,
        state=told.state,
        perceived=told.perceived,
        state_on=told.on,
        through_service=role == "worker",
        last_contact=last,
        days_since=moment.days_since(last),
        n_contacts=n_contacts,
        n_before=n_before,
        status=_status(n_contacts, n_before, bool(tie.times), otherwise="named"),
        ring=_ring(closeness, n_contacts, moment),
        closeness=closeness,
        quality=tie.said.get("quality"),
        support=tie.said.get("support"),
        support_direction=tie.said.get("support_direction"),
        named_on=tie.said.get("asked_at"),
        consent_basis=consent_basis,
        may_be_named=may_be_named,
    )


def _status(n_contacts: int, n_before: int, ever: bool, *, otherwise: str) -> str:
    """Whether a tie is new or current, has gone quiet, or has never been a contact on record."""
    if n_contacts:
        return "current" if n_before else "new"
    return "quiet" if ever else otherwise


def _state_told(tie: _Gathered, seen: SeenState, moment: Moment) -> SeenState:
    """The later of what is recorded and what the client said when last asked."""
    said = tie.said.get("perceived_state", UNKNOWN)
    asked: Any = tie.said.get("asked_at")
    recent = said != UNKNOWN and asked >= moment.at - SAID_HOLDS
    return SeenState(said, asked, True) if recent and (seen.on is None or asked >= seen.on) else seen


def _carries(role: str, tie: _Gathered, told: SeenState, norm: Norm) -> tuple[str, str]:
    """What a tie carries, and what says so."""
    support, direction = tie.said.get("support"), tie.said.get("support_direction")
    by_state = "perceived_state" if told.perceived else "recorded_state"
    not_seen = told.state == UNKNOWN
    rules = (
        (told.state in norm.scheme.using, "using", by_state),
        (told.state in norm.holds, "recovery", by_state),
        (support in _FOR_USE, "using", "support"),
        (not_seen and role in COMMUNITY_ROLES, "recovery", "role"),
        (not_seen and (SPONSOR in tie.parts or SPONSOR in tie.relations), "recovery", "sponsor"),
        (support in _FOR_RECOVERY or direction in ("received", "both"), "supportive", "support"),
        (role == "worker", "supportive", "role"),
        (not not_seen, "neutral", by_state),
        (support in _FOR_NEITHER or direction in ("given", "neither"), "neutral", "support"),
    )
    return next(((carries, because) for holds, carries, because in rules if holds), ("unknown", "nothing_known"))


def _ring(closeness: float, n_contacts: int, moment: Moment) -> int:
    """1 close, 2 between, 3 further out: as the client said, else by how often they met in the window."""
    low, high = CLOSENESS_SCALE
    if low <= closeness <= high:
        share = (closeness - low) / (high - low)
        return 1 if share > 0.6 else 2 if share > 0.3 else 3
    weeks = moment.window / pd.Timedelta(days=7)
    return 1 if n_contacts >= weeks else 2 if n_contacts >= weeks / 4 else 3


def _consent(tie: _Gathered, person: Person | None) -> tuple[str, bool]:
    """On what basis the person stands here, and whether their name may be looked up."""
    said = tie.said.get("consent_basis")
    if person is None:
        return said or "not_recorded", said == "consented"
    if person.role == "worker":
        return said or "in_role", True
    if person.consent_care is False:
        return "refused", False
    return said or ("not_recorded" if person.consent_care is None else "consented"), True


def group_ties(index: RecordIndex, client_id: str, moment: Moment, mine: Collection[Occasion]) -> list[GroupTie]:
    """Every group the client went to, or was linked to; the latest contact first, then by id."""
    times: dict[str, list[int]] = {}
    for occasion in mine:
        if occasion.group_id is not None:
            times.setdefault(occasion.group_id, []).append(occasion.time)
    steps = latest_steps(index, client_id, moment.furthest, moment.at)
    ties = [
        _group_tie(index.groups[group], times.get(group, []), steps.get(group), moment, index)
        for group in dict.fromkeys([*times, *steps])
    ]
    return sorted(ties, key=lambda tie: (tie.days_since if tie.days_since == tie.days_since else np.inf, tie.group_id))


def latest_steps(index: RecordIndex, client_id: str, start: pd.Timestamp, end: pd.Timestamp) -> dict[str, tuple[str, Any]]:
    """The latest step of a client towards each group in [start, end), and when; of one moment the furthest."""
    rows = index.values("linkage", client_id, ("at", "stage", "group_id"))
    in_order = sorted(rows, key=lambda row: (row[0], STAGE_ORDER[row[1]]))
    return {group: (stage, at) for at, stage, group in in_order if start <= at < end}


def _group_tie(group: Group, times: list[int], step: tuple[str, Any] | None, moment: Moment, index: RecordIndex) -> GroupTie:
    last = index.instant(max(times)) if times else pd.NaT
    n_contacts, n_before = moment.counts(times)
    return GroupTie(
        group_id=group.group_id,
        name=group.name,
        kind=group.kind,
        norm=group.norm or UNKNOWN,
        carries=group.carries,
        through_service=group.kind == "treatment",
        last_contact=last,
        days_since=moment.days_since(last),
        n_contacts=n_contacts,
        n_before=n_before,
        status=_status(n_contacts, n_before, bool(times), otherwise="planned"),
        stage=None if step is None else step[0],
        stage_at=None if step is None else step[1],
        open=group.meets_at(moment.at),
    )


def framed(rows: Sequence[Any], kind: type[Any], tz: str) -> pd.DataFrame:
    """Rows of one kind as a frame whose columns keep their types, however few rows there are."""
    columns = dict(zip(kind._fields, zip(*rows, strict=True) if rows else [()] * len(kind._fields), strict=True))
    return pd.DataFrame({name: _typed(list(values), _annotation(kind, name), tz) for name, values in columns.items()})


_KINDS = {"bool": "bool", "int": "int64", "float": "float64", "bool | None": "boolean"}


def _annotation(kind: type[Any], name: str) -> str:
    """How a field was declared, as written."""
    declared = kind.__annotations__[name]
    return str(getattr(declared, "__forward_arg__", declared))


def _typed(values: list[Any], annotation: str, tz: str) -> Any:
    """Values as an array of the type a field was declared with: text unless it says otherwise, instants for Any."""
    if annotation == "Any":
        return pd.DatetimeIndex([pd.NaT if value is None else value for value in values], dtype=pd.DatetimeTZDtype("us", tz))
    return values if annotation.startswith("tuple") else pd.array(values, dtype=_KINDS.get(annotation, "str"))  # type: ignore[call-overload]
