"""What a page shows of one client, worked out once and kept until something about it changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import pandas as pd

from recoverynet.measures.client_links import ClientLinks, client_links
from recoverynet.measures.introductions import introductions
from recoverynet.measures.meetings import next_meetings
from recoverynet.measures.prompts import Prompt, prompts
from recoverynet.measures.record_index import Group, index_of
from recoverynet.tables.record import RecoveryRecord
from recoverynet.web.live_record import LiveRecord

Answer = TypeVar("Answer")
DOORS = 3
COUNTS_THIS_MONTH = ("accepted", "introduced")
_KEPT = 600


@dataclass(frozen=True)
class Overview:
    """A client in the list of a caseload.

    Attributes
    ----------
    links : ClientLinks
    prompts : tuple of Prompt
    """

    links: ClientLinks
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True)
class ClientView:
    """A client's page, as facts.

    Attributes
    ----------
    links : ClientLinks
    prompts : tuple of Prompt
    doors : pandas.DataFrame
        As :func:`recoverynet.introductions` gives.
    week : pandas.DataFrame
        Meetings of the coming seven days of groups the client goes to, is on the way to, or could be introduced to.
    steps : pandas.DataFrame
        The latest step towards each group: ``group_id``, ``name``, ``stage``, ``at``, ``by_person_id``.
    roles : dict of str to str
        Role of everybody whom a contact can be noted with.
    to_offer, to_visit : dict of str to str
        Names by id of the groups that may be proposed, and of all that meet.
    """

    links: ClientLinks
    prompts: tuple[Prompt, ...]
    doors: pd.DataFrame
    week: pd.DataFrame
    steps: pd.DataFrame
    roles: dict[str, str]
    to_offer: dict[str, str]
    to_visit: dict[str, str]


class Views:
    """Pages worked out from a live record, the latest kept.

    Parameters
    ----------
    record : LiveRecord
    """

    def __init__(self, record: LiveRecord) -> None:
        self._record = record
        self._overviews, self._pages = _Kept(), _Kept()

    def overview(self, client_id: str) -> Overview:
        """The links and prompts of a client."""
        at, state = self._record.now(), self._state_of(client_id)
        return self._overviews.get((client_id, at, *state), lambda: _overview(self._record.around(client_id, at), client_id, at))

    def page(self, client_id: str, worker_id: str) -> ClientView:
        """Everything on a client's page."""
        at, state = self._record.now(), self._state_of(client_id)
        return self._pages.get(
            (client_id, at, *state, worker_id, self._month()), lambda: self._worked_out(client_id, worker_id, at)
        )

    def _worked_out(self, client_id: str, worker_id: str, at: pd.Timestamp) -> ClientView:
        small = self._record.around(client_id, at)
        overview = self._overviews.get((client_id, at, *self._state_of(client_id)), lambda: _overview(small, client_id, at))
        return _client_view(small, client_id, worker_id, at, overview)

    def _state_of(self, client_id: str) -> tuple[Hashable, ...]:
        """What the view of one client rests on, apart from the moment."""
        own = self._record.entered().of([client_id])
        steps = own.steps[["group_id", "stage", "at", "by_person_id", "reason"]].astype("str").itertuples(index=False, name=None)
        return self._record.version, tuple(own.contacts["uuid"]), tuple(steps)

    def _month(self) -> tuple[Hashable, ...]:
        """What introducers' room rests on."""
        steps = self._record.entered().steps
        taken = steps[steps["stage"].isin(COUNTS_THIS_MONTH)][["by_person_id", "client_id", "group_id", "at"]]
        return tuple(taken.astype("str").itertuples(index=False, name=None))


class _Kept:
    """The latest answers by key; each is worked out once, however many ask for it at a time."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._working: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, work_out: Callable[[], Answer]) -> Answer:
        """The answer for a key."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]  # type: ignore[no-any-return]
            turn = self._working.setdefault(key, Lock())
        with turn:
            with self._lock:
                if key in self._answers:
                    return self._answers[key]  # type: ignore[no-any-return]
            answer = work_out()
            with self._lock:
                self._answers[key] = answer
                self._working.pop(key, None)
                while len(self._answers) > _KEPT:
                    self._answers.popitem(last=False)
        return answer


def _overview(small: RecoveryRecord, client_id: str, at: pd.Timestamp) -> Overview:
    links = client_links(small, client_id, at=at)
    return Overview(links, prompts(small, client_id, at=at, links=links))


def _client_view(small: RecoveryRecord, client_id: str, worker_id: str, at: pd.Timestamp, overview: Overview) -> ClientView:
    links = overview.links
    doors = introductions(small, client_id, at=at, n=DOORS)
    steps = _latest_steps(small, client_id, at)
    going = set(links.groups.loc[links.groups["status"] != "quiet", "group_id"])
    near = going | set(doors["group_id"]) | set(steps["group_id"])
    open_groups = [group for group in index_of(small).groups.values() if group.meets_at(at)]
    may_offer = links.apart.may_be_offered([group for group in open_groups if group.carries == "recovery"])
    return ClientView(
        links,
        overview.prompts,
        doors,
        next_meetings(small.groups[small.groups["group_id"].isin(near)], at=at, days=7, tz=small.tz),
        steps,
        _partners(small, links, doors, worker_id),
        _names(may_offer),
        _names(open_groups),
    )


def _latest_steps(small: RecoveryRecord, client_id: str, at: pd.Timestamp) -> pd.DataFrame:
    """The latest step towards each group, the latest first."""
    steps = small.linkage[(small.linkage["client_id"] == client_id) & (small.linkage["at"] < at)]
    last = steps.sort_values("at", kind="stable").drop_duplicates("group_id", keep="last").iloc[::-1]
    names = small.groups.set_index("group_id")["name"]
    return last.assign(name=last["group_id"].map(names))[["group_id", "name", "stage", "at", "by_person_id"]].reset_index(drop=True)


def _partners(small: RecoveryRecord, links: ClientLinks, doors: pd.DataFrame, worker_id: str) -> dict[str, str]:
    """Everybody whom a contact of this client can be noted with, and their role: nobody kept apart from them."""
    tied = links.people[links.people["known"].astype(bool)]
    roles = dict(zip(tied["person_id"], tied["role"], strict=True))
    roles |= dict(zip(doors["introducer_id"], doors["introducer_role"], strict=True))
    if worker_id not in links.apart.hidden:
        roles[worker_id] = "worker"
    return roles


def _names(groups: Collection[Group]) -> dict[str, str]:
    return {group.group_id: group.name for group in sorted(groups, key=lambda group: (group.name, group.group_id))}
