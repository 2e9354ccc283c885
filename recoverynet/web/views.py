"""What a page shows of one client, worked out once and kept until something about it changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from recoverynet.measures.blind_spots import BlindSpot
from recoverynet.measures.client_links import ClientLinks, client_links
from recoverynet.measures.doors import Wishes
from recoverynet.measures.introductions import IntroductionRow, best_doors, introduction_options
from recoverynet.measures.kept_apart import KeptApart
from recoverynet.measures.meetings import coming_meetings
from recoverynet.measures.prompts import Prompt, prompts
from recoverynet.measures.record_index import Group, RecordIndex, index_of
from recoverynet.measures.ways_to_groups import ACTIVE_WITHIN
from recoverynet.tables.record import RecoveryRecord
from recoverynet.web.live_record import LiveRecord
from recoverynet.web.marks import LatestMarks, Marks

Answer = TypeVar("Answer")
DOORS = 3
_OVERVIEWS, _PAGES = 5000, 800


@dataclass(frozen=True)
class Overview:
    """A client in the list of a caseload.

    Attributes
    ----------
    prompts : tuple of Prompt
    days_since_recovery : float
    n_recovery, n_recovery_before : int
    """

    prompts: tuple[Prompt, ...]
    days_since_recovery: float
    n_recovery: int
    n_recovery_before: int


@dataclass(frozen=True)
class Links:
    """What a page says of a client's links beside its rows; see :class:`recoverynet.ClientLinks`.

    Attributes
    ----------
    days_since_recovery : float
    n_recovery, n_recovery_before : int
    only_through_services, safe_contact : bool or None
    blind_spots : tuple of BlindSpot
    apart : KeptApart
    """

    days_since_recovery: float
    n_recovery: int
    n_recovery_before: int
    only_through_services: bool | None
    safe_contact: bool | None
    blind_spots: tuple[BlindSpot, ...]
    apart: KeptApart

    @classmethod
    def of(cls, links: ClientLinks) -> Links:
        """Those of all that was found; its frames are not kept for as long as a page is."""
        return cls(**{each.name: getattr(links, each.name) for each in fields(cls)})


@dataclass(frozen=True)
class ClientView:
    """A client's page, as facts.

    Attributes
    ----------
    links : Links
    prompts : tuple of Prompt
    people, groups, doors : tuple of named tuples
        Rows of ``people`` and ``groups`` of :func:`recoverynet.client_links`, and of :func:`recoverynet.introductions`.
    week : tuple of named tuples
        Meetings of the coming seven days of groups the client goes to, is on the way to, or could be introduced to.
    steps : tuple of named tuples
        The latest step towards each group: ``group_id``, ``name``, ``stage``, ``at``, ``by_person_id``.
    roles : dict of str to str
        Role of everybody whom a contact can be noted with.
    to_offer, to_visit : dict of str to str
        Names by id of the groups that may be proposed, and of all that meet.
    """

    links: Links
    prompts: tuple[Prompt, ...]
    people: tuple[Any, ...]
    groups: tuple[Any, ...]
    doors: tuple[Any, ...]
    week: tuple[Any, ...]
    steps: tuple[Any, ...]
    roles: dict[str, str]
    to_offer: dict[str, str]
    to_visit: dict[str, str]

    @property
    def guides(self) -> dict[str, str]:
        """Who is suggested to introduce the client, by group."""
        return {door.group_id: door.introducer_id for door in self.doors}


class Views:
    """Pages worked out from a live record, the latest kept.

    Parameters
    ----------
    record : LiveRecord
    """

    def __init__(self, record: LiveRecord) -> None:
        self._record = record
        self._overviews, self._pages = _Kept(_OVERVIEWS), _Kept(_PAGES)
        self._marks = LatestMarks()

    def overviews(self, clients: Sequence[str]) -> dict[str, Overview]:
        """The prompts of some clients, and how many recovery links each has."""
        at, marks, version = self._record.now(), self._marked(), self._record.version
        states = {client: (version, at, marks.of(client)) for client in clients}
        missing = [client for client, state in states.items() if not self._overviews.holds(client, state)]
        self._record.expect(missing, at)

        def made(client_id: str) -> Callable[[], Overview]:
            return lambda: _overview(self._record.around(client_id, at), client_id, at)

        return {client: self._overviews.get(client, state, made(client)) for client, state in states.items()}

    def page(self, client_id: str, worker_id: str) -> ClientView:
        """Everything on a client's page."""
        at, marks = self._record.now(), self._marked()
        state = (self._record.version, at, marks.of(client_id))
        view, room = self._pages.get(client_id, state, lambda: self._with_room(client_id, at))
        if room != marks.room_of(view.guides.values()):
            self._pages.drop(client_id)
            view, room = self._pages.get(client_id, state, lambda: self._with_room(client_id, at))
        roles = view.roles if worker_id in view.links.apart.hidden else view.roles | {worker_id: "worker"}
        return replace(view, roles=roles)

    def _with_room(self, client_id: str, at: pd.Timestamp) -> tuple[ClientView, Hashable]:
        """A page, and what the room of the introducers on it rests on."""
        state = (self._record.version, at, self._marked().of(client_id))
        view = _client_view(self._record.around(client_id, at), client_id, at)
        self._overviews.get(client_id, state, lambda: _overview_of(view.links, view.prompts))
        return view, self._marked().room_of(view.guides.values())

    def _marked(self) -> Marks:
        return self._marks.of(self._record.entered())


class _Kept:
    """The latest answers by key, each with the state it was worked out in; once, however many ask for it at a time.

    Parameters
    ----------
    most : int
        How many to keep.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()
        self._working: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, state: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """The answer for a key in a state, worked out where the one at hand is of another state."""
        found = self._found(key, state)
        if found is not None:
            return found[1]  # type: ignore[no-any-return]
        with self._lock:
            turn = self._working.setdefault(key, Lock())
        with turn:
            found = self._found(key, state)
            if found is not None:
                return found[1]  # type: ignore[no-any-return]
            answer = work_out()
            with self._lock:
                self._answers[key] = (state, answer)
                self._working.pop(key, None)
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
        return answer

    def holds(self, key: Hashable, state: Hashable) -> bool:
        """Whether there is an answer for a key in a state."""
        return self._found(key, state) is not None

    def drop(self, key: Hashable) -> None:
        """Forget an answer."""
        with self._lock:
            self._answers.pop(key, None)

    def _found(self, key: Hashable, state: Hashable) -> tuple[Hashable, Any] | None:
        with self._lock:
            found = self._answers.get(key)
            if found is None or found[0] != state:
                return None
            self._answers.move_to_end(key)
            return found


def _overview(small: RecoveryRecord, client_id: str, at: pd.Timestamp) -> Overview:
    links = client_links(small, client_id, at=at)
    return _overview_of(links, prompts(small, client_id, at=at, links=links))


def _overview_of(links: ClientLinks | Links, told: tuple[Prompt, ...]) -> Overview:
    return Overview(told, links.days_since_recovery, links.n_recovery, links.n_recovery_before)


def _client_view(small: RecoveryRecord, client_id: str, at: pd.Timestamp) -> ClientView:
    index, links = index_of(small), client_links(small, client_id, at=at)
    doors = best_doors(introduction_options(small, client_id, at=at, wishes=Wishes(), within=ACTIVE_WITHIN, links=links), DOORS)
    steps = _latest_steps(index, client_id, at)
    going = {tie.group_id for tie in links.found.groups if tie.status != "quiet"}
    near = going | {door.group_id for door in doors} | {step.group_id for step in steps}
    open_groups = [group for group in index.groups.values() if group.meets_at(at)]
    may_offer = links.apart.may_be_offered([group for group in open_groups if group.carries == "recovery"])
    week = coming_meetings([group for group in index.groups.values() if group.group_id in near], at, days=7, tz=small.tz)
    return ClientView(
        Links.of(links),
        prompts(small, client_id, at=at, links=links),
        links.found.people,
        links.found.groups,
        tuple(doors),
        tuple(sorted(week, key=lambda meeting: (meeting.starts_at, meeting.group_id))),
        steps,
        _partners(links, doors),
        _names(may_offer),
        _names(open_groups),
    )


class Step(NamedTuple):
    """The latest step of a client towards a group."""

    group_id: str
    name: str
    stage: str
    at: pd.Timestamp
    by_person_id: str | None


def _latest_steps(index: RecordIndex, client_id: str, at: pd.Timestamp) -> tuple[Step, ...]:
    """The latest step towards each group, the latest first."""
    taken = index.values("linkage", client_id, ("group_id", "stage", "at", "by_person_id"))
    last: dict[str, Step] = {}
    for group, stage, when, by in sorted((row for row in taken if row[2] < at), key=lambda row: row[2]):
        last.pop(group, None)
        last[group] = Step(group, index.groups[group].name, stage, when, by)
    return tuple(reversed(last.values()))


def _partners(links: ClientLinks, doors: Iterable[IntroductionRow]) -> dict[str, str]:
    """Everybody whom a contact of this client can be noted with, and their role: nobody kept apart from them."""
    roles = {tie.person_id: tie.role for tie in links.found.people if tie.known}
    return roles | {door.introducer_id: door.introducer_role for door in doors}


def _names(groups: Collection[Group]) -> dict[str, str]:
    return {group.group_id: group.name for group in sorted(groups, key=lambda group: (group.name, group.group_id))}
